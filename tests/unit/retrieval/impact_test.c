// impact_test.c - impacts are BM25's weights, to half a step.

#include "retrieval/impact.h"
#include "tests/unit/unit.h"

#include <math.h>

static void test_values(void **state) {
    (void)state;
    static const struct {
        uint32_t count, length;
    } cases[] = {{1, 1}, {1, 100}, {1, 1000}, {2, 100}, {3, 50}, {40, 200}, {100000, 100000}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double count = cases[i].count, length = cases[i].length;
        double weight = 2.2 * count / (count + 1.2 * (0.25 + 0.75 * length / 100));
        uint32_t impact = impact_of(cases[i].count, cases[i].length, 100);
        assert_true(fabs((double)impact_value(impact) - weight) <= 2.2 / IMPACT_MOST * 0.501);
    }
}

// Whatever is there counts, and nothing counts for more than there are steps.
static void test_ends(void **state) {
    (void)state;
    assert_int_equal(impact_of(1, UINT32_MAX, 100), 1);
    assert_int_equal(impact_of(UINT32_MAX, 0, 100), IMPACT_MOST);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_values), cmocka_unit_test(test_ends)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
