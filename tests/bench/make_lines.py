#!/usr/bin/env python3
"""Lines of a repository to fit the built-in model's weights on, as tasks for model_bench.

usage: make_lines.py ROOT OUT.jsonl [--lines 1300] [--foreign 0.3] [--seed 11] [--without TASKS.jsonl]...

A task is the rest of a line of code behind one of its words, or in a fifth of them the whole line. Files are drawn by size,
lines evenly. Left out: blank lines, comments, imports, lines under 12 or over 180 characters, rests under 4 characters,
and every line within two lines of one that a task of --without asks for, so that nothing is fitted on what measures.
Of the lines, the share --foreign has a word in its rest that stands nowhere above the cursor but in another file: those
need what the open file does not say. Deterministic; standard library only.
"""
import argparse
import collections
import json
import os
import random
import re

EXTENSIONS = {'.c': 'c', '.h': 'c', '.cc': 'cpp', '.cpp': 'cpp', '.hpp': 'cpp', '.py': 'python', '.go': 'go', '.rs': 'rust',
              '.ts': 'typescript', '.tsx': 'typescript', '.java': 'java', '.kt': 'kotlin'}
SKIPPED_FOLDERS = {'.git', 'node_modules', 'vendor', 'third_party', 'dist', 'build', 'fixtures', 'testdata', 'target'}
NOT_CODE = ('//', '/*', '*', '#', '--', '"""', 'import ', 'from ', 'use ', 'package ', '@')
WORD = re.compile(r'[A-Za-z_]\w*|\d[\w.]*|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|\S')
NAME = re.compile(r'[A-Za-z_]\w{2,}')
MOST_OF_A_FILE = 40


def read_files(root):
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - SKIPPED_FOLDERS)
        for name in sorted(names):
            path = os.path.join(folder, name)
            if os.path.splitext(name)[1] not in EXTENSIONS or os.path.islink(path):
                continue
            try:
                with open(path, encoding='utf-8', newline='') as file:
                    text = file.read()
            except (UnicodeDecodeError, OSError):
                continue
            if 800 <= len(text) <= 400_000 and max(map(len, text.split('\n'))) <= 1000 and 'generated' not in text[:400].lower():
                yield os.path.relpath(path, root), text


def asked_lines(paths):
    asked = collections.defaultdict(set)
    for path in paths:
        with open(path) as file:
            for row in map(json.loads, file):
                asked[row['file']].update(range(row['line'] - 2, row['line'] + row['target'].count('\n') + 3))
    return asked


def draw_cut(draw, line):
    """Where the rest begins; None if the line is not to be asked for."""
    body = line.lstrip()
    words = list(WORD.finditer(line))
    if not 12 <= len(body) <= 180 or len(words) < 4 or body.startswith(NOT_CODE):
        return None
    cut = len(line) - len(body) if draw.random() < 0.2 else words[draw.randrange(len(words) - 2)].end()
    return cut if len(line[cut:].strip()) >= 4 else None


def make(root, count, foreign, seed, asked):
    files = list(read_files(root))
    weights = [len(text) for _, text in files]
    holders = collections.Counter(name for _, text in files for name in set(NAME.findall(text)))
    draw, taken, of_file, wanted = random.Random(seed), set(), collections.Counter(), {True: count * foreign, False: count * (1 - foreign)}
    for _ in range(count * 400):
        if max(wanted.values()) < 1:
            break
        path, text = draw.choices(files, weights)[0]
        start = text.rfind('\n', 0, draw.randrange(len(text))) + 1
        end = text.find('\n', start)
        line = text[start:end].rstrip()
        cut, number = draw_cut(draw, line), text.count('\n', 0, start)
        if end < 0 or cut is None or (path, start) in taken or of_file[path] >= MOST_OF_A_FILE or number in asked[path]:
            continue
        above = set(NAME.findall(text[:start + cut]))
        is_foreign = any(name not in above and holders[name] > 1 for name in NAME.findall(line[cut:]))
        if wanted[is_foreign] < 1:
            continue
        wanted[is_foreign] -= 1
        taken.add((path, start))
        of_file[path] += 1
        yield {'id': f'{os.path.basename(root)}/{len(taken):05d}', 'file': path, 'lang': EXTENSIONS[os.path.splitext(path)[1]],
               'offset': start + cut, 'line': number, 'target': line[cut:], 'foreign': is_foreign}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('root')
    parser.add_argument('out')
    parser.add_argument('--lines', type=int, default=1300)
    parser.add_argument('--foreign', type=float, default=0.3)
    parser.add_argument('--seed', type=int, default=11)
    parser.add_argument('--without', action='append', default=[])
    options = parser.parse_args()
    rows = list(make(options.root, options.lines, options.foreign, options.seed, asked_lines(options.without)))
    with open(options.out, 'w') as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + '\n' for row in rows)
    print(options.out, len(rows), sum(row['foreign'] for row in rows))


if __name__ == '__main__':
    main()
