// bm25_test.c - against a plain double loop on small random corpora, split over two segments.

#include "records.h"
#include "retrieval/bm25.h"
#include "tests/unit/unit.h"

#include <math.h>

enum { FILES = 40, CHUNKS = 3, TERMS = 30, ROW = 9 };

struct corpus {
    struct term rows[FILES * CHUNKS][ROW];
    bool dead[FILES];
    struct snapshot_slot slot;
    const struct snapshot *snapshot;
    uint32_t base_files;
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

static struct segment *make_segment(struct corpus *corpus, uint32_t from, uint32_t to) {
    struct record *records[FILES];
    for (uint32_t file = from; file < to; file++) {
        const struct term *rows[CHUNKS];
        char path[16];
        snprintf(path, sizeof path, "f%u", file);
        for (uint32_t i = 0; i < CHUNKS; i++) {
            rows[i] = corpus->rows[file * CHUNKS + i];
        }
        records[file - from] = record_with_terms(path, rows, CHUNKS);
    }
    return segment_of(records, to - from);
}

static void make_corpus(struct corpus *corpus, uint64_t *seed) {
    uint64_t dead[1] = {0}, none[1] = {0}, *gone[] = {dead, none};
    for (uint32_t i = 0; i < FILES * CHUNKS; i++) {
        fill_row(corpus->rows[i], seed);
    }
    corpus->base_files = draw(seed) % (FILES + 1);
    for (uint32_t file = 0; file < corpus->base_files; file++) {
        corpus->dead[file] = draw(seed) % 4 == 0;
        dead[0] |= (uint64_t)corpus->dead[file] << file;
    }
    struct segment *segments[] = {make_segment(corpus, 0, corpus->base_files),
                                  make_segment(corpus, corpus->base_files, FILES)};
    snapshot_slot_init(&corpus->slot);
    snapshot_publish(&corpus->slot,
                     &(struct snapshot_parts){.segments = segments, .gone = gone, .segment_count = 2});
    segment_release(segments[0]);
    segment_release(segments[1]);
    corpus->snapshot = snapshot_pin(&corpus->slot);
}

static void drop_corpus(struct corpus *corpus) {
    snapshot_unpin(&corpus->slot, corpus->snapshot);
    snapshot_slot_fini(&corpus->slot);
}

static uint32_t count_of(const struct term *row, uint32_t hash, uint32_t *length) {
    uint32_t count = 0;
    for (*length = 0; row->hash; row++) {
        *length += row->count;
        count = row->hash == hash ? row->count : count;
    }
    return count;
}

// The formula as books have it.
static double naive_score(const struct corpus *corpus, uint32_t chunk, const struct weighted_term *terms,
                          size_t count) {
    double score = 0, total = 0;
    uint32_t length, own;
    for (uint32_t i = 0; i < FILES * CHUNKS; i++) {
        count_of(corpus->rows[i], 0, &length);
        total += length;
    }
    double average = total > 0 ? total / (FILES * CHUNKS) : 1;
    for (size_t t = 0; t < count; t++) {
        double held = 0, all = FILES * CHUNKS;
        for (uint32_t i = 0; i < FILES * CHUNKS; i++) {
            held += count_of(corpus->rows[i], terms[t].hash, &length) > 0;
        }
        double found = count_of(corpus->rows[chunk], terms[t].hash, &own);
        if (held > 0 && held <= floor(all / 4)) {
            double idf = log(1 + (all - held + 0.5) / (held + 0.5));
            score += terms[t].weight * idf * found * 2.2 / (found + 1.2 * (0.25 + 0.75 * own / average));
        }
    }
    return score;
}

static void check_hits(const struct corpus *corpus, const struct weighted_term *terms, size_t term_count,
                       const struct snapshot_file *skip, const struct bm25_hit *hits, size_t count,
                       size_t limit) {
    size_t expected = 0;
    for (uint32_t chunk = 0; chunk < FILES * CHUNKS; chunk++) {
        uint32_t file = chunk / CHUNKS, segment = file >= corpus->base_files;
        uint32_t number = segment ? file - corpus->base_files : file;
        bool gone = corpus->dead[file] || (skip && skip->segment == segment && skip->file == number);
        double score = naive_score(corpus, chunk, terms, term_count);
        expected += !gone && score > 0;
        for (size_t i = 0; i < count; i++) {
            if (hits[i].segment == segment && hits[i].id == number * CHUNKS + chunk % CHUNKS) {
                assert_false(gone); // S2
                assert_true(fabs(score - (double)hits[i].score) < 1e-4 * (1 + score));
            }
        }
    }
    assert_int_equal(count, expected < limit ? expected : limit);
    for (size_t i = 1; i < count; i++) {
        assert_true(hits[i - 1].score >= hits[i].score);
    }
}

static void test_random(void **state) {
    (void)state;
    uint64_t seed = 5;
    for (int round = 0; round < 30; round++) {
        struct corpus corpus = {0};
        struct bm25_hit hits[FILES * CHUNKS];
        make_corpus(&corpus, &seed);
        struct weighted_term terms[4];
        for (int i = 0; i < 4; i++) {
            terms[i] = (struct weighted_term){1 + draw(&seed) % TERMS + (uint32_t)i * 100 * (i == 3),
                                              0.5f + (float)i};
        }
        struct snapshot_file skip = {corpus.base_files > 0 ? 0 : 1, 0};
        for (size_t limit = 0; limit <= FILES * CHUNKS; limit += 13) {
            size_t count = bm25_search(corpus.snapshot, SEGMENT_CHUNKS, terms, 3, &skip, limit, hits);
            check_hits(&corpus, terms, 3, &skip, hits, count, limit);
        }
        drop_corpus(&corpus);
    }
}

static void test_nothing_to_ask(void **state) {
    (void)state;
    uint64_t seed = 2;
    struct corpus corpus = {0};
    struct bm25_hit hits[4];
    make_corpus(&corpus, &seed);
    assert_int_equal(bm25_search(corpus.snapshot, SEGMENT_CHUNKS, NULL, 0, NULL, 4, hits), 0);
    assert_int_equal(bm25_search(corpus.snapshot, SEGMENT_SYMBOLS, NULL, 0, NULL, 4, hits), 0);
    assert_true(bm25_rarity(corpus.snapshot, SEGMENT_CHUNKS, 123456) <= 0);
    drop_corpus(&corpus);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random), cmocka_unit_test(test_nothing_to_ask)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
