// repository_order.h - positions of a token array, sorted by what stands before them.
//
// Position p's context is tokens[p-1], tokens[p-2], ... read leftwards up to the file's beginning. All
// positions with the same last k tokens before them are then neighbours, and adding one more token of context
// only narrows the range.
//
// Ownership: arrays are the caller's. Threads: any; pure.
// Errors:    none; the long ones give up when order_watch says so.
// Limits:    2^32 - 2 tokens; contexts are told apart ORDER_DEPTH tokens deep, which is as deep as they are looked up.
//
// Invariants (tests quote the numbers):
//   O1  order is a permutation of all positions whose token is not TOKEN_FILE
//   O2  contexts never decrease along order, compared by ORDER_DEPTH token ids, spaces ignored
#ifndef HUNCH_BACKENDS_REPOSITORY_ORDER_H
#define HUNCH_BACKENDS_REPOSITORY_ORDER_H

#include "base/packed.h"

#include <stdbool.h>

enum { ORDER_DEPTH = 24 };
#define ORDER_STOPPED UINT32_MAX

struct order_range {
    uint32_t low, high; // [low, high) of the order
};

// Asked every few milliseconds of long work, which may do something else meanwhile; false: give up.
struct order_watch {
    bool (*go_on)(void *context);
    void *context;
};

static inline bool order_goes_on(const struct order_watch *watch) {
    return !watch || watch->go_on(watch->context);
}

// The first token must be TOKEN_FILE. Returns how many positions order got, which needs room for count zeros, or
// ORDER_STOPPED. watch may be NULL.
uint32_t order_sort(struct packed tokens, uint32_t count, struct packed order,
                    const struct order_watch *watch);
// Two sorted orders of the same tokens become one. many: from few_count on in order; few: apart; the result fills
// order. Costs what few costs, and moving the rest. False: given up.
bool order_merge(struct packed tokens, struct packed order, uint32_t many_count, struct packed few,
                 uint32_t few_count, const struct order_watch *watch);
// Of the positions in range, which agree in `depth` - 1 tokens, those whose depth-th token leftwards is id.
struct order_range order_narrow(struct packed tokens, struct packed order, struct order_range range,
                                uint32_t depth, uint32_t id);

#endif
