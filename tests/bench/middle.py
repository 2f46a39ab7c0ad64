#!/usr/bin/env python3
"""What the built-in model says in the middle of a line, as where somebody edits one.

    middle.py make ROOT TASKS.jsonl [LINES]                                  tasks of a repository
    model_bench ROOT TASKS.jsonl ANSWERS.jsonl
    middle.py ROOT TASKS.jsonl ANSWERS.jsonl [ROOT TASKS.jsonl ANSWERS.jsonl ...]

What is asked for is of one to four words or signs, and closes no more brackets and quotes than it opens:
  gap    all of it
  half   all but the first letters of a name, which are typed
  none   nothing: the line is whole, and whatever is shown is wrong
Files are drawn by size, lines evenly; left out are the lines that make_lines.py leaves out. Deterministic.

Of what is shown (model_bench's "shown" and "replaced"): right makes of the line what it was; begins makes a beginning of that, to
a word's end. The others are wrong, and of these harmful are: twice, which ends with what stands right of the cursor, brackets of its
own aside, and brackets, with which the line has other brackets or quotes left open than it had.
"""
import collections
import json
import os
import random
import re
import sys

from make_lines import EXTENSIONS, MOST_OF_A_FILE, NAME, NOT_CODE, read_files

PIECE = re.compile(r'[A-Za-z_]\w*|\d[\w.]*|[-=!<>+*/%&|^:?]+|\S')  # what stands in a quote is of several
OPENERS = {')': '(', ']': '[', '}': '{'}


def left_open(text):
    """Brackets that nothing opens or closes, and quotes of odd number."""
    stack = []
    for c in text:
        if c in OPENERS and stack and stack[-1] == OPENERS[c]:
            stack.pop()
        elif c in OPENERS or c in OPENERS.values():
            stack.append(c)
    return ''.join(stack) + ''.join(quote for quote in '"\'`' if text.count(quote) % 2)


def draw_part(draw, line):
    """Which kind, and where what is asked for begins and ends; None if nothing can be asked for."""
    body, words = line.lstrip(), list(PIECE.finditer(line))
    if not 12 <= len(body) <= 180 or len(words) < 4 or body.startswith(NOT_CODE):
        return None
    kind, first = draw.choice(('gap', 'gap', 'half', 'none')), draw.randrange(1, len(words) - 1)
    last = min(first + draw.choice((0, 0, 1, 2, 3)), len(words) - 2)
    cut, end = draw.choice((words[first - 1].end(), words[first].start())), words[last].end()
    if kind == 'half':
        cut = draw.randrange(words[first].start(), words[first].end() - 1) + 1 if NAME.fullmatch(words[first].group()) else end
    elif kind == 'none':
        end = cut
    is_glued = re.search(r'\w$', line[:cut]) and re.match(r'\w', line[end:])
    return None if is_glued or left_open(line[cut:end]) or (kind != 'none' and cut == end) else (kind, cut, end)


def make(root, count):
    files, draw, taken, of_file = list(read_files(root)), random.Random(11), set(), collections.Counter()
    weights = [len(text) for _, text in files]
    for _ in range(count * 100):
        path, text = draw.choices(files, weights)[0]
        start = text.rfind('\n', 0, draw.randrange(len(text))) + 1
        end = text.find('\n', start)
        line = text[start:end].rstrip()
        part = draw_part(draw, line)
        if end < 0 or not part or (path, start) in taken or of_file[path] >= MOST_OF_A_FILE:
            continue
        kind, cut, stop = part
        taken.add((path, start))
        of_file[path] += 1
        yield {'id': f'{os.path.basename(root)}/{len(taken):05d}', 'kind': kind, 'file': path,
               'lang': EXTENSIONS[os.path.splitext(path)[1]], 'offset': start + cut, 'target': line[cut:stop],
               'left': line[:cut], 'right': line[stop:]}
        if len(taken) == count:
            return


def squeezed(text):
    return ' '.join(text.split())


def judge(task, row):
    left, shown = task['left'], row['shown']
    was, right = left + task['target'] + task['right'], task['right'].encode()[int(row['replaced']):].decode()
    line = left + shown + right
    if squeezed(line) == squeezed(was):
        return 'right' if shown else 'silent'
    if not shown:
        return 'silent'
    head, beginning = squeezed(left + shown), squeezed(left + task['target'])
    if beginning.startswith(head) and not re.match(r'\w\w', head[-1] + beginning[len(head):][:1]):
        return 'begins'
    if left_open(line) != left_open(was):
        return 'brackets'
    pieces, after = PIECE.findall(shown), PIECE.findall(right)
    ends = (pieces[-n:] for n in range(1, len(pieces) + 1) if pieces[-n:] == after[:n])
    return 'twice' if any(set(end) - set(')]}') for end in ends) else 'wrong'


def judged(arguments):
    for _, tasks, answers in zip(*[iter(arguments)] * 3):
        tasks = {task['id']: task for task in map(json.loads, open(tasks))}
        for row in map(json.loads, open(answers)):
            yield tasks[row['id']], row, judge(tasks[row['id']], row)


def main():
    if sys.argv[1] == 'make':
        with open(sys.argv[3], 'w') as file:
            file.writelines(json.dumps(task) + '\n' for task in make(sys.argv[2], int((sys.argv + [400])[4])))
        return
    groups = collections.defaultdict(collections.Counter)
    for task, _, verdict in judged(sys.argv[1:]):
        for group in (task['lang'], task['kind'], 'all'):
            groups[group]['n'] += 1
            groups[group][verdict] += 1
    print('| tasks | n | right % | begins % | wrong % | of these twice | brackets | silent % |\n|---|---|---|---|---|---|---|---|')
    for group, seen in sorted(groups.items()):
        share = lambda *verdicts: f'{100 * sum(seen[verdict] for verdict in verdicts) / seen["n"]:.1f}'
        print(f'| {group} | {seen["n"]} | {share("right")} | {share("begins")} | {share("wrong", "twice", "brackets")} | '
              f'{seen["twice"]} | {seen["brackets"]} | {share("silent")} |')


if __name__ == '__main__':
    main()
