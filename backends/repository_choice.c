// repository_choice.c - see repository_choice.h.
//
// The search orders its lines by their probability, of which every factor was chosen for being large: a line of one
// rare word that was copied from far is there as good as one of which every word stands at hand. What the confidence
// is made of tells more, above all beside the same numbers of the line that the search puts first. Small trees, as the
// confidence's, add to the line's log probability; they were fitted so that the right line among those found has the
// largest share (the softmax of a list, Cao et al. 2007). What is added for a line's length is for the person, who would
// rather have more of a line where it is not quite right.
#include "backends/repository_choice.h"

// The trees begin from this part of the log probability. For a byte 0, 0.04 and 0.08 brought everyday lines an edit similarity of
// 65.8, 66.7 and 66.2, with 43.1, 43.6 and 43.1 % exact, and those of fourteen other repositories 65.6, 66.4 and 66.2.
static const double PROBABILITY_WEIGHT = 0.7, BYTE_WEIGHT = 0.04;

// Within a line the trees, which were fitted on lines' ends, say less than what stands right of the cursor: with all of them, half
// and none 60.7, 61.0 and 60.8 % of 1,642 missing parts were right, and 58.9, 59.2 and 59.3 % of 3,212 others.
static const double WITHIN_WEIGHT = 0.5;

static double trees(const float own[CONFIDENCE_FEATURES], const float first[CONFIDENCE_FEATURES],
                    uint32_t place) {
    float features[CHOICE_FEATURES];
    for (int i = 0; i < CONFIDENCE_FEATURES; i++) {
        features[i] = own[i];
        features[CONFIDENCE_FEATURES + i] = own[i] - first[i];
    }
    features[CHOICE_FEATURES - 1] = (float)place;
    return (double)confidence_sum(CHOICE_FOREST, CHOICE_TREES, features);
}

double choice_score(const float own[CONFIDENCE_FEATURES], const float first[CONFIDENCE_FEATURES],
                    uint32_t place, size_t length) {
    return PROBABILITY_WEIGHT * (double)own[0] + trees(own, first, place) + BYTE_WEIGHT * (double)length;
}

double choice_score_within(const float own[CONFIDENCE_FEATURES], const float first[CONFIDENCE_FEATURES],
                           uint32_t place, double found) {
    return found + WITHIN_WEIGHT * trees(own, first, place);
}
