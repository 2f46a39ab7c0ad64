// signature_rating.h - how likely one definition is the one needed next: its features and their sum; private to signatures.
//
// Ownership: a rating is on its owner's stack and borrows the input; signature_rating_free releases the rest.
// Threads:   one at a time. Errors: none. Limits: those of signatures.h.
#ifndef HUNCH_RETRIEVAL_SIGNATURE_RATING_H
#define HUNCH_RETRIEVAL_SIGNATURE_RATING_H

#include "base/map.h"
#include "base/vec.h"
#include "retrieval/signatures.h"

// Similar to which lines chunks are.
enum signature_likeness { SIGNATURE_LIKE_AROUND, SIGNATURE_LIKE_LINE, SIGNATURE_LIKENESSES };

// How strongly a term is spoken of by similar chunks.
struct signature_evidence {
    float sums[SIGNATURE_LIKENESSES];
};

// What is found, and by what. Its keys are copied when it is found, as they lie far from those of the next.
struct signature_candidate {
    uint32_t segment, id, file;
    float bm25, bm25_line;
    struct segment_keys keys;
};

enum { SIGNATURE_DISTANCES = 64 }; // in folders; what is farther away counts as that far

// The features that all candidates of one file share, and what they are worth together.
struct signature_place {
    float features[SIGNATURE_FEATURE_COUNT];
    float score;
};

// What the query says of a scope.
struct signature_scope {
    uint32_t scope;
    float near;
    bool receiver, above, imported;
};

struct signature_rating {
    const struct signatures_input *input;
    struct map terms; // of similar chunks -> index in evidence
    VEC(struct signature_evidence) evidence;
    float totals[SIGNATURE_LIKENESSES];     // what a term in every similar chunk would have
    struct map scopes;                      // segment_scope_term of a name near -> distance
    uint32_t *distances[SNAPSHOT_SEGMENTS]; // of each folder: 1 + distance_of it, 0 if not measured yet
    VEC(struct signature_place) places;
    struct map imported; // segment and file of those that are imported -> index in places
    // Of all other files of a taint and a distance: 1 + index in places, 0 if not rated yet.
    uint32_t unimported[SIGNATURE_DISTANCES][TAINT_GENERATED + 1];
    struct signature_scope memo;
    float chunks; // in all
};

void signature_rating_init(struct signature_rating *rating, const struct signatures_input *input);
void signature_rating_free(struct signature_rating *rating);

// A chunk of this weight says the term; returns whether it is the first one. The caller adds to the totals.
bool signature_rating_hear(struct signature_rating *rating, enum signature_likeness likeness, uint32_t term,
                           float weight);

// By what is cheap to know: without uses and length. Higher is likelier.
float signature_rating_cheap(struct signature_rating *rating, const struct signature_candidate *candidate);

// By all; fills `features`, SIGNATURE_FEATURE_COUNT of them.
float signature_rating_full(struct signature_rating *rating, const struct signature_candidate *candidate,
                            float *features);

#endif
