// repository_confidence.c - see repository_confidence.h.
//
// The product of a path's probabilities is far too sure of itself: every factor was chosen for being large. So what
// the search saw on its way is measured, most of it as the weakest link, because a line is wrong as soon as one word
// of it is: the least evidence that any word had, how far it was copied, how well the line's end is known, and how
// much text is at stake. A sum of small decision trees makes log odds of it (gradient boosting, Friedman 2001, with
// the same question in all branches of a depth, as in CatBoost). Trees, because what a feature says depends on the
// others: a long match means much for a name and little for a bracket. Of lines of repositories
// left out, 80 % of the surest fifth were right with them, 77 % with a network and 76 % with a logistic regression.
#include "backends/repository_confidence.h"

#include <math.h>

static float ln(double x) {
    return logf((float)x);
}

// Of what all paths that were found have together, this one's part.
static double part_of_all(const struct beam_result *result, const struct beam_path *path) {
    double all = 0;
    for (uint32_t i = 0; i < result->count; i++) {
        all += exp(result->paths[i].score - path->score);
    }
    return 1 / fmax(all, 1); // the path itself is one of them
}

void confidence_features(const struct document *document, const struct beam_result *result,
                         const struct beam_path *path, float features[CONFIDENCE_FEATURES]) {
    const struct beam_weakest *weakest = &path->weakest;
    const struct beam_end *end = &path->line_end;
    double probability = exp(path->log_probability);
    const float values[CONFIDENCE_OF_SEARCH] = {
        (float)path->log_probability,
        (float)path->log_names,
        (float)path->log_signs,
        ln(path->least),
        ln(path->first),
        ln(part_of_all(result, path)),
        ln(probability / (result->mass + probability) + 1e-6),
        // the least that any of its words has
        ln(weakest->soft + 1e-5),
        ln(weakest->sharp + 1e-6),
        ln(weakest->deepest + 0.02),
        ln(weakest->shallow + 1e-3),
        ln(1 + weakest->both),
        ln(1 + weakest->own),
        ln(1 + weakest->match),
        ln(1 + weakest->near),
        // the line's end
        ln(path->end + 1e-6),
        ln(end->probability + 1e-6),
        ln(end->any + 1e-6),
        ln(1 + end->depth),
        ln(1 + end->support),
        ln(1 + end->away),
        (float)path->ahead,
        // the place
        ln(1 + result->support),
        ln(1 + result->seen),
        ln(1 + result->left),
        result->left == 0 && result->typed == 0,
        (float)result->typed,
        // what is at stake
        ln(path->count),
        ln(1 + (double)beam_path_length(document, path)),
        // how likely words of their classes are there
        ln(weakest->classed + 1e-4),
        ln(end->classed + 1e-4),
    };
    memset(features, 0, CONFIDENCE_FEATURES * sizeof *features);
    memcpy(features, values, sizeof values);
}

float confidence_sum(const struct confidence_tree *forest, int trees, const float *features) {
    float sum = 0;
    for (int i = 0; i < trees; i++) {
        const struct confidence_tree *tree = &forest[i];
        unsigned leaf = 0;
        for (int k = 0; k < CONFIDENCE_DEPTH; k++) {
            leaf = leaf * 2 + (features[tree->feature[k]] > tree->above[k]);
        }
        sum += tree->leaves[leaf];
    }
    return sum;
}

double confidence_of(const float features[CONFIDENCE_FEATURES]) {
    float sum = CONFIDENCE_USUAL + confidence_sum(CONFIDENCE_FOREST, CONFIDENCE_TREES, features);
    return 1 / (1 + exp((double)-sum));
}
