// chunks.c - see chunks.h.
#include "retrieval/chunks.h"

static const float OPEN_TOO = 1.25f; // of a chunk in another open document, where the work is
// For a bm25_question: with it as many of 328 names that are called next were found in 170,000 chunks as with
// 50,000 (tests/bench/retrieval_speed).
enum { EFFORT = 20000 };

static struct bm25_question question_of(const struct snapshot *snapshot, const struct weighted_term *terms,
                                        size_t count, const struct snapshot_file *self) {
    return (struct bm25_question){.snapshot = snapshot,
                                  .field = SEGMENT_CHUNKS,
                                  .terms = terms,
                                  .count = count,
                                  .skip = self,
                                  .effort = EFFORT};
}

size_t chunks_similar(const struct snapshot *snapshot, const struct weighted_term *terms, size_t count,
                      const struct snapshot_file *self, size_t limit, struct bm25_hit *hits) {
    struct bm25_question question = question_of(snapshot, terms, count, self);
    return bm25_search(&question, limit, hits);
}

void chunks_lexical(const struct snapshot *snapshot, const struct query *query,
                    const struct snapshot_file *self, struct chunks_found *found) {
    struct bm25_question questions[] = {
        question_of(snapshot, query->terms, query->term_count, self),
        question_of(snapshot, query->line_terms, query->line_term_count, self)};
    struct bm25_hits results[] = {{found->around, CHUNKS_AROUND, 0}, {found->line, CHUNKS_LINE, 0}};
    bm25_search_both(questions, results);
    found->around_count = results[0].count;
    found->line_count = results[1].count;
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
        uint32_t file = segment_file_of(&segment->fields[SEGMENT_CHUNKS], hits[i].id);
        const struct record *record = segment->files[file].record;
        hits[i].score *= taste(asker, record);
        if (asker.prefers_open && editing_is_open(snapshot->editing, record->path)) {
            hits[i].score *= OPEN_TOO;
        }
    }
    bm25_sort(snapshot, SEGMENT_CHUNKS, hits, count);
}
