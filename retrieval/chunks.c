// chunks.c - see chunks.h.
#include "retrieval/chunks.h"

#include "base/mem.h"
#include "retrieval/embedder.h"

#include <stdlib.h>

static const float OPEN_TOO = 1.25f; // of a chunk in another open document, where the work is
enum { SPARE = 64, SKETCH_CANDIDATES = 400 };
// For a bm25_question: with it as many of 328 names that are called next were found in 170,000 chunks as with
// 50,000 (tests/bench/retrieval_speed).
enum { EFFORT = 20000 };

size_t chunks_similar(const struct snapshot *snapshot, const struct weighted_term *terms, size_t count,
                      const struct snapshot_file *self, size_t limit, struct bm25_hit *hits) {
    struct bm25_question question = {.snapshot = snapshot,
                                     .field = SEGMENT_CHUNKS,
                                     .terms = terms,
                                     .count = count,
                                     .skip = self,
                                     .effort = EFFORT};
    return bm25_search(&question, limit, hits);
}

size_t chunks_lexical(const struct snapshot *snapshot, const struct query *query,
                      const struct snapshot_file *self, size_t limit, struct bm25_hit *hits) {
    return chunks_similar(snapshot, query->terms, query->term_count, self, limit, hits);
}

static void embed_query(const struct rarity *rarity, const struct query *query, struct vector *out) {
    float values[VECTOR_DIMENSIONS] = {0};
    for (size_t i = 0; i < query->term_count; i++) {
        embedder_add(rarity, query->terms[i].hash, query->terms[i].weight, values);
    }
    vector_quantize(values, out);
}

// The nearest living chunks of one segment; SPARE more are asked for, as some may be dead or the file's own.
static size_t nearest(const struct snapshot *snapshot, uint32_t s, const struct vector *vector,
                      const struct snapshot_file *self, size_t limit, struct bm25_hit *hits) {
    const struct segment *segment = snapshot->segments[s];
    const struct segment_part *part = &segment->fields[SEGMENT_CHUNKS];
    struct vector_hit *found = mem_alloc((limit + SPARE) * sizeof *found);
    size_t all = vectors_search(&segment->vectors, vector, SKETCH_CANDIDATES, limit + SPARE, found),
           count = 0;
    for (size_t i = 0; i < all && count < limit; i++) {
        uint32_t file = part->files[found[i].id];
        bool is_self = self && self->segment == s && self->file == file;
        if (!is_self && !snapshot_is_dead(snapshot, s, file)) {
            hits[count++] = (struct bm25_hit){s, found[i].id, found[i].score};
        }
    }
    free(found);
    return count;
}

size_t chunks_vector(const struct snapshot *snapshot, const struct query *query,
                     const struct snapshot_file *self, size_t limit, struct bm25_hit *hits) {
    if (!snapshot->rarity) {
        return 0;
    }
    struct bm25_hit *all = mem_alloc((limit * snapshot->segment_count + 1) * sizeof *all);
    struct vector vector;
    size_t count = 0;
    embed_query(snapshot->rarity, query, &vector);
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        count += nearest(snapshot, s, &vector, self, limit, all + count);
    }
    bm25_sort(all, count);
    count = count < limit ? count : limit;
    memcpy(hits, all, count * sizeof *hits);
    free(all);
    return count;
}

static float taste(struct chunks_asker asker, const struct record *record) {
    float score = asker.is_code && !record->language[0] ? 0.5f : 1.0f;
    switch (record->taint) {
    case TAINT_OWN:
        break;
    case TAINT_TEST:
        score *= asker.is_test ? 1.0f : 0.5f;
        break;
    case TAINT_VENDORED:
    case TAINT_GENERATED:
        score *= 0.3f;
        break;
    }
    return score;
}

void chunks_prefer_own(const struct snapshot *snapshot, struct chunks_asker asker, struct bm25_hit *hits,
                       size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct segment *segment = snapshot->segments[hits[i].segment];
        uint32_t file = segment->fields[SEGMENT_CHUNKS].files[hits[i].id];
        const struct record *record = segment->files[file].record;
        hits[i].score *= taste(asker, record);
        if (asker.prefers_open && editing_is_open(snapshot->editing, record->path)) {
            hits[i].score *= OPEN_TOO;
        }
    }
    bm25_sort(hits, count);
}
