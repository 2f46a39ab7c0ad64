// rarity.c - see rarity.h.
#include "retrieval/rarity.h"

#include "base/mem.h"
#include "base/spill.h"

#include <math.h>

enum { FEWEST_BITS = 8, MOST_BITS = 22, PLACES_PER_TERM = 4 };

static unsigned bits_for(const struct postings *const *terms, uint32_t count) {
    uint64_t lists = 0;
    unsigned bits = FEWEST_BITS;
    for (uint32_t i = 0; i < count; i++) {
        lists += terms[i]->list_count;
    }
    while (bits < MOST_BITS && (UINT64_C(1) << bits) < lists * PLACES_PER_TERM) {
        bits++;
    }
    return bits;
}

static uint8_t steps_of(double documents, double held) {
    held = held < documents ? held : documents;
    double steps = RARITY_STEPS * log(1.0 + (documents - held + 0.5) / (held + 0.5)) + 0.5;
    return (uint8_t)(steps < 255 ? steps : 255);
}

struct rarity *rarity_new(const struct postings *const *terms, uint32_t count, uint64_t documents) {
    unsigned bits = bits_for(terms, count);
    size_t places = (size_t)1 << bits;
    struct rarity *rarity = spill_alloc_resting(sizeof *rarity + places);
    uint32_t *held = mem_zero(places, sizeof *held);
    atomic_init(&rarity->references, 1);
    rarity->documents = documents;
    rarity->shift = 32 - bits;
    for (uint32_t i = 0; i < count; i++) {
        struct postings_reader reader = postings_read(terms[i]);
        while (postings_read_next(&reader)) {
            held[reader.key >> rarity->shift] += reader.list.length;
        }
    }
    for (size_t place = 0; place < places; place++) {
        rarity->steps[place] = steps_of((double)documents, held[place]);
    }
    free(held);
    return rarity;
}

struct rarity *rarity_retain(struct rarity *rarity) {
    if (rarity) {
        atomic_fetch_add_explicit(&rarity->references, 1, memory_order_relaxed);
    }
    return rarity;
}

void rarity_release(struct rarity *rarity) {
    if (rarity && atomic_fetch_sub_explicit(&rarity->references, 1, memory_order_acq_rel) == 1) {
        spill_free(rarity);
    }
}

void rarity_rest(struct rarity *rarity) {
    spill_rest(rarity, sizeof *rarity + ((size_t)1 << (32 - rarity->shift)));
}
