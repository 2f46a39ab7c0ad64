// bm25_test.c - against a plain loop over small random corpora, in one segment or spread over many.

#include "records.h"
#include "retrieval/bm25.h"
#include "retrieval/impact.h"
#include "tests/unit/unit.h"

#include <math.h>

enum { FILES = 60, CHUNKS = 3, ALL = FILES * CHUNKS, TERMS = 30, ROW = 9, PARTS = 9 };

struct corpus {
    struct term rows[ALL][ROW];
    bool dead[FILES];
    struct snapshot_slot slot;
    const struct snapshot *snapshot;
    uint32_t parts;
    struct snapshot_file places[FILES];
    uint32_t files[PARTS][FILES]; // of each segment, in order
    uint32_t counts[PARTS];
    double held[TERMS + 1];
    uint32_t lengths[ALL];
};

static int compare_terms(const void *left, const void *right) {
    const struct term *a = left, *b = right;
    return a->hash < b->hash ? -1 : a->hash > b->hash;
}

// Distinct random terms by a partial shuffle; low numbers are rarer.
static void fill_row(struct term *row, uint64_t *seed) {
    uint32_t count = draw(seed) % (ROW - 1), used = 0;
    for (uint32_t hash = 1; hash <= TERMS && used < count; hash++) {
        if (draw(seed) % (TERMS + 1 - hash) < hash / 4 + 1) {
            row[used++] = (struct term){hash, 1 + draw(seed) % 4};
        }
    }
    qsort(row, used, sizeof *row, compare_terms);
    row[used] = (struct term){0};
}

// The files are given as they may have been read: the last ones first.
static struct segment *make_segment(struct corpus *corpus, uint32_t part) {
    struct record *records[FILES] = {0};
    uint32_t count = corpus->counts[part];
    for (uint32_t i = 0; i < count; i++) {
        const struct term *rows[CHUNKS];
        char path[16];
        uint32_t file = corpus->files[part][i];
        snprintf(path, sizeof path, "f%03u", file);
        for (uint32_t chunk = 0; chunk < CHUNKS; chunk++) {
            rows[chunk] = corpus->rows[file * CHUNKS + chunk];
        }
        records[count - 1 - i] = record_with_terms(path, rows, CHUNKS);
    }
    return segment_of(records, count);
}

// Each file goes to one of so many segments, of which only the first may have none.
static void cut(struct corpus *corpus, uint32_t parts, uint64_t *seed) {
    corpus->parts = parts;
    memset(corpus->counts, 0, sizeof corpus->counts);
    for (uint32_t file = 0; file < FILES; file++) {
        uint32_t part = parts == 1 ? 0 : file < parts ? (file ? file : 1) : draw(seed) % parts;
        corpus->places[file] = (struct snapshot_file){part, corpus->counts[part]};
        corpus->files[part][corpus->counts[part]++] = file;
    }
}

static void publish(struct corpus *corpus) {
    struct segment *segments[PARTS];
    uint64_t bits[PARTS] = {0}, *gone[PARTS];
    for (uint32_t i = 0; i < corpus->parts; i++) {
        segments[i] = make_segment(corpus, i);
        for (uint32_t number = 0; number < corpus->counts[i]; number++) {
            bits[i] |= (uint64_t)corpus->dead[corpus->files[i][number]] << number;
        }
        gone[i] = &bits[i];
    }
    snapshot_slot_init(&corpus->slot);
    snapshot_publish(&corpus->slot, &(struct snapshot_parts){
                                        .segments = segments, .gone = gone, .segment_count = corpus->parts});
    corpus->snapshot = snapshot_pin(&corpus->slot);
    for (uint32_t i = 0; i < corpus->parts; i++) {
        segment_release(segments[i]);
    }
}

static void count_terms(struct corpus *corpus) {
    for (uint32_t chunk = 0; chunk < ALL; chunk++) {
        for (const struct term *term = corpus->rows[chunk]; term->hash; term++) {
            corpus->held[term->hash]++;
            corpus->lengths[chunk] += term->count;
        }
    }
}

static void make_corpus(struct corpus *corpus, uint32_t parts, uint64_t *seed) {
    *corpus = (struct corpus){0};
    for (uint32_t i = 0; i < ALL; i++) {
        fill_row(corpus->rows[i], seed);
    }
    for (uint32_t file = 0; file < FILES; file++) {
        corpus->dead[file] = draw(seed) % 4 == 0;
    }
    count_terms(corpus);
    cut(corpus, parts, seed);
    publish(corpus);
}

static void drop_corpus(struct corpus *corpus) {
    snapshot_unpin(&corpus->slot, corpus->snapshot);
    snapshot_slot_fini(&corpus->slot);
}

static uint32_t count_of(const struct term *row, uint32_t hash) {
    while (row->hash && row->hash != hash) {
        row++;
    }
    return row->hash ? row->count : 0;
}

// The formula as books have it, but for the steps.
static double naive_score(const struct corpus *corpus, uint32_t chunk, const struct weighted_term *terms,
                          size_t count) {
    double score = 0;
    for (size_t t = 0; t < count; t++) {
        double held = terms[t].hash <= TERMS ? corpus->held[terms[t].hash] : 0;
        uint32_t found = count_of(corpus->rows[chunk], terms[t].hash);
        if (held > 0 && held * 4 <= ALL && found > 0) {
            double idf = log(1 + (ALL - held + 0.5) / (held + 0.5));
            uint32_t impact = impact_of(found, corpus->lengths[chunk], IMPACT_CHUNK_LENGTH);
            score += terms[t].weight * idf * (double)impact_value(impact);
        }
    }
    return score;
}

// How far a score may be from the sum of what its terms give: each is rounded to a step, of which all at their most
// fill fifteen bits.
static double rounding(const struct corpus *corpus, const struct weighted_term *terms, size_t count) {
    double most = 0;
    for (size_t t = 0; t < count; t++) {
        double held = terms[t].hash <= TERMS ? corpus->held[terms[t].hash] : 0;
        most += terms[t].weight * log(1 + (ALL - held + 0.5) / (held + 0.5)) * 2.2;
    }
    return (double)count * most / 32000 + 1e-4;
}

static uint32_t chunk_of(const struct corpus *corpus, const struct bm25_hit *hit) {
    return corpus->files[hit->segment][hit->id / CHUNKS] * CHUNKS + hit->id % CHUNKS;
}

static int compare_scores(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? 1 : a > b ? -1 : 0;
}

struct asked {
    struct weighted_term terms[6];
    size_t count;
    uint32_t skipped; // file
    size_t limit;
};

// The hits have their chunks' scores, and these are the best there are among the living (S2).
static void check_query(const struct corpus *corpus, const struct asked *asked) {
    struct bm25_hit hits[ALL];
    double scores[ALL] = {0};
    struct snapshot_file skip = corpus->places[asked->skipped];
    size_t living = 0;
    for (uint32_t chunk = 0; chunk < ALL; chunk++) {
        uint32_t file = chunk / CHUNKS;
        double score = naive_score(corpus, chunk, asked->terms, asked->count);
        if (score > 0 && !corpus->dead[file] && file != asked->skipped) {
            scores[living++] = score;
        }
    }
    qsort(scores, living, sizeof *scores, compare_scores);
    struct bm25_question question = {.snapshot = corpus->snapshot,
                                     .field = SEGMENT_CHUNKS,
                                     .terms = asked->terms,
                                     .count = asked->count,
                                     .skip = &skip};
    size_t count = bm25_search(&question, asked->limit, hits);
    double near = rounding(corpus, asked->terms, asked->count);
    assert_int_equal(count, living < asked->limit ? living : asked->limit);
    for (size_t i = 0; i < count; i++) {
        uint32_t chunk = chunk_of(corpus, &hits[i]), file = chunk / CHUNKS;
        double own = naive_score(corpus, chunk, asked->terms, asked->count);
        assert_true(!corpus->dead[file] && file != asked->skipped);
        assert_true(fabs(own - (double)hits[i].score) < near);
        assert_true(fabs(scores[i] - (double)hits[i].score) < near);
        assert_true(i == 0 || hits[i - 1].score >= hits[i].score);
        bool is_tie = i > 0 && hits[i - 1].score <= hits[i].score;
        assert_true(!is_tie || chunk_of(corpus, &hits[i - 1]) < chunk);
    }
}

static void test_random(void **state) {
    (void)state;
    enum { CORPORA = 50, QUERIES = 200 };
    uint64_t seed = 5;
    for (uint32_t round = 0; round < CORPORA; round++) {
        struct corpus corpus;
        make_corpus(&corpus, 1 + round % PARTS, &seed);
        for (int i = 0; i < QUERIES; i++) {
            struct asked asked = {.count = 1 + draw(&seed) % 6, .skipped = draw(&seed) % FILES};
            asked.limit = draw(&seed) % 8 ? draw(&seed) % 12 : ALL;
            for (size_t t = 0; t < asked.count; t++) {
                asked.terms[t] =
                    (struct weighted_term){1 + draw(&seed) % (TERMS + 2), 0.1f + (float)(draw(&seed) % 9)};
            }
            check_query(&corpus, &asked);
        }
        drop_corpus(&corpus);
    }
}

// Neither a document's score nor which of equal ones are told depends on where they stand, to the last bit.
static void test_spread(void **state) {
    (void)state;
    uint64_t seed = 8;
    for (uint32_t parts = 2; parts <= PARTS; parts++) {
        struct corpus one, many;
        struct bm25_hit in_one[ALL], in_many[ALL];
        make_corpus(&one, 1, &seed);
        many = one;
        cut(&many, parts, &seed);
        publish(&many);
        for (int i = 0; i < 100; i++) {
            struct weighted_term terms[5];
            for (int t = 0; t < 5; t++) {
                terms[t] = (struct weighted_term){1 + draw(&seed) % TERMS, 0.1f + (float)(draw(&seed) % 9)};
            }
            size_t limit = 1 + draw(&seed) % 20;
            struct bm25_question question = {
                .snapshot = one.snapshot, .field = SEGMENT_CHUNKS, .terms = terms, .count = 5};
            question.effort = draw(&seed) % (2 * ALL); // 0 among them: no limit
            size_t count = bm25_search(&question, limit, in_one);
            question.snapshot = many.snapshot;
            assert_int_equal(bm25_search(&question, limit, in_many), count);
            for (size_t h = 0; h < count; h++) {
                assert_memory_equal(&in_one[h].score, &in_many[h].score, sizeof in_one[h].score);
                assert_int_equal(in_one[h].id, chunk_of(&many, &in_many[h]));
            }
        }
        drop_corpus(&one);
        drop_corpus(&many);
    }
}

enum { MANY_FILES = 40, MANY_CHUNKS = 1000, MANY_LIMIT = 300, MANY_TERMS = 4 };

// Term t is in the chunks that 4 + t divides, more often in some.
static struct record *many_record(uint32_t file) {
    static struct term rows[MANY_FILES][MANY_CHUNKS][MANY_TERMS + 1];
    const struct term *pointers[MANY_CHUNKS];
    char path[16];
    snprintf(path, sizeof path, "f%03u", file);
    for (uint32_t i = 0; i < MANY_CHUNKS; i++) {
        uint32_t chunk = file * MANY_CHUNKS + i, count = 0;
        struct term *row = rows[file][i];
        for (uint32_t t = 1; t <= MANY_TERMS; t++) {
            if (chunk % (4 + t) == 0) {
                row[count++] = (struct term){t, 1 + chunk / 7 * t % 11};
            }
        }
        row[count] = (struct term){0};
        pointers[i] = row;
    }
    return record_with_terms(path, pointers, MANY_CHUNKS);
}

// The files' records, which it takes over, in so many segments of the same size: each has every so many-th.
static void publish_many(struct snapshot_slot *slot, struct record **records, uint32_t parts) {
    struct segment *segments[MANY_FILES];
    uint64_t nobody = 0, *gone[MANY_FILES];
    uint32_t files = MANY_FILES / parts;
    for (uint32_t part = 0; part < parts; part++) {
        struct record *own[MANY_FILES];
        for (uint32_t i = 0; i < files; i++) {
            own[i] = records[i * parts + part];
        }
        segments[part] = segment_of(own, files);
        gone[part] = &nobody;
    }
    snapshot_slot_init(slot);
    snapshot_publish(slot,
                     &(struct snapshot_parts){.segments = segments, .gone = gone, .segment_count = parts});
    for (uint32_t part = 0; part < parts; part++) {
        segment_release(segments[part]);
    }
}

// More documents than are scored at once are answered as if they lay in segments that are scored one by one.
static void test_many(void **state) {
    (void)state;
    static const struct weighted_term terms[] = {{1, 1}, {2, 3}, {3, 2}, {4, 1.5f}};
    enum { CUT = 8 };
    struct snapshot_slot slots[2];
    struct bm25_hit hits[2][MANY_LIMIT];
    for (int i = 0; i < 2; i++) {
        struct record *records[MANY_FILES];
        for (uint32_t file = 0; file < MANY_FILES; file++) {
            records[file] = many_record(file);
        }
        publish_many(&slots[i], records, i ? CUT : 1);
        struct bm25_question question = {.snapshot = snapshot_pin(&slots[i]),
                                         .field = SEGMENT_CHUNKS,
                                         .terms = terms,
                                         .count = MANY_TERMS};
        assert_int_equal(bm25_search(&question, MANY_LIMIT, hits[i]), MANY_LIMIT);
        snapshot_unpin(&slots[i], question.snapshot);
        snapshot_slot_fini(&slots[i]);
    }
    for (size_t h = 0; h < MANY_LIMIT; h++) {
        assert_memory_equal(&hits[0][h].score, &hits[1][h].score, sizeof hits[0][h].score);
        uint32_t file = hits[1][h].id / MANY_CHUNKS * CUT + hits[1][h].segment;
        assert_int_equal(hits[0][h].id, file * MANY_CHUNKS + hits[1][h].id % MANY_CHUNKS);
    }
}

enum { RUNGS = 64, LADDER_GAP = 10, LADDER = MANY_FILES * MANY_CHUNKS / LADDER_GAP };

// One term that all have and as many as its rung that weigh next to nothing, in as many words.
static const struct term *ladder_row(uint32_t rung) {
    static struct term rows[RUNGS][RUNGS + 2];
    struct term *row = rows[rung];
    for (uint32_t t = 0; t <= rung; t++) {
        row[t] = (struct term){1 + t, 1};
    }
    row[rung + 1] = (struct term){RUNGS + 1, RUNGS - rung};
    return row;
}

// Of every tenth chunk the rung.
static void publish_ladder(struct snapshot_slot *slot, const uint32_t *rungs) {
    static const struct term nothing[1];
    struct record *records[MANY_FILES];
    for (uint32_t file = 0; file < MANY_FILES; file++) {
        const struct term *rows[MANY_CHUNKS];
        char path[16];
        snprintf(path, sizeof path, "f%03u", file);
        for (uint32_t i = 0; i < MANY_CHUNKS; i++) {
            uint32_t at = (file * MANY_CHUNKS + i) / LADDER_GAP;
            rows[i] = i % LADDER_GAP ? nothing : ladder_row(rungs[at]);
        }
        records[file] = record_with_terms(path, rows, MANY_CHUNKS);
    }
    publish_many(slot, records, 1);
}

static void check_ladder(const uint32_t *rungs) {
    struct weighted_term terms[RUNGS] = {{1, 1}};
    struct snapshot_slot slot;
    static uint32_t expected[LADDER];
    static struct bm25_hit hits[LADDER];
    size_t count = 0;
    for (uint32_t rung = RUNGS; rung-- > 0;) {
        for (uint32_t i = 0; i < LADDER; i++) {
            if (rungs[i] == rung) {
                expected[count++] = i * LADDER_GAP;
            }
        }
        terms[rung] = (struct weighted_term){1 + rung, rung ? 1e-6f : 1};
    }
    publish_ladder(&slot, rungs);
    struct bm25_question question = {
        .snapshot = snapshot_pin(&slot), .field = SEGMENT_CHUNKS, .terms = terms, .count = RUNGS};
    for (size_t limit = 10; limit <= LADDER; limit += 61) {
        assert_int_equal(bm25_search(&question, limit, hits), limit);
        for (size_t h = 0; h < limit; h++) {
            assert_int_equal(hits[h].id, expected[h]);
        }
    }
    snapshot_unpin(&slot, question.snapshot);
    snapshot_slot_fini(&slot);
}

// Sums that differ by one are told apart, wherever the limit cuts and in whatever order they are met.
static void test_least_differences(void **state) {
    (void)state;
    static uint32_t rungs[LADDER];
    uint64_t seed = 11;
    for (uint32_t i = 0; i < LADDER; i++) {
        rungs[i] = draw(&seed) % RUNGS;
    }
    check_ladder(rungs);
    for (uint32_t i = 0; i < LADDER; i++) {
        rungs[i] = i < LADDER * 4 / 10 ? 0 : i < LADDER * 95 / 100 ? 1 : 2; // the worst first
    }
    check_ladder(rungs);
}

// With limited effort the answer is that of the terms that weigh most, of which one at least counts.
static void test_effort(void **state) {
    (void)state;
    uint64_t seed = 4;
    struct corpus corpus;
    make_corpus(&corpus, 3, &seed);
    struct weighted_term terms[] = {{5, 9}, {12, 3}, {8, 1}};
    uint64_t held[] = {(uint64_t)corpus.held[5], (uint64_t)corpus.held[12], (uint64_t)corpus.held[8]};
    struct {
        uint64_t effort;
        size_t count; // of terms that count
    } cases[] = {{0, 3}, {held[0] + held[1] + held[2], 3}, {held[0] + held[1], 2}, {held[0], 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bm25_hit hits[ALL], expected[ALL];
        struct bm25_question question = {
            .snapshot = corpus.snapshot, .field = SEGMENT_CHUNKS, .terms = terms, .count = 3};
        question.effort = cases[i].effort;
        size_t count = bm25_search(&question, ALL, hits);
        question.effort = 0;
        question.count = cases[i].count;
        assert_int_equal(bm25_search(&question, ALL, expected), count);
        assert_true(count > 0);
        assert_memory_equal(hits, expected, count * sizeof *hits);
    }
    drop_corpus(&corpus);
}

// Both at once are answered as each by itself, to the last bit; one of them may have no terms.
static void test_both(void **state) {
    (void)state;
    enum { MOST = 8 };
    uint64_t seed = 6;
    for (uint32_t parts = 1; parts <= PARTS; parts++) {
        struct corpus corpus;
        make_corpus(&corpus, parts, &seed);
        for (int i = 0; i < 100; i++) {
            struct weighted_term terms[2][MOST];
            struct bm25_hit alone[ALL], hits[2][ALL];
            struct bm25_question questions[2];
            struct bm25_hits results[2];
            struct snapshot_file skip = {parts - 1, 0};
            for (int q = 0; q < 2; q++) {
                for (int t = 0; t < MOST; t++) {
                    terms[q][t] =
                        (struct weighted_term){1 + draw(&seed) % TERMS, 0.1f + (float)(draw(&seed) % 9)};
                }
                questions[q] = (struct bm25_question){.snapshot = corpus.snapshot,
                                                      .field = SEGMENT_CHUNKS,
                                                      .terms = terms[q],
                                                      .count = draw(&seed) % (MOST + 1),
                                                      .skip = i % 2 ? &skip : NULL,
                                                      .effort = draw(&seed) % ALL};
                results[q] = (struct bm25_hits){.hits = hits[q], .limit = 1 + draw(&seed) % ALL};
            }
            bm25_search_both(questions, results);
            for (int q = 0; q < 2; q++) {
                assert_int_equal(bm25_search(&questions[q], results[q].limit, alone), results[q].count);
                assert_memory_equal(alone, hits[q], results[q].count * sizeof *alone);
            }
        }
        drop_corpus(&corpus);
    }
}

static void test_nothing_to_ask(void **state) {
    (void)state;
    uint64_t seed = 2;
    struct corpus corpus;
    struct bm25_hit hits[4];
    make_corpus(&corpus, 2, &seed);
    struct bm25_question question = {.snapshot = corpus.snapshot, .field = SEGMENT_CHUNKS};
    assert_int_equal(bm25_search(&question, 4, hits), 0);
    question.field = SEGMENT_SYMBOLS;
    assert_int_equal(bm25_search(&question, 4, hits), 0);
    assert_true(bm25_rarity(corpus.snapshot, SEGMENT_CHUNKS, 123456, true) <= 0);
    drop_corpus(&corpus);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),        cmocka_unit_test(test_spread),
        cmocka_unit_test(test_many),          cmocka_unit_test(test_least_differences),
        cmocka_unit_test(test_effort),        cmocka_unit_test(test_both),
        cmocka_unit_test(test_nothing_to_ask)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
