// editing_test.c - where documents were changed lately, after edits of many kinds.

#include "base/str.h"
#include "retrieval/editing.h"
#include "tests/unit/unit.h"

#include <stdio.h>

enum { STEPS = 6 };

// A document of these lines, one letter each.
static struct text *lines_of(const char *letters) {
    struct str bytes;
    str_init(&bytes);
    for (; *letters; letters++) {
        str_append_format(&bytes, "line %c\n", *letters);
    }
    struct text *text = text_new(str_slice(&bytes));
    str_free(&bytes);
    return text;
}

static void step(struct editing **editing, const char *path, struct text **document, struct text *now) {
    struct editing *next = editing_after(*editing, path, *document, now);
    editing_release(*editing);
    text_release(*document);
    *editing = next;
    *document = now;
}

static void check_places(const struct editing *editing, const char *expected) {
    struct str got;
    str_init(&got);
    for (uint32_t i = 0; i < editing->place_count; i++) {
        const struct editing_place *place = &editing->places[i];
        str_append_format(&got, "%s%s:%u-%u", i ? " " : "", place->path, place->start_line, place->end_line);
    }
    assert_string_equal(got.data, expected);
    str_free(&got);
}

// E1 and E2, within one document: what its texts were one after the other, and the places then.
static void test_places(void **state) {
    (void)state;
    static const struct {
        const char *texts[STEPS];
        const char *expected;
    } rows[] = {
        {{"abcdefghij"}, ""},
        {{"abcdefghij", "abcdefghij"}, ""},                              // nothing has changed
        {{"abcdefghij", "abcdXfghij"}, "a:4-4"},                         // a line
        {{"abcdefghij", "abcdXYZefghij"}, "a:4-7"},                      // lines put in
        {{"abcdefghij", "abcdghij"}, "a:4-4"},                           // lines taken away
        {{"abcdefghij", "aXcdefghij", "aXcdefghYj"}, "a:8-8 a:1-1"},     // the latest comes first
        {{"abcdefghij", "aXcdefghij", "aXcYefghij"}, "a:1-3"},           // it goes on nearby
        {{"abcdefghij", "abcdefghXj", "aYZbcdefghXj"}, "a:1-3 a:10-10"}, // moved by what is put in above
        {{"abcdefghij", "abcdefghXj", "adefghXj"}, "a:1-1 a:6-6"},       // and by what is taken away
        {{"abcdefghij", "aXcdefghij", "aXcdefghYj", "aZcdefghYj"}, "a:1-1 a:8-8"}, // back at the first
        {{"abcdefghij", "bcdefghij", "cdefghij", ""}, "a:0-0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct editing *editing = NULL;
        struct text *document = NULL;
        for (int s = 0; s < STEPS && rows[i].texts[s]; s++) {
            step(&editing, "a", &document, lines_of(rows[i].texts[s]));
        }
        assert_non_null(editing);
        check_places(editing, rows[i].expected);
        for (uint32_t place = 0; place < editing->place_count; place++) {
            assert_ptr_equal(editing->places[place].text, document); // E2
        }
        text_release(document);
        editing_release(editing);
    }
}

// A change of very many lines is none of somebody's who types.
static void test_reload(void **state) {
    (void)state;
    struct editing *editing = NULL;
    struct text *document = NULL;
    step(&editing, "a", &document, lines_of("ab"));
    step(&editing, "a", &document, lines_of("aXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXb"));
    check_places(editing, "");
    text_release(document);
    editing_release(editing);
}

// E3, and what is open.
static void test_documents(void **state) {
    (void)state;
    struct editing *editing = NULL;
    struct text *a = NULL, *b = NULL;
    assert_false(editing_is_open(editing, "a"));
    step(&editing, "a", &a, lines_of("abc"));
    step(&editing, "b", &b, lines_of("abc"));
    step(&editing, "a", &a, lines_of("abX"));
    step(&editing, "b", &b, lines_of("Xbc"));
    check_places(editing, "b:0-0 a:2-2");
    assert_true(editing_is_open(editing, "a") && editing_is_open(editing, "b"));
    step(&editing, "a", &a, NULL);
    check_places(editing, "b:0-0");
    assert_false(editing_is_open(editing, "a"));
    assert_true(editing_is_open(editing, "b"));
    step(&editing, "a", &a, lines_of("other")); // opened again: nobody has changed it
    check_places(editing, "b:0-0");
    text_release(a);
    text_release(b);
    editing_release(editing);
}

// The oldest are forgotten.
static void test_limits(void **state) {
    (void)state;
    struct editing *editing = NULL;
    for (int i = 0; i < 2 * EDITING_OPEN; i++) {
        char path[16];
        struct text *document = NULL;
        snprintf(path, sizeof path, "f%d", i);
        step(&editing, path, &document, lines_of("abc"));
        step(&editing, path, &document, lines_of("abX"));
        text_release(document);
    }
    assert_int_equal(editing->open_count, EDITING_OPEN);
    assert_int_equal(editing->place_count, EDITING_PLACES);
    assert_string_equal(editing->places[0].path, "f127");
    assert_true(editing_is_open(editing, "f127"));
    assert_false(editing_is_open(editing, "f0"));
    editing_release(editing);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_reload),
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
