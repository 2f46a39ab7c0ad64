// postings.h - an immutable map from a 32-bit key to the documents that hold it, and what each occurrence is worth.
//
// Everything retrieval ranks or finds by words is one of these: terms of chunks,
// terms of signatures, spellings of paths. The keys are hashes. All of it is one
// array of 16-bit units, list behind list by ascending key, so a search reads
// memory in order and several of them are merged as sorted files are:
//
//     head     the key's lower bits, those that the guide does not tell, and in two bits how many units the list has;
//              0: the next unit tells it. One unit if all that fits, else two, the high half first
//     length   of a list of more than three units: one unit. If it is 0 the next two tell it, high half first, and the
//              two behind those the number of its documents
//     list     for each document the gap from the one before (the first: from 0) and its impact
//
// A gap is written in digits of 11 bits, the highest first and none of them
// needless; beside the last one stands the impact, from 1 to 31, beside the
// others 0. Most gaps have one digit, and so most documents take two bytes.
//
// Ownership: postings_build and postings_merge fill, postings_free releases; lists found are borrowed. A
//            builder is zeroed before its first use; postings_builder_free releases it.
// Threads:   one builder; afterwards any number of readers.
// Errors:    none; an unknown key has an empty list.
// Limits:    POSTINGS_MERGED units of all sources to merge, which whoever merges sees to; POSTINGS_BUILT documents to
//            build, 2^32 - 1 to merge.
//
// Invariants (tests/unit/retrieval/postings_test.c quotes the numbers):
//   P1  the documents of a list ascend, without duplicates, if they were added so
//   P2  the lists together hold every entry exactly once
//   P3  merged postings are, unit for unit, those that were built of all of the sources' living documents
#ifndef HUNCH_RETRIEVAL_POSTINGS_H
#define HUNCH_RETRIEVAL_POSTINGS_H

#include "base/archive.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

// Where lists meet or lose documents, a unit may become three, and what stands before them grow by some.
#define POSTINGS_MERGED (UINT32_MAX / 4)
#define POSTINGS_GONE   UINT32_MAX
enum { POSTINGS_BUILT = 1 << 24, POSTINGS_IMPACT_BITS = 5, POSTINGS_IMPACTS = 1 << POSTINGS_IMPACT_BITS };

struct postings {
    uint16_t *units;
    uint32_t *guide; // of all keys' highest bits: where the first list of such a key or a higher one begins
    uint32_t unit_count, list_count;
    unsigned shift;   // leaves the highest bits of a key
    bool is_borrowed; // units and guide lie in an archive
};

// A list, and a place in it.
struct postings_list {
    const uint16_t *at, *end;
    uint32_t length;   // documents in all
    uint32_t document; // read last
    uint32_t impact;   // of it
};

struct postings_builder {
    VEC(uint64_t) entries; // key, document and impact, from the highest bit
    VEC(uint64_t) sorted;
};

void postings_add(struct postings_builder *builder, uint32_t key, uint32_t document, uint32_t impact);
// Of what was added; leaves the builder empty.
void postings_build(struct postings *postings, struct postings_builder *builder);
void postings_builder_free(struct postings_builder *builder);

struct postings_source {
    const struct postings *postings;
    const uint32_t *numbers; // of each document its number in the result, or POSTINGS_GONE
};
// Numbers ascend within a source, and no two sources have the same.
void postings_merge(struct postings *postings, const struct postings_source *sources, uint32_t count);

void postings_archive(const struct postings *postings, struct archive_out *out);
// Borrows what it holds from the archive.
void postings_restore(struct postings *postings, struct archive_in *in);

void postings_free(struct postings *postings);
struct postings_list postings_find(const struct postings *postings, uint32_t key);
uint64_t postings_bytes(const struct postings *postings);

// Goes on to the next document; false at the end.
static inline bool postings_next(struct postings_list *list) {
    if (list->at >= list->end) {
        return false;
    }
    uint32_t unit = *list->at++, gap = unit >> POSTINGS_IMPACT_BITS;
    while (__builtin_expect(unit % POSTINGS_IMPACTS == 0, false) &&
           list->at < list->end) { // most gaps have one digit
        unit = *list->at++;
        gap = gap << (16 - POSTINGS_IMPACT_BITS) | unit >> POSTINGS_IMPACT_BITS;
    }
    list->impact = unit % POSTINGS_IMPACTS;
    list->document += list->impact ? gap : 0;
    return list->impact > 0;
}

// All lists, in order.
struct postings_reader {
    const struct postings *postings;
    uint32_t at;    // the next list's first unit
    uint32_t value; // its key's highest bits, or lower
    uint32_t key;   // of the list read last
    struct postings_list list;
};
struct postings_reader postings_read(const struct postings *postings);
bool postings_read_next(struct postings_reader *reader); // false at the end

// Who looks up many keys waits less for memory if it says some keys before what it will look for, twice: first
// the one, then, a few keys later, the other.
static inline void postings_expect(const struct postings *postings, uint32_t key) {
    __builtin_prefetch(&postings->guide[key >> postings->shift]);
}
static inline void postings_expect_soon(const struct postings *postings, uint32_t key) {
    __builtin_prefetch(&postings->units[postings->guide[key >> postings->shift]]);
}

#endif
