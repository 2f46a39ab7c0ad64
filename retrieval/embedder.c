// embedder.c - see embedder.h.
//
// A direction has eight components of +1 or -1 out of 256, drawn by a
// multiplicative generator that the term's hash seeds: sparse enough to be
// quick, and two terms seldom meet.
#include "retrieval/embedder.h"

#include <math.h>

enum { COMPONENTS_PER_TERM = 8 };

void embedder_add(const struct rarity *rarity, uint32_t hash, float weight, float *values) {
    float length = weight * rarity_of(rarity, hash);
    uint64_t state = hash | 1ull << 32;
    for (int i = 0; i < COMPONENTS_PER_TERM; i++) {
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        uint32_t draw = (uint32_t)(state >> 33);
        values[draw % VECTOR_DIMENSIONS] += draw & 1u << 20 ? length : -length;
    }
}

// A term that is said again counts more, but ever less so. Most are said seldom.
static float weight_of(uint32_t count) {
    static const float few[] = {0, 1, 1.6931472f, 2.0986123f, 2.3862944f, 2.6094379f, 2.7917595f, 2.9459101f};
    return count < sizeof few / sizeof few[0] ? few[count] : 1.0f + logf((float)count);
}

void embedder_embed_row(const struct rarity *rarity, const struct term *row, uint32_t count,
                        struct vector *out) {
    float values[VECTOR_DIMENSIONS] = {0};
    for (uint32_t i = 0; i < count; i++) {
        embedder_add(rarity, row[i].hash, weight_of(row[i].count), values);
    }
    vector_quantize(values, out);
}
