// vectors.c - see vectors.h.
//
// The first stage needs no sort: estimates are put into classes, and counting
// how many vectors are in each tells which class still gets in. It is looked at
// after every block, so few are kept that do not stay. Their vectors lie
// anywhere in memory, so they are asked for well before they are used.
#include "retrieval/vectors.h"

#include "base/mem.h"
#include "base/spill.h"
#include "base/vec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROTATIONS = 3, BLOCK = 4096, AHEAD = 8, CACHE_LINE = 64, CLASSES = 2048, LARGEST = 7 };

void vectors_init(struct vectors *vectors, uint32_t capacity) {
    vectors->vectors = spill_alloc_resting((capacity + (size_t)1) * sizeof *vectors->vectors);
    vectors->sketches = spill_alloc_resting((capacity + (size_t)1) * sizeof *vectors->sketches);
    vectors->scales = spill_alloc_resting((capacity + (size_t)1) * sizeof *vectors->scales);
    vectors->count = 0;
    memset(vectors->mean, 0, sizeof vectors->mean);
}

void vectors_free(struct vectors *vectors) {
    spill_free(vectors->vectors);
    spill_free(vectors->sketches);
    spill_free(vectors->scales);
    *vectors = (struct vectors){0};
}

void vectors_rest(const struct vectors *vectors) {
    spill_rest(vectors->vectors, vectors->count * sizeof *vectors->vectors);
    spill_rest(vectors->sketches, vectors->count * sizeof *vectors->sketches);
    spill_rest(vectors->scales, vectors->count * sizeof *vectors->scales);
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
static void flip_signs(float values[VECTOR_DIMENSIONS], int round) {
    uint32_t state = (uint32_t)round;
    for (int i = 0; i < VECTOR_DIMENSIONS; i++) {
        state = state * 1664525u + 1013904223u;
        values[i] = state >> 31 ? -values[i] : values[i];
    }
}

// The fast Walsh-Hadamard transform: a rotation, but for the length, which becomes 16 times as large.
static void transform(float values[VECTOR_DIMENSIONS]) {
    for (int step = 1; step < VECTOR_DIMENSIONS; step *= 2) {
        for (int start = 0; start < VECTOR_DIMENSIONS; start += 2 * step) {
            for (int i = start; i < start + step; i++) {
                float a = values[i], b = values[i + step];
                values[i] = a + b;
                values[i + step] = a - b;
            }
        }
    }
}

static void rotate(float values[VECTOR_DIMENSIONS]) {
    for (int round = 0; round < ROTATIONS; round++) {
        flip_signs(values, round);
        transform(values);
    }
    for (int i = 0; i < VECTOR_DIMENSIONS; i++) {
        values[i] /= 16 * 16 * 16;
    }
}

int32_t vector_dot(const struct vector *a, const struct vector *b) {
    int32_t sum = 0;
    for (int i = 0; i < VECTOR_DIMENSIONS; i++) {
        sum += (int32_t)a->components[i] * (int32_t)b->components[i];
    }
    return sum;
}

static float length_of(const struct vector *vector) {
    return sqrtf((float)vector_dot(vector, vector));
}

// The direction as a vector of length one, and what of it is along the mean.
static float direction_of(const struct vectors *vectors, const struct vector *vector,
                          float direction[VECTOR_DIMENSIONS]) {
    float length = length_of(vector), along = 0;
    for (int i = 0; i < VECTOR_DIMENSIONS; i++) {
        direction[i] = (float)vector->components[i] / length;
        along += direction[i] * vectors->mean[i];
    }
    return along;
}

// Turns direction into what is left of it without the mean, rotated.
static void take_mean(const struct vectors *vectors, float direction[VECTOR_DIMENSIONS]) {
    for (int i = 0; i < VECTOR_DIMENSIONS; i++) {
        direction[i] -= vectors->mean[i];
    }
    rotate(direction);
}

static void sketch(struct vectors *vectors, uint32_t at) {
    float rest[VECTOR_DIMENSIONS], square = 0, sum = 0;
    if (vector_dot(&vectors->vectors[at], &vectors->vectors[at]) == 0) {
        vectors_clear(vectors, at);
        return;
    }
    float along = direction_of(vectors, &vectors->vectors[at], rest);
    take_mean(vectors, rest);
    vectors->sketches[at] = (struct sketch){0};
    for (int i = 0; i < VECTOR_DIMENSIONS; i++) {
        vectors->sketches[at].words[i / 64] |= (uint64_t)(rest[i] > 0) << (i % 64);
        square += rest[i] * rest[i];
        sum += fabsf(rest[i]);
    }
    vectors->scales[at] = (struct vector_scale){along, sum > 0 ? square / sum : 0};
}

void vectors_push(struct vectors *vectors, const struct vector *vector) {
    vectors->vectors[vectors->count] = *vector;
    sketch(vectors, vectors->count++);
}

void vectors_clear(struct vectors *vectors, uint32_t at) {
    vectors->vectors[at] = (struct vector){{0}};
    vectors->sketches[at] = (struct sketch){0};
    vectors->scales[at] = (struct vector_scale){-2, 0};
}

void vectors_center(struct vectors *vectors) {
    float direction[VECTOR_DIMENSIONS];
    double sums[VECTOR_DIMENSIONS] = {0};
    for (uint32_t at = 0; at < vectors->count; at++) {
        direction_of(vectors, &vectors->vectors[at], direction);
        for (int i = 0; i < VECTOR_DIMENSIONS; i++) {
            sums[i] += isfinite(direction[i]) ? direction[i] : 0;
        }
    }
    for (int i = 0; i < VECTOR_DIMENSIONS; i++) {
        vectors->mean[i] = vectors->count ? (float)(sums[i] / vectors->count) : 0;
    }
    for (uint32_t at = 0; at < vectors->count; at++) {
        sketch(vectors, at);
    }
}

// --- the search ---

// What is known of a question: a vector's cosine to it is about base + scale.base + scale.factor * (of_sum * sum + of_all),
// where sum is that of its components under the vector's sketch.
struct question {
    struct sketch_question sketch;
    float base, of_sum, of_all;
};

static void ask(const struct vectors *vectors, const struct vector *vector, struct question *question) {
    float rest[VECTOR_DIMENSIONS], longest = 0, square = 0;
    int total = 0;
    *question = (struct question){.base = direction_of(vectors, vector, rest)};
    take_mean(vectors, rest);
    for (int i = 0; i < VECTOR_DIMENSIONS; i++) {
        longest = fmaxf(longest, fabsf(rest[i]));
        square += vectors->mean[i] * vectors->mean[i];
    }
    float unit = longest > 0 ? longest / LARGEST : 1;
    for (int i = 0; i < VECTOR_DIMENSIONS; i++) {
        int component = (int)lrintf(rest[i] / unit);
        for (int plane = 0; plane < SKETCH_PLANES; plane++) {
            uint64_t bit = (unsigned)component >> plane & 1;
            question->sketch.planes[plane].words[i / 64] |= bit << (i % 64);
        }
        total += component;
    }
    question->base -= square;
    question->of_sum = 2 * unit; // a sign that is no one is minus one
    question->of_all = -unit * (float)total;
}

// Of an estimated cosine: the nearest are in class 0.
static uint32_t class_of(const struct question *question, struct vector_scale scale, int16_t sum) {
    float cosine =
        question->base + scale.base + scale.factor * (question->of_sum * (float)sum + question->of_all);
    float class = (1 - cosine) * CLASSES / 2;
    return class < 0 ? 0 : class < CLASSES ? (uint32_t) class : CLASSES;
}

// The last class of which all vectors fit among `candidates`, or the one at which they run over.
static uint32_t class_limit(const uint32_t counts[CLASSES + 1], uint32_t candidates) {
    uint64_t total = 0;
    for (uint32_t class = 0; class < CLASSES; class ++) {
        total += counts[class];
        if (total >= candidates) {
            return class;
        }
    }
    return CLASSES;
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
    uint32_t class;
};

// Those of all vectors that the estimate lets through, and some more that were near when they were met.
struct nearest {
    VEC(struct near) all;
    uint32_t counts[CLASSES + 1]; // of all vectors, by class
    uint32_t farthest;            // that still gets in
};

static void gather_nearest(const struct vectors *vectors, const struct question *question,
                           uint32_t candidates, struct nearest *nearest) {
    int16_t sums[BLOCK];
    nearest->farthest = CLASSES;
    for (uint32_t start = 0; start < vectors->count; start += BLOCK) {
        uint32_t count = vectors->count - start < BLOCK ? vectors->count - start : BLOCK;
        sketch_sums(&question->sketch, vectors->sketches + start, count, sums);
        for (uint32_t i = 0; i < count; i++) {
            uint32_t class = class_of(question, vectors->scales[start + i], sums[i]);
            if (class <= nearest->farthest) {
                nearest->counts[class]++;
                vec_push(&nearest->all, (struct near){start + i, class});
            }
        }
        nearest->farthest = class_limit(nearest->counts, candidates);
    }
}

static void prefetch_vector(const struct vectors *vectors, const struct nearest *nearest, size_t i) {
    if (i < nearest->all.count && nearest->all.items[i].class <= nearest->farthest) {
        const int8_t *components = vectors->vectors[nearest->all.items[i].at].components;
        for (int at = 0; at < VECTOR_DIMENSIONS; at += CACHE_LINE) {
            __builtin_prefetch(components + at);
        }
    }
}

size_t vectors_search(const struct vectors *vectors, const struct vector *query, uint32_t candidates,
                      size_t limit, struct vector_hit *hits) {
    struct nearest nearest = {0};
    struct question question;
    size_t count = 0;
    float length = length_of(query);
    if (!(length > 0)) {
        return 0; // near to nothing
    }
    ask(vectors, query, &question);
    gather_nearest(vectors, &question, candidates, &nearest);
    for (size_t i = 0; i < nearest.all.count; i++) {
        const struct vector *vector = &vectors->vectors[nearest.all.items[i].at];
        prefetch_vector(vectors, &nearest, i + AHEAD);
        int32_t dot = nearest.all.items[i].class <= nearest.farthest ? vector_dot(query, vector) : 0;
        if (dot > 0) {
            struct vector_hit hit = {nearest.all.items[i].at, (float)dot / (length * length_of(vector))};
            count = insert_hit(hits, count, limit, hit);
        }
    }
    vec_free(&nearest.all);
    return count;
}
