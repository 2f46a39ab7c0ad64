// rarity.h - how rare each term is among the chunks of a repository, for weighing the words of a vector.
//
// Vectors of different segments can be compared only if the same yardstick
// weighed their words, and must not be made again whenever segments merge. So
// the yardstick is a thing of its own, taken from all that is indexed at one
// moment and kept until much more is. It is small enough to stay in the
// processor's cache while a million chunks are embedded, for which it rounds:
// a term is found by its highest bits, together with its neighbours.
//
// Ownership: rarity_new gives one reference, rarity_retain adds and rarity_release drops one.
// Threads:   built by one thread; afterwards any number of readers.
// Errors:    none.
// Limits:    values are rounded to 1/16 and are at most 255/16, that of one in eight million.
#ifndef HUNCH_RETRIEVAL_RARITY_H
#define HUNCH_RETRIEVAL_RARITY_H

#include "retrieval/postings.h"

#include <stdatomic.h>

struct rarity {
    atomic_int references;
    uint64_t documents; // in all
    unsigned shift;     // leaves the highest bits of a hash
    uint8_t steps[];    // of log(1 + (N - n + 0.5) / (n + 0.5))
};

// Of these postings together, which are of so many documents.
struct rarity *rarity_new(const struct postings *const *terms, uint32_t count, uint64_t documents);
struct rarity *rarity_retain(struct rarity *rarity); // NULL is allowed
void rarity_release(struct rarity *rarity);          // NULL is allowed
// Until somebody asks for terms again it need not be in memory; others may read it meanwhile.
void rarity_rest(struct rarity *rarity);

enum { RARITY_STEPS = 16 };
static inline float rarity_of(const struct rarity *rarity, uint32_t hash) {
    return (float)rarity->steps[hash >> rarity->shift] / RARITY_STEPS;
}

#endif
