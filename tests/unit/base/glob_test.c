// glob_test.c - patterns as people write them in ignore files, and as nobody should.

#include "base/glob.h"
#include "base/mem.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

struct row {
    const char *pattern;
    const char *text;
    bool name; // matches as a single name
    bool path; // matches as a path
};

static void check(const struct row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct slice pattern = slice_of_string(rows[i].pattern);
        struct slice text = slice_of_string(rows[i].text);
        bool name = glob_match(pattern, text, GLOB_NAME);
        bool path = glob_match(pattern, text, GLOB_PATH);
        if (name != rows[i].name || path != rows[i].path) {
            fail_msg("'%s' against '%s': name %d, path %d", rows[i].pattern, rows[i].text, name, path);
        }
    }
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof(rows)[0])

static void test_literal_and_single(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"", "", true, true},
        {"", "a", false, false},
        {"a", "", false, false},
        {"foo", "foo", true, true},
        {"foo", "fooo", false, false},
        {"f?o", "foo", true, true},
        {"f?o", "f/o", true, false},
        {"???", "ab", false, false},
        {"\\*", "*", true, true},
        {"\\*", "a", false, false},
        {"a\\", "a\\", false, false},
        {"\\a\\b", "ab", true, true},
        {"?", "\xc3\xa4", false, false},
        {"??", "\xc3\xa4", true, true},
    };
    CHECK(rows);
}

static void test_star(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"*", "", true, true},
        {"*", "abc", true, true},
        {"*", "a/b", true, false},
        {"*.c", "a.c", true, true},
        {"*.c", "a.h", false, false},
        {"*.c", ".c", true, true},
        {"a*b*c", "aXbYc", true, true},
        {"a*b*c", "abcbc", true, true},
        {"a*b*c", "aXb", false, false},
        {"*/b", "a/b", true, true},
        {"*/b", "x/a/b", true, false},
        {"a/*/c", "a/b/c", true, true},
        {"a/*/c", "a/b/b/c", true, false},
        {"a*", "a/b", true, false},
        {"*a*a*a*b", "aaaaaaaaaaaa", false, false},
        {"*ab", "aab", true, true},
        {"x*y/z", "xay/z", true, true},
        {"x*y/z", "xa/y/z", true, false},
    };
    CHECK(rows);
}

static void test_two_stars_between_slashes_span_folders(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"**/foo", "foo", false, true},
        {"**/foo", "a/foo", true, true},
        {"**/foo", "a/b/foo", true, true},
        {"**/foo", "afoo", false, false},
        {"a/**", "a/b", true, true},
        {"a/**", "a/b/c", true, true},
        {"a/**", "a", false, false},
        {"a/**/b", "a/b", false, true},
        {"a/**/b", "a/x/b", true, true},
        {"a/**/b", "a/x/y/b", true, true},
        {"a/**/b", "a/xb", false, false},
        {"**", "a/b/c", true, true},
        {"**/*.c", "x/y/z.c", true, true},
        {"**/a*/b", "x/ab/y/ac/b", true, true},
        {"**/a/**/b", "a/a/x/a/b", true, true},
        {"**/a/**/b", "b/a", false, false},
        {"***/foo", "a/b/foo", true, true},
        {"a**b", "axb", true, true},
        {"a**b", "a/b", true, false},
        {"**a", "b/a", true, false},
        {"a**/b", "ax/b", true, true},
        {"a**/b", "ax/y/b", true, false},
        {"**\\/b", "a/b", true, true},
    };
    CHECK(rows);
}

static void test_sets(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"[abc]", "b", true, true},
        {"[abc]", "d", false, false},
        {"[a-c]x", "bx", true, true},
        {"[!a-c]", "d", true, true},
        {"[^a-c]", "b", false, false},
        {"[]]", "]", true, true},
        {"[!]]", "]", false, false},
        {"[]-a]", "]", true, true},
        {"[a-]", "-", true, true},
        {"[-a]", "-", true, true},
        {"[\\]]", "]", true, true},
        {"[\\a-c]", "b", true, true},
        {"[a-\\c]", "b", true, true},
        {"[c-a]", "b", false, false},
        {"[!/]", "/", false, false},
        {"[/]", "/", true, false},
        {"[!x]", "/", true, false},
        {"[[:alpha:]]", "q", true, true},
        {"[[:alpha:]]", "1", false, false},
        {"[[:digit:]a]", "7", true, true},
        {"[![:space:]]", "x", true, true},
        {"[[:xdigit:]]", "F", true, true},
        {"[[:nonsense:]]", "n", false, false},
        {"[[:alpha]", ":", true, true},
        {"[abc", "a", false, false},
        {"[", "[", false, false},
        {"[!", "a", false, false},
        {"[a-", "a", false, false},
        {"[\\", "\\", false, false},
        {"a[b", "a[b", false, false},
        {"[[:punct:][:upper:]]", "Z", true, true},
        {"[a-c-z]", "-", true, true},
        {"[a-c-z]", "y", false, false},
    };
    CHECK(rows);
}

static void test_literal_length(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        size_t length;
    } rows[] = {{"", 0}, {"abc", 3}, {"a*", 1}, {"ab?", 2}, {"[", 0}, {"a/b\\c", 3}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(glob_literal_length(slice_of_string(rows[i].pattern)), rows[i].length);
    }
}

// Patterns that make a backtracking matcher take years.
static void test_hostile_patterns_end(void **state) {
    (void)state;
    struct str pattern, text;
    str_init(&pattern);
    str_init(&text);
    for (int i = 0; i < 200; i++) {
        str_append_string(&pattern, i % 2 ? "**/a*" : "*a?");
        str_append_string(&text, "aaaaaaaa/");
    }
    str_append_string(&pattern, "b");
    assert_false(glob_match(str_slice(&pattern), str_slice(&text), GLOB_PATH));
    assert_false(glob_match(str_slice(&pattern), str_slice(&text), GLOB_NAME));
    str_free(&pattern);
    str_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_literal_and_single),
        cmocka_unit_test(test_star),
        cmocka_unit_test(test_two_stars_between_slashes_span_folders),
        cmocka_unit_test(test_sets),
        cmocka_unit_test(test_literal_length),
        cmocka_unit_test(test_hostile_patterns_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
