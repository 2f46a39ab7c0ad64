#!/usr/bin/env python3
"""How likely a real model finds what comes next, behind prompts with context and without, of several states of Hunch.

    tests/bench/likelihood.py [--tasks N] MODEL.gguf PROMPTS.jsonl [PROMPTS.jsonl ...]

PROMPTS: as real_model --prompts writes them, one file for each state; those without context are the first one's. Of each set N
tasks, drawn from those where the first one's context displaces some of the document's own text: what the ends of its prompts with
context and without share is less than 95 % of the latter.

exact: each token to come is the likeliest, and behind them a line ends. nats: what it costs to tell the tokens to come, on average;
fewer are better. The rest is against the prompts without context, task by task: how much it differs, with its standard error, and
in how many tasks by more than 0.05 for better or worse.
"""
import argparse
import json
import random
import statistics

import gguf

import generate


def read(path):
    with open(path, encoding="utf-8") as file:
        return {(row["set"], row["task"], row["context"]): row for row in map(json.loads, file)}


def is_displaced(without, with_context):
    shared = 0
    for one, other in zip(reversed(without), reversed(with_context)):
        if one != other:
            break
        shared += 1
    return shared < 0.95 * len(without)


def draw(states, name, count):
    first = states[0]
    tasks = [task for of, task, context in first if of == name and context and all((of, task, True) in state for state in states)]
    tasks = [task for task in tasks if (name, task, False) in first
             and is_displaced(first[name, task, False]["tokens"], first[name, task, True]["tokens"])]
    random.Random(1).shuffle(tasks)
    return tasks[:count]


def judge(model, ends, row):
    nats, likeliest = model.judge(row["tokens"], row["target"])
    return nats, likeliest[:-1] == row["target"] and likeliest[-1] in ends


def report(title, verdicts, without):
    cells = [title, str(len(verdicts)), str(sum(exact for _, exact in verdicts)), f"{statistics.mean(nats for nats, _ in verdicts):.2f}"]
    cells += ["", "", ""] if verdicts is without else []
    if verdicts is not without and len(verdicts) > 1:
        differences = [nats - before for (nats, _), (before, _) in zip(verdicts, without)]
        cells += [f"{statistics.mean(differences):+.2f} ± {statistics.stdev(differences) / len(differences) ** 0.5:.2f}",
                  str(sum(difference < -0.05 for difference in differences)), str(sum(difference > 0.05 for difference in differences))]
    print("| " + " | ".join(cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=100, help="of each set")
    parser.add_argument("model")
    parser.add_argument("prompts", nargs="+")
    options = parser.parse_args()
    model = generate.Model(options.model)
    vocabulary = gguf.GGUFReader(options.model).fields["tokenizer.ggml.tokens"].contents()
    ends = {token for token, text in enumerate(vocabulary) if text.startswith("\u010a")}  # a line's end, as byte-level BPE writes it
    states = [read(path) for path in options.prompts]
    print("| prompts | tasks | exact | nats | against none | better | worse |\n|---|---|---|---|---|---|---|")
    for name in sorted({of for of, _, _ in states[0]}):
        tasks = draw(states, name, options.tasks)
        without = [judge(model, ends, states[0][name, task, False]) for task in tasks]
        report(f"{name}: without context", without, without)
        for path, state in zip(options.prompts, states):
            report(f"{name}: {path}", [judge(model, ends, state[name, task, True]) for task in tasks], without)


if __name__ == "__main__":
    main()
