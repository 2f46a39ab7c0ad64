// names_test.c - every symbol is found by its name's key, in order, and by nearly no other.

#include "records.h"
#include "retrieval/names.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

struct keyed {
    uint32_t other, key;
};

static struct keyed *draw_keys(uint64_t *seed, uint32_t count, uint32_t distinct) {
    struct keyed *all = calloc(count + (size_t)1, sizeof *all);
    for (uint32_t i = 0; i < count; i++) {
        all[i].key = draw(seed) % distinct * 2654435761u;
    }
    return all;
}

// N1 and N2, of names that are borne by one symbol or by many.
static void test_random(void **state) {
    (void)state;
    uint64_t seed = 3;
    for (uint32_t count = 0; count < 3000; count = count * 3 + 1) {
        for (uint32_t distinct = 1; distinct <= 2 * count + 1; distinct = distinct * 7 + 1) {
            struct keyed *all = draw_keys(&seed, count, distinct);
            struct names names;
            uint32_t strangers = 0;
            names_build(&names, &all->key, sizeof *all, count);
            for (uint32_t number = 0; number < distinct; number++) {
                uint32_t key = number * 2654435761u, next = 0;
                struct names_walk walk = names_find(&names, key);
                while (names_next(&walk)) {
                    assert_true(walk.symbol < count && walk.symbol >= next); // N2
                    for (; next < walk.symbol; next++) {
                        assert_int_not_equal(all[next].key, key);
                    }
                    strangers += all[next++].key != key;
                }
                for (; next < count; next++) {
                    assert_int_not_equal(all[next].key, key); // N1
                }
            }
            assert_true(strangers * 10 <= count + distinct);
            names_free(&names);
            free(all);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
