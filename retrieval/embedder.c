// embedder.c - see embedder.h.
//
// A direction has eight components of +1 or -1 out of 256, drawn by a
// multiplicative generator that the term's hash seeds: sparse enough to be
// quick, and two terms seldom meet.
#include "retrieval/embedder.h"

#include <math.h>

enum { COMPONENTS_PER_TERM = 8 };

static float rarity(const struct postings *terms, uint32_t documents, uint32_t hash) {
    float held = (float)postings_find(terms, hash).length;
    return logf(1.0f + ((float)documents - held + 0.5f) / (held + 0.5f));
}

void embedder_add(const struct postings *terms, uint32_t documents, uint32_t hash, float weight,
                  float *values) {
    float length = weight * rarity(terms, documents, hash);
    uint64_t state = hash | 1ull << 32;
    for (int i = 0; i < COMPONENTS_PER_TERM; i++) {
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        uint32_t draw = (uint32_t)(state >> 33);
        values[draw % VECTOR_DIMENSIONS] += draw & 1u << 20 ? length : -length;
    }
}

void embedder_embed_row(const struct postings *terms, uint32_t documents, const struct term *row,
                        uint32_t count, struct vector *out) {
    float values[VECTOR_DIMENSIONS] = {0};
    for (uint32_t i = 0; i < count; i++) {
        embedder_add(terms, documents, row[i].hash, 1.0f + logf((float)row[i].count), values);
    }
    vector_quantize(values, out);
}
