// repository_rank.h - from the evidence for each next word to its probability.
//
// Ownership: rank_new / rank_free; the document is borrowed until then.
// Threads:   one at a time. Errors: none. Limits: none of its own.
#ifndef HUNCH_BACKENDS_REPOSITORY_RANK_H
#define HUNCH_BACKENDS_REPOSITORY_RANK_H

#include "backends/repository_counts.h"
#include "backends/repository_weights.h"

enum { RANK_FEATURES = WEIGHTS_INPUTS, RANK_UNSEEN = WEIGHTS_UNSEEN };

struct rank;

// generation, path: what was learned, and which file the document is.
struct rank *rank_new(const struct document *document, const struct generation *generation, const char *path);
// The generation may be another one that differs in the open file alone.
void rank_follow(struct rank *rank, const struct generation *generation);
// The document has other hints now.
void rank_renew_hints(struct rank *rank);
void rank_free(struct rank *rank);
// Adds the names at hand, fills probability, and lists the words by it in `likeliest`.
void rank_words(struct rank *rank, const uint32_t *context, size_t length, struct counts_answer *answer);
// One word's evidence as the numbers that the weights are for.
void rank_features(struct rank *rank, const uint32_t *context, size_t length, const struct counted *word,
                   float features[RANK_FEATURES]);
// The same for a word that was not seen behind any part of the context.
void rank_unseen_features(const struct counts_answer *answer, double features[RANK_UNSEEN]);

#endif
