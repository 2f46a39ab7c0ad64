// names.h - which symbols have a name, as a table of buckets.
//
// A query asks for some thousand names, most of which no symbol has, and of a
// million symbols most have a name of their own. So there are no lists: a
// symbol is one number of 32 bits in the bucket of its name's key, beside eight
// more bits of the key, which nearly always tell names in a bucket apart. Whoever looks
// compares the whole key, which stands with the symbol.
//
// Ownership: names_build fills, names_free releases; a walk is a view.
// Threads:   one builds; afterwards any number of readers.
// Errors:    none; nothing has an unknown name.
// Limits:    NAMES_MOST symbols.
//
// Invariants (tests/unit/retrieval/names_test.c quotes the numbers):
//   N1  every symbol stands exactly once, in the bucket of its key
//   N2  the symbols of a bucket ascend
#ifndef HUNCH_RETRIEVAL_NAMES_H
#define HUNCH_RETRIEVAL_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NAMES_MARK_BITS = 8, NAMES_MOST = 1 << (32 - NAMES_MARK_BITS) };

struct names {
    uint32_t *entries; // mark and symbol, from the highest bit; bucket behind bucket
    uint32_t *starts;  // of each bucket; behind them the count
    uint32_t count;
    unsigned shift; // leaves the bits of a key that tell its bucket
};

// Of `count` keys, of which the first is given, each `stride` bytes behind the one before: of symbol 0, 1, ...
void names_build(struct names *names, const uint32_t *keys, size_t stride, uint32_t count);
void names_free(struct names *names);
uint64_t names_bytes(const struct names *names);

// Symbols that may have the name.
struct names_walk {
    const uint32_t *at, *end;
    uint32_t mark;
    uint32_t symbol;
};

static inline uint32_t names_mark(const struct names *names, uint32_t key) {
    return key >> (names->shift - NAMES_MARK_BITS) & ((1u << NAMES_MARK_BITS) - 1);
}
static inline struct names_walk names_find(const struct names *names, uint32_t key) {
    const uint32_t *starts = &names->starts[key >> names->shift];
    return (struct names_walk){names->entries + starts[0], names->entries + starts[1], names_mark(names, key),
                               0};
}
// Goes on to the next; false at the end.
static inline bool names_next(struct names_walk *walk) {
    while (walk->at < walk->end) {
        uint32_t entry = *walk->at++;
        if (entry >> (32 - NAMES_MARK_BITS) == walk->mark) {
            walk->symbol = entry % NAMES_MOST;
            return true;
        }
    }
    return false;
}

// As postings_expect and postings_expect_soon.
static inline void names_expect(const struct names *names, uint32_t key) {
    __builtin_prefetch(&names->starts[key >> names->shift]);
}
static inline void names_expect_soon(const struct names *names, uint32_t key) {
    __builtin_prefetch(&names->entries[names->starts[key >> names->shift]]);
}

#endif
