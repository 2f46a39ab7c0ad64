// pause_test.c - when background work holds still, on a clock of the test's own.
#include "indexer/pause.h"
#include "tests/unit/unit.h"

enum { MS = 1000, KEY_MS = 300 };

static void test_one_keystroke(void **state) {
    (void)state;
    struct pause pause = {0};
    assert_int_equal(pause_left(&pause, 5 * MS), 0);
    pause_extend(&pause, 5 * MS, KEY_MS * MS);
    static const struct {
        uint64_t at_ms, left_ms;
    } rows[] = {{5, 300}, {6, 299}, {304, 1}, {305, 0}, {9000, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(pause_left(&pause, rows[i].at_ms * MS), rows[i].left_ms * MS);
    }
}

static void test_a_shorter_one_does_not_cut_a_longer_one(void **state) {
    (void)state;
    struct pause pause = {0};
    pause_extend(&pause, 1 * MS, 500 * MS);
    pause_extend(&pause, 2 * MS, 10 * MS);
    assert_int_equal(pause_left(&pause, 100 * MS), 401 * MS);
}

// How many of ten minutes' milliseconds are held still with a keystroke every so often.
static unsigned held_of(unsigned every_ms) {
    struct pause pause = {0};
    unsigned held = 0;
    for (unsigned ms = 1; ms <= 600000; ms++) {
        if (ms % every_ms == 0) {
            pause_extend(&pause, (uint64_t)ms * MS, KEY_MS * MS);
        }
        held += pause_left(&pause, (uint64_t)ms * MS) > 0;
    }
    return held;
}

static void test_work_gets_its_fifth_however_one_types(void **state) {
    (void)state;
    static const unsigned every_ms[] = {1, 7, 100, 299, 300, 301, 350, 499, 500, 501, 800, 1000, 1100, 5000};
    for (size_t i = 0; i < sizeof every_ms / sizeof every_ms[0]; i++) {
        unsigned held = held_of(every_ms[i]);
        unsigned asked = every_ms[i] < KEY_MS ? 600000 : 600000 / every_ms[i] * KEY_MS;
        assert_true(held <= 600000 / 5 * 4 + 1000);
        assert_true(held + 1500 >= asked / 5 * 4); // and the typist gets the rest
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_keystroke),
        cmocka_unit_test(test_a_shorter_one_does_not_cut_a_longer_one),
        cmocka_unit_test(test_work_gets_its_fifth_however_one_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
