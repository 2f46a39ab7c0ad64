#!/usr/bin/env python3
"""Fits the built-in model's weights from what model_bench wrote.

usage: fit_model.py words EVIDENCE...            WEIGHTS and UNSEEN of backends/repository_rank.c
       fit_model.py confidence TASKS FEATURES... CONSTANT and WEIGHTS of backends/repository_predict.c
                                                 (TASKS: the folder of the task files that FEATURES are of)

Both are convex problems solved by Adam steps with a little weight decay. The held-out figure leaves out one
file (one repository) at a time. Needs numpy.
"""
import glob
import json
import os
import sys

import numpy as np

SHOWN = 24


def read_events(path):
    seen, unseen, right, counts = [], [], [], []
    for line in open(path):
        if line.startswith('E'):
            numbers = line.split()
            right.append(int(numbers[1]))
            unseen.append([float(x) for x in numbers[2:]])
            counts.append(0)
            seen.append([])
        elif line.strip():
            seen[-1].append([float(x) for x in line.split()])
            counts[-1] += 1
    width = max(len(e[0]) for e in seen if e)
    x = np.zeros((len(seen), SHOWN, width), np.float32)
    for i, event in enumerate(seen):
        x[i, :len(event)] = np.array(event, np.float32).reshape(-1, width)
    mask = np.arange(SHOWN)[None] < np.array(counts)[:, None]
    right = np.array(right)
    return x, mask, np.where(right < 0, SHOWN, right), np.array(unseen, np.float32)


def join(parts):
    return tuple(np.concatenate(p) for p in zip(*parts))


def adam(gradient, start, steps=400, rate=0.05, decay=2e-4):
    w, m, v = start.copy(), np.zeros_like(start), np.zeros_like(start)
    for t in range(1, steps + 1):
        g = gradient(w) + decay * w
        m, v = 0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g * g
        w -= rate * (1 - t / steps) * (m / (1 - 0.9 ** t)) / (np.sqrt(v / (1 - 0.99 ** t)) + 1e-8)
    return w


def probabilities(w, x, mask, unseen):
    width = x.shape[2]
    z = np.concatenate([np.where(mask, x @ w[:width], -1e9), (unseen @ w[width:])[:, None]], 1)
    p = np.exp(z - z.max(1, keepdims=True))
    return p / p.sum(1, keepdims=True)


def fit_words(x, mask, right, unseen):
    n, width, hit = len(right), x.shape[2], right < SHOWN
    mean = np.concatenate([x[np.where(hit)[0], right[hit]].sum(0), unseen[~hit].sum(0)]) / n

    def gradient(w):
        p = probabilities(w, x, mask, unseen)
        return np.concatenate([np.tensordot(p[:, :SHOWN], x, ([0, 1], [0, 1])), p[:, SHOWN] @ unseen]) / n - mean

    return adam(gradient, np.zeros(width + unseen.shape[1]))


def report_words(name, w, x, mask, right, unseen):
    p = probabilities(w, x, mask, unseen)
    loss = -np.log(p[np.arange(len(right)), right] + 1e-9).mean()
    print(f'{name}: loss {loss:.4f}, right word first {(p[:, :SHOWN].argmax(1) == right).mean():.4f}, n {len(right)}')


def print_weights(w):
    print(', '.join(f'{x:.3f}' for x in w))


def main_words(paths):
    parts = [read_events(p) for p in paths]
    if len(parts) > 1 and not os.environ.get('FAST'):
        for i, part in enumerate(parts):
            report_words('held out ' + os.path.basename(paths[i]), fit_words(*join(parts[:i] + parts[i + 1:])), *part)
    everything = join(parts)
    w = fit_words(*everything)
    report_words('all', w, *everything)
    width = everything[0].shape[2]
    print('WEIGHTS'), print_weights(w[:width])
    print('UNSEEN'), print_weights(w[width:])


def same(a, b):
    return ' '.join(a.split()) == ' '.join(b.split())


def read_features(tasks, path):
    targets = {}
    for file in glob.glob(os.path.join(tasks, '*.jsonl')):
        for line in open(file):
            task = json.loads(line)
            targets[task['id']] = task['target']
    rows = [json.loads(line) for line in open(path)]
    x = np.array([[1.0] + r['features'] for r in rows])
    return x, np.array([same(r['completion'], targets[r['id']]) for r in rows], float)


def fit_logistic(x, y):
    return adam(lambda w: x.T @ (1 / (1 + np.exp(-x @ w)) - y) / len(y), np.zeros(x.shape[1]), 1500, 0.1, 1e-4)


def report_logistic(name, w, x, y):
    p = 1 / (1 + np.exp(-x @ w))
    order = np.argsort(-p)
    top = y[order[:int(len(y) * 0.3)]].mean()
    bins = np.array_split(order, 10)
    gap = np.mean([abs(p[b].mean() - y[b].mean()) for b in bins])
    print(f'{name}: right {y.mean():.3f}, among the surest 30 % {top:.3f}, calibration error {gap:.3f}, n {len(y)}')


def main_confidence(tasks, paths):
    parts = [read_features(tasks, p) for p in paths]
    for i, part in enumerate(parts):
        if len(parts) > 1:
            report_logistic('held out ' + os.path.basename(paths[i]), fit_logistic(*join(parts[:i] + parts[i + 1:])), *part)
    everything = join(parts)
    w = fit_logistic(*everything)
    report_logistic('all', w, *everything)
    print('CONSTANT, WEIGHTS'), print_weights(w)


if __name__ == '__main__':
    if len(sys.argv) > 2 and sys.argv[1] == 'words':
        main_words(sys.argv[2:])
    elif len(sys.argv) > 3 and sys.argv[1] == 'confidence':
        main_confidence(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(__doc__)
