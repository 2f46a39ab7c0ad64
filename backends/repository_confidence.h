// repository_confidence.h - how likely a path that the search found is exactly what will be written.
//
// repository_confidence_trees.c is written by tests/bench/fit_model.py from what commits added; see there.
//
// Ownership: nothing is kept. Threads: any. Errors: none. Limits: none.
#ifndef HUNCH_BACKENDS_REPOSITORY_CONFIDENCE_H
#define HUNCH_BACKENDS_REPOSITORY_CONFIDENCE_H

#include "backends/repository_beam.h"
#include "backends/repository_changes.h"

enum {
    CONFIDENCE_OF_SEARCH = 31,
    CONFIDENCE_MADE = CONFIDENCE_OF_SEARCH + CHANGES_FEATURES, // whether the line is one that was changed
    CONFIDENCE_FEATURES,
    CONFIDENCE_DEPTH = 6,
    CONFIDENCE_LEAVES = 1 << CONFIDENCE_DEPTH,
    CONFIDENCE_TREES = 200
};

// At each depth one question, the same for every branch: is this feature above that number? The answers, first
// one first, are the bits of a leaf's index, and the leaf says how much likelier than usual the path is right.
struct confidence_tree {
    unsigned char feature[CONFIDENCE_DEPTH];
    float above[CONFIDENCE_DEPTH];
    float leaves[CONFIDENCE_LEAVES];
};

extern const struct confidence_tree CONFIDENCE_FOREST[CONFIDENCE_TREES];
extern const float CONFIDENCE_USUAL; // the log odds that the leaves are added to

// What the search says; of changes, as if there were none.
void confidence_features(const struct document *document, const struct beam_result *result,
                         const struct beam_path *path, float features[CONFIDENCE_FEATURES]);
// The sum of the leaves that the features lead to.
float confidence_sum(const struct confidence_tree *forest, int trees, const float *features);
// From 0 to 1.
double confidence_of(const float features[CONFIDENCE_FEATURES]);
// What it becomes where the odds count for a part.
static inline double confidence_in_part(double confidence, double part) {
    return part * confidence / (1 - confidence + part * confidence);
}

#endif
