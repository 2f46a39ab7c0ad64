// breaker_test.c - when a failing server is asked again.
#include "tests/unit/unit.h"

#include "backends/breaker.h"

static const uint64_t second = 1000 * 1000;

static void two_failures_change_nothing(void **state) {
    (void)state;
    struct breaker breaker;
    breaker_init(&breaker, 1);
    for (int i = 0; i < BREAKER_PATIENCE; i++) {
        assert_true(breaker_allows(&breaker, second));
        assert_true(breaker_allows(&breaker, second)); // several at a time
        breaker_failed(&breaker, 0, second);
    }
    assert_true(breaker_allows(&breaker, second));
}

static void then_the_wait_doubles_to_a_minute(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct breaker breaker;
        uint64_t now = 5 * second;
        breaker_init(&breaker, seed);
        for (int i = 0; i < BREAKER_PATIENCE; i++) {
            breaker_failed(&breaker, 0, now);
        }
        for (uint64_t wait = second; wait < 200 * second; wait *= 2) {
            uint64_t whole = wait < 60 * second ? wait : 60 * second;
            assert_true(breaker_allows(&breaker, now));
            breaker_failed(&breaker, 0, now);
            assert_false(breaker_allows(&breaker, now + whole * 3 / 4 - 1)); // B1
            now += whole * 5 / 4 + 1;
        }
    }
}

static void one_tries_and_the_others_wait(void **state) {
    (void)state;
    struct breaker breaker;
    breaker_init(&breaker, 1);
    for (int i = 0; i <= BREAKER_PATIENCE; i++) {
        breaker_failed(&breaker, 0, second);
    }
    uint64_t now = 10 * second;
    assert_true(breaker_allows(&breaker, now));
    assert_false(breaker_allows(&breaker, now)); // B1
    breaker_unknown(&breaker);
    assert_true(breaker_allows(&breaker, now)); // the next one tries
    breaker_worked(&breaker);
    assert_true(breaker_allows(&breaker, now)); // B2
    assert_true(breaker_allows(&breaker, now));
    breaker_failed(&breaker, 0, now);
    assert_true(breaker_allows(&breaker, now)); // and patience begins anew
}

static void a_server_that_names_a_time_is_believed(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct breaker breaker;
        breaker_init(&breaker, seed);
        breaker_failed(&breaker, 8000, second);
        assert_false(breaker_allows(&breaker, 9 * second - 1));
        assert_true(breaker_allows(&breaker, 10 * second));
    }
}

static void a_short_time_named_again_and_again_is_not(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct breaker breaker;
        uint64_t now = second;
        int asked = 0;
        breaker_init(&breaker, seed);
        for (; now < 121 * second; now += second / 100) {
            if (breaker_allows(&breaker, now)) {
                asked++;
                breaker_failed(&breaker, 1, now);
            }
        }
        assert_true(asked <= BREAKER_PATIENCE + 10); // 1 + 2 + 4 ... seconds, three quarters of each at least
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_failures_change_nothing),
        cmocka_unit_test(then_the_wait_doubles_to_a_minute),
        cmocka_unit_test(one_tries_and_the_others_wait),
        cmocka_unit_test(a_server_that_names_a_time_is_believed),
        cmocka_unit_test(a_short_time_named_again_and_again_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
