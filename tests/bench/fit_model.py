#!/usr/bin/env python3
"""Fits the built-in model's weights from what model_bench and hunch replay wrote.

usage: fit_model.py words OUT.c LINES... [-- CROSS...]  writes backends/repository_weights.c
       fit_model.py choice OUT.c EVIDENCE...            writes backends/repository_choice_trees.c
       fit_model.py confidence OUT.c EVIDENCE...        writes backends/repository_confidence_trees.c

LINES and CROSS are what model_bench writes last, EVIDENCE what hunch replay --evidence writes. The confidence is of the
lines that were chosen, so it is fitted after the choice, on what the program built with that writes.

The weights there are, of words: LINES are 900 lines of each repository of the development bench that none of its tasks ask
for (make_lines.py --lines 900, --without both sets) and of 24 others (aiohttp, Catch2, cobra, commons-lang, curl, gson, htop, httpx,
hugo, hyper, kotlinx.coroutines, libgit2, ninja, nlohmann/json, prometheus, pytest, redis, requests, RxJava, serde_json, testify, tokio,
trpc, vscode-languageserver-node), of which every second word is taken. CROSS are 6,944 lines of
all but kotlinx.coroutines that need a name of another file, by the program that made the cross-file set (make_tasks.py --n 400, or
300 of the others, --mix rest=80,line=50 --seed 5 --per-file 12 --per-name 3), without those within two lines of a task of
either set. Such lines are rarer than in the fit, so being a hint is worth HINT_LESS less afterwards.

The trees of choice and confidence: up to 800 lines each that the last 300 commits of the same repositories added, asked in two
ways; none is one that docs/performance.md replays. A place where fewer than SHORT bytes are left counts less (SHORT_WEIGHT): what
is left there is seldom worth showing, and must not be what the model is surest of.

Words by Adam steps with a little weight decay, the others by boosted trees. The held-out figures leave out one repository
(of words, all files of one name; of the others each fourth file) at a time; FAST=1 does without. Needs numpy.
"""
import json
import os
import sys

import numpy as np

INPUTS, HIDDEN, UNSEEN = 82, 16, 4  # as in backends/repository_weights.h
HINT, HINT_LESS = 53, 0.5  # the input that says that a word is a hint, the first of any of them in backends/repository_hints.c
LINES_STEP, EPOCHS = 2, 9


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
    end = paths.index('--') if '--' in paths else len(paths)
    lines, cross = paths[:end], paths[end + 1:]
    parts = [(os.path.basename(p), read_events(p)[::LINES_STEP]) for p in lines] + [(os.path.basename(p), read_events(p)) for p in cross]
    names = sorted({name for name, _ in parts})
    for name in names if len(names) > 1 and not os.environ.get('FAST') else []:
        rest = [event for other, part in parts if other != name for event in part]
        Ranker(rest).fit(rest).report('held out ' + name, [event for own, part in parts if own == name for event in part])
    everything = [event for _, part in parts for event in part]
    ranker = Ranker(everything).fit(everything)
    ranker.report('all', everything)
    weights = ranker.raw()
    weights['direct'][HINT] -= HINT_LESS if cross else 0
    write_weights(path, weights)


class Forest:
    """Boosted trees that ask one question at each depth, of a random part of the rows and features each."""

    TREES, DEPTH, RATE, DECAY, BINS, ROWS, FEATURES = 200, 6, 0.1, 20.0, 48, 0.7, 0.6
    SHORT_WEIGHT = 0.15
    NAME = 'confidence'

    def __init__(self, x, y, weight, start=None):
        random, (count, features) = np.random.default_rng(3), x.shape
        self.edges = [np.unique(np.quantile(column, np.linspace(0, 1, self.BINS + 1)[1:-1])) for column in x.T]
        self.steps = np.stack([np.searchsorted(edges, column) for edges, column in zip(self.edges, x.T)], 1)
        self.askable = np.stack([np.arange(self.BINS) < len(edges) for edges in self.edges])
        self.weight = weight
        mean = np.average(y, weights=weight)
        self.usual, self.trees = np.log(mean / (1 - mean)), []
        odds = np.full(count, self.usual) if start is None else start.copy()
        for _ in range(self.TREES):
            rows = np.flatnonzero(random.random(count) < self.ROWS)
            askable = self.askable & (random.random(features) < self.FEATURES)[:, None]
            odds += self.add_tree(rows, askable, odds, y)

    def probability(self, odds):
        return 1 / (1 + np.exp(-odds))

    def add_tree(self, rows, askable, odds, y):
        p = self.probability(odds)
        slope, curve, leaf, questions = (p - y) * self.weight, p * (1 - p) * self.weight, np.zeros(len(y), int), []
        for depth in range(self.DEPTH):
            feature, step = self.best_question(rows, askable, slope, curve, leaf, 1 << depth)
            questions.append((feature, self.edges[feature][step]))
            leaf = leaf * 2 + (self.steps[:, feature] > step)
        sums = [np.bincount(leaf[rows], w[rows], 1 << self.DEPTH) for w in (slope, curve)]
        leaves = -self.RATE * sums[0] / (sums[1] + self.DECAY)
        self.trees.append((questions, leaves))
        return leaves[leaf]

    def best_question(self, rows, askable, slope, curve, leaf, leaves):
        asked, bins = np.flatnonzero(askable.any(1)), askable.shape[1]
        cell = ((leaf[rows, None] * len(asked) + np.arange(len(asked))) * bins + self.steps[rows][:, asked]).ravel()
        parts = []
        for w in (slope, curve):
            sums = np.bincount(cell, np.repeat(w[rows], len(asked)), leaves * len(asked) * bins)
            sums = sums.reshape(leaves, len(asked), bins)
            below = sums.cumsum(2)
            parts.append((below, sums.sum(2, keepdims=True) - below))
        gain = sum((of_slope ** 2 / (of_curve + self.DECAY)).sum(0) for of_slope, of_curve in zip(*parts))
        feature, step = np.unravel_index(np.where(askable[asked], gain, -1).argmax(), gain.shape)
        return int(asked[feature]), int(step)

    def sums(self, x):
        total = np.zeros(len(x))
        for questions, leaves in self.trees:
            leaf = np.zeros(len(x), int)
            for feature, edge in questions:
                leaf = leaf * 2 + (x[:, feature] > edge)
            total += leaves[leaf]
        return total

    def predict(self, x):
        return 1 / (1 + np.exp(-self.usual - self.sums(x)))

    def write(self, path):
        name = self.NAME
        with open(path, 'w') as file:
            file.write(f'// repository_{name}_trees.c - see repository_{name}.h. Written by tests/bench/fit_model.py.\n'
                       f'#include "backends/repository_{name}.h"\n\n// clang-format off\n'
                       + self.head() +
                       f'const struct confidence_tree {name.upper()}_FOREST[{name.upper()}_TREES] = {{\n'
                       + ''.join(f'    {{{{{", ".join(str(feature) for feature, _ in questions)}}}, {{{row(edge for _, edge in questions)}}}, {{{row(leaves)}}}}},\n'
                                 for questions, leaves in self.trees) + '};\n// clang-format on\n')

    def head(self):
        return f'const float CONFIDENCE_USUAL = {row([self.usual])};\n'


class Chooser(Forest):
    """Of the lines that one search found the right one is to have the largest share of exp(what it scores)."""

    TREES, RATE, DECAY, BINS, NAME = 100, 0.08, 4.0, 32, 'choice'
    SHORT_WEIGHT = 0.15
    PROBABILITY_WEIGHT, BYTE_WEIGHT = 0.7, 0.04  # as in backends/repository_choice.c

    def __init__(self, x, y, weight, group):
        some_right = np.bincount(group, y)
        useful = (some_right[group] > 0) & (some_right < np.bincount(group))[group]
        self.group = np.unique(group[useful], return_inverse=True)[1]
        super().__init__(x[useful], y[useful], weight[useful], self.PROBABILITY_WEIGHT * x[useful, 0])

    def probability(self, odds):
        share = np.exp(np.maximum(odds - self.best(odds)[self.group], -50))
        return share / np.bincount(self.group, share)[self.group]

    def best(self, odds):
        best = np.full(self.group.max() + 1, -np.inf)
        np.maximum.at(best, self.group, odds)
        return best

    def score(self, x):
        length = np.exp(x[:, LENGTH]) - 1
        return self.PROBABILITY_WEIGHT * x[:, 0] + self.sums(x) + self.BYTE_WEIGHT * length

    def head(self):
        return ''


LENGTH = 28  # the feature that is the log of 1 + what a line has of bytes, see backends/repository_confidence.c
SHORT = 4  # a place where fewer bytes are left to write counts SHORT_WEIGHT


def weight_of(kind, answer):
    return kind.SHORT_WEIGHT if answer['left'] < SHORT else 1.0


def read_lists(path):
    """Of each search the lines in its order: what they are chosen by, whether they are right, and which search it was."""
    x, y, weight, group = [], [], [], []
    with open(path) as file:
        for number, line in enumerate(file):
            found = sorted(json.loads(line), key=lambda answer: answer['place'])
            first = np.array(found[0]['features'])
            for place, answer in enumerate(found):
                own = np.array(answer['features'])
                x.append(np.concatenate([own, own - first, [place]]))
                y.append(answer['right'])
                weight.append(weight_of(Chooser, answer))
                group.append(number)
    return np.array(x), np.array(y, float), np.array(weight), np.array(group)


def join_lists(parts):
    before = np.cumsum([0] + [part[3].max() + 1 for part in parts])
    return (*(np.concatenate([part[i] for part in parts]) for i in range(3)),
            np.concatenate([part[3] + start for part, start in zip(parts, before)]))


def share_right(score, y, group):
    order = np.lexsort((-score, group))
    first = np.flatnonzero(np.r_[True, np.diff(group[order]) > 0])
    return y[order][first].mean()


def main_choice(out, paths):
    parts = [read_lists(path) for path in paths]
    for start in range(0 if len(parts) < 4 or os.environ.get('FAST') else 4):
        chooser = Chooser(*join_lists([part for i, part in enumerate(parts) if i % 4 != start]))
        for i in range(start, len(parts), 4):
            x, y, _, group = parts[i]
            print(f'held out {os.path.basename(paths[i])}: right as the search orders {share_right(-x[:, -1], y, group):.3f}, as chosen '
                  f'{share_right(chooser.score(x), y, group):.3f}, if all were right that can be {share_right(y, y, group):.3f}', flush=True)
    Chooser(*join_lists(parts)).write(out)


def read_answers(path):
    with open(path) as file:
        rows = [json.loads(line)[0] for line in file]
    return np.array([r['features'] for r in rows]), np.array([r['right'] for r in rows], float), np.array([weight_of(Forest, r) for r in rows])


def calibration_error(p, y):
    return sum(abs((p[group] - y[group]).sum()) for group in np.array_split(np.argsort(-p), 10)) / len(y)


def report_confidence(name, p, y):
    chance = np.mean([calibration_error(p, (np.random.default_rng(i).random(len(p)) < p).astype(float)) for i in range(20)])
    surest = y[np.argsort(-p)[:len(y) // 5]].mean()
    print(f'{name}: right {y.mean():.3f}, among the surest fifth {surest:.3f}, calibration error {calibration_error(p, y):.3f} '
          f'(chance alone {chance:.3f}), n {len(y)}', flush=True)


def main_confidence(out, paths):
    parts = [read_answers(path) for path in paths]
    held = [None] * len(parts)
    for start in range(0 if len(parts) < 4 or os.environ.get('FAST') else 4):
        rest = [part for i, part in enumerate(parts) if i % 4 != start]
        forest = Forest(*map(np.concatenate, zip(*rest)))
        for i in range(start, len(parts), 4):
            held[i] = forest.predict(parts[i][0])
            report_confidence('held out ' + os.path.basename(paths[i]), held[i], parts[i][1])
    x, y, weight = map(np.concatenate, zip(*parts))
    if held[0] is not None:
        report_confidence('held out, all', np.concatenate(held), y)
        long = weight == 1
        report_confidence('held out, where more than that is left', np.concatenate(held)[long], y[long])
        report_confidence('held out, where little is left', np.concatenate(held)[~long], y[~long])
    Forest(x, y, weight).write(out)


if __name__ == '__main__':
    if len(sys.argv) > 3 and sys.argv[1] == 'words':
        main_words(sys.argv[2], sys.argv[3:])
    elif len(sys.argv) > 3 and sys.argv[1] == 'choice':
        main_choice(sys.argv[2], sys.argv[3:])
    elif len(sys.argv) > 3 and sys.argv[1] == 'confidence':
        main_confidence(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(__doc__)
