// embeddings.h - the vectors of what is indexed, kept beside the snapshots, and the nearest of them.
//
// A thread of its own follows the snapshots: what a new one shows and has no
// vectors yet is embedded, file by file, and what it shows no more is
// forgotten. While somebody types it rests. Nobody waits for it: a search looks at the vectors that are there,
// and takes of them what the asker's snapshot shows just so.
//
// Ownership: embeddings_new takes the embedder over; the slot is borrowed and outlives it.
// Threads:   search and ask from any thread, wake from any; on_progress comes on the thread of its own.
// Errors:    a failing embedder is told of by on_progress, once for each failure; the next wake tries again.
// Limits:    a vector, its sketch and its owner take 308 bytes, 44 of them in memory until somebody searches; half of the
//            room at most is unused.
//
// Invariants (tests/unit/retrieval/embeddings_test.c quotes the numbers):
//   V1  after embeddings_settle every chunk of every file that the snapshot shows has its vector, those of
//       files known by words alone and those without a direction aside
//   V2  a hit is a living chunk of the asker's snapshot, whose text is that of the vector
#ifndef HUNCH_RETRIEVAL_EMBEDDINGS_H
#define HUNCH_RETRIEVAL_EMBEDDINGS_H

#include "retrieval/bm25.h"
#include "retrieval/embedder.h"

struct embeddings;

struct embeddings_progress {
    uint64_t done, total; // chunks: that have their vectors, or have none, of all that the snapshot shows
    bool ended;           // the round is over; what is missing now could not be read or made
    const char *trouble;  // "": none
};

struct embeddings_options {
    struct embedder *embedder;
    const char *root;      // copied
    const char *kept_path; // the store beside which vectors are kept (store_vectors.h); copied. NULL: nowhere
    struct snapshot_slot *slot;
    void (*on_progress)(void *context, const struct embeddings_progress *progress); // NULL: nobody listens
    void *context;
};

struct embeddings *embeddings_new(const struct embeddings_options *options);
void embeddings_free(struct embeddings *embeddings);  // NULL is allowed
void embeddings_wake(struct embeddings *embeddings);  // there is a new snapshot
void embeddings_pause(struct embeddings *embeddings); // somebody types: the thread rests for some seconds
// Wakes it and waits until what the snapshot shows now has its vectors, or the embedder failed.
void embeddings_settle(struct embeddings *embeddings);

// The vector of a question; see embedder.h.
int embeddings_ask(struct embeddings *embeddings, struct slice text, uint32_t wait_ms, struct vector *out,
                   struct err *err);
// How many vectors of a search the estimate lets through; 0: the usual. For measuring, while nobody else searches.
void embeddings_set_candidates(struct embeddings *embeddings, uint32_t candidates);
// The nearest chunks, best first; never of `own` (NULL: none). Returns how many there are.
size_t embeddings_search(struct embeddings *self, const struct snapshot *snapshot,
                         const struct vector *vector, const struct snapshot_file *own, size_t limit,
                         struct bm25_hit *hits);

#endif
