#!/usr/bin/env python3
"""What lines cost to type with the built-in model, by how sure it has to be. usage: score_typing.py KEYS.jsonl...

KEYS is what `model_bench --typing ROOT TASKS.jsonl OUT.jsonl KEYS` writes: the answer at every key of a line. Somebody types
the lines, accepts with one key what is right as far as it goes, if it is two characters or more, and nothing else. A row for
each pair of measures: a line less sure than `cut` is cut to its head, one that has none and is less sure than `least` is not
shown. Keys: how many are pressed for a hundred characters. Wrong: how often something else appears that is not right, and how
many characters of it are not, for a hundred lines.
"""
import collections
import json
import os
import sys

from score_everyday import CUT, LEAST

MEASURES = ((0, 0.05), (0.06, 0.05), (0.1, 0.05), (0.1, 0.08), (0.15, 0.05), (0.15, 0.08), (0.15, 0.1), (0.2, 0.1), (0.3, 0.2))


def is_word(text):
    return text[-1:] == "_" or text[-1:].isalnum()


def shown(row, cut, least):
    line, head = row["completion"].split("\n")[0], int(row["head"])
    if head and row["confidence"] < cut:
        return line.encode()[:head].decode()
    return line if row["confidence"] >= least else ""


def is_right(text, rest):
    return rest.startswith(text) and not (is_word(text) and is_word(rest[len(text):][:1]))


def type_line(rows, cut, least, sums):
    at, end, before = min(rows), max(rows) + 1, ""
    while at < end and at in rows and rows[at]["rest"]:
        rest = rows[at]["rest"]
        text = shown(rows[at], cut, least)
        sums["keys"] += 1
        if len(text) > 1 and is_right(text, rest):
            sums["accepted"] += 1
            at, before = at + len(text.encode()), ""
            continue
        if text and not before.endswith(text):
            sums["wrong"] += not is_right(text, rest)
            sums["wrong characters"] += len(text) - len(os.path.commonprefix([text, rest]))
        at, before = at + len(rest[:1].encode()), text
    sums["characters"] += len(rows[min(rows)]["rest"])
    sums["lines"] += 1


def main():
    lines = collections.defaultdict(dict)
    for name in sys.argv[1:]:
        with open(name) as file:
            for row in map(json.loads, file):
                lines[row["id"]][int(row["at"])] = row
    print("| cut below | least | keys | accepted | wrong | wrong characters |\n|---|---|---|---|---|---|")
    for cut, least in MEASURES:
        sums = collections.Counter()
        for rows in lines.values():
            type_line(rows, cut, least, sums)
        mark = "**" if (cut, least) == (CUT, LEAST) else ""
        each = [f"{100 * sums[name] / sums['lines']:.0f}" for name in ("accepted", "wrong", "wrong characters")]
        print(f"| {mark}{cut:.2f}{mark} | {least:.2f} | {100 * sums['keys'] / sums['characters']:.1f} | " + " | ".join(each) + " |")


if len(sys.argv) < 2:
    sys.exit(__doc__)
main()
