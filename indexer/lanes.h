// lanes.h - where in a text certain bytes stand, found 64 bytes at a time.
//
// Words and lines are short, and a loop over each that ends where the processor
// did not expect it costs more than all the rest. So a block of 64 bytes becomes
// 64 bits first, eight bytes (a lane) at a time and without a branch, and the
// bits are walked from one to the next. Plain C: no instructions of one machine.
//
// Source: "Bit Twiddling Hacks", Sean Eron Anderson, "Determine if a word has a byte equal to n" and
//         "... between m and n".
// Ownership: none. Threads: any. Errors: none. Limits: none.
#ifndef HUNCH_INDEXER_LANES_H
#define HUNCH_INDEXER_LANES_H

#include "base/str.h"

#include <stdint.h>

enum { LANE = 8, LANES_BLOCK = 64 };

#define LANES(byte) ((uint64_t)(byte)*0x0101010101010101u)

static inline uint64_t lane_load(const char *bytes) {
    uint64_t lane;
    memcpy(&lane, bytes, LANE);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    lane = __builtin_bswap64(lane);
#endif
    return lane;
}

// The top bit of each byte that is at least `least`, 1 to 128; all bytes of `low` are below 128.
static inline uint64_t lane_at_least(uint64_t low, unsigned least) {
    return low + LANES(128 - least);
}

static inline uint64_t lane_is(uint64_t lane, char byte) {
    uint64_t other = lane ^ LANES((unsigned char)byte);
    return ~(((other & LANES(0x7f)) + LANES(0x7f)) | other) & LANES(0x80);
}

// Bit i: byte at + i of the text has its top bit in what `flags` gives for its lane; 0 behind the text's end, as
// for a NUL. The product moves the lowest bit of byte i to bit 56 + i.
static inline uint64_t lanes_bits(struct slice text, size_t at, uint64_t (*flags)(uint64_t lane)) {
    char rest[LANES_BLOCK] = {0};
    const char *bytes = text.data + at;
    if (text.length - at < LANES_BLOCK) {
        memcpy(rest, bytes, text.length - at);
        bytes = rest;
    }
    uint64_t bits = 0;
    for (unsigned i = 0; i < LANES_BLOCK / LANE; i++) {
        uint64_t found = flags(lane_load(bytes + (size_t)i * LANE));
        bits |= (((found >> 7) * 0x0102040810204080u) >> 56) << (i * 8);
    }
    return bits;
}

#endif
