// repository_rank.c - see repository_rank.h.
//
// What comes next is a choice among the words seen behind the context and the
// names at hand in the open file, be they seen there or not. A word's score is
// a small function of its evidence and of what kind of place this is (a linear
// one plus sixteen hidden units), and its probability its share of the sum of
// e^score over all of them and one more score for a word that is none of them.
#include "backends/repository_rank.h"

#include "backends/repository_hints.h"

#include <math.h>

enum { RANKED = 40, HINTED = 40 }; // the words with the largest shares; of the rest, only the names at hand

struct rank {
    struct scope *scope;
    struct hints *hints;
    uint32_t query;
};

// What the cursor's place is like, the same for every word.
struct place_kind {
    enum scope_slot slot;
    uint64_t line_parts, nearest_parts; // sub-words of the names left of the cursor on its line
    struct hints_place hints;
};

struct rank *rank_new(const struct document *document) {
    struct rank *rank = mem_zero(1, sizeof *rank);
    rank->scope = scope_new(document);
    rank->hints = hints_new(document, rank->scope);
    return rank;
}

void rank_free(struct rank *rank) {
    hints_free(rank->hints);
    scope_free(rank->scope);
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

static struct place_kind kind_of(struct rank *rank, const uint32_t *context, size_t length) {
    struct place_kind kind = {.slot =
                                  length > 0 ? scope_of(rank->scope, context[length - 1])->slot : SLOT_LINE};
    for (size_t i = length; i > 0 && !token_is_line(context[i - 1]); i--) {
        uint64_t parts = scope_of(rank->scope, context[i - 1])->parts;
        kind.nearest_parts = kind.nearest_parts ? kind.nearest_parts : parts;
        kind.line_parts |= parts;
    }
    kind.hints = hints_place(rank->hints, context, length);
    return kind;
}

// Of all sub-words of both, how many both have.
static float alike(uint64_t a, uint64_t b) {
    uint64_t both = a & b;
    return both ? (float)__builtin_popcountll(both) / (float)__builtin_popcountll(a | b) : 0;
}

static float within(uint64_t parts, uint64_t all) {
    return parts ? (float)__builtin_popcountll(parts & all) / (float)__builtin_popcountll(parts) : 0;
}

static float ln(double x) {
    return logf((float)x);
}

static float distance(uint32_t tokens) {
    return tokens > 0 ? ln(1 + tokens) : 0;
}

static void fill(struct rank *rank, const struct place_kind *kind, const uint32_t *context, size_t length,
                 const struct counted *word, float *features) {
    const struct standing *standing = scope_of(rank->scope, word->id);
    char first = standing->first;
    bool name = token_is_name(word->id), again = on_line(context, length, word->id);
    float above = distance(standing->above);
    const float values[RANK_OWN] = {
        ln(word->blend + 1e-6),
        ln(word->soft + 1e-5),
        ln(word->framed + 1e-5),
        ln(word->deepest + 0.02),
        ln(word->shallow + 1e-3),
        ln(1 + word->like),
        ln(1 + word->both),
        (float)word->renamed,
        ln(1 + word->own),
        ln(1 + word->away),
        word->own > 0,
        above,
        name ? above : 0,
        standing->above == 0,
        name && standing->above == 0,
        standing->below > 0,
        name && standing->below > 0,
        ln(1 + standing->uses),
        again && name,
        again && !name,
        name,
        token_is_line(word->id),
        ln(word->sharp + 1e-6),
        ln(1 + word->near),
        word->shallow <= 0, // nowhere behind the context, but at hand
        distance(standing->below),
        ln(1 + standing->near_uses),
        standing->visible > 0,
        distance(standing->visible),
        (float)standing->level / SCOPE_HIDDEN_LEVEL,
        standing->visible_uses == 1, // declared, perhaps, and not used yet
        ln(1 + standing->visible_uses),
        ((float)standing->after[kind->slot] + 0.3f) / (float)(standing->total + 1),
        ln(1 + standing->after[kind->slot]),
        alike(standing->parts, kind->line_parts),
        alike(standing->parts, kind->nearest_parts),
        within(standing->parts, kind->line_parts),
        first >= 'A' && first <= 'Z',
        first >= '0' && first <= '9',
        standing->length == 1,
        kind->slot == SLOT_LINE,
        kind->slot == SLOT_NAME,
        kind->slot == SLOT_MEMBER,
        kind->slot == SLOT_OPEN,
        kind->slot == SLOT_COMMA,
        kind->slot == SLOT_ASSIGN,
        kind->slot == SLOT_COLON,
        kind->slot == SLOT_QUOTE,
    };
    memcpy(features, values, sizeof values);
    hints_fill(rank->hints, &kind->hints, word->id, features + RANK_OWN);
}

void rank_features(struct rank *rank, const uint32_t *context, size_t length, const struct counted *word,
                   float features[RANK_FEATURES]) {
    struct place_kind kind = kind_of(rank, context, length);
    fill(rank, &kind, context, length, word, features);
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

static uint32_t space_of_names(const struct counts_answer *answer) {
    for (uint32_t i = 0; i < answer->count; i++) {
        if (token_is_name(answer->words[i].id)) {
            return answer->words[i].space;
        }
    }
    return answer->count ? answer->words[0].space : 0;
}

// The words with the largest shares, and the names at hand in the open file. Returns how many come first now.
static uint32_t choose(struct rank *rank, const struct place_kind *kind, struct counts_answer *answer) {
    qsort(answer->words, answer->count, sizeof *answer->words, by_share);
    uint32_t chosen = answer->count < RANKED ? answer->count : RANKED, near_count,
             space = space_of_names(answer);
    uint32_t near[SCOPE_NEAR + HINTED];
    const uint32_t *names = scope_near(rank->scope, &near_count);
    memcpy(near, names, near_count * sizeof *near);
    near_count += hints_names(rank->hints, &kind->hints, HINTED, near + near_count);
    rank->query++;
    for (uint32_t i = 0; i < answer->count; i++) {
        struct standing *standing = scope_of(rank->scope, answer->words[i].id);
        standing->query = rank->query;
        standing->word = i;
    }
    for (uint32_t i = 0; i < near_count; i++) {
        struct standing *standing = scope_of(rank->scope, near[i]);
        uint32_t at = standing->word;
        if (standing->query != rank->query) {
            standing->query = rank->query;
            at = standing->word = answer->count++;
            answer->words[at] = (struct counted){.id = near[i], .space = space};
        }
        if (at >= chosen) {
            struct counted word = answer->words[chosen];
            scope_of(rank->scope, word.id)->word = at;
            scope_of(rank->scope, near[i])->word = chosen;
            answer->words[chosen++] = answer->words[at];
            answer->words[at] = word;
        }
    }
    return chosen;
}

// The layer is stored input by input so that the hidden units are summed side by side.
static double score(const float *features) {
    float hidden[WEIGHTS_HIDDEN], sum = 0;
    memcpy(hidden, WEIGHTS_BIAS, sizeof hidden);
    for (int i = 0; i < WEIGHTS_INPUTS; i++) {
        float input = features[i];
        if (input == 0) {
            continue; // as half of them are
        }
        sum += WEIGHTS_DIRECT[i] * input;
        for (int k = 0; k < WEIGHTS_HIDDEN; k++) {
            hidden[k] += WEIGHTS_LAYER[i][k] * input;
        }
    }
    for (int k = 0; k < WEIGHTS_HIDDEN; k++) {
        sum += hidden[k] > 0 ? hidden[k] * WEIGHTS_TOP[k] : 0;
    }
    return (double)sum;
}

void rank_words(struct rank *rank, const uint32_t *context, size_t length, struct counts_answer *answer) {
    double features[RANK_UNSEEN], sum = 0;
    rank_unseen_features(answer, features);
    for (uint32_t k = 0; k < RANK_UNSEEN; k++) {
        sum += WEIGHTS_OF_UNSEEN[k] * features[k];
    }
    double unseen = exp(sum), total = unseen;
    struct place_kind kind = kind_of(rank, context, length);
    uint32_t ranked = choose(rank, &kind, answer);
    for (uint32_t i = 0; i < ranked; i++) {
        float values[RANK_FEATURES];
        fill(rank, &kind, context, length, &answer->words[i], values);
        answer->words[i].probability = exp(score(values));
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
