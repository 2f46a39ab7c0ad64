#!/usr/bin/env python3
"""Scores completions of the rest of a line. usage: score_everyday.py TASKS_FOLDER COMPLETIONS_FOLDER

Both folders hold <repository>.jsonl: tasks {"id","lang","target"}, completions {"id","completion","ms"}.
exact: equal to the target once white space is collapsed; similarity: 1 - Levenshtein distance / longer length.

Of rows with {"confidence","head","headConfidence"}, as model_bench writes, also how often the head is right that is shown of a
line less than LEAST sure: the target begins with it, and no word of it is longer there.
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


LEAST = 0.05  # as MINIMUM_CONFIDENCE in backends/repository.c


def same(head, target):
    return len(os.path.commonprefix([head, target]))


def is_right(head, target):
    is_word = lambda text: text[-1:] == "_" or text[-1:].isalnum()
    return target.startswith(head) and not (is_word(head) and is_word(target[len(head):][:1]))


def print_heads(heads):
    print("| head said to be right | heads | right % | said % | characters right | wrong |\n|---|---|---|---|---|---|")
    for low, high in ((0, 0.6), (0.6, 0.8), (0.8, 1.01), (0, 1.01)):
        group = [(head, target, said) for head, target, said in heads if low <= said < high]
        if group:
            print(f"| {100 * low:.0f} to {min(100 * high, 100):.0f} % | {len(group)} | "
                  f"{100 * statistics.mean(is_right(head, target) for head, target, _ in group):.0f} | "
                  f"{100 * statistics.mean(said for _, _, said in group):.0f} | "
                  f"{sum(same(head, target) for head, target, _ in group)} | "
                  f"{sum(len(head) - same(head, target) for head, target, _ in group)} |")
    print()


def main():
    tasks = {task["id"]: task for task in rows(sys.argv[1])}
    groups, heads = collections.defaultdict(list), []
    for row in rows(sys.argv[2]):
        task = tasks.get(row["id"])
        if task:
            line = row["completion"].lstrip("\n").split("\n")[0]
            groups[task["lang"]].append((" ".join(line.split()) == " ".join(task["target"].split()),
                                         similarity(line.strip(), task["target"].strip()), not line.strip(), row["ms"]))
            if row.get("head") and row["confidence"] < LEAST:
                heads.append((line.encode()[:row["head"]].decode(), task["target"], row["headConfidence"]))
    if heads:
        print_heads(heads)
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
