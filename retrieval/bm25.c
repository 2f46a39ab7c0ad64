// bm25.c - see bm25.h.
//
// What an occurrence is worth stands beside it in the postings (impact.h), so a document's score is a sum of small
// whole numbers: one for each term of the query and impact, looked up. Documents are scored in blocks whose sums stay
// in the processor's near caches, each term adding to those of its documents that are in the block. Then only those
// that were added to are looked at, for sums over the worst that still counts (best.h), and made 0 again: nine documents
// of ten hold none of the terms, and in a large repository even to clear all sums would take longer.
//
// Two questions of much the same words are answered in one pass: each document has two sums side by side, and an
// occurrence adds to both at once.
//
// Everything is gone through: leaving out what cannot matter (MaxScore) takes look-ups within lists, and was slower.
#include "retrieval/bm25.h"

#include "base/map.h"
#include "base/mem.h"
#include "retrieval/best.h"
#include "retrieval/impact.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COMMON_FROM = 50 }; // below so many documents no term counts as common
enum { QUESTIONS = 2, BLOCK = 16384, AHEAD = 8 };
static const uint32_t OVER = 0x80008000;        // the bit above each of a pair's sums
static const uint32_t NO_DOCUMENT = UINT32_MAX; // behind every document

// A term of either question, in all segments.
struct asked {
    uint32_t hash;
    uint32_t held;            // by so many documents
    float weights[QUESTIONS]; // 0: it is not asked for
};

// A document's sums, or what an occurrence adds to them.
union pair {
    int16_t each[QUESTIONS];
    uint32_t both; // sums are not negative and have fifteen bits, so nothing is carried from one to the other
};
static_assert(BLOCK <= UINT16_MAX + 1, "search->added has places in a block");
static_assert(sizeof(union pair) == sizeof(uint32_t), "one addition is enough");

// A term that counts for a question.
struct weighed {
    uint32_t hash;
    uint32_t held;
    uint32_t asked; // its place in the search's
    float weight;   // times its rarity
};

// A term of the query in one segment.
struct cursor {
    struct postings_list list; // at the next document to be added, or NO_DOCUMENT
    const union pair *gains;   // of each impact
};

struct search {
    const struct snapshot *snapshot;
    enum segment_field field;
    const struct snapshot_file *skip;
    uint32_t segment; // in work
    struct asked *asked;
    size_t asked_count;
    struct postings_list *lists;           // of each segment and term asked for
    union pair (*gains)[POSTINGS_IMPACTS]; // of each term asked for; none for one that does not count
    struct cursor *cursors;                // of the terms in the segment
    size_t cursor_count;
    union pair *sums; // of each document in the block
    uint16_t *added;  // the documents added to, in turn; some more than once
    uint64_t *over;   // bitmap of those that are better than a question's least was when the block began
    union pair room;  // added to sums, it sets an OVER bit in those that are
    struct best best[QUESTIONS];
    float scales[QUESTIONS]; // of sums to scores
    bool keeps_common[QUESTIONS];
    size_t questions;
};

static float rarity_of_held(uint32_t held, uint32_t documents, bool keeps_common) {
    bool is_common = documents > COMMON_FROM && held > documents / 4;
    if (held == 0 || (is_common && !keeps_common)) {
        return 0;
    }
    return logf(1.0f + ((float)documents - (float)held + 0.5f) / ((float)held + 0.5f));
}

float bm25_rarity(const struct snapshot *snapshot, enum segment_field field, uint32_t hash,
                  bool keeps_common) {
    uint32_t documents = 0, held = 0;
    for (uint32_t s = 0; s < snapshot->segment_count; s++) {
        const struct segment_part *part = &snapshot->segments[s]->fields[field];
        held += postings_find(&part->terms, hash).length;
        documents += part->count;
    }
    return rarity_of_held(held, documents, keeps_common);
}

static bool is_better(const struct snapshot *snapshot, enum segment_field field, const struct bm25_hit *a,
                      const struct bm25_hit *b) {
    bool is_tie = a->score >= b->score && a->score <= b->score;
    return is_tie ? snapshot_compare(snapshot, field, a->segment, a->id, b->segment, b->id) < 0
                  : a->score > b->score;
}

void bm25_sort(const struct snapshot *snapshot, enum segment_field field, struct bm25_hit *hits,
               size_t count) {
    for (size_t i = 1; i < count; i++) {
        struct bm25_hit hit = hits[i];
        size_t at = i;
        for (; at > 0 && is_better(snapshot, field, &hit, &hits[at - 1]); at--) {
            hits[at] = hits[at - 1];
        }
        hits[at] = hit;
    }
}

// The cursor goes on to the first document from `end` on. Returns where the next one added to is to be noted.
static uint16_t *add_term(union pair *sums, struct cursor *cursor, uint32_t start, uint32_t end,
                          uint16_t *added) {
    const union pair *gains = cursor->gains;
    struct postings_list list = cursor->list;
    while (list.document < end) {
        uint32_t at = list.document - start;
        sums[at].both += gains[list.impact].both;
        *added++ = (uint16_t)at;
        if (!postings_next(&list)) {
            list.document = NO_DOCUMENT;
        }
    }
    cursor->list = list;
    return added;
}

static void silence_file(struct search *search, uint32_t file, uint32_t start, uint32_t end) {
    const struct segment *segment = search->snapshot->segments[search->segment];
    uint32_t first, behind = segment_range(segment, search->field, file, &first);
    first = first < start ? start : first;
    behind = behind < end ? behind : end;
    if (first < behind) {
        memset(search->sums + (first - start), 0, (size_t)(behind - first) * sizeof *search->sums);
    }
}

// The dead and what is to be skipped have no sums.
static void silence(struct search *search, uint32_t start, uint32_t end) {
    uint32_t segment = search->segment;
    const struct segment_part *part = &search->snapshot->segments[segment]->fields[search->field];
    const uint64_t *dead = segment < search->snapshot->on_disk ? search->snapshot->dead[segment] : NULL;
    if (search->skip && search->skip->segment == segment) {
        silence_file(search, search->skip->file, start, end);
    }
    uint32_t last = segment_file_of(part, end - 1);
    for (uint32_t word = segment_file_of(part, start) / 64; dead && word <= last / 64; word++) {
        for (uint64_t bits = dead[word]; bits; bits &= bits - 1) {
            silence_file(search, word * 64 + (uint32_t)__builtin_ctzll(bits), start, end);
        }
    }
}

// Marks the documents that are over a least, and makes the sums of all others 0 again.
static void sift(struct search *search, const uint16_t *added, const uint16_t *end) {
    union pair *sums = search->sums;
    const uint32_t room = search->room.both;
    for (; added < end; added++) {
        if (__builtin_expect((sums[*added].both + room) & OVER, 0)) {
            search->over[*added / 64] |= UINT64_C(1) << *added % 64;
        } else {
            sums[*added].both = 0;
        }
    }
}

// From a document on: what is over it may be among the best.
static void set_room(struct search *search, uint32_t start) {
    for (size_t q = 0; q < search->questions; q++) {
        const struct best *best = &search->best[q];
        search->room.each[q] = (int16_t)(BEST_SUM_MOST - best->least + (start < best->equal_until));
    }
}

static void take_block(struct search *search, uint32_t start) {
    for (uint32_t word = 0; word < BLOCK / 64; word++) {
        for (uint64_t bits = search->over[word]; bits; bits &= bits - 1) {
            uint32_t at = word * 64 + (uint32_t)__builtin_ctzll(bits);
            for (size_t q = 0; q < search->questions; q++) {
                best_take(&search->best[q], start + at, search->sums[at].each[q]);
            }
            search->sums[at].both = 0;
        }
        search->over[word] = 0;
    }
}

static void search_block(struct search *search, uint32_t start, uint32_t end) {
    uint16_t *added = search->added;
    set_room(search, start);
    for (size_t i = 0; i < search->cursor_count; i++) {
        added = add_term(search->sums, &search->cursors[i], start, end, added);
    }
    silence(search, start, end);
    sift(search, search->added, added);
    take_block(search, start);
}

// Has it a gain for either question? Then any impact has one.
static bool counts(const struct search *search, size_t term) {
    return search->gains[term][IMPACT_MOST].both != 0;
}

static void search_segments(struct search *search) {
    for (uint32_t s = 0; s < search->snapshot->segment_count; s++) {
        uint32_t count = search->snapshot->segments[s]->fields[search->field].count;
        search->segment = s;
        search->cursor_count = 0;
        for (size_t i = 0; i < search->asked_count; i++) {
            struct postings_list list = search->lists[s * search->asked_count + i];
            if (counts(search, i) && postings_next(&list)) {
                search->cursors[search->cursor_count++] = (struct cursor){list, search->gains[i]};
            }
        }
        for (size_t q = 0; q < search->questions && search->cursor_count; q++) {
            best_go_to(&search->best[q], s);
        }
        for (uint32_t start = 0; start < count && search->cursor_count; start += BLOCK) {
            search_block(search, start, count - start < BLOCK ? count : start + BLOCK);
        }
    }
}

static void find_lists(struct search *search) {
    size_t count = search->asked_count;
    for (uint32_t s = 0; s < search->snapshot->segment_count; s++) {
        const struct postings *terms = &search->snapshot->segments[s]->fields[search->field].terms;
        for (size_t i = 0; i < count + 2 * AHEAD; i++) {
            if (i < count) {
                postings_expect(terms, search->asked[i].hash);
            }
            if (i >= AHEAD && i - AHEAD < count) {
                postings_expect_soon(terms, search->asked[i - AHEAD].hash);
            }
            if (i >= 2 * AHEAD) {
                struct asked *asked = &search->asked[i - 2 * AHEAD];
                struct postings_list list = postings_find(terms, asked->hash);
                search->lists[s * count + i - 2 * AHEAD] = list;
                asked->held += list.length;
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

// The terms that say something for a question, weightiest first. Returns how many.
static size_t weigh(const struct search *search, size_t question, struct weighed *terms) {
    uint32_t documents = 0;
    size_t count = 0;
    for (uint32_t s = 0; s < search->snapshot->segment_count; s++) {
        documents += search->snapshot->segments[s]->fields[search->field].count;
    }
    for (size_t i = 0; i < search->asked_count; i++) {
        const struct asked *asked = &search->asked[i];
        float weight =
            asked->weights[question] * rarity_of_held(asked->held, documents, search->keeps_common[question]);
        if (weight > 0) {
            terms[count++] = (struct weighed){asked->hash, asked->held, (uint32_t)i, weight};
        }
    }
    if (count) {
        qsort(terms, count, sizeof *terms, compare_weights);
    }
    return count;
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
static void set_gains(struct search *search, size_t question, const struct weighed *terms, size_t count) {
    float most = 0;
    for (size_t i = 0; i < count; i++) {
        most += terms[i].weight * impact_value(IMPACT_MOST);
    }
    float steps = (float)(BEST_SUM_MOST - (int)count) / most;
    for (size_t i = 0; i < count; i++) {
        for (uint32_t impact = 1; impact < POSTINGS_IMPACTS; impact++) {
            int gain = (int)(terms[i].weight * impact_value(impact) * steps + 0.5f);
            search->gains[terms[i].asked][impact].each[question] = (int16_t)(gain ? gain : 1);
        }
    }
    search->scales[question] = 1.0f / steps;
}

static void choose_terms(struct search *search, size_t question, uint64_t effort) {
    struct weighed *terms = mem_alloc((search->asked_count + 1) * sizeof *terms);
    size_t count = weigh(search, question, terms);
    count = effort ? choose(terms, count, effort) : count;
    set_gains(search, question, terms, count < BM25_TERMS ? count : BM25_TERMS);
    free(terms);
}

// The terms of all questions, each once.
static void gather_terms(struct search *search, const struct bm25_question *questions) {
    struct map places;
    size_t count = 0;
    for (size_t q = 0; q < search->questions; q++) {
        count += questions[q].count;
    }
    search->asked = mem_zero(count + 1, sizeof *search->asked);
    map_init(&places);
    map_reserve(&places, count);
    for (size_t q = 0; q < search->questions; q++) {
        for (size_t i = 0; i < questions[q].count; i++) {
            const struct weighted_term *term = &questions[q].terms[i];
            uint64_t at = *map_insert(&places, term->hash, search->asked_count);
            search->asked_count += at == search->asked_count;
            search->asked[at].hash = term->hash;
            search->asked[at].weights[q] += term->weight;
        }
    }
    map_free(&places);
}

// Room for all that can be added in one block.
static void make_room_for_block(struct search *search) {
    size_t most = 1;
    for (size_t i = 0; i < search->asked_count; i++) {
        uint32_t held = search->asked[i].held;
        most += counts(search, i) ? (held < BLOCK ? held : BLOCK) : 0;
    }
    search->added = mem_alloc(most * sizeof *search->added);
    search->sums = mem_zero(BLOCK, sizeof *search->sums);
    search->over = mem_zero(BLOCK / 64, sizeof *search->over);
}

static void open_search(struct search *search, const struct bm25_question *questions,
                        const struct bm25_hits *results, size_t count) {
    *search = (struct search){.snapshot = questions->snapshot,
                              .field = questions->field,
                              .skip = questions->skip,
                              .questions = count};
    gather_terms(search, questions);
    size_t terms = search->asked_count + 1;
    search->lists = mem_alloc(terms * (search->snapshot->segment_count + (size_t)1) * sizeof *search->lists);
    search->gains = mem_zero(terms, sizeof *search->gains);
    search->cursors = mem_alloc(terms * sizeof *search->cursors);
    find_lists(search);
    for (size_t q = 0; q < count; q++) {
        best_init(&search->best[q], search->snapshot, search->field, results[q].limit);
        search->keeps_common[q] = questions[q].keeps_common;
        choose_terms(search, q, questions[q].effort);
    }
    make_room_for_block(search);
}

static void close_search(struct search *search) {
    free(search->asked);
    free(search->lists);
    free(search->gains);
    free(search->cursors);
    free(search->sums);
    free(search->over);
    free(search->added);
    for (size_t q = 0; q < search->questions; q++) {
        best_free(&search->best[q]);
    }
}

static void tell(struct best *best, float scale, struct bm25_hits *result) {
    best_order(best);
    for (size_t i = 0; i < best->found_count; i++) {
        const struct found *found = &best->found[i];
        result->hits[i] = (struct bm25_hit){found->segment, found->id, (float)found->sum * scale};
    }
    result->count = best->found_count;
}

static void answer(const struct bm25_question *questions, struct bm25_hits *results, size_t count) {
    struct search search;
    open_search(&search, questions, results, count);
    search_segments(&search);
    for (size_t q = 0; q < count; q++) {
        tell(&search.best[q], search.scales[q], &results[q]);
    }
    close_search(&search);
}

void bm25_search_both(const struct bm25_question questions[2], struct bm25_hits results[2]) {
    answer(questions, results, 2);
}

size_t bm25_search(const struct bm25_question *question, size_t limit, struct bm25_hit *hits) {
    struct bm25_hits result = {hits, limit, 0};
    if (limit > 0) {
        answer(question, &result, 1);
    }
    return result.count;
}
