// identifiers.h - the identifiers of a text, found 64 bytes at a time; private to who reads open documents.
//
// Ownership: names are parts of the text. Threads: any. Errors: none; any bytes will do. Limits: none.
#ifndef HUNCH_RETRIEVAL_IDENTIFIERS_H
#define HUNCH_RETRIEVAL_IDENTIFIERS_H

#include "indexer/lanes.h"

#include <stdbool.h>

typedef void identifiers_take(void *context, struct slice name, size_t at);

static inline bool identifiers_has(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

// Of 64 bytes, a bit for each that identifiers_has.
static inline uint64_t identifiers_bits(const char *bytes) {
    uint64_t bits = 0;
    for (unsigned i = 0; i < LANES_BLOCK; i += LANES) {
        lanes here = lanes_load(bytes + i);
        lanes are_letters = lanes_between(here | 0x20, 'a', 'z') | here; // also all above 127
        lanes are_others = lanes_between(here, '0', '9') | lanes_are(here, '_') | lanes_are(here, '$');
        bits |= lanes_top_bits(are_letters | are_others) << i;
    }
    return bits;
}

static inline void identifiers_take_word(struct slice text, size_t start, size_t end, identifiers_take *take,
                                         void *context) {
    if (text.data[start] < '0' || text.data[start] > '9') {
        take(context, slice_of(text.data + start, end - start), start);
    }
}

// Those of text[start, end), in order; keywords included. A copy for each that takes, or every name would cost a call
// through a pointer.
static inline __attribute__((always_inline)) void
identifiers_scan(struct slice text, size_t start, size_t end, identifiers_take *take, void *context) {
    text = slice_sub(text, 0, end);
    size_t word = text.length; // where the one in work starts
    for (size_t at = start; at < text.length; at += LANES_BLOCK) {
        char padded[LANES_BLOCK];
        uint64_t bits = identifiers_bits(lanes_block(text, at, padded)), inside = word < at;
        // Where one ends or starts, in turn.
        for (uint64_t rims = bits ^ (bits << 1 | inside); rims; rims &= rims - 1) {
            size_t rim = at + (size_t)__builtin_ctzll(rims);
            if (word < rim) {
                identifiers_take_word(text, word, rim, take, context);
                word = text.length;
            } else {
                word = rim;
            }
        }
    }
    if (word < text.length) {
        identifiers_take_word(text, word, text.length, take, context);
    }
}

#endif
