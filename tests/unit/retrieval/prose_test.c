// prose_test.c - where comments and strings end, by a language's marks.
#include "retrieval/prose.h"
#include "tests/unit/unit.h"

static void test_where_it_ends(void **state) {
    (void)state;
    static const struct {
        const char *path, *text;
        size_t end; // behind what begins the text
    } cases[] = {
        {"a.c", "word", 0},
        {"a.c", "// to the end\nword", 13},
        {"a.c", "/* over\nlines */ word", 16},
        {"a.c", "/* for ever", 11},
        {"a.py", "# to the end\nword", 12},
        {"a.c", "\"a\" \"b\"", 3},
        {"a.c", "\"a\\\"b\" word", 6},
        {"a.c", "\"a\\\\\" word", 5},
        {"a.c", "\"to the next line\n\"", 1}, // no string: behind its quote
        {"a.c", "\"escaped\\\nline\"", 1},
        {"a.c", "\"", 1},
        {"a.c", "\"\\", 1},
        {"a.js", "`over\nlines\\``", 14},
        {"a.py", "\"\"\"over\n\"lines\"\"\" word", 17},
        {"a.rs", "'a word", 2},
        {"a.rs", "'a' word", 3},
        {"a.c", "\\\" word", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct slice text = slice_of_string(cases[i].text);
        size_t end = prose_skip(text, 0, prose_marks_of(language_of_path(cases[i].path)));
        if (end != cases[i].end) {
            fail_msg("%zu: %s of %s ends at %zu", i, cases[i].text, cases[i].path, end);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_where_it_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
