// repository_counters_test.c - counters in one bucket: which is found, which makes room, which is refused.
#include "backends/repository_counters.h"

#include "tests/unit/unit.h"

#include <stdbool.h>

enum { TWO_BUCKETS = 63 }; // a shift

// Hashes of the first bucket, all of other marks.
static void find_hashes(struct counters counters, uint64_t *hashes, size_t count) {
    uint32_t mark, marks[2 * COUNTERS_BUCKET];
    size_t found = 0;
    for (uint64_t hash = 1; found < count; hash++) {
        bool is_other = counters_bucket(counters, hash, &mark) == counters.items;
        for (size_t i = 0; i < found; i++) {
            is_other = is_other && marks[i] != mark;
        }
        if (is_other) {
            marks[found] = mark;
            hashes[found++] = hash;
        }
    }
}

static uint32_t *found(struct counters counters, uint64_t hash) {
    uint32_t mark, *bucket = counters_bucket(counters, hash, &mark);
    return counters_find(bucket, mark);
}

static void test_bucket(void **state) {
    (void)state;
    uint32_t items[2 * COUNTERS_BUCKET] = {0};
    struct counters counters = {items, TWO_BUCKETS};
    uint64_t hashes[COUNTERS_BUCKET + 1], more;
    find_hashes(counters, hashes, COUNTERS_BUCKET + 1);
    more = hashes[COUNTERS_BUCKET];
    for (uint32_t i = 0; i < COUNTERS_BUCKET; i++) { // each has a place of its own, and is found there
        assert_null(found(counters, hashes[i]));
        uint32_t *counter = counters_get(counters, hashes[i]);
        assert_ptr_equal(counter, &items[i]);
        *counter += COUNTERS_MOST; // does not touch the mark
        for (uint32_t k = 0; k <= i; k++) {
            assert_ptr_equal(found(counters, hashes[k]), &items[k]);
        }
    }
    for (uint32_t i = 0; i < COUNTERS_BUCKET; i++) {
        items[i] -= COUNTERS_MOST - 2;
    }
    assert_null(counters_get(counters, more)); // all have counted twice
    for (uint32_t i = 0; i < COUNTERS_BUCKET; i++) {
        items[i]--;
        assert_ptr_equal(counters_get(counters, more), &items[i]);
        assert_int_equal(items[i] & COUNTERS_MOST, 0);
        assert_null(found(counters, hashes[i]));
        items[i] += 2;
        uint64_t held = hashes[i];
        hashes[i] = more;
        more = held;
    }
}

int main(void) {
    static const struct CMUnitTest tests[] = {cmocka_unit_test(test_bucket)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
