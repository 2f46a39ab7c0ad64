// repository_rank.c - see repository_rank.h.
//
// A log-linear model: a word's score is a weighted sum of its evidence, and
// its probability its share of the sum of e^score over all words seen behind
// the context and one more score for a word that was not.
#include "backends/repository_rank.h"

#include "base/map.h"

#include <math.h>

enum { RANKED = 64 }; // the words with the largest shares; the rest hardly ever is the one

// Fitted by tests/bench/fit_model.py (softmax regression) on 3,500 masked line ends of seven repositories in
// C, C++, Python, Go, Rust, TypeScript and Java, 27,000 words in all; in the order of rank_features.
static const double WEIGHTS[RANK_FEATURES] = {0.158, -0.439, 0.179,  0.191,  0.184,  0.660,  1.401,  -0.724,
                                              0.120, 0.196,  1.042,  -0.116, -0.107, -0.895, -1.214, 0.434,
                                              0.387, -0.023, -0.034, -0.058, 0.469,  -0.284, 0.164,  -0.072};
// Of a word not seen: constant, log of the residual, log of the depth, log of how many words were seen.
static const double UNSEEN[RANK_UNSEEN] = {-0.517, 0.159, 0.111, 1.212};

// Where a word stands in the open file, as distances to the cursor in tokens; 0: nowhere.
struct standing {
    uint32_t above, below, uses;
};

struct rank {
    const struct document *document;
    struct map standings; // word id -> index
    struct standing *items;
    size_t count;
};

static struct standing *standing_of(struct rank *rank, uint32_t id) {
    uint64_t *index = map_insert(&rank->standings, id, rank->count);
    if (*index == rank->count) {
        rank->items[rank->count++] = (struct standing){0, 0, 0};
    }
    return &rank->items[*index];
}

struct rank *rank_new(const struct document *document) {
    struct rank *rank = mem_zero(1, sizeof *rank);
    rank->document = document;
    map_init(&rank->standings);
    rank->items = mem_zero(document->tokens.count + 1, sizeof *rank->items);
    for (uint32_t i = 0; i < document->tokens.count; i++) {
        struct standing *standing = standing_of(rank, token_id(document->tokens.items[i]));
        if (i < document->cursor) {
            standing->above = document->cursor - i;
            standing->uses++;
        } else if (standing->below == 0) {
            standing->below = i - document->cursor;
        }
    }
    return rank;
}

void rank_free(struct rank *rank) {
    map_free(&rank->standings);
    free(rank->items);
    free(rank);
}

static bool on_line(const uint32_t *context, size_t length, uint32_t id) {
    for (size_t i = length; i > 0 && !token_is_line(context[i - 1]); i--) {
        if (context[i - 1] == id) {
            return true;
        }
    }
    return false;
}

void rank_features(const struct rank *rank, const uint32_t *context, size_t length,
                   const struct counted *word, double features[RANK_FEATURES]) {
    const uint64_t *index = map_get(&rank->standings, word->id);
    struct standing none = {0, 0, 0}, standing = index ? rank->items[*index] : none;
    bool name = token_is_name(word->id), again = on_line(context, length, word->id);
    double above = standing.above ? log(1 + standing.above) : 0;
    const double values[RANK_FEATURES] = {
        log(word->blend + 1e-6),
        log(word->soft + 1e-5),
        log(word->framed + 1e-5),
        log(word->deepest + 0.02),
        log(word->shallow + 1e-3),
        log(1 + word->like),
        log(1 + word->both),
        word->renamed,
        log(1 + word->own),
        log(1 + word->away),
        word->own > 0,
        above,
        name ? above : 0,
        standing.above == 0,
        name && standing.above == 0,
        standing.below > 0,
        name && standing.below > 0,
        log(1 + standing.uses),
        again && name,
        again && !name,
        name,
        token_is_line(word->id),
        log(word->sharp + 1e-6),
        log(1 + word->near),
    };
    memcpy(features, values, sizeof values);
}

void rank_unseen_features(const struct counts_answer *answer, double features[RANK_UNSEEN]) {
    features[0] = 1;
    features[1] = log(answer->residual + 1e-6);
    features[2] = log(1 + answer->depth);
    features[3] = log(1 + answer->count);
}

static int by_probability(const void *a, const void *b) {
    const struct counted *x = a, *y = b;
    if (x->probability != y->probability) {
        return x->probability > y->probability ? -1 : 1;
    }
    return x->id < y->id ? -1 : x->id > y->id;
}

static int by_share(const void *a, const void *b) {
    const struct counted *x = a, *y = b;
    double s = x->framed + x->blend, t = y->framed + y->blend;
    return s > t ? -1 : s < t ? 1 : x->id < y->id ? -1 : x->id > y->id;
}

static double score(const struct rank *rank, const uint32_t *context, size_t length,
                    const struct counted *word) {
    double features[RANK_FEATURES], sum = 0;
    rank_features(rank, context, length, word, features);
    for (uint32_t k = 0; k < RANK_FEATURES; k++) {
        sum += WEIGHTS[k] * features[k];
    }
    return exp(sum);
}

void rank_words(struct rank *rank, const uint32_t *context, size_t length, struct counts_answer *answer) {
    double features[RANK_UNSEEN], sum = 0;
    rank_unseen_features(answer, features);
    for (uint32_t k = 0; k < RANK_UNSEEN; k++) {
        sum += UNSEEN[k] * features[k];
    }
    double unseen = exp(sum);
    double total = unseen;
    uint32_t ranked = answer->count;
    if (answer->count > RANKED) {
        qsort(answer->words, answer->count, sizeof *answer->words, by_share);
        ranked = RANKED;
    }
    for (uint32_t i = 0; i < ranked; i++) {
        answer->words[i].probability = score(rank, context, length, &answer->words[i]);
        total += answer->words[i].probability;
    }
    for (uint32_t i = 0; i < ranked; i++) {
        answer->words[i].probability /= total;
    }
    for (uint32_t i = ranked; i < answer->count; i++) {
        answer->words[i].probability = answer->words[i].blend * 1e-3;
    }
    answer->unseen = unseen / total;
    qsort(answer->words, ranked, sizeof *answer->words, by_probability);
}
