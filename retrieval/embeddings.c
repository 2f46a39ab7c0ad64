// embeddings.c - see embeddings.h.
//
// A vector's file is known by its path and the chunk by its number, which hold for any snapshot that shows the same text of
// the file (V2).
#include "retrieval/embeddings_internal.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/priority.h"
#include "base/spill.h"
#include "base/thread.h"

#include <stdlib.h>

enum {
    PAUSE_US = 2000000,
    CANDIDATES = 4000,   // at least, and one in CANDIDATE_SHARE: that the estimate lets through
    CANDIDATE_SHARE = 4, // tests/bench/search says what it misses
    SPARE = 64 // more are asked for than wanted, as some may be the file's own or as near as the last
};

// --- the thread ---

// What waits for the next search alone leaves the process's memory.
static void tidy(struct embeddings *self) {
    vectors_rest(&self->vectors);
    spill_rest(self->owners, self->vectors.count * sizeof *self->owners);
    spill_rest(self->texts, self->vectors.count * sizeof *self->texts);
    embedder_rest(self->embedder);
    mem_give_back();
}

// Until a round is wanted; false: the end. Each saved file brings one, so it is tidied up only behind the last of them.
// Under the lock of turns.
static bool await_round(struct embeddings *self) {
    while (self->wanted == self->reached && !self->stopping) {
        if (!self->is_untidy) {
            uv_cond_wait(&self->turned, &self->turns);
        } else if (uv_cond_timedwait(&self->turned, &self->turns, UINT64_C(1000) * PAUSE_US) != 0) {
            uv_mutex_unlock(&self->turns);
            tidy(self);
            self->is_untidy = false;
            uv_mutex_lock(&self->turns);
        }
    }
    return !self->stopping;
}

static void run(void *context) {
    struct embeddings *self = context;
    thread_name("hunch-embed");
    priority_lower();
    uv_mutex_lock(&self->turns);
    while (await_round(self)) {
        uint64_t number = self->wanted;
        uv_mutex_unlock(&self->turns);
        embeddings_run_round(self, number);
        uv_mutex_lock(&self->turns);
        self->reached = number;
        uv_cond_broadcast(&self->turned);
    }
    self->reached = UINT64_MAX;
    uv_cond_broadcast(&self->turned);
    uv_mutex_unlock(&self->turns);
}

// --- outside ---

struct embeddings *embeddings_new(const struct embeddings_options *options) {
    struct embeddings *self = mem_zero(1, sizeof *self);
    self->embedder = options->embedder;
    self->slot = options->slot;
    self->root = mem_copy_string(options->root);
    self->kept_path = options->kept_path ? mem_copy_string(options->kept_path) : NULL;
    self->on_progress = options->on_progress;
    self->context = options->context;
    intern_init(&self->paths);
    uv_rwlock_init(&self->lock);
    uv_mutex_init(&self->turns);
    uv_cond_init(&self->turned);
    embeddings_make_room(self, 0);
    uv_thread_create(&self->thread, run, self);
    return self;
}

void embeddings_free(struct embeddings *self) {
    if (!self) {
        return;
    }
    uv_mutex_lock(&self->turns);
    self->stopping = true;
    uv_cond_broadcast(&self->turned);
    uv_mutex_unlock(&self->turns);
    embedder_stop(self->embedder);
    uv_thread_join(&self->thread);
    embedder_close(self->embedder);
    store_vectors_close(self->kept);
    free(self->kept_path);
    embeddings_free_room(&self->vectors, self->owners, self->texts);
    intern_free(&self->paths);
    vec_free(&self->files);
    uv_rwlock_destroy(&self->lock);
    uv_mutex_destroy(&self->turns);
    uv_cond_destroy(&self->turned);
    free(self->root);
    free(self);
}

void embeddings_wake(struct embeddings *self) {
    uv_mutex_lock(&self->turns);
    self->wanted++;
    uv_cond_broadcast(&self->turned);
    uv_mutex_unlock(&self->turns);
}

void embeddings_pause(struct embeddings *self) {
    uv_mutex_lock(&self->turns);
    self->quiet_us = clock_now_us() + PAUSE_US;
    uv_mutex_unlock(&self->turns);
}

void embeddings_settle(struct embeddings *self) {
    embeddings_wake(self);
    uv_mutex_lock(&self->turns);
    uint64_t goal = self->wanted;
    while (self->reached < goal) {
        uv_cond_wait(&self->turned, &self->turns);
    }
    uv_mutex_unlock(&self->turns);
}

int embeddings_ask(struct embeddings *self, struct slice text, uint32_t wait_ms, struct vector *out,
                   struct err *err) {
    return embedder_ask(self->embedder, text, wait_ms, out, err);
}

// The chunk of that vector in the asker's snapshot, if it is there as it was embedded.
static bool find_chunk(const struct embeddings *self, const struct snapshot *snapshot, uint32_t vector,
                       const struct snapshot_file *own, struct bm25_hit *hit) {
    struct snapshot_file at;
    int32_t owner = self->owners[vector];
    if (owner == EMBEDDINGS_NOBODY ||
        !snapshot_find(snapshot, intern_string(&self->paths, (uint32_t)owner), &at)) {
        return false;
    }
    const struct embedded_file *file = &self->files.items[owner];
    const struct segment *segment = snapshot->segments[at.segment];
    const struct record *record = segment->files[at.file].record;
    bool is_own = own && own->segment == at.segment && own->file == at.file;
    hit->segment = at.segment;
    hit->id = segment->fields[SEGMENT_CHUNKS].firsts[at.file] + vector - file->first;
    return !is_own && !record->by_words && record->hash == file->hash && record->chunk_count == file->count;
}

void embeddings_set_candidates(struct embeddings *self, uint32_t candidates) {
    self->candidates = candidates;
}

// Under the lock.
static uint32_t candidates_of(const struct embeddings *self) {
    uint32_t share = self->vectors.count / CANDIDATE_SHARE;
    return self->candidates ? self->candidates : share > CANDIDATES ? share : CANDIDATES;
}

size_t embeddings_search(struct embeddings *self, const struct snapshot *snapshot,
                         const struct vector *vector, const struct snapshot_file *own, size_t limit,
                         struct bm25_hit *hits) {
    struct vector_hit *found = mem_alloc((limit + SPARE) * sizeof *found);
    struct bm25_hit *all_hits = mem_alloc((limit + SPARE) * sizeof *all_hits);
    uv_rwlock_rdlock(&self->lock);
    size_t count = 0, all = vectors_search(&self->vectors, vector, candidates_of(self), limit + SPARE, found);
    for (size_t i = 0; i < all; i++) {
        all_hits[count].score = found[i].score;
        count += find_chunk(self, snapshot, found[i].id, own, &all_hits[count]);
    }
    uv_rwlock_rdunlock(&self->lock);
    bm25_sort(snapshot, SEGMENT_CHUNKS, all_hits, count); // not as they came
    count = count < limit ? count : limit;
    memcpy(hits, all_hits, count * sizeof *hits);
    free(all_hits);
    free(found);
    return count;
}
