// best.h - the documents of the highest sums, of many that come in order; private to bm25.
//
// Documents come segment by segment, each segment's in their order. What cannot
// be among the best any more is told by one comparison, which whoever adds up
// sums makes for a whole block at once (`least`, `equal_until`). Of equal ones those
// stay that come first in the snapshot's order, however files are spread over
// segments.
//
// Ownership: plain data on its owner's stack; best_init allocates, best_free releases. The snapshot is borrowed.
// Threads:   one at a time.
// Errors:    none.
// Limits:    sums are at most BEST_SUM_MOST.
#ifndef HUNCH_RETRIEVAL_BEST_H
#define HUNCH_RETRIEVAL_BEST_H

#include "retrieval/snapshot.h"

enum { BEST_SUM_BITS = 15, BEST_SUM_MOST = (1 << BEST_SUM_BITS) - 1, BEST_LEVEL_BITS = 9 };

struct found {
    uint32_t segment, id;
    int16_t sum;
};

struct best {
    int16_t least;        // a sum that is no better does not count any more, unless it is equal
    uint32_t equal_until; // and of a document before this one of the segment in work
    const struct snapshot *snapshot;
    enum segment_field field;
    uint32_t segment;                      // in work
    uint32_t levels[1 << BEST_LEVEL_BITS]; // how many were found of each sum, but for its last bits
    uint32_t level;                        // has fewer than `limit` above it
    size_t above;                          // so many
    struct found *found;
    size_t found_count, limit;
};

void best_init(struct best *best, const struct snapshot *snapshot, enum segment_field field, size_t limit);
void best_free(struct best *best);
// From now on documents are of that segment.
void best_go_to(struct best *best, uint32_t segment);
void best_add(struct best *best, uint32_t id, int16_t sum);
static inline void best_take(struct best *best, uint32_t id, int16_t sum) {
    if (sum > best->least || (sum == best->least && id < best->equal_until)) {
        best_add(best, id, sum);
    }
}
// At the end: found[0, found_count) are the best, best first, `limit` at most.
void best_order(struct best *best);

#endif
