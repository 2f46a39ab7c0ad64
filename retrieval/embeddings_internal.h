// embeddings_internal.h - what the two files of the vectors share: embeddings.c has the thread and searches,
// embeddings_round.c does what a round does.
//
// Ownership: struct embeddings owns all but the slot. Threads: a round on the thread alone. Errors, limits: embeddings.h.
#ifndef HUNCH_RETRIEVAL_EMBEDDINGS_INTERNAL_H
#define HUNCH_RETRIEVAL_EMBEDDINGS_INTERNAL_H

#include "base/map.h"
#include "base/vec.h"
#include "indexer/store_vectors.h"
#include "retrieval/embeddings.h"

#include <uv.h>

enum { EMBEDDINGS_NOBODY = -1 }; // has the vectors of files that are gone

struct embedded_file {
    uint64_t hash;         // of the text
    uint64_t seen;         // the last round that its snapshot showed it; 0: it has no vectors
    uint32_t first, count; // its vectors: of each chunk one, in their order
};

struct embeddings {
    struct embedder *embedder;
    struct snapshot_slot *slot;
    uint32_t candidates;
    char *root;
    void (*on_progress)(void *context, const struct embeddings_progress *progress);
    void *context;

    uv_rwlock_t lock; // of these; written by the thread alone
    struct vectors vectors;
    int32_t *owners; // of each vector the number of its file
    uint64_t *texts; // of each vector the hash of its text
    uint32_t room, gone;
    uint32_t centered; // how many vectors the mean is of
    struct intern paths;
    VEC(struct embedded_file) files; // of each path

    char *kept_path;
    struct store_vectors *kept;  // NULL: nothing is kept
    bool is_prepared, is_untidy; // the thread's own: a round left what can be given back
    uv_thread_t thread;
    uv_mutex_t turns; // of these
    uv_cond_t turned;
    uint64_t wanted, reached; // rounds
    uint64_t quiet_us;        // when the thread may go on
    bool stopping;
};

// Embeds what the snapshot shows and has no vectors, and forgets what it shows no more. On the thread.
void embeddings_run_round(struct embeddings *self, uint64_t number);
// The living vectors alone, with room for `more`.
void embeddings_make_room(struct embeddings *self, uint32_t more);
void embeddings_free_room(struct vectors *vectors, int32_t *owners, uint64_t *texts);

#endif
