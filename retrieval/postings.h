// postings.h - an immutable map from a 32-bit key to the documents that hold it.
//
// Everything retrieval looks up is one of these: terms of chunks, terms of
// signatures, names of symbols, spellings of paths. The keys are hashes and
// stand in ascending order, the lists one behind the other in the same order,
// so a search reads memory in order and two of them are merged as two sorted
// files are.
//
// Ownership: postings_build and postings_merge fill, postings_free releases; lists found are borrowed. A
//            builder is zeroed before its first use; postings_builder_free releases it.
// Threads:   one builder; afterwards any number of readers.
// Errors:    none; an unknown key has an empty list.
// Limits:    POSTINGS_MOST entries, which whoever merges sees to; counts saturate at 255; POSTINGS_BUILT documents to build, 2^32 - 1 to merge.
//
// Invariants (tests/unit/retrieval/postings_test.c quotes the numbers):
//   P1  the documents of a list ascend, without duplicates, if they were added so
//   P2  the lists together hold every entry exactly once
//   P3  merged postings are those that were built of all of the sources' living documents
#ifndef HUNCH_RETRIEVAL_POSTINGS_H
#define HUNCH_RETRIEVAL_POSTINGS_H

#include "base/archive.h"
#include "base/vec.h"

#include <stdint.h>

#define POSTINGS_MOST UINT32_MAX // entries
#define POSTINGS_GONE UINT32_MAX
enum { POSTINGS_BUILT = 1 << 24 };

struct postings {
    uint32_t *keys;   // ascending; of list n
    uint32_t *starts; // list n is [starts[n], starts[n + 1])
    uint32_t *documents;
    uint8_t *counts;
    uint32_t *guide; // of all keys' highest bits: the first list of such a key or a higher one
    uint32_t list_count;
    unsigned shift; // leaves the highest bits of a key
};

struct postings_list {
    const uint32_t *documents;
    const uint8_t *counts;
    uint32_t length;
};

struct postings_builder {
    VEC(uint64_t) entries; // key, document and count, from the highest bit
    VEC(uint64_t) sorted;
};

void postings_add(struct postings_builder *builder, uint32_t key, uint32_t document, uint32_t count);
// Of what was added; leaves the builder empty.
void postings_build(struct postings *postings, struct postings_builder *builder);
void postings_builder_free(struct postings_builder *builder);

struct postings_source {
    const struct postings *postings;
    const uint32_t *numbers; // of each document its number in the result, or POSTINGS_GONE; NULL: all move
    uint32_t first;          // by how much
};
// Numbers ascend within a source, and from one source to the next.
void postings_merge(struct postings *postings, const struct postings_source *sources, uint32_t count);

void postings_archive(const struct postings *postings, struct archive_out *out);
void postings_restore(struct postings *postings,
                      struct archive_in *in); // in->is_bad: to be freed all the same

void postings_free(struct postings *postings);
struct postings_list postings_find(const struct postings *postings, uint32_t key);
// Who looks up many keys waits less for memory if it says some keys before what it will look for, twice: first
// the one, then, a few keys later, the other.
static inline void postings_expect(const struct postings *postings, uint32_t key) {
    __builtin_prefetch(&postings->guide[key >> postings->shift]);
}
static inline void postings_expect_soon(const struct postings *postings, uint32_t key) {
    uint32_t list = postings->guide[key >> postings->shift];
    __builtin_prefetch(&postings->keys[list]);
    __builtin_prefetch(&postings->starts[list]);
}
static inline uint32_t postings_entries(const struct postings *postings) {
    return postings->starts[postings->list_count];
}
uint64_t postings_bytes(const struct postings *postings);
static inline uint32_t postings_length(const struct postings *postings, uint32_t list) {
    return postings->starts[list + 1] - postings->starts[list];
}

#endif
