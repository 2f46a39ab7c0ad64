// packed.h - an array of numbers, each of as many bits as the largest needs.
//
// What grows with the repository is mostly numbers that are far from filling 32
// bits. They lie one after the other without gaps; a number is read with the 64
// bits that begin at its first byte, shifted and masked.
//
// Ownership: packed_make / packed_free; the memory is spill.h's. A view borrows.
// Threads:   one writer; readers of an unchanging array from any thread.
// Errors:    none (see mem.h).
// Limits:    1 to 32 bits a number; what does not fit is cut off. Little-endian machines.
//
// Invariants (tests quote the numbers):
//   P1  what was written is read again, for every width, whatever is written beside it
//   P2  SPARE bytes behind the last number are allocated, since reading and writing it touches them
#ifndef HUNCH_BASE_PACKED_H
#define HUNCH_BASE_PACKED_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a number's bits go on in the next byte");

struct packed {
    unsigned char *bytes; // NULL: none
    uint32_t bits;        // of a number
    uint32_t mask;
};

enum { PACKED_SPARE = 8 };

struct packed packed_make(size_t count, uint32_t bits); // zeros
void packed_free(struct packed *packed);                // leaves none
// As packed numbers; a readable item behind the last is needed (P2). For reading only.
struct packed packed_view(const uint32_t *items);
uint32_t packed_bits(uint32_t largest);                        // how many it needs
size_t packed_size(const struct packed *packed, size_t count); // bytes of so many numbers
// Many in a row, which is faster than one by one.
void packed_read(struct packed from, size_t start, uint32_t *out, size_t count);
void packed_write(struct packed to, size_t start, const uint32_t *items, size_t count);
// Also between widths, and within one array towards its beginning.
void packed_copy(struct packed to, size_t start, struct packed from, size_t from_start, size_t count);

static inline uint32_t packed_get(struct packed packed, size_t i) {
    size_t at = i * packed.bits;
    uint64_t word;
    memcpy(&word, packed.bytes + at / 8, sizeof word);
    return (uint32_t)(word >> at % 8) & packed.mask;
}

static inline void packed_set(struct packed packed, size_t i, uint32_t number) {
    size_t at = i * packed.bits;
    uint64_t word;
    memcpy(&word, packed.bytes + at / 8, sizeof word);
    word &= ~((uint64_t)packed.mask << at % 8);
    word |= (uint64_t)(number & packed.mask) << at % 8;
    memcpy(packed.bytes + at / 8, &word, sizeof word);
}

// It will be read soon: the processor gets it meanwhile.
static inline void packed_fetch(struct packed packed, size_t i) {
    __builtin_prefetch(packed.bytes + i * packed.bits / 8);
}

#endif
