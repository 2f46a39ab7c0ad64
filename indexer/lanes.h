// lanes.h - where in a text certain bytes stand, found 64 bytes at a time.
//
// Words and lines are short, and a loop over each that ends where the processor
// did not expect it costs more than all the rest. So a block of 64 bytes becomes
// 64 bits first, sixteen bytes (lanes) at a time and without a branch, and the
// bits are walked from one to the next. The lanes are the compiler's vectors,
// which it makes of what the machine has; to gather their bits plain C needs
// twenty instructions where x86 has one.
//
// Ownership: none. Threads: any. Errors: none. Limits: none.
#ifndef HUNCH_INDEXER_LANES_H
#define HUNCH_INDEXER_LANES_H

#include "base/str.h"

#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

typedef unsigned char lanes __attribute__((vector_size(16)));

enum { LANES = 16, LANES_BLOCK = 64 };

static inline lanes lanes_load(const char *bytes) {
    lanes loaded;
    memcpy(&loaded, bytes, LANES);
    return loaded;
}

// Zeros stand for what is not before `end`.
static inline lanes lanes_load_before(const char *bytes, const char *end) {
    char rest[LANES];
    if (end - bytes < LANES) {
        memset(rest, 0, sizeof rest);
        memcpy(rest, bytes, (size_t)(end - bytes));
        bytes = rest;
    }
    return lanes_load(bytes);
}

// Each of these: 255 where it is so, 0 elsewhere.
static inline lanes lanes_are(lanes bytes, unsigned char byte) {
    return (lanes)(bytes == byte);
}

static inline lanes lanes_between(lanes bytes, unsigned char least, unsigned char most) {
    return (lanes)(bytes - least <= (unsigned char)(most - least));
}

// Bit i: the top bit of byte i.
static inline uint64_t lanes_top_bits(lanes bytes) {
#ifdef __SSE2__
    return (uint64_t)_mm_movemask_epi8((__m128i)bytes);
#else
    uint64_t bits = 0;
    for (unsigned i = 0; i < LANES; i++) {
        bits |= (uint64_t)(bytes[i] >> 7) << i;
    }
    return bits;
#endif
}

// The text's next LANES_BLOCK bytes; zeros stand for what is behind its end.
static inline const char *lanes_block(struct slice text, size_t at, char padded[LANES_BLOCK]) {
    if (text.length - at >= LANES_BLOCK) {
        return text.data + at;
    }
    memset(padded, 0, LANES_BLOCK);
    memcpy(padded, text.data + at, text.length - at);
    return padded;
}

#endif
