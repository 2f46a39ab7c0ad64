#!/usr/bin/env python3
"""Scores completions of the rest of a line. usage: score_everyday.py TASKS_FOLDER COMPLETIONS_FOLDER

Both folders hold <repository>.jsonl: tasks {"id","lang","target"}, completions {"id","completion","ms"}.
exact: equal to the target once white space is collapsed; similarity: 1 - Levenshtein distance / longer length.
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


def main():
    tasks = {task["id"]: task for task in rows(sys.argv[1])}
    groups = collections.defaultdict(list)
    for row in rows(sys.argv[2]):
        task = tasks.get(row["id"])
        if task:
            line = row["completion"].lstrip("\n").split("\n")[0]
            groups[task["lang"]].append((" ".join(line.split()) == " ".join(task["target"].split()),
                                         similarity(line.strip(), task["target"].strip()), not line.strip(), row["ms"]))
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
