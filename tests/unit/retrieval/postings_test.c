// postings_test.c - lists hold what was fed, in order.

#include "base/vec.h"
#include "retrieval/postings.h"
#include "tests/unit/unit.h"

struct entry {
    uint32_t key, document, count;
};

struct entries {
    VEC(struct entry) all;
};

static void feed(struct postings *postings, void *context) {
    const struct entries *entries = context;
    for (size_t i = 0; i < entries->all.count; i++) {
        const struct entry *entry = &entries->all.items[i];
        postings_add(postings, entry->key, entry->document, entry->count);
    }
}

static void test_empty(void **state) {
    (void)state;
    struct entries none = {0};
    struct postings postings;
    postings_build(&postings, feed, &none);
    assert_int_equal(postings_find(&postings, 7).length, 0);
    postings_free(&postings);
}

// P1 and P2 on random feeds of growing size, against a plain scan.
static void test_random(void **state) {
    (void)state;
    uint64_t seed = 1;
    for (uint32_t size = 1; size < 2000; size = size * 2 + 1) {
        struct entries entries = {0};
        for (uint32_t i = 0; i < size; i++) {
            seed = seed * 6364136223846793005ull + 1442695040888963407ull;
            vec_push(&entries.all, (struct entry){(uint32_t)(seed >> 33) % (size / 3 + 1), i, i % 400});
        }
        struct postings postings;
        postings_build(&postings, feed, &entries);
        for (uint32_t key = 0; key < size / 3 + 3; key++) {
            struct postings_list list = postings_find(&postings, key);
            uint32_t at = 0;
            for (uint32_t i = 0; i < size; i++) {
                const struct entry *entry = &entries.all.items[i];
                if (entry->key == key) {
                    assert_true(at < list.length);
                    assert_int_equal(list.documents[at], entry->document);
                    assert_int_equal(list.counts[at], entry->count < 255 ? entry->count : 255);
                    at++;
                }
            }
            assert_int_equal(at, list.length);
        }
        postings_free(&postings);
        vec_free(&entries.all);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_empty), cmocka_unit_test(test_random)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
