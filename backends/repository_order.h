// repository_order.h - positions of a token array, sorted by what stands before them.
//
// Position p's context is tokens[p-1], tokens[p-2], ... read leftwards up to the file's beginning. All
// positions with the same last k tokens before them are then neighbours, and adding one more token of context
// only narrows the range.
//
// Ownership: arrays are the caller's. Threads: any; pure.
// Errors:    none. Limits: 2^32 - 2 tokens; contexts are told apart ORDER_DEPTH tokens deep.
//
// Invariants (tests quote the numbers):
//   O1  order is a permutation of all positions whose token is not TOKEN_FILE
//   O2  contexts never decrease along order, compared by ORDER_DEPTH token ids, spaces ignored
#ifndef HUNCH_BACKENDS_REPOSITORY_ORDER_H
#define HUNCH_BACKENDS_REPOSITORY_ORDER_H

#include <stddef.h>
#include <stdint.h>

enum { ORDER_DEPTH = 32 };

struct order_range {
    uint32_t low, high; // [low, high) of the order
};

// tokens[0] must be TOKEN_FILE. Returns how many positions order got; it needs room for count.
uint32_t order_sort(const uint32_t *tokens, uint32_t count, uint32_t *order);
// Of the positions in range, which agree in `depth` - 1 tokens, those whose depth-th token leftwards is id.
struct order_range order_narrow(const uint32_t *tokens, const uint32_t *order, struct order_range range,
                                uint32_t depth, uint32_t id);

#endif
