// names.c - see names.h.
//
// Symbols are counted by bucket, then each is put where its bucket's next one goes, which needs no memory beside the
// table.
#include "retrieval/names.h"

#include "base/spill.h"

enum { PER_BUCKET = 8, BUCKET_BITS_MOST = 32 - NAMES_MARK_BITS };

static uint32_t key_of(const uint32_t *keys, size_t stride, uint32_t symbol) {
    return *(const uint32_t *)(const void *)((const char *)keys + stride * symbol);
}

// Turns counts, each one place too far, into starts.
static void add_up(uint32_t *starts, uint32_t buckets) {
    for (uint32_t bucket = 1; bucket <= buckets; bucket++) {
        starts[bucket] += starts[bucket - 1];
    }
}

void names_build(struct names *names, const uint32_t *keys, size_t stride, uint32_t count) {
    unsigned bits = 1;
    while (bits < BUCKET_BITS_MOST && (1u << bits) < count / PER_BUCKET) {
        bits++;
    }
    uint32_t buckets = 1u << bits;
    *names = (struct names){.count = count, .shift = 32 - bits};
    names->entries = spill_alloc((count + (size_t)1) * sizeof *names->entries);
    // While symbols are put, place n + 1 is where bucket n's next one goes; in the end, where bucket n + 1 starts.
    names->starts = spill_alloc((buckets + (size_t)2) * sizeof *names->starts);
    for (uint32_t symbol = 0; symbol < count; symbol++) {
        names->starts[(key_of(keys, stride, symbol) >> names->shift) + 2]++;
    }
    add_up(names->starts, buckets + 1);
    for (uint32_t symbol = 0; symbol < count; symbol++) {
        uint32_t key = key_of(keys, stride, symbol);
        names->entries[names->starts[(key >> names->shift) + 1]++] =
            names_mark(names, key) << (32 - NAMES_MARK_BITS) | symbol;
    }
}

void names_free(struct names *names) {
    spill_free(names->entries);
    spill_free(names->starts);
    *names = (struct names){0};
}

uint64_t names_bytes(const struct names *names) {
    return names->count * sizeof *names->entries +
           (UINT64_C(1) << (32 - names->shift)) * sizeof *names->starts;
}
