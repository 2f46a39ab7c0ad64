// token_estimate.h - how many tokens a text is to a model, without its tokenizer at hand.
//
// Tokenizers of code models agree on much: a short word is one token, a long
// one several, a mark one. They differ in how densely they pack code, whether
// digits go one by one, and how many tokens a character beyond ASCII costs. So
// a text is counted in three kinds of units, and a model has a weight for each.
// Before anything is known of it the weights are those of a bad case: a prompt
// that is too long is refused as a whole, one that is a little short loses
// little.
//
// Weights are learned from a server's own tokenizer, asked for known samples
// once, or from the counts that it reports with its answers.
//
// Ownership: plain data. Threads: any; pure. Errors: none: what a server says that cannot be is not believed.
// Limits:    weights stay between a quarter and four tokens a unit.
//
// Invariants (tests/unit/backends/token_estimate_test.c):
//   T1  a report above the estimate raises the weights so that the same text would not be underestimated again
//   T2  reports below it lower them slowly, and never below what they say
#ifndef HUNCH_BACKENDS_TOKEN_ESTIMATE_H
#define HUNCH_BACKENDS_TOKEN_ESTIMATE_H

#include "base/str.h"

#include <stdint.h>

// Tokens a unit; all 0: nothing is known yet.
struct token_weights {
    double code;  // a word's piece, a mark, white space
    double digit; // a decimal digit
    double wide;  // a byte of a character beyond ASCII
};

struct token_units {
    uint32_t code, digits, wide;
};

struct token_units token_units_of(struct slice text);
double token_estimate(const struct token_weights *weights, struct slice text);
// Learns that a text of these units was `tokens`. whole: a server that keeps what it computed counted that, too.
void token_weights_learn(struct token_weights *weights, const struct token_units *units, uint32_t tokens,
                         bool whole);
// Learns that a text was refused as too long; tokens: how many the server says it were, 0: it does not.
void token_weights_refused(struct token_weights *weights, const struct token_units *units, uint32_t tokens);

// What a tokenizer is asked for to find out the weights: samples of one kind each.
size_t token_sample_count(void);
struct slice token_sample(size_t index);
void token_weights_measured(struct token_weights *weights, size_t sample, uint32_t tokens);

#endif
