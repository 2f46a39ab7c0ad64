#!/usr/bin/env python3
"""How often the built-in model says what nobody wants, while lines are typed.

    model_bench --typing ROOT TASKS.jsonl OUT.jsonl KEYS
    answer_kinds.py ROOT TASKS.jsonl KEYS [ROOT TASKS.jsonl KEYS ...]

Of all answers that would be shown, for each kind: how many there are, and how many are exactly the rest of the line.

  half     ends a word in code that stands nowhere else in the file, where others of its words begin so
  beside   a line with a word that is the nearest line above or below, but not twice among the nearest two of both
"""
import json
import re
import sys
from collections import Counter

from score_everyday import CUT, LEAST

WORD = rb'[A-Za-z_\x80-\xff][A-Za-z_0-9\x80-\xff]*'


def shown(row):
    text = row['completion'].encode()
    if row['confidence'] < CUT and row['head']:
        return text[:int(row['head'])]
    return text if row['confidence'] >= LEAST else b''


def squeezed(text):
    return b' '.join(text.split())


def in_code(line):
    return not re.search(rb'//|#|/\*|^\s*\*', line) and all(line.count(q) % 2 == 0 for q in (b'"', b"'", b'`'))


def is_half(text, start, end, before, answer):
    typed = re.search(WORD + rb'$', before)
    if not typed or re.match(rb'\w', answer) or not in_code(before):
        return False
    if re.search(rb'(\w\s+|\.|->|::|[*&\])])\s*$', before[:typed.start()]):
        return False  # declared, or a member
    rest, word = text[:start] + before[:typed.start()] + b'\n' + text[end:], re.escape(typed.group())
    return not re.search(rb'\b' + word + rb'\b', rest) and bool(re.search(rb'\b' + word + rb'\w', rest))


def is_beside(text, start, end, before, answer):
    line = (before + answer).strip()
    if len(line) < 4 or not re.search(rb'\w', line):
        return False
    above = [other for other in text[:start].split(b'\n') if other.strip()][:-3:-1]
    below = [other for other in text[end:].split(b'\n')[1:] if other.strip()][:2]
    return line in [other.strip() for other in above[:1] + below[:1]] and \
        sum(other.strip() == line for other in above + below) == 1


def line_of(text, task):
    at = len(text.decode(errors='replace')[:task['offset']].encode())
    return text.rfind(b'\n', 0, at) + 1, (text + b'\n').find(b'\n', at)


def main():
    counts, right = Counter(), Counter()
    for root, tasks, keys in zip(*[iter(sys.argv[1:])] * 3):
        tasks = {task['id']: task for task in map(json.loads, open(tasks))}
        texts = {name: open(f'{root}/{name}', 'rb').read() for name in {task['file'] for task in tasks.values()}}
        lines = {name: line_of(texts[task['file']], task) for name, task in tasks.items()}
        for row in map(json.loads, open(keys)):
            text, (start, end), answer = texts[tasks[row['id']]['file']], lines[row['id']], shown(row)
            before = text[start:start + int(row['at'])]
            kinds = ['all'] if answer else []
            kinds += ['half'] if answer and is_half(text, start, end, before, answer) else []
            kinds += ['beside'] if answer and is_beside(text, start, end, before, answer) else []
            for kind in kinds:
                counts[kind] += 1
                right[kind] += squeezed(answer) == squeezed(row['rest'].encode())
    for kind, count in counts.most_common():
        print(f'{kind:8} {count:8} shown {right[kind]:8} right')


if __name__ == '__main__':
    main()
