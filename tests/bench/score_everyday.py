#!/usr/bin/env python3
"""Scores completions of the rest of a line. usage: score_everyday.py TASKS_FOLDER COMPLETIONS_FOLDER

Both folders hold <repository>.jsonl: tasks {"id","lang","target"}, completions {"id","completion","ms"}.
exact: equal to the target once white space is collapsed; similarity: 1 - Levenshtein distance / longer length.

Of rows with {"confidence","head","headConfidence"}, as model_bench writes, two more tables: how often the head is right that is
shown of an unsure line (the target begins with it, and no word of it is longer there); and what a person sees where lines less
sure than so much are cut to their heads, by which CUT_CONFIDENCE in backends/repository.c was chosen.
"""
import collections
import json
import os
import statistics
import sys


def rows(folder):
    for name in sorted(os.listdir(folder)):
        if name.endswith(".jsonl"):
            with open(os.path.join(folder, name)) as file:
                yield from map(json.loads, file)


def similarity(a, b):
    if not a or not b:
        return float(a == b)
    previous = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        current = [i]
        for j, y in enumerate(b, 1):
            current.append(min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (x != y)))
        previous = current
    return 1 - previous[-1] / max(len(a), len(b))


LEAST, CUT = 0.08, 0.15  # as MINIMUM_CONFIDENCE and CUT_CONFIDENCE in backends/repository.c


def same(text, target):
    return len(os.path.commonprefix([text, target]))


def is_right(head, target):
    is_word = lambda text: text[-1:] == "_" or text[-1:].isalnum()
    return target.startswith(head) and not (is_word(head) and is_word(target[len(head):][:1]))


def head_of(line, row):
    return line.encode()[:row["head"]].decode()


def print_heads(answers):
    """answers: of each task the line, its target and the row."""
    heads = [(head_of(line, row), target, row["headConfidence"]) for line, target, row in answers
             if row["head"] and row["confidence"] < CUT]
    print("| head said to be right | heads | right % | said % | characters right | wrong |\n|---|---|---|---|---|---|")
    for low, high in ((0, 0.6), (0.6, 0.8), (0.8, 1.01), (0, 1.01)):
        group = [(head, target, said) for head, target, said in heads if low <= said < high]
        if group:
            print(f"| {100 * low:.0f} to {min(100 * high, 100):.0f} % | {len(group)} | "
                  f"{100 * statistics.mean(is_right(head, target) for head, target, _ in group):.0f} | "
                  f"{100 * statistics.mean(said for _, _, said in group):.0f} | "
                  f"{sum(same(head, target) for head, target, _ in group)} | "
                  f"{sum(len(head) - same(head, target) for head, target, _ in group)} |")


def print_cuts(answers):
    print("\n| cut below | exact % | similarity % | empty % | begins the target % | characters right | wrong |\n"
          "|---|---|---|---|---|---|---|")
    for cut in (0, LEAST, 0.1, CUT, 0.2, 0.3):
        seen = []
        for line, target, row in answers:
            unsure = head_of(line, row) if row["confidence"] < cut else ""
            seen.append((unsure or (line if row["confidence"] >= LEAST else ""), target))
        parts = (" ".join(a.split()) == " ".join(b.split()) for a, b in seen), \
                (similarity(a.strip(), b.strip()) for a, b in seen), (not a.strip() for a, _ in seen), \
                (a.strip() != "" and b.startswith(a) for a, b in seen)
        right = sum(same(a, b) for a, b in seen)
        print(f"| {cut:.2f} | " + " | ".join(f"{100 * statistics.mean(part):.1f}" for part in parts) +
              f" | {right} | {sum(len(a) for a, _ in seen) - right} |")
    print()


def main():
    tasks = {task["id"]: task for task in rows(sys.argv[1])}
    groups, answers = collections.defaultdict(list), []
    for row in rows(sys.argv[2]):
        task = tasks.get(row["id"])
        if task:
            line = row["completion"].lstrip("\n").split("\n")[0]
            groups[task["lang"]].append((" ".join(line.split()) == " ".join(task["target"].split()),
                                         similarity(line.strip(), task["target"].strip()), not line.strip(), row["ms"]))
            if "headConfidence" in row:
                answers.append((line, task["target"].rstrip(), row))
    if answers:
        print_heads(answers)
        print_cuts(answers)
    print("| language | n | exact % | similarity % | empty % | p50 ms | p95 ms |\n|---|---|---|---|---|---|---|")
    means = []
    for language, results in sorted(groups.items()):
        share = [100 * statistics.mean(result[i] for result in results) for i in range(3)]
        times = sorted(result[3] for result in results)
        means.append(share)
        print(f"| {language} | {len(results)} | " + " | ".join(f"{value:.1f}" for value in share) +
              f" | {statistics.median(times):.1f} | {times[int(0.95 * (len(times) - 1))]:.1f} |")
    print(f"| mean | {sum(map(len, groups.values()))} | " +
          " | ".join(f"{statistics.mean(mean[i] for mean in means):.1f}" for i in range(3)) + " | | |")


if __name__ == "__main__":
    main()
