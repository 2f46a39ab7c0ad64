// vectors.c - see vectors.h.
//
// The first stage needs no sort: distances are whole numbers of at most 256,
// so counting how many vectors have each one tells which distance still gets
// in. It is looked at after every block, so few are kept that do not stay. The
// scalar kernels are written so that the compiler can vectorise them.
#include "retrieval/vectors.h"

#include "base/mem.h"
#include "base/spill.h"
#include "base/vec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1024 };

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

static inline __attribute__((always_inline)) uint32_t distance_of(const struct sketch *a,
                                                                  const struct sketch *b) {
    uint32_t distance = 0;
    for (int i = 0; i < VECTOR_WORDS; i++) {
        distance += (uint32_t)__builtin_popcountll(a->words[i] ^ b->words[i]);
    }
    return distance;
}

uint32_t sketch_distance(const struct sketch *a, const struct sketch *b) {
    return distance_of(a, b);
}

static inline __attribute__((always_inline)) void
measure(const struct sketch *sketch, const struct sketch *sketches, uint32_t count, uint16_t *distances) {
    for (uint32_t i = 0; i < count; i++) {
        distances[i] = (uint16_t)distance_of(sketch, &sketches[i]);
    }
}

static void measure_anywhere(const struct sketch *sketch, const struct sketch *sketches, uint32_t count,
                             uint16_t *distances) {
    measure(sketch, sketches, count, distances);
}

typedef void measurer(const struct sketch *sketch, const struct sketch *sketches, uint32_t count,
                      uint16_t *distances);

#if defined(__x86_64__)
// All but the oldest processors count bits by one instruction, which compilers may not take for granted.
__attribute__((target("popcnt"))) static void measure_by_popcnt(const struct sketch *sketch,
                                                                const struct sketch *sketches, uint32_t count,
                                                                uint16_t *distances) {
    measure(sketch, sketches, count, distances);
}

static measurer *choose_measurer(void) {
    return __builtin_cpu_supports("popcnt") ? measure_by_popcnt : measure_anywhere;
}
#else
static measurer *choose_measurer(void) {
    return measure_anywhere;
}
#endif

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

struct near {
    uint32_t at;
    uint32_t distance;
};

// Those of all vectors that the sketches let through, and some more that were near when they were met.
struct nearest {
    VEC(struct near) all;
    uint32_t counts[VECTOR_DIMENSIONS + 1]; // of all vectors, by distance
    uint32_t farthest;                      // that still gets in
};

static void gather_nearest(const struct vectors *vectors, const struct sketch *sketch, uint32_t candidates,
                           struct nearest *nearest) {
    uint16_t distances[BLOCK];
    measurer *measure_block = choose_measurer();
    nearest->farthest = VECTOR_DIMENSIONS;
    for (uint32_t start = 0; start < vectors->count; start += BLOCK) {
        uint32_t count = vectors->count - start < BLOCK ? vectors->count - start : BLOCK;
        measure_block(sketch, vectors->sketches + start, count, distances);
        for (uint32_t i = 0; i < count; i++) {
            if (distances[i] <= nearest->farthest) {
                nearest->counts[distances[i]]++;
                vec_push(&nearest->all, (struct near){start + i, distances[i]});
            }
        }
        nearest->farthest = distance_limit(nearest->counts, candidates);
    }
}

static float length_of(const struct vector *vector) {
    return sqrtf((float)vector_dot(vector, vector));
}

size_t vectors_search(const struct vectors *vectors, const struct vector *query, uint32_t candidates,
                      size_t limit, struct vector_hit *hits) {
    struct nearest nearest = {0};
    struct sketch sketch;
    size_t count = 0;
    float length = length_of(query);
    vector_sketch(query, &sketch);
    gather_nearest(vectors, &sketch, candidates, &nearest);
    for (size_t i = 0; i < nearest.all.count; i++) {
        const struct vector *vector = &vectors->vectors[nearest.all.items[i].at];
        int32_t dot = nearest.all.items[i].distance <= nearest.farthest ? vector_dot(query, vector) : 0;
        if (dot > 0) {
            struct vector_hit hit = {vectors->ids[nearest.all.items[i].at],
                                     (float)dot / (length * length_of(vector))};
            count = insert_hit(hits, count, limit, hit);
        }
    }
    vec_free(&nearest.all);
    return count;
}
