// repository_counters.h - counters found by a hash, each of which knows whose it is by a part of that.
//
// Functions are here, and inline, as they are called some twelve times for every word of a repository.
//
// Ownership: the buckets are the caller's. Threads: one writer; then any.
// Errors:    none. Limits: counts end at COUNTERS_MOST; what finds no room is not counted.
#ifndef HUNCH_BACKENDS_REPOSITORY_COUNTERS_H
#define HUNCH_BACKENDS_REPOSITORY_COUNTERS_H

#include "indexer/lanes.h"

enum { COUNTERS_BUCKET = 8, COUNTERS_MOST = UINT16_MAX };

// What hashes with the same lowest bits share. A counter's mark is the highest 16 bits of its hash; one that counted nothing is
// nobody's, and those are the last ones.
struct counters_bucket {
    uint16_t marks[COUNTERS_BUCKET];
    uint16_t counts[COUNTERS_BUCKET];
};

// Passed by value: what is written to them might else be this, so it would be read again at each.
struct counters {
    struct counters_bucket *buckets;
    uint64_t mask; // of a hash' bits that are a bucket's number
};

static inline size_t counters_bytes(struct counters counters) {
    return (counters.mask + 1) * sizeof *counters.buckets;
}

static inline struct counters_bucket *counters_bucket(struct counters counters, uint64_t hash) {
    return counters.buckets + (hash & counters.mask);
}

// The first of the bucket's counters whose number is this, of marks or counts; NULL: there is none. All are compared at once:
// which it is, is guessed wrongly more often than not.
static inline uint16_t *counters_first(struct counters_bucket *bucket, const uint16_t *numbers,
                                       uint16_t number) {
    typedef uint16_t vector __attribute__((vector_size(sizeof bucket->counts)));
    vector all;
    memcpy(&all, numbers, sizeof all);
    uint64_t found = lanes_top_bits((lanes)(all == number));
    return found ? (uint16_t *)((char *)bucket->counts + __builtin_ctzll(found)) : NULL;
}

static inline uint16_t counters_mark(uint64_t hash) {
    return (uint16_t)(hash >> 48);
}

// NULL: it is not there.
static inline uint16_t *counters_find(struct counters_bucket *bucket, uint64_t hash) {
    return counters_first(bucket, bucket->marks, counters_mark(hash));
}

// A new one takes a free place, or that of one that counted once.
static inline uint16_t *counters_take(struct counters_bucket *bucket, uint64_t hash) {
    uint16_t *taken = counters_first(bucket, bucket->counts, 0);
    taken = taken ? taken : counters_first(bucket, bucket->counts, 1);
    if (taken) {
        bucket->marks[taken - bucket->counts] = counters_mark(hash);
        *taken = 0;
    }
    return taken;
}

static inline uint16_t *counters_get(struct counters counters, uint64_t hash) {
    struct counters_bucket *bucket = counters_bucket(counters, hash);
    uint16_t *counter = counters_find(bucket, hash);
    return counter ? counter : counters_take(bucket, hash);
}

#endif
