// place_test.c - FILE:LINE:COL as people write it, and where that is in a text.
#include "cli/place.h"
#include "tests/unit/unit.h"

static void places_are_read_or_refused(void **state) {
    (void)state;
    static const struct {
        const char *text, *file;
        uint64_t line, column;
    } cases[] = {
        {"a.c:1:2", "a.c", 1, 2}, {"dir/a:b.c:10:20", "dir/a:b.c", 10, 20},
        {"a.c", NULL, 0, 0},      {"a.c:1", NULL, 0, 0},
        {"a.c:0:1", NULL, 0, 0},  {"a.c:1:0", NULL, 0, 0},
        {"a.c:x:1", NULL, 0, 0},  {":1:1", NULL, 0, 0},
        {"", NULL, 0, 0},         {"a.c:1:-1", NULL, 0, 0},
        {"a.c:1:1x", NULL, 0, 0}, {"a:1:2:3", "a:1", 2, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct place place = {0};
        struct err err = {0};
        int code = place_parse(cases[i].text, &place, &err);
        assert_int_equal(code, cases[i].file ? 0 : ERR_INVALID);
        if (cases[i].file) {
            assert_string_equal(place.file, cases[i].file);
            assert_int_equal(place.line, cases[i].line);
            assert_int_equal(place.column, cases[i].column);
        }
        place_free(&place);
    }
}

static void offsets_count_characters(void **state) {
    (void)state;
    struct slice text = SLICE_LITERAL("one\n\xC3\xA9\xF0\x9F\x98\x80x\r\nlast");
    static const struct {
        uint64_t line, column;
        long offset; // -1: refused
    } cases[] = {
        {1, 1, 0},  {1, 4, 3},  {1, 5, -1}, {2, 1, 4},  {2, 2, 6},  {2, 3, 10},
        {2, 4, 11}, {2, 5, -1}, {3, 1, 13}, {3, 5, 17}, {3, 6, -1}, {4, 1, -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct place place = {(char[]){"f"}, cases[i].line, cases[i].column};
        size_t offset = 0;
        struct err err = {0};
        int code = place_offset(&place, text, &offset, &err);
        assert_int_equal(code, cases[i].offset < 0 ? ERR_INVALID : 0);
        if (code == 0) {
            assert_int_equal(offset, cases[i].offset);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_are_read_or_refused),
        cmocka_unit_test(offsets_count_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
