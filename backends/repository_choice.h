// repository_choice.h - which of the lines that the search found is shown.
//
// repository_choice_trees.c is written by tests/bench/fit_model.py from what commits added; see there.
//
// Ownership: nothing is kept. Threads: any. Errors: none. Limits: none.
#ifndef HUNCH_BACKENDS_REPOSITORY_CHOICE_H
#define HUNCH_BACKENDS_REPOSITORY_CHOICE_H

#include "backends/repository_confidence.h"

enum { CHOICE_FEATURES = 2 * CONFIDENCE_FEATURES + 1, CHOICE_TREES = 100 };

extern const struct confidence_tree CHOICE_FOREST[CHOICE_TREES];

// What speaks for a line, beside others of the same search. own, first: confidence_features of it and of the line that the
// search puts first; place: how many the search puts before it; length: in bytes, as beam_path_length counts.
double choice_score(const float own[CONFIDENCE_FEATURES], const float first[CONFIDENCE_FEATURES],
                    uint32_t place, size_t length);
// Likewise where text stands right of the cursor. found: what the search orders it by.
double choice_score_within(const float own[CONFIDENCE_FEATURES], const float first[CONFIDENCE_FEATURES],
                           uint32_t place, double found);

#endif
