// gap_text_test.c - after any edit, bytes and line starts are those of the text as it would be made anew.
#include "tests/unit/unit.h"

#include "lsp/gap_text.h"

static uint64_t seed = 3;
static uint32_t draw(size_t below) {
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)((seed >> 33) % below);
}

static void append_random(struct str *text, uint32_t pieces) {
    static const char *const all[] = {"a",     "b", " ", "\n", "\r", "\r\n", "\xC3\xA9", "\xF0\x9F\x98\x80",
                                      "word\n"};
    for (; pieces; pieces--) {
        str_append_string(text, all[draw(sizeof all / sizeof all[0])]);
    }
}

static void check(struct gap_text *gap, struct slice wanted, struct line_index *lines) {
    struct slice whole = gap_text_whole(gap, lines);
    struct line_index fresh;
    line_index_init(&fresh, wanted);
    assert_true(slice_equal(whole, wanted));
    assert_int_equal(lines->starts.count, fresh.starts.count);
    assert_memory_equal(lines->starts.items, fresh.starts.items, fresh.starts.count * sizeof(uint32_t));
    line_index_free(&fresh);
}

// A position in the middle of the edits is where it would be in the whole text.
static void check_position(struct gap_text *gap, struct slice text) {
    struct line_index lines;
    line_index_init(&lines, text);
    struct position position = {draw(lines.starts.count + 1), draw(12)};
    enum position_encoding encoding = (enum position_encoding)draw(3);
    assert_int_equal(gap_text_byte(gap, position, encoding),
                     position_to_byte(&lines, text, position, encoding));
    line_index_free(&lines);
}

static void test_random_edits(void **state) {
    (void)state;
    struct str text, insert;
    struct line_index lines;
    struct gap_text gap;
    str_init(&text);
    str_init(&insert);
    append_random(&text, 30);
    line_index_init(&lines, str_slice(&text));
    gap_text_init(&gap, str_slice(&text), &lines);
    for (int round = 0; round < 5000; round++) {
        size_t start = draw(text.length + 1), end = start + draw((text.length - start) % 7 + 1);
        str_clear(&insert);
        append_random(&insert, draw(text.length > 200 ? 2 : 6));
        str_splice(&text, start, end, insert.data, insert.length);
        gap_text_replace(&gap, start, end, str_slice(&insert));
        check_position(&gap, str_slice(&text));
        if (round % 5 == 0) {
            check(&gap, str_slice(&text), &lines);
        }
    }
    gap_text_free(&gap);
    line_index_free(&lines);
    str_free(&text);
    str_free(&insert);
}

// Beyond the room that there is at first.
static void test_grows(void **state) {
    (void)state;
    struct str text;
    struct line_index lines;
    struct gap_text gap;
    str_init(&text);
    line_index_init(&lines, str_slice(&text));
    gap_text_init(&gap, str_slice(&text), &lines);
    for (int i = 0; i < 20000; i++) {
        gap_text_replace(&gap, 0, 0, SLICE_LITERAL("a\n"));
        str_append_string(&text, "a\n");
    }
    check(&gap, str_slice(&text), &lines);
    gap_text_replace(&gap, 0, text.length, SLICE_LITERAL(""));
    check(&gap, SLICE_LITERAL(""), &lines);
    gap_text_free(&gap);
    line_index_free(&lines);
    str_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_edits), cmocka_unit_test(test_grows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
