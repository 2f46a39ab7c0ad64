// names_test.c - names on lists, found whatever their case.
#include "base/fs.h"
#include "base/glob.h"
#include "indexer/names.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

static void test_lists(void **state) {
    (void)state;
    static const char *const list[] = {"", "a", "ab", "abc", "b", "zz.top"};
    static const struct {
        const char *name;
        bool held;
    } rows[] = {{"", true},    {"a", true},        {"ab", true},  {"abc", true},
                {"b", true},   {"zz.top", true},   {"aa", false}, {"abcd", false},
                {"zz", false}, {"zz.topp", false}, {"~", false},  {"A", false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (names_hold(NAMES_OF(list), slice_of_string(rows[i].name)) != rows[i].held) {
            fail_msg("%s", rows[i].name);
        }
    }
    assert_false(names_hold(NAMES_OF(list), slice_of("ab\0", 3)));
    assert_false(names_hold((struct names){list, 0}, slice_of_string("a")));
}

// Short cuts must not show: the same as the matcher says, whatever the pattern and the name.
static void test_patterns_match_as_the_matcher_says(void **state) {
    (void)state;
    static const char bytes[] = "aab.*?[]\\-!";
    unsigned matched = 0;
    srand(11);
    for (int round = 0; round < 200000; round++) {
        char pattern[8] = "", name[8] = "";
        size_t pattern_length = 1 + (size_t)rand() % 6, length = (size_t)rand() % 5;
        for (size_t i = 0; i < pattern_length; i++) {
            pattern[i] = bytes[(size_t)rand() % (sizeof bytes - 1)];
        }
        for (size_t i = 0; i < length; i++) {
            name[i] = bytes[(size_t)rand() % (rand() % 4 ? 4 : sizeof bytes - 1)];
        }
        const char *list[] = {pattern};
        bool matches = glob_match(slice_of_string(pattern), slice_of(name, length), GLOB_NAME);
        matched += matches;
        if (length && names_match(NAMES_OF(list), slice_of(name, length)) != matches) {
            fail_msg("\"%s\" and \"%s\"", pattern, name);
        }
    }
    assert_true(matched > 5000);
}

static void test_parts(void **state) {
    (void)state;
    static const struct {
        const char *path, *last, *extension;
    } rows[] = {{"a/b/C.Tar.GZ", "c.tar.gz", "gz"},
                {"Makefile", "makefile", ""},
                {".env", ".env", "env"},
                {"x.", "x.", ""},
                {"a/", "", ""},
                {"\xC3\x84.C", "\xC3\x84.c", "c"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char buffer[NAMES_LIMIT];
        struct slice name = names_lower(names_last(rows[i].path), buffer);
        assert_true(slice_equal(name, slice_of_string(rows[i].last)));
        assert_true(slice_equal(names_extension(name), slice_of_string(rows[i].extension)));
    }
    char longer[300], buffer[NAMES_LIMIT];
    memset(longer, 'A', sizeof longer);
    memcpy(longer + 296, ".PEM", 4);
    struct slice name = names_lower(slice_of(longer, sizeof longer), buffer);
    assert_int_equal(name.length, NAMES_LIMIT);
    assert_true(slice_equal(names_extension(name), SLICE_LITERAL("pem")));
}

// Every array behind a comment `// sorted`, of which a look-up by halves would miss some otherwise.
static unsigned check_sorted(const char *file) {
    struct str text;
    unsigned checked = 0;
    str_init(&text);
    assert_int_equal(fs_read(file, 1 << 20, &text, NULL), 0);
    for (char *at = strstr(text.data, "// sorted"); at; at = strstr(at, "// sorted")) {
        char *end = strstr(at, "};"), *previous = NULL;
        assert_non_null(end);
        for (char *open = strchr(at, '"'); open && open < end; open = strchr(open, '"')) {
            char *close = strchr(open + 1, '"');
            *close = '\0';
            if (previous && strcmp(previous, open + 1) >= 0) {
                fail_msg("%s: \"%s\" must not come before \"%s\"", file, previous, open + 1);
            }
            previous = open + 1;
            open = close + 1;
            checked++;
        }
        at = end;
    }
    str_free(&text);
    return checked;
}

static void test_lists_are_sorted(void **state) {
    (void)state;
    assert_true(check_sorted("indexer/deny.c") > 100);
    assert_true(check_sorted("indexer/source.c") > 200);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lists),
                                       cmocka_unit_test(test_patterns_match_as_the_matcher_says),
                                       cmocka_unit_test(test_parts), cmocka_unit_test(test_lists_are_sorted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
