// repository_weights.h - the numbers by which repository_rank makes a probability of evidence.
//
// repository_weights.c is written by tests/bench/fit_model.py from lines of 31 repositories; see there.
//
// Ownership: static. Threads: any. Errors: none. Limits: none.
#ifndef HUNCH_BACKENDS_REPOSITORY_WEIGHTS_H
#define HUNCH_BACKENDS_REPOSITORY_WEIGHTS_H

enum { WEIGHTS_INPUTS = 82, WEIGHTS_HIDDEN = 16, WEIGHTS_UNSEEN = 4 };

// A word's score: what the inputs say directly, and what the hidden units above zero say.
extern const float WEIGHTS_DIRECT[WEIGHTS_INPUTS];
extern const float WEIGHTS_LAYER[WEIGHTS_INPUTS][WEIGHTS_HIDDEN];
extern const float WEIGHTS_BIAS[WEIGHTS_HIDDEN];
extern const float WEIGHTS_TOP[WEIGHTS_HIDDEN];
// The score of a word that was not seen.
extern const double WEIGHTS_OF_UNSEEN[WEIGHTS_UNSEEN];

#endif
