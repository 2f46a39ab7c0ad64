// chunks.h - chunks of the repository that resemble the lines around the cursor, by words.
//
// Ownership: hits lie in the caller's array.
// Threads:   any; the snapshot is pinned. Errors: none. Limits: the caller's.
#ifndef HUNCH_RETRIEVAL_CHUNKS_H
#define HUNCH_RETRIEVAL_CHUNKS_H

#include "retrieval/query.h"

// By BM25 over the chunks' terms, best first; never of `self`.
size_t chunks_similar(const struct snapshot *snapshot, const struct weighted_term *terms, size_t count,
                      const struct snapshot_file *self, size_t limit, struct bm25_hit *hits);

enum { CHUNKS_AROUND = 40, CHUNKS_LINE = 8 };
struct chunks_found {
    struct bm25_hit around[CHUNKS_AROUND]; // similar to the lines around the cursor
    struct bm25_hit line[CHUNKS_LINE];     // to its line and the two above
    size_t around_count, line_count;
};
// Both at once.
void chunks_lexical(const struct snapshot *snapshot, const struct query *query,
                    const struct snapshot_file *self, struct chunks_found *found);

// What the open file is.
struct chunks_asker {
    bool is_test;
    bool is_code; // of a known language
    bool prefers_open;
};

// Scales down hits in tests (unless the open file is one), vendored and generated files, and for code those in
// text of no known language, scales up those in other open documents, and sorts again.
void chunks_prefer_own(const struct snapshot *snapshot, struct chunks_asker asker, struct bm25_hit *hits,
                       size_t count);

#endif
