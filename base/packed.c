// packed.c - see packed.h.
//
// Setting numbers one after the other is slow: each reads what the one before
// it has only just written, in another grouping of bytes, and the processor has
// to wait for that. So packed_write holds bits back until there are 32.
#include "base/packed.h"

#include "base/spill.h"

enum { COPIED_AT_ONCE = 256, WORD_BITS = 32 };

struct packed packed_make(size_t count, uint32_t bits) {
    struct packed packed = {.bits = bits, .mask = (uint32_t)((UINT64_C(1) << bits) - 1)};
    packed.bytes = spill_alloc(packed_size(&packed, count) + PACKED_SPARE);
    return packed;
}

void packed_free(struct packed *packed) {
    spill_free(packed->bytes);
    *packed = (struct packed){0};
}

struct packed packed_view(const uint32_t *items) {
    return (struct packed){(unsigned char *)(uintptr_t)items, WORD_BITS, UINT32_MAX};
}

uint32_t packed_bits(uint32_t largest) {
    return largest ? WORD_BITS - (uint32_t)__builtin_clz(largest) : 1;
}

size_t packed_size(const struct packed *packed, size_t count) {
    return (count * packed->bits + 7) / 8;
}

void packed_read(struct packed from, size_t start, uint32_t *out, size_t count) {
    for (size_t i = 0; i < count; i++) {
        out[i] = packed_get(from, start + i);
    }
}

void packed_write(struct packed to, size_t start, const uint32_t *items, size_t count) {
    size_t at = start * to.bits;
    unsigned char *bytes = to.bytes + at / 8;
    uint32_t held_bits = at % 8;
    uint64_t held = *bytes & ((1u << held_bits) - 1);
    for (size_t i = 0; i < count; i++) {
        held |= (uint64_t)(items[i] & to.mask) << held_bits;
        held_bits += to.bits;
        if (held_bits >= WORD_BITS) {
            uint32_t word = (uint32_t)held;
            memcpy(bytes, &word, sizeof word);
            bytes += sizeof word;
            held >>= WORD_BITS;
            held_bits -= WORD_BITS;
        }
    }
    uint32_t behind; // what already stands there
    memcpy(&behind, bytes, sizeof behind);
    behind = behind >> held_bits << held_bits | (uint32_t)held;
    memcpy(bytes, &behind, sizeof behind);
}

void packed_copy(struct packed to, size_t start, struct packed from, size_t from_start, size_t count) {
    uint32_t items[COPIED_AT_ONCE];
    for (size_t done = 0; done < count;) {
        size_t some = count - done < COPIED_AT_ONCE ? count - done : COPIED_AT_ONCE;
        packed_read(from, from_start + done, items, some);
        packed_write(to, start + done, items, some);
        done += some;
    }
}
