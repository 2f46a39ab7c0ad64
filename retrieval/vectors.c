// vectors.c - see vectors.h.
//
// The first stage needs no sort: distances are whole numbers of at most 256,
// so counting how many vectors have each one tells which distance still gets
// in. The scalar kernels are written so that the compiler can vectorise them.
#include "retrieval/vectors.h"

#include "base/mem.h"
#include "base/spill.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void vectors_init(struct vectors *vectors, uint32_t capacity) {
    vectors->vectors = spill_alloc((capacity + (size_t)1) * sizeof *vectors->vectors);
    vectors->sketches = spill_alloc((capacity + (size_t)1) * sizeof *vectors->sketches);
    vectors->ids = spill_alloc((capacity + (size_t)1) * sizeof *vectors->ids);
    vectors->count = 0;
}

void vectors_free(struct vectors *vectors) {
    spill_free(vectors->vectors);
    spill_free(vectors->sketches);
    spill_free(vectors->ids);
    *vectors = (struct vectors){0};
}

void vectors_push(struct vectors *vectors, uint32_t id, const struct vector *vector) {
    vectors->vectors[vectors->count] = *vector;
    vector_sketch(vector, &vectors->sketches[vectors->count]);
    vectors->ids[vectors->count++] = id;
}

void vectors_copy(struct vectors *vectors, uint32_t id, const struct vectors *other, uint32_t at) {
    vectors->vectors[vectors->count] = other->vectors[at];
    vectors->sketches[vectors->count] = other->sketches[at];
    vectors->ids[vectors->count++] = id;
}

void vector_quantize(const float values[VECTOR_DIMENSIONS], struct vector *out) {
    float longest = 0;
    for (int i = 0; i < VECTOR_DIMENSIONS; i++) {
        longest = fmaxf(longest, fabsf(values[i]));
    }
    float scale = longest > 0 ? 127.0f / longest : 0;
    for (int i = 0; i < VECTOR_DIMENSIONS; i++) {
        out->components[i] = (int8_t)lrintf(values[i] * scale);
    }
}

void vector_sketch(const struct vector *vector, struct sketch *out) {
    *out = (struct sketch){0};
    for (int i = 0; i < VECTOR_DIMENSIONS; i++) {
        out->words[i / 64] |= (uint64_t)(vector->components[i] > 0) << (i % 64);
    }
}

int32_t vector_dot(const struct vector *a, const struct vector *b) {
    int32_t sum = 0;
    for (int i = 0; i < VECTOR_DIMENSIONS; i++) {
        sum += (int32_t)a->components[i] * (int32_t)b->components[i];
    }
    return sum;
}

uint32_t sketch_distance(const struct sketch *a, const struct sketch *b) {
    uint32_t distance = 0;
    for (int i = 0; i < VECTOR_WORDS; i++) {
        distance += (uint32_t)__builtin_popcountll(a->words[i] ^ b->words[i]);
    }
    return distance;
}

// The largest distance of which all vectors fit among `candidates`, or the one at which they run over.
static uint32_t distance_limit(const uint32_t counts[VECTOR_DIMENSIONS + 1], uint32_t candidates) {
    uint64_t total = 0;
    for (uint32_t distance = 0; distance < VECTOR_DIMENSIONS; distance++) {
        total += counts[distance];
        if (total >= candidates) {
            return distance;
        }
    }
    return VECTOR_DIMENSIONS;
}

// Keeps hits[0, count) sorted, best first; drops what falls behind `limit`.
static size_t insert_hit(struct vector_hit *hits, size_t count, size_t limit, struct vector_hit hit) {
    size_t at = count;
    while (at > 0 && hits[at - 1].score < hit.score) {
        at--;
    }
    if (at >= limit) {
        return count;
    }
    size_t kept = count < limit ? count : limit - 1;
    memmove(hits + at + 1, hits + at, (kept - at) * sizeof *hits);
    hits[at] = hit;
    return kept + 1;
}

static float cosine(const struct vector *a, const struct vector *b) {
    int32_t lengths = vector_dot(a, a);
    float norm = sqrtf((float)lengths) * sqrtf((float)vector_dot(b, b));
    return norm > 0 ? (float)vector_dot(a, b) / norm : 0;
}

size_t vectors_search(const struct vectors *vectors, const struct vector *query, uint32_t candidates,
                      size_t limit, struct vector_hit *hits) {
    struct sketch sketch;
    uint32_t counts[VECTOR_DIMENSIONS + 1] = {0};
    uint16_t *distances = mem_alloc((vectors->count + (size_t)1) * sizeof *distances);
    vector_sketch(query, &sketch);
    for (uint32_t i = 0; i < vectors->count; i++) {
        distances[i] = (uint16_t)sketch_distance(&sketch, &vectors->sketches[i]);
        counts[distances[i]]++;
    }
    uint32_t farthest = distance_limit(counts, candidates);
    size_t count = 0;
    for (uint32_t i = 0; i < vectors->count; i++) {
        if (distances[i] <= farthest) {
            float score = cosine(query, &vectors->vectors[i]);
            if (score > 0) {
                count = insert_hit(hits, count, limit, (struct vector_hit){vectors->ids[i], score});
            }
        }
    }
    free(distances);
    return count;
}
