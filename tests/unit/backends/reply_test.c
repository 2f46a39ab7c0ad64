// reply_test.c - the text at the cursor out of a chat model's talk.
#include "tests/unit/unit.h"

#include "backends/reply.h"

static const struct {
    const char *name, *line, *reply, *text;
} rows[] = {
    {"as asked", "", "<insert>foo();</insert>", "foo();"},
    {"talk around it", "", "Sure!\n<insert>foo();</insert>\nDone <insert>no</insert>", "foo();"}, // R2
    {"nothing", "", "<insert></insert>", ""},
    {"no closing mark", "", "<insert>foo();", "foo();"},
    {"a mark's beginning at the end", "", "<insert>a </inser", "a </inser"},
    {"thoughts", "", "<think>an <insert>x</insert> or</think>\n\n<insert>foo();</insert>", "foo();"},
    {"thoughts, twice", "", "<think>a</think>\n<think><insert>x</think><insert>foo();</insert>", "foo();"},
    {"thoughts without end", "", "<think>hm <insert>x</insert>", ""},
    {"blanks before thoughts", "", " \n\t <think>a</think> \n<insert>foo();</insert>", "foo();"},
    {"thoughts, no mark", "", "<think>hm</think>foo();", "foo();"},
    {"a fence in the marks", "", "<insert>\n```c\nfoo();\n```\n</insert>", "foo();"},
    {"a fence, no mark", "", "Here:\n```c\nfoo();\nbar();\n```\nIt calls foo.", "foo();\nbar();"},
    {"an empty fence", "", "<insert>```\n```</insert>", ""},
    {"a fence without end", "", "```c\nfoo();", "foo();"},
    {"a fence inside the text", "", "<insert>a\n```\nb</insert>", "a\n```\nb"},
    {"neither mark nor fence", "", "foo();", "foo();"},
    {"the line once more", "    return ", "<insert>    return x;</insert>", "x;"},
    {"half the line once more", "    return ", "<insert>    ret</insert>", "    ret"},
    {"the line in a fence", "x = ", "```c\nx = 1;\n```", "1;"},
    {"the indent once more", "    ", "<insert>\n    foo();\n    bar();\n</insert>", "foo();\n    bar();\n"},
    {"a newline that belongs", "if (x) {", "<insert>\n    foo();</insert>", "\n    foo();"},
    {"a newline of the reply's", "", "<insert>\nfoo();</insert>", "foo();"},
    {"white space", "", "<insert>  a</insert>", "  a"},
    {"the next file of the prompt", "", " <file>\nb.c\nfoo();", ""},             // R3
    {"the line with its cursor", "", "The line is \"foo(<|cursor|>\".", ""},     // R3
    {"the same in a fence", "foo(", "Here:\n```c\nfoo(<|cursor|>x)\n```\n", ""}, // R3
    {"a file of no prompt", "", "<file>", "<file>"},
    {"empty", "", "", ""},
};

// R1: all at once, byte by byte, and in two pieces cut anywhere.
static void check(size_t row, size_t cut, bool by_byte) {
    struct slice all = slice_of_string(rows[row].reply);
    struct reply reply;
    struct str text;
    str_init(&text);
    reply_init(&reply, slice_of_string(rows[row].line));
    for (size_t i = 0; i < all.length;) {
        size_t end = by_byte ? i + 1 : i < cut ? cut : all.length;
        str_append_slice(&text, reply_add(&reply, slice_sub(all, i, end)));
        i = end;
    }
    str_append_slice(&text, reply_finish(&reply));
    if (strcmp(text.data, rows[row].text) != 0) {
        print_error("%s, cut at %zu: \"%s\"\n", rows[row].name, cut, text.data);
    }
    assert_string_equal(text.data, rows[row].text);
    reply_fini(&reply);
    str_free(&text);
}

static void every_reply_however_it_comes(void **state) {
    (void)state;
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        for (size_t cut = 0; cut <= strlen(rows[row].reply); cut++) {
            check(row, cut, false);
        }
        check(row, 0, true);
    }
}

// R1: what is over the limit is thrown away, not what happens to come in too large a piece.
static void a_flood_is_cut_at_the_same_byte(void **state) {
    (void)state;
    for (size_t piece = 1; piece < 8192; piece = piece * 5 + 2) {
        struct reply reply;
        reply_init(&reply, slice_of("", 0));
        char bytes[8192];
        memset(bytes, 'x', piece);
        for (size_t sent = 0; sent < REPLY_LIMIT + 2 * piece; sent += piece) {
            assert_int_equal(reply_add(&reply, slice_of(bytes, piece)).length, 0);
        }
        assert_int_equal(reply_add(&reply, SLICE_LITERAL("<insert>")).length, 0);
        assert_int_equal(reply_finish(&reply).length, REPLY_LIMIT);
        reply_fini(&reply);
    }
}

static void text_in_the_marks_comes_as_it_is_written(void **state) {
    (void)state;
    struct reply reply;
    reply_init(&reply, slice_of("", 0));
    assert_int_equal(reply_add(&reply, SLICE_LITERAL("Well, <inse")).length, 0);
    assert_true(slice_equal(reply_add(&reply, SLICE_LITERAL("rt>ab")), SLICE_LITERAL("ab")));
    assert_true(slice_equal(reply_add(&reply, SLICE_LITERAL("c<")), SLICE_LITERAL("c")));
    assert_true(slice_equal(reply_add(&reply, SLICE_LITERAL("d")), SLICE_LITERAL("<d")));
    reply_fini(&reply);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reply_however_it_comes),
        cmocka_unit_test(a_flood_is_cut_at_the_same_byte),
        cmocka_unit_test(text_in_the_marks_comes_as_it_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
