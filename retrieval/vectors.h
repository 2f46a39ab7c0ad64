// vectors.h - short int8 vectors with a 256-bit sketch of their direction, and the nearest of many.
//
// A vector has 256 components. Its sketch keeps the signs of the vector turned
// by a fixed rotation; the Hamming distance of two sketches falls as their
// angle does, and costs four popcounts. A search ranks all by that, then scores
// the best by the full inner product. Without the rotation the signs tell little:
// of a few words most components are zero, and of a table ordered by PCA the last
// count as much as the first, though they are near zero.
// Source: M. Charikar, Similarity estimation techniques from rounding algorithms, 2002; the rotation by signs and a
// Walsh-Hadamard transform: N. Ailon and B. Chazelle, 2006.
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

struct vectors {
    struct vector *vectors;
    struct sketch *sketches;
    uint32_t count;
};

struct vector_hit {
    uint32_t id; // which of the vectors
    float score; // cosine, as far as int8 tells
};

void vectors_init(struct vectors *vectors, uint32_t capacity);
void vectors_free(struct vectors *vectors);
void vectors_push(struct vectors *vectors, const struct vector *vector);
// The same, of the other's vector number `at`.
void vectors_copy(struct vectors *vectors, const struct vectors *other, uint32_t at);
// From now on it is near to nothing.
void vectors_clear(struct vectors *vectors, uint32_t at);
// Rounds `values` to int8, the longest component at 127; all zero stays zero. What is no number counts as zero.
void vector_quantize(const float values[VECTOR_DIMENSIONS], struct vector *out);
void vector_sketch(const struct vector *vector, struct sketch *out);
int32_t vector_dot(const struct vector *a, const struct vector *b);
// The ids with the highest score, best first, into hits[limit]; `candidates` survive the sketches (at
// least `limit`). Ties go to the lower id. Returns how many there are.
size_t vectors_search(const struct vectors *vectors, const struct vector *query, uint32_t candidates,
                      size_t limit, struct vector_hit *hits);

#endif
