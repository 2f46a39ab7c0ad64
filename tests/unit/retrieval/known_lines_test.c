// known_lines_test.c - when a text says nothing that another has not said.
#include "retrieval/known_lines.h"
#include "tests/unit/unit.h"

static void test_cover(void **state) {
    (void)state;
    static const struct {
        const char *known, *text;
        bool is_covered;
    } rows[] = {
        {"alpha\nbeta beta\n", "beta beta", true},
        {"alpha\nbeta beta\n", "  beta beta\t\n", true}, // white space at the rims
        {"alpha\nbeta beta\n", "gamma\n", false},
        {"alpha\n", "alpha\ngamma\n", false}, // half of them
        {"one 1\ntwo 2\nthree\n", "one 1\ntwo 2\nthree\nfour\n", true},
        {"one 1\ntwo 2\n", "one 1\ntwo 2\nthree\n", false},
        {"}\n", "}\nalpha\n", false}, // a brace tells nothing
        {"", "}\n\n}", true},         // nor does a text of braces
        {"", "", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct known_lines known;
        known_lines_init(&known, slice_of_string(rows[i].known));
        assert_int_equal(known_lines_cover(&known, slice_of_string(rows[i].text)), rows[i].is_covered);
        known_lines_free(&known);
    }
}

static void test_have(void **state) {
    (void)state;
    struct known_lines known;
    known_lines_init(&known, SLICE_LITERAL("  int f(void);\nab\n"));
    assert_true(known_lines_have(&known, SLICE_LITERAL("int f(void);")));
    assert_false(known_lines_have(&known, SLICE_LITERAL("int g(void);")));
    assert_false(known_lines_have(&known, SLICE_LITERAL("ab"))); // too short to tell anything
    known_lines_free(&known);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cover), cmocka_unit_test(test_have)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
