#!/usr/bin/env python3
"""Fits the built-in model's weights from what model_bench wrote.

usage: fit_model.py words OUT.c EVIDENCE...      writes backends/repository_weights.c
       fit_model.py confidence TASKS FEATURES... CONSTANT and WEIGHTS of backends/repository_predict.c
                                                 (TASKS: the folder of the task files that FEATURES are of; those
                                                 that hunch replay --evidence wrote need none)

The weights there are, of words, are fitted on 900 lines of each repository of the development bench that none of its
tasks ask for (make_lines.py --lines 900, without both sets), when the input for a receiver's member was still 0 behind a
"."; of confidence, on 500 lines each of what the last 150 commits of the same repositories added, before there were hints
(hunch replay --limit 500 --evidence).

Both by Adam steps with a little weight decay. The held-out figures leave out one file (one repository) at a time; FAST=1
does without those of words. Needs numpy.
"""
import glob
import json
import os
import sys

import numpy as np

INPUTS, HIDDEN, UNSEEN = 69, 16, 4  # as in backends/repository_weights.h
EPOCHS = 8


def read_events(path):
    """Of each word of a target: the right one's index or -1, the unseen word's inputs, and every word's inputs."""
    numbers, at, events = np.fromfile(path, np.float32), 0, []
    while at < len(numbers):
        right, count = int(numbers[at]), int(numbers[at + 1])
        at += 2
        unseen = numbers[at:at + UNSEEN]
        at += UNSEEN
        events.append((right, unseen, numbers[at:at + count * INPUTS].reshape(count, INPUTS)))
        at += count * INPUTS
    return events


def adam(gradient, start, steps=400, rate=0.05, decay=2e-4):
    w, m, v = start.copy(), np.zeros_like(start), np.zeros_like(start)
    for t in range(1, steps + 1):
        g = gradient(w) + decay * w
        m, v = 0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g * g
        w -= rate * (1 - t / steps) * (m / (1 - 0.9 ** t)) / (np.sqrt(v / (1 - 0.99 ** t)) + 1e-8)
    return w


class Ranker:
    """score = inputs . direct + max(0, inputs . layer + bias) . top; of the unseen word: its inputs . unseen."""

    def __init__(self, events):
        some = np.concatenate([event[2] for event in events[::7]])
        self.mean, self.scale = some.mean(0), np.maximum(some.std(0), 0.05)
        unseen = np.stack([event[1] for event in events])
        self.unseen_mean, self.unseen_scale = unseen.mean(0), unseen.std(0) + 1e-3
        self.unseen_mean[0], self.unseen_scale[0] = 0, 1  # the constant
        random = np.random.default_rng(1)
        self.weights = {'layer': random.normal(0, INPUTS ** -0.5, (INPUTS, HIDDEN)), 'bias': np.zeros(HIDDEN),
                        'top': random.normal(0, 0.3, HIDDEN), 'direct': np.zeros(INPUTS), 'unseen': np.zeros(UNSEEN)}
        self.weights = {name: value.astype(np.float32) for name, value in self.weights.items()}

    def batch(self, events):
        most = max(len(event[2]) for event in events)
        mask = np.arange(most)[None] < np.array([len(event[2]) for event in events])[:, None]
        x = (np.concatenate([event[2] for event in events]) - self.mean) / self.scale
        unseen = (np.stack([event[1] for event in events]) - self.unseen_mean) / self.unseen_scale
        return x, mask, unseen, np.array([event[0] if event[0] >= 0 else most for event in events])

    def forward(self, x, mask, unseen):
        w = self.weights
        sums = x @ w['layer'] + w['bias']
        hidden = np.maximum(sums, 0)
        z = np.full((mask.shape[0], mask.shape[1] + 1), -1e9, np.float32)
        z[:, :-1][mask] = hidden @ w['top'] + x @ w['direct']
        z[:, -1] = unseen @ w['unseen']
        p = np.exp(z - z.max(1, keepdims=True))
        return sums, hidden, p / p.sum(1, keepdims=True)

    def gradient(self, events):
        x, mask, unseen, right = self.batch(events)
        sums, hidden, p = self.forward(x, mask, unseen)
        p[np.arange(len(right)), right] -= 1
        p /= len(right)
        of_words = p[:, :-1][mask]
        back = of_words[:, None] * self.weights['top'] * (sums > 0)
        decay = {'layer': 1e-4, 'direct': 1e-4}
        found = {'layer': x.T @ back, 'bias': back.sum(0), 'top': hidden.T @ of_words, 'direct': x.T @ of_words,
                 'unseen': unseen.T @ p[:, -1]}
        return {name: found[name] + decay.get(name, 0) * self.weights[name] for name in found}

    def fit(self, events, epochs=EPOCHS, size=128, rate=0.004):
        random = np.random.default_rng(2)
        m = {name: np.zeros_like(value) for name, value in self.weights.items()}
        v = {name: np.zeros_like(value) for name, value in self.weights.items()}
        steps = epochs * (len(events) // size)
        for t in range(1, steps + 1):
            found = self.gradient([events[i] for i in random.integers(0, len(events), size)])
            for name, g in found.items():
                m[name] = 0.9 * m[name] + 0.1 * g
                v[name] = 0.99 * v[name] + 0.01 * g * g
                step = rate * min(1, t / 100) * (1 - t / (steps + 1))
                self.weights[name] -= (step * m[name] / (1 - 0.9 ** t) / (np.sqrt(v[name] / (1 - 0.99 ** t)) + 1e-8)).astype(np.float32)
        return self

    def report(self, name, events):
        loss = first = 0
        for i in range(0, len(events), 512):
            x, mask, unseen, right = self.batch(events[i:i + 512])
            p = self.forward(x, mask, unseen)[2]
            loss -= np.log(p[np.arange(len(right)), right] + 1e-9).sum()
            first += (p[:, :-1].argmax(1) == right).sum()
        print(f'{name}: loss {loss / len(events):.4f}, right word first {first / len(events):.4f}, n {len(events)}', flush=True)

    def raw(self):
        """The weights for inputs as they are, without mean and scale."""
        w = {name: value.astype(float) for name, value in self.weights.items()}
        layer, direct, unseen = w['layer'] / self.scale[:, None], w['direct'] / self.scale, w['unseen'] / self.unseen_scale
        unseen[0] += self.mean @ direct - self.unseen_mean[1:] @ unseen[1:]  # all scores may move together
        return {'direct': direct, 'layer': layer, 'bias': w['bias'] - self.mean @ layer, 'top': w['top'], 'unseen': unseen}


def row(numbers, suffix='f'):
    return ', '.join((text if '.' in text or 'e' in text else text + '.0') + suffix for text in (f'{x:.4g}' for x in numbers))


def write_weights(path, w):
    with open(path, 'w') as file:
        file.write('// repository_weights.c - see repository_weights.h. Written by tests/bench/fit_model.py.\n'
                   '#include "backends/repository_weights.h"\n\n// clang-format off\n'
                   f'const float WEIGHTS_DIRECT[WEIGHTS_INPUTS] = {{{row(w["direct"])}}};\n'
                   f'const float WEIGHTS_BIAS[WEIGHTS_HIDDEN] = {{{row(w["bias"])}}};\n'
                   f'const float WEIGHTS_TOP[WEIGHTS_HIDDEN] = {{{row(w["top"])}}};\n'
                   f'const double WEIGHTS_OF_UNSEEN[WEIGHTS_UNSEEN] = {{{row(w["unseen"], "")}}};\n'
                   'const float WEIGHTS_LAYER[WEIGHTS_INPUTS][WEIGHTS_HIDDEN] = {\n'
                   + ''.join(f'    {{{row(line)}}},\n' for line in w['layer']) + '};\n// clang-format on\n')


def main_words(path, paths):
    parts = [read_events(p) for p in paths]
    if len(parts) > 1 and not os.environ.get('FAST'):
        for i, part in enumerate(parts):
            rest = [event for k, other in enumerate(parts) if k != i for event in other]
            Ranker(rest).fit(rest).report('held out ' + os.path.basename(paths[i]), part)
    everything = [event for part in parts for event in part]
    ranker = Ranker(everything).fit(everything)
    ranker.report('all', everything)
    write_weights(path, ranker.raw())


def join(parts):
    return tuple(np.concatenate(p) for p in zip(*parts))


def print_weights(w):
    print(', '.join(f'{x:.3f}' for x in w))


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
    right = [r['right'] if 'right' in r else same(r['completion'], targets[r['id']]) for r in rows]
    return x, np.array(right, float)


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
    if len(sys.argv) > 3 and sys.argv[1] == 'words':
        main_words(sys.argv[2], sys.argv[3:])
    elif len(sys.argv) > 3 and sys.argv[1] == 'confidence':
        main_confidence(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(__doc__)
