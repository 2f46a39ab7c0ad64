// repository_counters_test.c - counters in one bucket: which is found, which makes room, which is refused.
#include "backends/repository_counters.h"

#include "tests/unit/unit.h"

enum { BUCKETS = 2 };

// A hash of the first bucket, whose mark is this.
static uint64_t hash_of(uint64_t mark) {
    return mark << 48 | BUCKETS;
}

static uint16_t *found(struct counters counters, uint64_t hash) {
    return counters_find(counters_bucket(counters, hash), hash);
}

// The counters are full of those with the marks from `first` on, each of which has counted as often.
static void fill(struct counters counters, uint64_t first, uint16_t count) {
    for (uint32_t i = 0; i < COUNTERS_BUCKET; i++) {
        uint16_t *counter = counters_get(counters, hash_of(first + i));
        assert_ptr_equal(counter, &counters.buckets[0].counts[i]);
        assert_int_equal(*counter, 0);
        *counter = count;
    }
}

static void test_bucket(void **state) {
    (void)state;
    struct counters_bucket buckets[BUCKETS] = {0};
    struct counters counters = {buckets, BUCKETS - 1};
    assert_ptr_equal(counters_bucket(counters, hash_of(7) + 1), &buckets[1]);
    for (uint64_t first = 0; first <= 1; first++) { // a mark may be 0, as those of free counters are
        buckets[0] = (struct counters_bucket){0};
        fill(counters, first, COUNTERS_MOST);
        for (uint32_t i = 0; i < COUNTERS_BUCKET; i++) { // each has a place of its own, and is found there
            assert_ptr_equal(found(counters, hash_of(first + i)), &buckets[0].counts[i]);
        }
        assert_int_equal(buckets[1].counts[0], 0);
    }
}

static void test_full_bucket(void **state) {
    (void)state;
    struct counters_bucket buckets[BUCKETS] = {0};
    struct counters counters = {buckets, BUCKETS - 1};
    fill(counters, 1, 2);
    assert_null(counters_get(counters, hash_of(1000))); // all have counted twice
    for (uint32_t i = 0; i < COUNTERS_BUCKET; i++) {
        uint64_t more = hash_of(1000 + i);
        buckets[0].counts[i] = 1;
        assert_ptr_equal(counters_get(counters, more), &buckets[0].counts[i]);
        assert_int_equal(buckets[0].counts[i], 0);
        buckets[0].counts[i] = 2;
        assert_null(found(counters, hash_of(1 + i)));
        assert_ptr_equal(found(counters, more), &buckets[0].counts[i]);
    }
}

int main(void) {
    static const struct CMUnitTest tests[] = {cmocka_unit_test(test_bucket),
                                              cmocka_unit_test(test_full_bucket)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
