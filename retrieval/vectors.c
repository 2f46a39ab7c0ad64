// vectors.c - see vectors.h.
//
// The first stage needs no sort: distances are whole numbers of at most 256,
// so counting how many vectors have each one tells which distance still gets
// in. It is looked at after every block, so few are kept that do not stay. Their
// vectors lie anywhere in memory, so they are asked for well before they are used.
#include "retrieval/vectors.h"

#include "base/mem.h"
#include "base/spill.h"
#include "base/vec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROTATIONS = 3, BLOCK = 1024, AHEAD = 8, CACHE_LINE = 64 };

void vectors_init(struct vectors *vectors, uint32_t capacity) {
    vectors->vectors = spill_alloc((capacity + (size_t)1) * sizeof *vectors->vectors);
    vectors->sketches = spill_alloc((capacity + (size_t)1) * sizeof *vectors->sketches);
    vectors->count = 0;
}

void vectors_free(struct vectors *vectors) {
    spill_free(vectors->vectors);
    spill_free(vectors->sketches);
    *vectors = (struct vectors){0};
}

void vectors_push(struct vectors *vectors, const struct vector *vector) {
    vectors->vectors[vectors->count] = *vector;
    vector_sketch(vector, &vectors->sketches[vectors->count++]);
}

void vectors_copy(struct vectors *vectors, const struct vectors *other, uint32_t at) {
    vectors->vectors[vectors->count] = other->vectors[at];
    vectors->sketches[vectors->count++] = other->sketches[at];
}

void vectors_clear(struct vectors *vectors, uint32_t at) {
    vectors->vectors[at] = (struct vector){{0}};
    vectors->sketches[at] = (struct sketch){0};
}

static float usable(float value) {
    return fabsf(value) < 1e30f ? value : 0; // and the inverse of the longest is, too
}

void vector_quantize(const float values[VECTOR_DIMENSIONS], struct vector *out) {
    float longest = 0;
    for (int i = 0; i < VECTOR_DIMENSIONS; i++) {
        longest = fmaxf(longest, fabsf(usable(values[i])));
    }
    float scale = longest > 1e-30f ? 127.0f / longest : 0;
    for (int i = 0; i < VECTOR_DIMENSIONS; i++) {
        out->components[i] = (int8_t)lrintf(usable(values[i]) * scale);
    }
}

// Half of the components change their sign, which ones is drawn once and for all.
static void flip_signs(int32_t values[VECTOR_DIMENSIONS], int round) {
    uint32_t state = (uint32_t)round;
    for (int i = 0; i < VECTOR_DIMENSIONS; i++) {
        state = state * 1664525u + 1013904223u;
        values[i] = state >> 31 ? -values[i] : values[i];
    }
}

// The fast Walsh-Hadamard transform: a rotation, but for the length.
static void transform(int32_t values[VECTOR_DIMENSIONS]) {
    for (int step = 1; step < VECTOR_DIMENSIONS; step *= 2) {
        for (int start = 0; start < VECTOR_DIMENSIONS; start += 2 * step) {
            for (int i = start; i < start + step; i++) {
                int32_t a = values[i], b = values[i + step];
                values[i] = a + b;
                values[i + step] = a - b;
            }
        }
    }
}

// Each round makes the components up to 256 times as large: 127 times 256 to the third is below 2^31.
void vector_sketch(const struct vector *vector, struct sketch *out) {
    int32_t values[VECTOR_DIMENSIONS];
    *out = (struct sketch){0};
    for (int i = 0; i < VECTOR_DIMENSIONS; i++) {
        values[i] = (int32_t)vector->components[i];
    }
    for (int round = 0; round < ROTATIONS; round++) {
        flip_signs(values, round);
        transform(values);
    }
    for (int i = 0; i < VECTOR_DIMENSIONS; i++) {
        out->words[i / 64] |= (uint64_t)(values[i] > 0) << (i % 64);
    }
}

int32_t vector_dot(const struct vector *a, const struct vector *b) {
    int32_t sum = 0;
    for (int i = 0; i < VECTOR_DIMENSIONS; i++) {
        sum += (int32_t)a->components[i] * (int32_t)b->components[i];
    }
    return sum;
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
    nearest->farthest = VECTOR_DIMENSIONS;
    for (uint32_t start = 0; start < vectors->count; start += BLOCK) {
        uint32_t count = vectors->count - start < BLOCK ? vectors->count - start : BLOCK;
        sketch_distances(sketch, vectors->sketches + start, count, distances);
        for (uint32_t i = 0; i < count; i++) {
            if (distances[i] <= nearest->farthest) {
                nearest->counts[distances[i]]++;
                vec_push(&nearest->all, (struct near){start + i, distances[i]});
            }
        }
        nearest->farthest = distance_limit(nearest->counts, candidates);
    }
}

static void prefetch_vector(const struct vectors *vectors, const struct nearest *nearest, size_t i) {
    if (i < nearest->all.count && nearest->all.items[i].distance <= nearest->farthest) {
        const int8_t *components = vectors->vectors[nearest->all.items[i].at].components;
        for (int at = 0; at < VECTOR_DIMENSIONS; at += CACHE_LINE) {
            __builtin_prefetch(components + at);
        }
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
        prefetch_vector(vectors, &nearest, i + AHEAD);
        int32_t dot = nearest.all.items[i].distance <= nearest.farthest ? vector_dot(query, vector) : 0;
        if (dot > 0) {
            struct vector_hit hit = {nearest.all.items[i].at, (float)dot / (length * length_of(vector))};
            count = insert_hit(hits, count, limit, hit);
        }
    }
    vec_free(&nearest.all);
    return count;
}
