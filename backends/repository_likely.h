// repository_likely.h - the first of many words, without sorting all.
//
// Ownership: the caller's arrays. Threads: any. Errors: none. Limits: none.
#ifndef HUNCH_BACKENDS_REPOSITORY_LIKELY_H
#define HUNCH_BACKENDS_REPOSITORY_LIKELY_H

#include <stdbool.h>
#include <stdint.h>

#define LIKELY_NONE UINT32_MAX

// A word of an answer, and what it is ordered by: a larger key first, of equal ones the smaller id.
struct likely {
    double key;
    uint32_t index, id;
};

bool likely_is_before(const struct likely *a, const struct likely *b);
// Keeps the first `limit` in order; returns the index of the one that has no room, LIKELY_NONE if none.
uint32_t likely_insert(struct likely *items, uint32_t *count, uint32_t limit, struct likely item);
// Moves the first `limit` to the front, in no order, the last of them to its own place (Hoare's selection).
void likely_select(struct likely *items, uint32_t count, uint32_t limit);

#endif
