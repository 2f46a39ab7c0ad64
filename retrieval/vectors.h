// vectors.h - short int8 vectors with a 256-bit sketch of their direction, and the nearest of many.
//
// A search estimates the cosine of all vectors from little, then scores the best by the full inner product. The vectors of
// a model lie in a narrow cone, so what tells them apart is how they differ from their mean: for a question q and a
// vector x, both of length one, and the mean m
//
//     q.x  =  q.m - m.m  +  m.x  +  (q - m).(x - m)
//
// Of a vector are kept m.x and the signs of x - m, turned by a fixed rotation; the last product is estimated from these and
// four bits a component of q - m. Without the rotation the signs tell little: of a few words most components are zero, and
// of a table ordered by PCA the last count as much as the first, though they are near zero.
// Source: J. Gao and C. Long, RaBitQ, 2024 (the estimate); the rotation by signs and a Walsh-Hadamard transform: N. Ailon
// and B. Chazelle, 2006.
//
// Ownership: plain data; vectors_init allocates, vectors_free releases.
// Threads:   one writer of vectors_push; afterwards any number of readers.
// Errors:    none.
// Limits:    the capacity, at most 2^32 - 1 vectors; a component is within [-127, 127].
#ifndef HUNCH_RETRIEVAL_VECTORS_H
#define HUNCH_RETRIEVAL_VECTORS_H

#include "retrieval/sketch.h"

enum { VECTOR_DIMENSIONS = SKETCH_BITS };

struct vector {
    int8_t components[VECTOR_DIMENSIONS];
};

// How the sum of a question's components under a sketch becomes a cosine.
struct vector_scale {
    float base, factor;
};

struct vectors {
    struct vector *vectors;
    struct sketch *sketches;
    struct vector_scale *scales;
    uint32_t count;
    float mean[VECTOR_DIMENSIONS]; // that the sketches are taken from
};

struct vector_hit {
    uint32_t id; // which of the vectors
    float score; // cosine, as far as int8 tells
};

void vectors_init(struct vectors *vectors, uint32_t capacity);
void vectors_free(struct vectors *vectors);
void vectors_push(struct vectors *vectors, const struct vector *vector);
// Their mean, from now on; all sketches are made anew.
void vectors_center(struct vectors *vectors);
// Until the next search nothing of them need be in memory.
void vectors_rest(const struct vectors *vectors);
// From now on it is near to nothing.
void vectors_clear(struct vectors *vectors, uint32_t at);
// Rounds `values` to int8, the longest component at 127; all zero stays zero. What is no number counts as zero.
void vector_quantize(const float values[VECTOR_DIMENSIONS], struct vector *out);
int32_t vector_dot(const struct vector *a, const struct vector *b);
// The ids with the highest score, best first, into hits[limit]; `candidates` survive the estimate (at
// least `limit`). Ties go to the lower id. Returns how many there are.
size_t vectors_search(const struct vectors *vectors, const struct vector *query, uint32_t candidates,
                      size_t limit, struct vector_hit *hits);

#endif
