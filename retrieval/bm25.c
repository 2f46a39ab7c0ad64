// bm25.c - see bm25.h.
//
// Documents are scored in blocks of some thousand whose sums stay in the
// processor's cache: each term adds what it gives to those of its documents
// that are in the block, then the best of the block are offered to a heap.
//
// What a term can give at most is known (its weight times k1 + 1). Once the
// heap is full, the terms that could not lift a document over its worst hit,
// even all together, are not gone through any more but only looked up for the
// documents that the others found (Turtle and Flood, "Query evaluation:
// strategies and optimizations", 1995: MaxScore). Those are the frequent
// ones, so most of the work is never done. Terms always add up in the same
// order, the weightiest first, so a document's score depends on neither.
#include "retrieval/bm25.h"

#include "base/mem.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const float SATURATION = 1.2f;     // k1
static const float LENGTH_WEIGHT = 0.75f; // b
enum { COMMON_FROM = 50 };                // below so many documents no term counts as common
enum { BLOCK = 8192, WORDS = BLOCK / 64 };
// A look-up costs as much as some steps along a list: of what could be skipped, so much of the bound is.
static const float SKIPPED = 0.5f;
static const float ROUNDING = 1.0001f; // bounds allow for sums of floats

// A term of the query in one segment.
struct cursor {
    struct postings_list list;
    uint32_t at;
    float weight;
    float bound; // of what it and all lighter terms can give together
};

struct search {
    const struct snapshot *snapshot;
    const struct snapshot_file *skip;
    uint32_t segment;
    const struct segment_part *part;
    float norm_base, norm_slope; // of a document's length
    struct cursor *cursors;      // weightiest first
    size_t cursor_count;
    float *sums;       // of the block
    uint64_t *touched; // bitmap over it
    struct bm25_hit *hits;
    size_t found, limit;
};

// A term that counts: its weight times its rarity and k1 + 1.
struct weighed {
    uint32_t hash;
    uint32_t held; // by so many documents
    float weight;
};

static float rarity_of_held(uint32_t held, uint32_t documents) {
    if (held == 0 || (documents > COMMON_FROM && held > documents / 4)) {
        return 0;
    }
    return logf(1.0f + ((float)documents - (float)held + 0.5f) / ((float)held + 0.5f));
}

// The documents that hold a term, and of all.
static uint32_t count_held(const struct snapshot *snapshot, enum segment_field field, uint32_t hash,
                           uint32_t *documents) {
    uint32_t held = 0;
    *documents = 0;
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        const struct segment_part *part = &snapshot->segments[s]->fields[field];
        held += postings_find(&part->terms, hash).length;
        *documents += part->count;
    }
    return held;
}

float bm25_rarity(const struct snapshot *snapshot, enum segment_field field, uint32_t hash) {
    uint32_t documents, held = count_held(snapshot, field, hash, &documents);
    return rarity_of_held(held, documents);
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

void bm25_sort(struct bm25_hit *hits, size_t count) {
    if (count) {
        qsort(hits, count, sizeof *hits, compare_hits);
    }
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

// What a hit must beat.
static float worst_score(const struct search *search) {
    return search->found < search->limit ? 0 : search->hits[0].score;
}

static float score_of(const struct search *search, const struct cursor *cursor, uint32_t id) {
    float count = cursor->list.counts[cursor->at];
    return cursor->weight * count /
           (count + (search->norm_base + search->norm_slope * (float)search->part->lengths[id]));
}

// Adds what the term gives to its documents in [start, end).
static void add_term(struct search *search, struct cursor *cursor, uint32_t start, uint32_t end) {
    const struct postings_list list = cursor->list;
    const uint16_t *lengths = search->part->lengths;
    float base = search->norm_base, slope = search->norm_slope, weight = cursor->weight;
    uint32_t i = cursor->at;
    for (; i < list.length && list.documents[i] < end; i++) {
        uint32_t id = list.documents[i], at = id - start;
        float count = list.counts[i];
        search->sums[at] += weight * count / (count + (base + slope * (float)lengths[id]));
        search->touched[at / 64] |= UINT64_C(1) << at % 64;
    }
    cursor->at = i;
}

// Moves to the first document not below `id`, by steps that double.
static void advance(struct cursor *cursor, uint32_t id) {
    const uint32_t *documents = cursor->list.documents;
    uint32_t low = cursor->at, step = 1, high = low, length = cursor->list.length;
    while (high < length && documents[high] < id) {
        low = high + 1;
        high = length - high > step ? high + step : length;
        step *= 2;
    }
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (documents[middle] < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    cursor->at = low;
}

// Adds what the terms from `lighter` on give, as long as that may be enough.
static float complete(struct search *search, uint32_t id, float sum, size_t lighter) {
    float worst = worst_score(search);
    for (size_t i = lighter; i < search->cursor_count && sum + search->cursors[i].bound > worst; i++) {
        struct cursor *cursor = &search->cursors[i];
        advance(cursor, id);
        if (cursor->at < cursor->list.length && cursor->list.documents[cursor->at] == id) {
            sum += score_of(search, cursor, id);
        }
    }
    return sum;
}

static void offer_document(struct search *search, uint32_t id, float sum, size_t lighter) {
    sum = complete(search, id, sum, lighter);
    if (sum <= worst_score(search)) {
        return;
    }
    uint32_t file = search->part->files[id];
    const struct snapshot_file *skip = search->skip;
    bool skipped = skip && skip->segment == search->segment && skip->file == file;
    if (!skipped && !snapshot_is_dead(search->snapshot, search->segment, file)) {
        search->found =
            offer(search->hits, search->found, search->limit, (struct bm25_hit){search->segment, id, sum});
    }
}

// What the block's documents have from the `heavy` first terms is in the sums, which are zero afterwards.
static void offer_block(struct search *search, uint32_t start, size_t heavy) {
    float rest = heavy < search->cursor_count ? search->cursors[heavy].bound : 0;
    float worst = worst_score(search) - rest;
    for (uint32_t word = 0; word < WORDS; word++) {
        for (uint64_t bits = search->touched[word]; bits; bits &= bits - 1) {
            uint32_t at = word * 64 + (uint32_t)__builtin_ctzll(bits);
            if (search->sums[at] > worst) {
                offer_document(search, start + at, search->sums[at], heavy);
                worst = worst_score(search) - rest;
            }
        }
        if (search->touched[word]) {
            memset(search->sums + word * 64, 0, 64 * sizeof *search->sums);
            search->touched[word] = 0;
        }
    }
}

static void search_block(struct search *search, uint32_t start, uint32_t end) {
    size_t heavy = search->cursor_count;
    float worst = worst_score(search);
    while (heavy > 0 && search->cursors[heavy - 1].bound < SKIPPED * worst) {
        heavy--;
    }
    for (size_t i = 0; i < heavy; i++) {
        add_term(search, &search->cursors[i], start, end);
    }
    offer_block(search, start, heavy);
    for (size_t i = heavy; i < search->cursor_count; i++) {
        advance(&search->cursors[i], end);
    }
}

static int compare_weights(const void *left, const void *right) {
    const struct weighed *a = left, *b = right;
    if (a->weight > b->weight || a->weight < b->weight) {
        return a->weight > b->weight ? -1 : 1;
    }
    return a->hash < b->hash ? -1 : a->hash > b->hash;
}

// The terms that count, weightiest first.
static struct weighed *weigh(const struct bm25_question *question, size_t *kept) {
    struct weighed *weighed = mem_alloc((question->count + 1) * sizeof *weighed);
    *kept = 0;
    for (size_t i = 0; i < question->count; i++) {
        const struct weighted_term *term = &question->terms[i];
        uint32_t documents, held = count_held(question->snapshot, question->field, term->hash, &documents);
        float weight = term->weight * rarity_of_held(held, documents) * (SATURATION + 1.0f);
        if (weight > 0) {
            weighed[(*kept)++] = (struct weighed){term->hash, held, weight};
        }
    }
    if (*kept) {
        qsort(weighed, *kept, sizeof *weighed, compare_weights);
    }
    return weighed;
}

// Drops the terms that are too much effort, but for one. Returns how many are left.
static size_t choose(struct weighed *terms, size_t count, uint64_t effort) {
    size_t kept = 0, rarest = 0;
    for (size_t i = 0; i < count; i++) {
        rarest = terms[i].held < terms[rarest].held ? i : rarest;
    }
    struct weighed last = terms[rarest];
    for (size_t i = 0; i < count; i++) {
        if (terms[i].held <= effort) {
            effort -= terms[i].held;
            terms[kept++] = terms[i];
        }
    }
    if (count && kept == 0) {
        terms[kept++] = last;
    }
    return kept;
}

static void find_lists(struct search *search, const struct weighed *terms, size_t count) {
    float bound = 0;
    search->cursor_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct postings_list list = postings_find(&search->part->terms, terms[i].hash);
        if (list.length) {
            search->cursors[search->cursor_count++] =
                (struct cursor){.list = list, .weight = terms[i].weight};
        }
    }
    for (size_t i = search->cursor_count; i-- > 0;) {
        bound += search->cursors[i].weight * ROUNDING;
        search->cursors[i].bound = bound;
    }
}

static void search_segments(struct search *search, enum segment_field field, const struct weighed *terms,
                            size_t count) {
    for (uint32_t s = 0; s < search->snapshot->segment_count; s++) {
        search->segment = s;
        search->part = &search->snapshot->segments[s]->fields[field];
        find_lists(search, terms, count);
        for (uint32_t start = 0; start < search->part->count && search->cursor_count; start += BLOCK) {
            uint32_t left = search->part->count - start;
            search_block(search, start, start + (left < BLOCK ? left : BLOCK));
        }
    }
}

size_t bm25_search(const struct bm25_question *question, size_t limit, struct bm25_hit *hits) {
    if (limit == 0) {
        return 0;
    }
    struct search search = {
        .snapshot = question->snapshot, .skip = question->skip, .hits = hits, .limit = limit};
    search.norm_base = SATURATION * (1.0f - LENGTH_WEIGHT);
    search.norm_slope = SATURATION * LENGTH_WEIGHT / average_length(question->snapshot, question->field);
    size_t count;
    struct weighed *terms = weigh(question, &count);
    if (question->effort) {
        count = choose(terms, count, question->effort);
    }
    search.cursors = mem_alloc((count + 1) * sizeof *search.cursors);
    search.sums = mem_zero(BLOCK, sizeof *search.sums);
    search.touched = mem_zero(WORDS, sizeof *search.touched);
    search_segments(&search, question->field, terms, count);
    free(search.cursors);
    free(search.sums);
    free(search.touched);
    free(terms);
    bm25_sort(hits, search.found);
    return search.found;
}
