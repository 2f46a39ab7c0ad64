// word_key.h - a word's bytes mixed into 64 bits, for tables of the words met a moment ago.
//
// Of a text's words nine in ten were met shortly before, so who keeps what the last ones gave does little else than
// tell them from each other: a hash of all bytes, whatever their number, would be most of it. Words of the same key
// count as one: rare unless made so on purpose.
//
// Ownership: none. Threads: any. Errors: none. Limits: none.
#ifndef HUNCH_INDEXER_WORD_KEY_H
#define HUNCH_INDEXER_WORD_KEY_H

#include "base/hash.h"

#include <string.h>

enum { WORD_KEY_BYTES = 32 };

// Of word[0, length), behind which what may be read ends at `end`; of a long one its hash. Multipliers: 2^64 divided by
// the golden ratio, and the primes of XXH64.
static inline uint64_t word_key(const char *word, size_t length, const char *end) {
    static const unsigned char masks[2 * WORD_KEY_BYTES] = {
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    if (length > WORD_KEY_BYTES) {
        return hash_bytes(word, length);
    }
    char padded[WORD_KEY_BYTES];
    if (end - word < WORD_KEY_BYTES) {
        memset(padded, 0, sizeof padded);
        memcpy(padded, word, length);
        word = padded;
    }
    uint64_t parts[4], mask[4];
    memcpy(parts, word, sizeof parts);
    memcpy(mask, masks + WORD_KEY_BYTES - length, sizeof mask);
    uint64_t sum = (parts[0] & mask[0]) + (parts[1] & mask[1]) * 0xC2B2AE3D27D4EB4Fu +
                   (parts[2] & mask[2]) * 0x165667B19E3779F9u + (parts[3] & mask[3]) * 0x85EBCA77C2B2AE63u;
    return sum * 0x9E3779B97F4A7C15u;
}

#endif
