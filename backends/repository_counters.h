// repository_counters.h - counters found by a hash, each of which knows whose it is by a part of that.
//
// Functions are here, and inline, as they are called some ten times for every word of a repository.
//
// Ownership: the items are the caller's. Threads: one writer; then any.
// Errors:    none. Limits: counts end at COUNTERS_MOST; what finds no room is not counted.
#ifndef HUNCH_BACKENDS_REPOSITORY_COUNTERS_H
#define HUNCH_BACKENDS_REPOSITORY_COUNTERS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { COUNTERS_BUCKET = 4 }; // counters in a bucket
// A counter: whose it is, and how often that was seen. 0: nobody's.
#define COUNTERS_MARKS      0xffff0000u
#define COUNTERS_LEAST_MARK 0x10000u
#define COUNTERS_MOST       0xffffu

// Passed by value: what is written to them might else be this, so it would be read again at each.
struct counters {
    uint32_t *items; // buckets of them
    uint32_t shift;  // of a hash, that leaves a bucket's number
};

// A counter knows whose it is by half of a hash; those with the same other half share a bucket. NULL: it is not there.
// All are compared at once: which it is, is guessed wrongly more often than not.
static inline uint32_t *counters_find(uint32_t *bucket, uint32_t mark) {
    typedef uint32_t vector __attribute__((vector_size(COUNTERS_BUCKET * sizeof *bucket)));
    typedef uint64_t halves __attribute__((vector_size(COUNTERS_BUCKET * sizeof *bucket)));
    vector counters;
    memcpy(&counters, bucket, sizeof counters);
    halves found = (halves)((vector)((counters ^ mark) < COUNTERS_LEAST_MARK) & (vector){1, 2, 3, 4});
    uint64_t either = found[0] | found[1];
    uint32_t place = (uint32_t)(either | either >> 32);
    return place ? &bucket[place - 1] : NULL;
}

// A new one takes what has counted least, unless that counted twice.
static inline uint32_t *counters_take(uint32_t *bucket, uint32_t mark) {
    uint32_t *least = bucket;
    for (int i = 1; i < COUNTERS_BUCKET; i++) {
        least = (bucket[i] & COUNTERS_MOST) < (*least & COUNTERS_MOST) ? &bucket[i] : least;
    }
    if ((*least & COUNTERS_MOST) > 1) {
        return NULL;
    }
    *least = mark;
    return least;
}

static inline uint32_t *counters_bucket(struct counters counters, uint64_t hash, uint32_t *mark) {
    uint64_t spread = hash * UINT64_C(0xd6e8feb86659fd93);
    *mark = ((uint32_t)spread & COUNTERS_MARKS) | COUNTERS_LEAST_MARK;
    return counters.items + (size_t)(spread >> counters.shift) * COUNTERS_BUCKET;
}

static inline uint32_t *counters_get(struct counters counters, uint64_t hash) {
    uint32_t mark, *bucket = counters_bucket(counters, hash, &mark), *counter = counters_find(bucket, mark);
    return counter ? counter : counters_take(bucket, mark);
}

#endif
