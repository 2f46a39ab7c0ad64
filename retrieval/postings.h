// postings.h - an immutable map from a 32-bit key to the documents that hold it.
//
// Everything retrieval looks up is one of these: terms of chunks, terms of
// signatures, names of symbols, spellings of paths. Lists lie one behind the
// other in two plain arrays, so a search reads memory in order.
//
// Ownership: postings_build fills, postings_free releases; lists found are borrowed.
// Threads:   one builder; afterwards any number of readers.
// Errors:    none; an unknown key has an empty list.
// Limits:    2^32 - 1 entries; counts saturate at 255.
//
// Invariants (tests/unit/retrieval/postings_test.c quotes the numbers):
//   P1  the documents of a list ascend, without duplicates, if the feed's do
//   P2  the lists together hold every fed entry exactly once
#ifndef HUNCH_RETRIEVAL_POSTINGS_H
#define HUNCH_RETRIEVAL_POSTINGS_H

#include "base/map.h"

struct postings {
    struct map keys;  // key -> number of its list
    uint32_t *starts; // list n is [starts[n], starts[n + 1])
    uint32_t *documents;
    uint8_t *counts;
    uint32_t *filled; // while building: the next free place of each list
    uint32_t list_count;
    bool counting; // while building: the first of the two passes
};

struct postings_list {
    const uint32_t *documents;
    const uint8_t *counts;
    uint32_t length;
};

// Calls feed twice; it must add the same entries in the same order both times, by ascending document.
void postings_build(struct postings *postings, void (*feed)(struct postings *postings, void *context),
                    void *context);
void postings_add(struct postings *postings, uint32_t key, uint32_t document, uint32_t count); // from a feed
void postings_free(struct postings *postings);
struct postings_list postings_find(const struct postings *postings, uint32_t key);

#endif
