// bm25.h - Okapi BM25 over all segments of a snapshot.
//
// Ownership: hits lie in the caller's array.
// Threads:   any; the snapshot is pinned.
// Errors:    none.
// Limits:    the caller's; terms held by more than a quarter of the documents are left out unless a question keeps them, and
//            so are all but the BM25_TERMS that weigh most.
#ifndef HUNCH_RETRIEVAL_BM25_H
#define HUNCH_RETRIEVAL_BM25_H

#include "retrieval/snapshot.h"

enum { BM25_TERMS = 1024 };

struct weighted_term {
    uint32_t hash;
    float weight;
};

struct bm25_hit {
    uint32_t segment;
    uint32_t id; // of the chunk or symbol
    float score;
};

struct bm25_question {
    const struct snapshot *snapshot;
    enum segment_field field;
    const struct weighted_term *terms;
    size_t count;
    const struct snapshot_file *skip; // NULL: none
    // Frequent terms cost most and say least: of the terms, those that weigh most are used, as far as they occur
    // in so many documents together. 0: all are.
    uint64_t effort;
    bool keeps_common; // terms held by more than a quarter of the documents count, too
};

// The best documents of living files but `skip`, best first, into hits[limit]. Ties go to the one that snapshot_compare
// has first, however files are spread over segments. Returns how many there are.
size_t bm25_search(const struct bm25_question *question, size_t limit, struct bm25_hit *hits);
// Where the best of a question go.
struct bm25_hits {
    struct bm25_hit *hits; // room for `limit`
    size_t limit;          // 1 at least
    size_t count;          // found
};
// Two questions that differ in their terms, effort and keeping alone, each answered as by bm25_search. What both ask for is gone
// through once.
void bm25_search_both(const struct bm25_question questions[2], struct bm25_hits results[2]);
// The same order for any hits; they are few.
void bm25_sort(const struct snapshot *snapshot, enum segment_field field, struct bm25_hit *hits,
               size_t count);
// log(1 + (N - df + 0.5) / (df + 0.5)) over all segments; 0 for a term held by none of them or, unless common ones are
// kept, by more than a quarter.
float bm25_rarity(const struct snapshot *snapshot, enum segment_field field, uint32_t hash,
                  bool keeps_common);

#endif
