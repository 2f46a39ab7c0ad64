// bm25.c - see bm25.h.
//
// Scores are summed term by term into one array per segment; the documents
// touched are remembered, so that choosing the best costs what was scored and
// not what is indexed. The array comes zeroed from the system, untouched pages
// cost nothing.
#include "retrieval/bm25.h"

#include "base/mem.h"
#include "base/vec.h"

#include <math.h>

static const float SATURATION = 1.2f;     // k1
static const float LENGTH_WEIGHT = 0.75f; // b
enum { COMMON_FROM = 50 };                // below so many documents no term counts as common

struct scores {
    float *sums;
    VEC(uint32_t) touched;
};

float bm25_rarity(const struct snapshot *snapshot, enum segment_field field, uint32_t hash) {
    uint32_t held = 0, documents = 0;
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        const struct segment_part *part = &snapshot->segments[s]->fields[field];
        held += postings_find(&part->terms, hash).length;
        documents += part->count;
    }
    if (held == 0 || (documents > COMMON_FROM && held > documents / 4)) {
        return 0;
    }
    return logf(1.0f + ((float)documents - (float)held + 0.5f) / ((float)held + 0.5f));
}

// Over all segments: in the segment of one open document every length would be about the average.
static float average_length(const struct snapshot *snapshot, enum segment_field field) {
    double total = 0, documents = 0;
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        const struct segment_part *part = &snapshot->segments[s]->fields[field];
        total += (double)part->total_length;
        documents += part->count;
    }
    return documents > 0 && total > 0 ? (float)(total / documents) : 1;
}

static void add_term(struct scores *scores, const struct segment_part *part, uint32_t hash, float weight,
                     float average) {
    struct postings_list list = postings_find(&part->terms, hash);
    for (uint32_t i = 0; i < list.length; i++) {
        uint32_t id = list.documents[i];
        float count = list.counts[i];
        float length = (float)part->entries[id].length / average;
        float norm = SATURATION * (1.0f - LENGTH_WEIGHT + LENGTH_WEIGHT * length);
        if (scores->sums[id] <= 0) {
            vec_push(&scores->touched, id);
        }
        scores->sums[id] += weight * count * (SATURATION + 1.0f) / (count + norm);
    }
}

static bool is_better(const struct bm25_hit *a, const struct bm25_hit *b) {
    if (a->score > b->score || a->score < b->score) {
        return a->score > b->score;
    }
    return a->segment != b->segment ? a->segment < b->segment : a->id < b->id;
}

static int compare_hits(const void *left, const void *right) {
    const struct bm25_hit *a = left, *b = right;
    return is_better(a, b) ? -1 : is_better(b, a);
}

// hits[0, count) is a heap with the worst on top.
static void sift_down(struct bm25_hit *hits, size_t count) {
    size_t at = 0;
    for (;;) {
        size_t worst = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < count; child++) {
            worst = is_better(&hits[worst], &hits[child]) ? child : worst;
        }
        if (worst == at) {
            return;
        }
        struct bm25_hit moved = hits[at];
        hits[at] = hits[worst];
        hits[worst] = moved;
        at = worst;
    }
}

static void sift_up(struct bm25_hit *hits, size_t at) {
    while (at > 0 && is_better(&hits[(at - 1) / 2], &hits[at])) {
        struct bm25_hit moved = hits[at];
        hits[at] = hits[(at - 1) / 2];
        hits[(at - 1) / 2] = moved;
        at = (at - 1) / 2;
    }
}

static size_t offer(struct bm25_hit *hits, size_t count, size_t limit, struct bm25_hit hit) {
    if (count < limit) {
        hits[count] = hit;
        sift_up(hits, count);
        return count + 1;
    }
    if (limit && is_better(&hit, &hits[0])) {
        hits[0] = hit;
        sift_down(hits, count);
    }
    return count;
}

size_t bm25_search(const struct snapshot *snapshot, enum segment_field field,
                   const struct weighted_term *terms, size_t count, const struct snapshot_file *skip,
                   size_t limit, struct bm25_hit *hits) {
    size_t found = 0;
    float *weights = mem_zero(count + 1, sizeof *weights);
    float average = average_length(snapshot, field);
    for (size_t i = 0; i < count; i++) {
        weights[i] = terms[i].weight > 0 ? terms[i].weight * bm25_rarity(snapshot, field, terms[i].hash) : 0;
    }
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        const struct segment_part *part = &snapshot->segments[s]->fields[field];
        struct scores scores = {.sums = mem_zero(part->count + (size_t)1, sizeof *scores.sums)};
        for (size_t i = 0; i < count; i++) {
            if (weights[i] > 0) {
                add_term(&scores, part, terms[i].hash, weights[i], average);
            }
        }
        for (size_t i = 0; i < scores.touched.count; i++) {
            uint32_t id = scores.touched.items[i], file = part->entries[id].file;
            bool skipped = skip && skip->segment == s && skip->file == file;
            if (!skipped && !snapshot_is_dead(snapshot, s, file)) {
                found = offer(hits, found, limit, (struct bm25_hit){s, id, scores.sums[id]});
            }
        }
        vec_free(&scores.touched);
        free(scores.sums);
    }
    free(weights);
    if (found) {
        qsort(hits, found, sizeof *hits, compare_hits);
    }
    return found;
}
