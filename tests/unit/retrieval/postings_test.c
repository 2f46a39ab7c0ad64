// postings_test.c - lists hold what was added, in order, near or far from each other, built or merged.

#include "base/mem.h"
#include "records.h"
#include "retrieval/postings.h"
#include "tests/unit/unit.h"

struct entry {
    uint32_t key, document, impact;
};

struct entries {
    VEC(struct entry) all;
};

// Small keys, or spread over all that a hash may be.
static uint32_t key_of(uint32_t number, bool spread) {
    return spread ? number * 2654435761u : number;
}

static void add_entries(struct entries *entries, uint64_t *seed, uint32_t size, uint32_t keys, bool spread) {
    for (uint32_t i = 0; i < size; i++) {
        uint32_t impact = 1 + i % (POSTINGS_IMPACTS - 1);
        vec_push(&entries->all, (struct entry){key_of(draw(seed) % keys, spread), i, impact});
    }
}

static void build(struct postings *postings, const struct entries *entries) {
    struct postings_builder builder = {0};
    for (size_t i = 0; i < entries->all.count; i++) {
        const struct entry *entry = &entries->all.items[i];
        postings_add(&builder, entry->key, entry->document, entry->impact);
    }
    postings_build(postings, &builder);
    postings_builder_free(&builder);
}

// Against a plain scan.
static void check_list(const struct postings *postings, const struct entries *entries, uint32_t key) {
    struct postings_list list = postings_find(postings, key);
    uint32_t held = 0;
    for (size_t i = 0; i < entries->all.count; i++) {
        const struct entry *entry = &entries->all.items[i];
        if (entry->key == key) {
            assert_true(postings_next(&list));
            assert_int_equal(list.document, entry->document);
            assert_int_equal(list.impact, entry->impact);
            held++;
        }
    }
    assert_false(postings_next(&list));
    assert_int_equal(held, list.length);
}

static void test_empty(void **state) {
    (void)state;
    struct entries none = {0};
    struct postings postings;
    build(&postings, &none);
    assert_int_equal(postings_find(&postings, 7).length, 0);
    assert_int_equal(postings_find(&postings, UINT32_MAX).length, 0);
    postings_free(&postings);
    postings_merge(&postings, NULL, 0);
    assert_int_equal(postings_find(&postings, 7).length, 0);
    postings_free(&postings);
}

// P1 and P2 on random entries of growing number.
static void test_random(void **state) {
    (void)state;
    uint64_t seed = 1;
    for (uint32_t size = 1; size < 2000; size = size * 2 + 1) {
        for (int spread = 0; spread < 2; spread++) {
            struct entries entries = {0};
            struct postings postings;
            add_entries(&entries, &seed, size, size / 3 + 1, spread);
            build(&postings, &entries);
            for (uint32_t number = 0; number < size / 3 + 3; number++) {
                check_list(&postings, &entries, key_of(number, spread));
            }
            postings_free(&postings);
            vec_free(&entries.all);
        }
    }
}

static const uint32_t FAR[] = {0, 1, 2047, 2048, 1 << 22, (1 << 22) + 2047, (1 << 24) - 1};
enum { FARS = sizeof FAR / sizeof FAR[0] };

// Gaps of one, two and three digits, from the first document and between two.
static void test_gaps(void **state) {
    (void)state;
    for (uint32_t from = 0; from < FARS; from++) {
        for (uint32_t to = from + 1; to < FARS; to++) {
            struct entries entries = {0};
            struct postings postings;
            vec_push(&entries.all, (struct entry){7, FAR[from], 1});
            vec_push(&entries.all, (struct entry){7, FAR[to], POSTINGS_IMPACTS - 1});
            build(&postings, &entries);
            check_list(&postings, &entries, 7);
            postings_free(&postings);
            vec_free(&entries.all);
        }
    }
}

enum { SOURCES = 5, DOCUMENTS = 200, KEYS = 90 };

static void check_same(const struct postings *a, const struct postings *b) {
    assert_int_equal(a->unit_count, b->unit_count);
    assert_int_equal(a->list_count, b->list_count);
    assert_memory_equal(a->units, b->units, a->unit_count * sizeof *a->units);
    assert_int_equal(a->shift, b->shift);
    assert_memory_equal(a->guide, b->guide, ((size_t)1 << (32 - a->shift)) * sizeof *a->guide);
}

// The sources take numbers in turn, some at a time; of a `lossy` one every third document is left out.
static void number_sources(uint32_t numbers[SOURCES][DOCUMENTS], unsigned lossy, uint64_t *seed) {
    uint32_t done[SOURCES] = {0}, next = 0;
    for (uint32_t left = SOURCES * DOCUMENTS; left > 0;) {
        uint32_t s = draw(seed) % SOURCES;
        for (uint32_t some = draw(seed) % 20; some > 0 && done[s] < DOCUMENTS; some--, left--) {
            bool is_left_out = lossy >> s & 1 && done[s] % 3 == 0;
            numbers[s][done[s]++] = is_left_out ? POSTINGS_GONE : next++;
        }
    }
}

static int compare_documents(const void *left, const void *right) {
    const struct entry *a = left, *b = right;
    return a->document < b->document ? -1 : a->document > b->document;
}

// P3, of many documents of a key or few.
static void check_merged(uint32_t keys) {
    uint64_t seed = 4;
    for (unsigned lossy = 0; lossy < 1u << SOURCES; lossy++) {
        struct postings parts[SOURCES], merged, built;
        struct postings_source sources[SOURCES];
        struct entries all = {0};
        uint32_t numbers[SOURCES][DOCUMENTS];
        number_sources(numbers, lossy, &seed);
        for (int s = 0; s < SOURCES; s++) {
            struct entries entries = {0};
            add_entries(&entries, &seed, s == 2 ? 0 : DOCUMENTS, keys, true);
            build(&parts[s], &entries);
            sources[s] = (struct postings_source){&parts[s], numbers[s]};
            for (size_t i = 0; i < entries.all.count; i++) {
                struct entry entry = entries.all.items[i];
                entry.document = numbers[s][entry.document];
                if (entry.document != POSTINGS_GONE) {
                    vec_push(&all.all, entry);
                }
            }
            vec_free(&entries.all);
        }
        postings_merge(&merged, sources, SOURCES);
        qsort(all.all.items, all.all.count, sizeof *all.all.items, compare_documents);
        build(&built, &all);
        check_same(&merged, &built);
        for (int s = 0; s < SOURCES; s++) {
            postings_free(&parts[s]);
        }
        postings_free(&merged);
        postings_free(&built);
        vec_free(&all.all);
    }
}

static void test_merge(void **state) {
    (void)state;
    for (uint32_t keys = KEYS; keys > 0; keys /= 4) {
        check_merged(keys);
    }
}

static void test_reading(void **state) {
    (void)state;
    uint64_t seed = 3;
    struct entries entries = {0};
    struct postings postings;
    uint32_t lists = 0, documents = 0, before = 0;
    add_entries(&entries, &seed, DOCUMENTS, KEYS, true);
    build(&postings, &entries);
    for (struct postings_reader reader = postings_read(&postings); postings_read_next(&reader); lists++) {
        assert_true(lists == 0 || reader.key > before);
        check_list(&postings, &entries, before = reader.key);
        documents += reader.list.length;
    }
    assert_int_equal(lists, postings.list_count);
    assert_int_equal(documents, DOCUMENTS); // P2
    postings_free(&postings);
    vec_free(&entries.all);
}

enum { MANY = 700000 }; // so that of a key little is left to be told

// Of each list the documents are `number`, the next one, and so on: from one to forty.
static uint32_t documents_of(uint32_t number) {
    return number % 1000 == 0 ? 40 : number % 7 == 0 ? 4 : 1 + number % 3;
}

static void check_many(const struct postings *postings) {
    for (uint32_t number = 0; number < MANY; number++) {
        struct postings_list list = postings_find(postings, key_of(number, true));
        assert_int_equal(list.length, documents_of(number));
        for (uint32_t i = 0; i < list.length; i++) {
            assert_true(postings_next(&list));
            assert_int_equal(list.document, number + i);
            assert_int_equal(list.impact, 1 + i % 31);
        }
        assert_false(postings_next(&list));
        assert_int_equal(postings_find(postings, key_of(number + MANY, true)).length, 0);
    }
}

// P1 to P3 of lists with a head of one unit, built, read and merged from halves whose heads have two.
static void test_many(void **state) {
    (void)state;
    struct postings_builder builder[3] = {0};
    struct postings halves[2], merged, built;
    uint32_t *numbers = mem_alloc((MANY + 40) * sizeof *numbers), lists = 0, documents = 0;
    for (uint32_t number = 0; number < MANY; number++) {
        uint32_t key = key_of(number, true);
        for (uint32_t i = 0; i < documents_of(number); i++) {
            postings_add(&builder[(number + i) % 2], key, number + i, 1 + i % 31);
            postings_add(&builder[2], key, number + i, 1 + i % 31);
        }
    }
    for (uint32_t i = 0; i < MANY + 40; i++) {
        numbers[i] = i;
    }
    postings_build(&built, &builder[2]);
    check_many(&built);
    for (struct postings_reader reader = postings_read(&built); postings_read_next(&reader); lists++) {
        documents += reader.list.length;
    }
    assert_int_equal(lists, MANY);
    assert_in_range(documents, MANY, 4 * MANY);
    for (int i = 0; i < 2; i++) {
        postings_build(&halves[i], &builder[i]);
    }
    const struct postings_source sources[] = {{&halves[0], numbers}, {&halves[1], numbers}};
    postings_merge(&merged, sources, 2);
    check_same(&merged, &built);
    for (int i = 0; i < 3; i++) {
        postings_builder_free(&builder[i]);
    }
    postings_free(&halves[0]);
    postings_free(&halves[1]);
    postings_free(&merged);
    postings_free(&built);
    free(numbers);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_empty),   cmocka_unit_test(test_random),
                                       cmocka_unit_test(test_gaps),    cmocka_unit_test(test_merge),
                                       cmocka_unit_test(test_reading), cmocka_unit_test(test_many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
