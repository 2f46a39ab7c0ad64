// window_test.c - what a prompt shows of the document stays where it is, and is true.
#include "completion/window.h"
#include "tests/unit/unit.h"

#include <stdio.h>

// `count` functions of about 60 bytes.
static void write_functions(struct str *text, int count) {
    str_init(text);
    for (int i = 0; i < count; i++) {
        str_append_format(text, "int function_%03d(int a) {\n    a += %d;\n    return a;\n}\n\n", i, i);
    }
}

static void the_cut_moves_in_large_steps(void **state) {
    struct str text;
    struct window window;
    int moves = 0;
    (void)state;
    write_functions(&text, 200);
    window_init(&window);
    struct slice before = window_prefix(&window, str_slice(&text), 1000, 2000);
    assert_int_equal(before.length, 1000); // it fits
    for (size_t cursor = 1000; cursor < text.length; cursor++) {
        struct slice prefix = window_prefix(&window, str_slice(&text), cursor, 2000);
        assert_ptr_equal(prefix.data + prefix.length, text.data + cursor); // W1
        assert_true(prefix.length <= 2000);
        assert_true(prefix.data == text.data || slice_starts_with(prefix, SLICE_LITERAL("int function_")));
        moves += prefix.data != before.data;
        before = prefix;
    }
    assert_true(moves > 0 && (size_t)moves <= (text.length - 1000) / 250); // at least an eighth of the budget
    window_free(&window);
    str_free(&text);
}

static void the_cut_goes_with_the_text(void **state) {
    struct str text;
    struct window window;
    (void)state;
    write_functions(&text, 100);
    window_init(&window);
    size_t cursor = text.length - 500;
    struct slice before = window_prefix(&window, str_slice(&text), cursor, 2000);
    size_t length = before.length;
    str_splice(&text, 0, 0, "#include <a.h>\n", 15); // above what is shown
    struct slice after = window_prefix(&window, str_slice(&text), cursor + 15, 2000);
    assert_int_equal(after.length, length);
    after = window_prefix(&window, str_slice(&text), cursor - 400, 2000); // a little further up
    assert_int_equal(after.length, length - 415);
    after = window_prefix(&window, str_slice(&text), 300, 2000); // to the top
    assert_int_equal(after.length, 300);
    window_free(&window);
    str_free(&text);
}

#define BELOW "    second(2);\n    third(3);\n    fourth(4);\n    fifth(5);\n    sixth(6);\n"
#define MORE  BELOW BELOW BELOW BELOW BELOW BELOW

// Shows the suffix `old`, then that of `now`: is it the old one again?
static bool is_reused(const char *old, const char *now) {
    struct window window;
    window_init(&window);
    window_suffix(&window, slice_of_string(old), 0, 4000, 4000);
    struct slice shown = window_suffix(&window, slice_of_string(now), 0, 4000, 4000);
    bool reused = slice_equal(shown, slice_of_string(old));
    assert_true(reused || slice_equal(shown, slice_of_string(now)));
    window_free(&window);
    return reused;
}

static void the_old_suffix_is_shown_while_it_is_true(void **state) {
    static const struct {
        const char *old, *now;
        bool reused;
    } rows[] = {
        {");\n" MORE "end(1);\n", ");\n" MORE "end(2);\n", true},           // far below, little
        {");\n" MORE "end(1);\n", ");\n" MORE MORE, false},                 // far below, much
        {");\n" MORE "end(1);\n", "\n" MORE "end(2);\n", false},            // the bracket was typed over
        {"rest(1);\n" MORE "end(1);\n", "\n" MORE "end(2);\n", false},      // deleted right at the cursor
        {"\n    gone();\n" MORE "end(1);\n", "\n" MORE "end(2);\n", false}, // the next line was deleted
        {"\n" BELOW MORE "end(1);\n",
         "\n    third(3);\n    fourth(4);\n    fifth(5);\n    sixth(6);\n" MORE "end(1);\n",
         false},                                                // the cursor went down a line
        {"\n\n" MORE "end(1);\n", "\n" MORE "end(1);\n", true}, // an empty line says nothing
        {"\n" MORE, "", false},                                 // all below was deleted
        {"", "\n" MORE, false},
        {"", "", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (is_reused(rows[i].old, rows[i].now) != rows[i].reused) {
            fail_msg("row %zu", i);
        }
    }
}

// W2: what stands behind the cursor on its line, and the lines that say something below, are the document's.
static void the_first_lines_are_true(void **state) {
    uint32_t seed = 1;
    struct window window;
    struct str text;
    (void)state;
    window_init(&window);
    write_functions(&text, 60);
    for (int round = 0; round < 2000; round++) {
        seed = seed * 1664525u + 1013904223u;
        size_t cursor = (seed >> 8) % text.length;
        if (seed >> 31) {
            str_splice(&text, cursor, cursor + (seed >> 4) % 9, "x();\n", 5);
        }
        struct slice document = str_slice(&text);
        struct slice shown = window_suffix(&window, document, cursor, 500, 500 + (seed >> 20) % 500);
        struct slice rest = slice_sub(document, cursor, document.length);
        size_t newline = slice_find(rest, SLICE_LITERAL("\n"), 0);
        size_t line = newline == (size_t)-1 ? rest.length : newline;
        assert_true(shown.length <= 1000);
        assert_true(slice_starts_with(shown, slice_sub(rest, 0, line)));
    }
    window_free(&window);
    str_free(&text);
}

static void the_suffix_ends_with_a_line(void **state) {
    struct window window;
    (void)state;
    window_init(&window);
    struct slice shown = window_suffix(&window, SLICE_LITERAL("abc\ndef\nghi\n"), 0, 10, 12);
    assert_true(slice_equal(shown, SLICE_LITERAL("abc\ndef\n")));
    shown = window_suffix(&window, SLICE_LITERAL("abcdefgh\xC3\xA4xyz"), 0, 9,
                          9); // no line, and no half character
    assert_true(slice_equal(shown, SLICE_LITERAL("abcdefgh")));
    shown = window_suffix(&window, SLICE_LITERAL("abc"), 0, 0, 0);
    assert_int_equal(shown.length, 0);
    window_free(&window);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cut_moves_in_large_steps),
        cmocka_unit_test(the_cut_goes_with_the_text),
        cmocka_unit_test(the_old_suffix_is_shown_while_it_is_true),
        cmocka_unit_test(the_first_lines_are_true),
        cmocka_unit_test(the_suffix_ends_with_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
