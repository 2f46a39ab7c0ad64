// embedder_hashed.c - see embedder_hashed.h.
//
// A direction has eight components of +1 or -1 out of 256, drawn by a
// multiplicative generator that the term's hash seeds: sparse enough to be
// quick, and two terms seldom meet.
#include "retrieval/embedder_hashed.h"

#include "base/mem.h"
#include "base/vec.h"
#include "indexer/terms.h"
#include "retrieval/rarity.h"

#include <math.h>
#include <uv.h>

enum { COMPONENTS_PER_TERM = 8, RARITY_GROWTH = 2, BATCH = 256 };

struct hashed {
    struct embedder embedder;
    uv_mutex_t lock;
    struct rarity *rarity; // under the lock; NULL: nothing was learned yet
};

static void add_term(const struct rarity *rarity, const struct term *term, float *values) {
    // A term that is said again counts more, but ever less so.
    float length = (1.0f + logf((float)term->count)) * rarity_of(rarity, term->hash);
    uint64_t state = term->hash | 1ull << 32;
    for (int i = 0; i < COMPONENTS_PER_TERM; i++) {
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        uint32_t draw = (uint32_t)(state >> 33);
        values[draw % VECTOR_DIMENSIONS] += draw & 1u << 20 ? length : -length;
    }
}

static struct rarity *current_rarity(struct hashed *self) {
    uv_mutex_lock(&self->lock);
    struct rarity *rarity = rarity_retain(self->rarity);
    uv_mutex_unlock(&self->lock);
    return rarity;
}

static int embed(struct embedder *embedder, const struct slice *texts, size_t count, struct vector *out,
                 struct err *err) {
    (void)err;
    struct rarity *rarity = current_rarity((struct hashed *)embedder);
    struct term_counter *counter = term_counter_new();
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < count; i++) {
        float values[VECTOR_DIMENSIONS] = {0};
        uint32_t term_count, length;
        const struct term *terms = terms_count(counter, texts[i], &arena, &term_count, &length);
        for (uint32_t t = 0; t < term_count && rarity; t++) {
            add_term(rarity, &terms[t], values);
        }
        vector_quantize(values, &out[i]);
        arena_free(&arena);
    }
    term_counter_free(counter);
    rarity_release(rarity);
    return 0;
}

static bool learn(struct embedder *embedder, const struct snapshot *snapshot) {
    struct hashed *self = (struct hashed *)embedder;
    const struct postings *terms[SNAPSHOT_SEGMENTS];
    uint64_t documents = 0;
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        terms[s] = &snapshot->segments[s]->fields[SEGMENT_CHUNKS].terms;
        documents += snapshot->segments[s]->fields[SEGMENT_CHUNKS].count;
    }
    if (self->rarity && documents <= RARITY_GROWTH * self->rarity->documents) {
        return false; // only this thread writes it
    }
    struct rarity *before = self->rarity, *rarity = rarity_new(terms, snapshot->segment_count, documents);
    uv_mutex_lock(&self->lock);
    self->rarity = rarity;
    uv_mutex_unlock(&self->lock);
    rarity_release(before);
    return true;
}

static void rest(struct embedder *embedder) {
    const struct hashed *self = (const struct hashed *)embedder;
    if (self->rarity) { // only this thread writes it
        rarity_rest(self->rarity);
    }
}

static void hashed_close(struct embedder *embedder) {
    struct hashed *self = (struct hashed *)embedder;
    rarity_release(self->rarity);
    uv_mutex_destroy(&self->lock);
    free(self);
}

struct embedder *embedder_hashed_new(void) {
    static const struct embedder_operations operations = {
        .embed = embed, .learn = learn, .rest = rest, .close = hashed_close};
    struct hashed *self = mem_zero(1, sizeof *self);
    uv_mutex_init(&self->lock);
    self->embedder = (struct embedder){.operations = &operations, .model = "hashed", .batch = BATCH};
    return &self->embedder;
}
