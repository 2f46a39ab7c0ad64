// repository_likely_test.c - the first of many words are those that sorting all would put first.
#include "backends/repository_likely.h"

#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 300, ROUNDS = 400 };

static int by_order(const void *a, const void *b) {
    return likely_is_before(b, a) - likely_is_before(a, b);
}

// Keys of few kinds, so that many are equal.
static void draw(struct likely *items, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        items[i] = (struct likely){rand() % 20, i, (uint32_t)rand() << 9 | i};
    }
}

static void test_select(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct likely items[MOST], sorted[MOST];
        uint32_t count = (uint32_t)rand() % MOST + 1, limit = (uint32_t)rand() % count + 1;
        draw(items, count);
        memcpy(sorted, items, count * sizeof *items);
        qsort(sorted, count, sizeof *sorted, by_order);
        likely_select(items, count, limit);
        assert_int_equal(items[limit - 1].id, sorted[limit - 1].id);
        qsort(items, limit, sizeof *items, by_order);
        for (uint32_t i = 0; i < limit; i++) {
            assert_int_equal(items[i].id, sorted[i].id);
        }
    }
}

static void test_insert(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct likely items[MOST], sorted[MOST], kept[MOST];
        uint32_t count = (uint32_t)rand() % MOST + 1, limit = (uint32_t)rand() % count + 1, filled = 0;
        bool gone[MOST] = {false};
        draw(items, count);
        memcpy(sorted, items, count * sizeof *items);
        qsort(sorted, count, sizeof *sorted, by_order);
        for (uint32_t i = 0; i < count; i++) {
            uint32_t fallen = likely_insert(kept, &filled, limit, items[i]);
            if (fallen != LIKELY_NONE) {
                assert_false(gone[fallen]); // each falls once
                gone[fallen] = true;
            }
        }
        assert_int_equal(filled, limit);
        for (uint32_t i = 0; i < limit; i++) {
            assert_int_equal(kept[i].id, sorted[i].id);
            assert_false(gone[kept[i].index]);
        }
    }
}

int main(void) {
    static const struct CMUnitTest tests[] = {cmocka_unit_test(test_select), cmocka_unit_test(test_insert)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
