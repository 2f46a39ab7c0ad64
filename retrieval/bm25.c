// bm25.c - see bm25.h.
//
// What an occurrence is worth stands beside it in the postings (impact.h), so a
// document's score is a sum of small whole numbers: one for each term of the
// query and impact, looked up. Documents are scored in blocks whose sums stay in
// the processor's near caches, each term adding to those of its documents that are in
// the block. Then the block is looked through for sums over the worst that still
// counts, many at a time. How many were found of each sum, roughly, tells at once
// when that worst rises; the list of what is found is cut to the best when it is full.
//
// Everything is gone through: leaving out what cannot matter (MaxScore) takes
// look-ups in the middle of lists, and was slower than this.
#include "retrieval/bm25.h"

#include "base/mem.h"
#include "retrieval/impact.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COMMON_FROM = 50 }; // below so many documents no term counts as common
enum { BLOCK = 32768, GROUP = 256, PART = 32, AHEAD = 8 };
enum { SUM_BITS = 15, SUM_MOST = (1 << SUM_BITS) - 1, DIGIT_BITS = 8, DIGIT_VALUES = 1 << DIGIT_BITS };
static const uint32_t NO_DOCUMENT = UINT32_MAX; // behind every document
enum { LEVEL_BITS = 6, LEVELS = 1 << (SUM_BITS - LEVEL_BITS) };

// A term that counts.
struct weighed {
    uint32_t hash;
    uint32_t held;  // by so many documents
    uint32_t asked; // its place in the question
    float weight;   // times its rarity
};

// A term of the query in one segment.
struct cursor {
    struct postings_list list; // at the next document to be added, or NO_DOCUMENT
    const int16_t *gains;      // of each impact
};

struct found {
    uint32_t segment, id;
    int16_t sum;
};

struct search {
    const struct snapshot *snapshot;
    enum segment_field field;
    const struct snapshot_file *skip;
    struct weighed *terms; // weightiest first
    size_t term_count, asked;
    struct postings_list *lists;        // of each segment and term asked for
    int16_t (*gains)[POSTINGS_IMPACTS]; // of each term
    float scale;                        // of sums to scores
    struct cursor *cursors;             // of the terms in the segment
    size_t cursor_count;
    int16_t *sums;           // of the block
    int16_t least;           // a sum that is no better does not count any more
    uint32_t levels[LEVELS]; // how many were found of each sum, but for its last bits
    uint32_t level;          // has fewer than `limit` above it
    size_t above;            // so many
    struct found *found;
    size_t found_count, limit;
};

static float rarity_of_held(uint32_t held, uint32_t documents) {
    if (held == 0 || (documents > COMMON_FROM && held > documents / 4)) {
        return 0;
    }
    return logf(1.0f + ((float)documents - (float)held + 0.5f) / ((float)held + 0.5f));
}

float bm25_rarity(const struct snapshot *snapshot, enum segment_field field, uint32_t hash) {
    uint32_t documents = 0, held = 0;
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        const struct segment_part *part = &snapshot->segments[s]->fields[field];
        held += postings_find(&part->terms, hash).length;
        documents += part->count;
    }
    return rarity_of_held(held, documents);
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

static uint32_t digit_of(const struct found *found, unsigned digit) {
    return (uint32_t)found->sum >> digit * DIGIT_BITS & (DIGIT_VALUES - 1);
}

// The sum of the limit-th best; *equal gets how many of that sum are among the best.
static int16_t find_least(const struct found *found, size_t count, size_t limit, size_t *equal) {
    uint32_t least = 0, chosen = 0; // digits of it known so far, and their mask
    for (unsigned digit = 2; digit-- > 0;) {
        size_t counts[DIGIT_VALUES] = {0};
        for (size_t i = 0; i < count; i++) {
            if (((uint32_t)found[i].sum & chosen) == least) {
                counts[digit_of(&found[i], digit)]++;
            }
        }
        uint32_t value = DIGIT_VALUES - 1;
        while (counts[value] < limit) {
            limit -= counts[value--];
        }
        least |= value << digit * DIGIT_BITS;
        chosen |= (DIGIT_VALUES - 1u) << digit * DIGIT_BITS;
    }
    *equal = limit;
    return (int16_t)least;
}

// Keeps the best, in the order they were found in.
static void cut(struct search *search) {
    if (search->found_count <= search->limit) {
        return;
    }
    size_t equal, kept = 0;
    int16_t least = find_least(search->found, search->found_count, search->limit, &equal);
    for (size_t i = 0; i < search->found_count; i++) {
        int16_t sum = search->found[i].sum;
        if (sum > least || (sum == least && equal > 0)) {
            equal -= sum == least;
            search->found[kept++] = search->found[i];
        }
    }
    search->found_count = kept;
    search->least = least;
}

static size_t room_for(size_t limit) {
    return 4 * limit + PART;
}

// Best first: by digits of the sum, the order of what is equal kept.
static void sort_found(struct search *search) {
    struct found *from = search->found, *to = search->found + room_for(search->limit);
    size_t count = search->found_count;
    for (unsigned digit = 0; digit < 2; digit++) {
        size_t places[DIGIT_VALUES] = {0}, total = 0;
        for (size_t i = 0; i < count; i++) {
            places[digit_of(&from[i], digit)]++;
        }
        for (uint32_t value = DIGIT_VALUES; value-- > 0;) {
            size_t here = places[value];
            places[value] = total;
            total += here;
        }
        for (size_t i = 0; i < count; i++) {
            to[places[digit_of(&from[i], digit)]++] = from[i];
        }
        struct found *sorted = to;
        to = from;
        from = sorted;
    }
}

// The cursor goes on to the first document from `end` on.
static void add_term(int16_t *sums, struct cursor *cursor, uint32_t start, uint32_t end) {
    const int16_t *gains = cursor->gains;
    struct postings_list list = cursor->list;
    while (list.document < end) {
        int16_t *sum = &sums[list.document - start];
        *sum = (int16_t)(*sum + gains[list.impact]);
        if (!postings_next(&list)) {
            list.document = NO_DOCUMENT;
        }
    }
    cursor->list = list;
}

static void silence_file(struct search *search, uint32_t segment, uint32_t file, uint32_t start,
                         uint32_t end) {
    uint32_t first, behind = segment_range(search->snapshot->segments[segment], search->field, file, &first);
    first = first < start ? start : first;
    behind = behind < end ? behind : end;
    if (first < behind) {
        memset(search->sums + (first - start), 0, (behind - first) * sizeof *search->sums);
    }
}

// The dead and what is to be skipped have no sums.
static void silence(struct search *search, uint32_t segment, uint32_t start, uint32_t end) {
    const uint32_t *files = search->snapshot->segments[segment]->fields[search->field].files;
    const uint64_t *dead = segment < search->snapshot->on_disk ? search->snapshot->dead[segment] : NULL;
    if (search->skip && search->skip->segment == segment) {
        silence_file(search, segment, search->skip->file, start, end);
    }
    for (uint32_t word = files[start] / 64; dead && word <= files[end - 1] / 64; word++) {
        for (uint64_t bits = dead[word]; bits; bits &= bits - 1) {
            silence_file(search, segment, word * 64 + (uint32_t)__builtin_ctzll(bits), start, end);
        }
    }
}

static inline int16_t highest(const int16_t *sums, int count) {
    int16_t most = 0;
    for (int i = 0; i < count; i++) {
        most = sums[i] > most ? sums[i] : most;
    }
    return most;
}

// Another of that sum is found. A level with enough above it does not count any more.
static void note_sum(struct search *search, int16_t sum) {
    uint32_t level = (uint32_t)sum >> LEVEL_BITS;
    search->levels[level]++;
    search->above += level > search->level;
    while (search->above >= search->limit) {
        search->above -= search->levels[++search->level];
        int16_t least = (int16_t)((search->level << LEVEL_BITS) - 1);
        search->least = least > search->least ? least : search->least;
    }
}

static void take_part(struct search *search, uint32_t segment, uint32_t start, const int16_t *sums) {
    if (search->found_count + PART > room_for(search->limit)) {
        cut(search);
    }
    size_t count = search->found_count;
    for (uint32_t i = 0; i < PART; i++) { // without a branch, which could not be foretold
        search->found[count] = (struct found){segment, start + i, sums[i]};
        count += sums[i] > search->least;
    }
    for (; search->found_count < count; search->found_count++) {
        note_sum(search, search->found[search->found_count].sum);
    }
}

static void take_group(struct search *search, uint32_t segment, uint32_t start, const int16_t *sums) {
    for (uint32_t at = 0; at < GROUP; at += PART) {
        if (highest(sums + at, PART) > search->least) {
            take_part(search, segment, start + at, sums + at);
        }
    }
}

static void search_block(struct search *search, uint32_t segment, uint32_t start, uint32_t end) {
    for (size_t i = 0; i < search->cursor_count; i++) {
        add_term(search->sums, &search->cursors[i], start, end);
    }
    silence(search, segment, start, end);
    for (uint32_t at = 0; at < end - start; at += GROUP) {
        if (highest(search->sums + at, GROUP) > search->least) {
            take_group(search, segment, start + at, search->sums + at);
        }
    }
    memset(search->sums, 0, (end - start) * sizeof *search->sums);
}

static void search_segments(struct search *search) {
    for (uint32_t s = 0; s < search->snapshot->segment_count; s++) {
        uint32_t count = search->snapshot->segments[s]->fields[search->field].count;
        search->cursor_count = 0;
        for (size_t i = 0; i < search->term_count; i++) {
            struct postings_list list = search->lists[s * search->asked + search->terms[i].asked];
            if (postings_next(&list)) {
                search->cursors[search->cursor_count++] = (struct cursor){list, search->gains[i]};
            }
        }
        for (uint32_t start = 0; start < count && search->cursor_count; start += BLOCK) {
            search_block(search, s, start, count - start < BLOCK ? count : start + BLOCK);
        }
    }
}

static void find_lists(struct search *search, const struct bm25_question *question) {
    for (uint32_t s = 0; s < search->snapshot->segment_count; s++) {
        const struct postings *terms = &search->snapshot->segments[s]->fields[search->field].terms;
        for (size_t i = 0; i < question->count + 2 * AHEAD; i++) {
            if (i < question->count) {
                postings_expect(terms, question->terms[i].hash);
            }
            if (i >= AHEAD && i - AHEAD < question->count) {
                postings_expect_soon(terms, question->terms[i - AHEAD].hash);
            }
            if (i >= 2 * AHEAD) {
                search->lists[s * question->count + i - 2 * AHEAD] =
                    postings_find(terms, question->terms[i - 2 * AHEAD].hash);
            }
        }
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
static void weigh(struct search *search, const struct bm25_question *question) {
    uint32_t documents = 0;
    for (uint32_t s = 0; s < search->snapshot->segment_count; s++) {
        documents += search->snapshot->segments[s]->fields[search->field].count;
    }
    for (size_t i = 0; i < question->count; i++) {
        const struct weighted_term *term = &question->terms[i];
        struct weighed weighed = {.hash = term->hash, .asked = (uint32_t)i};
        for (uint32_t s = 0; s < search->snapshot->segment_count; s++) {
            weighed.held += search->lists[s * question->count + i].length;
        }
        weighed.weight = term->weight * rarity_of_held(weighed.held, documents);
        if (weighed.weight > 0) {
            search->terms[search->term_count++] = weighed;
        }
    }
    if (search->term_count) {
        qsort(search->terms, search->term_count, sizeof *search->terms, compare_weights);
    }
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

// In sums as large as fit, all terms together.
static void scale_gains(struct search *search) {
    float most = 0;
    for (size_t i = 0; i < search->term_count; i++) {
        most += search->terms[i].weight * impact_value(IMPACT_MOST);
    }
    float steps = (float)(SUM_MOST - (int)search->term_count) / most;
    for (size_t i = 0; i < search->term_count; i++) {
        for (uint32_t impact = 1; impact < POSTINGS_IMPACTS; impact++) {
            int gain = (int)(search->terms[i].weight * impact_value(impact) * steps + 0.5f);
            search->gains[i][impact] = (int16_t)(gain ? gain : 1);
        }
    }
    search->scale = 1.0f / steps;
}

static void open_search(struct search *search, const struct bm25_question *question, size_t limit) {
    *search = (struct search){.snapshot = question->snapshot,
                              .field = question->field,
                              .skip = question->skip,
                              .asked = question->count,
                              .limit = limit};
    size_t count = question->count + 1;
    search->lists = mem_alloc(count * (search->snapshot->segment_count + (size_t)1) * sizeof *search->lists);
    search->terms = mem_alloc(count * sizeof *search->terms);
    find_lists(search, question);
    weigh(search, question);
    if (question->effort) {
        search->term_count = choose(search->terms, search->term_count, question->effort);
    }
    search->term_count = search->term_count < BM25_TERMS ? search->term_count : BM25_TERMS;
    search->gains = mem_alloc(count * sizeof *search->gains);
    search->cursors = mem_alloc(count * sizeof *search->cursors);
    search->found = mem_alloc(2 * room_for(limit) * sizeof *search->found);
    search->sums = mem_zero(BLOCK, sizeof *search->sums);
    scale_gains(search);
}

static void close_search(struct search *search) {
    free(search->lists);
    free(search->terms);
    free(search->gains);
    free(search->cursors);
    free(search->found);
    free(search->sums);
}

size_t bm25_search(const struct bm25_question *question, size_t limit, struct bm25_hit *hits) {
    if (limit == 0) {
        return 0;
    }
    struct search search;
    open_search(&search, question, limit);
    search_segments(&search);
    cut(&search);
    sort_found(&search);
    for (size_t i = 0; i < search.found_count; i++) {
        const struct found *found = &search.found[i];
        hits[i] = (struct bm25_hit){found->segment, found->id, (float)found->sum * search.scale};
    }
    close_search(&search);
    return search.found_count;
}
