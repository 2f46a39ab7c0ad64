// retry_after_test.c - waits as servers write them.
#include "tests/unit/unit.h"

#include "backends/retry_after.h"

static const double now = 1795733940; // 2026-11-26T22:59:00Z

static void every_form(void **state) {
    static const struct {
        const char *text;
        uint32_t ms;
    } rows[] = {
        {"7", 7000},
        {"7.5", 7500},
        {"0", 0},
        {"-3", 0},
        {"", 0},
        {"soon", 0},
        {"nan", 0},
        {"1e400", RETRY_AFTER_LIMIT_MS},
        {"250ms", 250},
        {"1.5s", 1500},
        {"6m0s", 360 * 1000},
        {"1m30.25s", 90250},
        {"2h", RETRY_AFTER_LIMIT_MS},
        {"99999", RETRY_AFTER_LIMIT_MS},
        {"1795733942", 2000},
        {"1795733942500", 2500},
        {"1795733900", 0},
        {"2026-11-26T22:59:05Z", 5000},
        {"2026-11-26T22:59:05.250Z", 5250},
        {"2026-11-26T22:58:00Z", 0},
        {"2026-11-26", 2026 * 1000}, // no time; a number of seconds
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (retry_after_ms(rows[i].text, now) != rows[i].ms) {
            print_error("%s: %u\n", rows[i].text, retry_after_ms(rows[i].text, now));
        }
        assert_int_equal(retry_after_ms(rows[i].text, now), rows[i].ms);
    }
}

static void in_a_sentence(void **state) {
    (void)state;
    assert_int_equal(retry_after_in_words("Rate limit reached. Please try again in 1.2s. Visit ...", now),
                     1200);
    assert_int_equal(retry_after_in_words("Please retry in 17s.", now), 17000);
    assert_int_equal(retry_after_in_words("Try again in 20ms.", now), 20);
    assert_int_equal(retry_after_in_words("Try again in a while", now), 0);
    assert_int_equal(retry_after_in_words("Slow down", now), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form),
        cmocka_unit_test(in_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
