// token_estimate_test.c - what is counted of a text, and what is learned from servers.
#include "tests/unit/unit.h"

#include "backends/token_estimate.h"

static void texts_are_counted_in_units(void **state) {
    static const struct {
        const char *text;
        struct token_units units;
    } rows[] = {
        {"", {0, 0, 0}},
        {"int", {1, 0, 0}},
        {"return x;", {4, 0, 0}},      // retur-n, x, ;
        {"accountBalance", {4, 0, 0}}, // accou-nt, Balan-ce
        {"ABCDEFGHIJ", {2, 0, 0}},     //
        {"account_id", {4, 0, 0}},     // accou-nt, _, id
        {"1234567", {0, 7, 0}},        //
        {"a1", {1, 1, 0}},             //
        {"\n        f();", {6, 0, 0}}, // newline, indent, f, (, ), ;
        {"a b", {2, 0, 0}},            // a space goes with its word
        {"\xC3\xA9\xE6\xAD\xA4", {0, 0, 5}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct token_units units = token_units_of(slice_of_string(rows[i].text));
        if (units.code != rows[i].units.code) {
            print_error("%s: %u\n", rows[i].text, units.code);
        }
        assert_int_equal(units.code, rows[i].units.code);
        assert_int_equal(units.digits, rows[i].units.digits);
        assert_int_equal(units.wide, rows[i].units.wide);
    }
}

static void an_unknown_model_is_thought_a_bad_case(void **state) {
    (void)state;
    struct token_weights weights = {0};
    assert_true(token_estimate(&weights, SLICE_LITERAL("0123456789")) >= 10);
    assert_true(token_estimate(&weights, SLICE_LITERAL("\xE6\xAD\xA4")) >=
                3); // each byte, if it lacks the character
}

// T1
static void a_report_above_the_estimate_raises_it_at_once(void **state) {
    (void)state;
    struct token_units texts[] = {{1000, 0, 0}, {500, 400, 100}, {0, 900, 0}, {0, 0, 900}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct token_weights weights = {0};
        token_weights_learn(&weights, &texts[i], 1800, true);
        assert_true(weights.code * texts[i].code + weights.digit * texts[i].digits +
                        weights.wide * texts[i].wide >=
                    1800);
    }
}

// T2
static void reports_below_it_lower_it_slowly(void **state) {
    (void)state;
    struct token_units code = {1000, 10, 0};
    struct token_weights weights = {0};
    double before = 0.9;
    for (int i = 0; i < 200; i++) {
        token_weights_learn(&weights, &code, 610, true);
        assert_true(weights.code <= before);
        assert_true(weights.code > before * 0.9);
        assert_true(weights.code * 1000 + weights.digit * 10 >= 610);
        before = weights.code;
    }
    assert_true(weights.code < 0.65);
    token_weights_learn(&weights, &code, 20, false); // what was kept was not counted
    assert_true(weights.code == before);
    struct token_units digits = {10, 1000, 0};
    token_weights_learn(&weights, &digits, 300, true); // says little of code
    assert_true(weights.code == before);
}

static void a_refusal_raises_it(void **state) {
    (void)state;
    struct token_units units = {1000, 0, 0};
    struct token_weights weights = {0};
    token_weights_refused(&weights, &units, 0);
    assert_true(weights.code > 1.1);
    token_weights_refused(&weights, &units, 1300);
    assert_true(weights.code >= 1.3 && weights.code < 1.4);
    for (int i = 0; i < 100; i++) {
        token_weights_refused(&weights, &units, UINT32_MAX);
    }
    assert_true(weights.code <= 4 && weights.digit <= 4); // what cannot be is not believed
}

static void samples_tell_each_weight(void **state) {
    (void)state;
    struct token_weights weights = {0};
    uint32_t counts[8] = {0};
    for (size_t i = 0; i < token_sample_count(); i++) {
        struct token_units units = token_units_of(token_sample(i));
        counts[i] = (units.code + units.digits + units.wide) / 2;
        token_weights_measured(&weights, i, counts[i]);
    }
    assert_true(weights.code > 0.45 && weights.code < 0.6);
    assert_true(weights.digit > 0.45 && weights.digit < 0.6);
    assert_true(weights.wide > 0.4 && weights.wide < 0.6);
    for (size_t i = 0; i < token_sample_count(); i++) {
        assert_true(token_estimate(&weights, token_sample(i)) >=
                    counts[i]); // of two samples the worse counts
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_counted_in_units),
        cmocka_unit_test(an_unknown_model_is_thought_a_bad_case),
        cmocka_unit_test(a_report_above_the_estimate_raises_it_at_once),
        cmocka_unit_test(reports_below_it_lower_it_slowly),
        cmocka_unit_test(a_refusal_raises_it),
        cmocka_unit_test(samples_tell_each_weight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
