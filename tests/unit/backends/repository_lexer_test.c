// repository_lexer_test.c - every text comes back from its lexemes; lexemes are what a person would call
// words.
#include "backends/repository_lexer.h"

#include "tests/unit/unit.h"

#include <stdlib.h>

static void assert_round_trip(struct slice text) {
    struct str back;
    str_init(&back);
    size_t at = 0;
    bool ended = false;
    for (struct lexeme lexeme; lexer_next(text, &at, &lexeme);) {
        assert_false(ended);
        ended = lexeme.text.length == 0;
        assert_int_equal(ended, lexeme.kind == LEXEME_END);
        str_append_slice(&back, lexeme.space);
        str_append_slice(&back, lexeme.text);
    }
    assert_true(slice_equal(text, str_slice(&back)));
    str_free(&back);
}

static void test_round_trip(void **state) { // L1, L2
    (void)state;
    const struct slice texts[] = {
        SLICE_LITERAL(""),
        SLICE_LITERAL("int main(void) {\n\treturn 0;\n}\n"),
        SLICE_LITERAL("a\r\n\r\n  b\r\n"),
        SLICE_LITERAL("a\rb \r"),
        SLICE_LITERAL("   \t  "),
        SLICE_LITERAL("\n\n\n"),
        SLICE_LITERAL("x = \"never closed\nnext /* nor this"),
        SLICE_LITERAL("nul \0 here\0\n\0"),
        SLICE_LITERAL("\xFF\xFE bad \xC3 utf-8 \xE2\x82"),
        SLICE_LITERAL("gr\xC3\xB6\xC3\x9F"
                      "e = \xE5\x80\xA4;"),
        SLICE_LITERAL("a->b::c !== d ... e <<= f ?\?= 1.5e3..x"),
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        for (size_t end = 0; end <= texts[i].length; end++) {
            assert_round_trip(slice_sub(texts[i], 0, end));
        }
    }
}

static void test_random_bytes(void **state) { // L1, L2
    (void)state;
    static const char alphabet[] = "ab1 \t\r\n.=<>\"'\x80\xC3\0_";
    srand(7);
    for (int round = 0; round < 2000; round++) {
        char bytes[64];
        for (size_t i = 0; i < sizeof bytes; i++) {
            bytes[i] = alphabet[(size_t)rand() % (sizeof alphabet - 1)];
        }
        assert_round_trip(slice_of(bytes, (size_t)rand() % sizeof bytes));
    }
}

static void assert_lexemes(const char *text, const char *expected) {
    struct str all;
    str_init(&all);
    size_t at = 0;
    for (struct lexeme lexeme; lexer_next(slice_of_string(text), &at, &lexeme);) {
        str_append_string(&all, lexeme.kind == LEXEME_LINE ? "$" : "");
        str_append_slice(&all, lexeme.kind == LEXEME_LINE ? slice_of("", 0) : lexeme.text);
        str_append_char(&all, '|');
    }
    assert_string_equal(all.data, expected);
    str_free(&all);
}

static void test_lexemes(void **state) { // L3
    (void)state;
    assert_lexemes("foo->bar_2 = 0x1F;", "foo|->|bar_2|=|0x1F|;|");
    assert_lexemes("if (a == 1.5) {\n\n    b();\n}", "if|(|a|==|1.5|)|{|$|b|(|)|;|$|}|");
    assert_lexemes("0..10", "0|..|10|");
    assert_lexemes("f(\"a b\")", "f|(|\"|a|b|\"|)|");
    assert_lexemes("a === b", "a|===|b|");
    assert_lexemes("x ", "x||");
}

static void test_long_word_is_cut(void **state) {
    (void)state;
    char word[3 * LEXER_WORD_LIMIT];
    memset(word, 'w', sizeof word);
    size_t at = 0;
    struct lexeme lexeme;
    assert_true(lexer_next(slice_of(word, sizeof word), &at, &lexeme));
    assert_int_equal(lexeme.text.length, LEXER_WORD_LIMIT);
    assert_round_trip(slice_of(word, sizeof word));
}

static void test_spaces_come_back(void **state) {
    (void)state;
    static const char *const usual[] = {"", " ", "  ", "    ", "         ", "\t", "\t\t", "\t\t\t\t"};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        struct slice space = slice_of_string(usual[i]);
        uint32_t class = lexer_space_class(space);
        assert_true(class < SPACE_COUNT);
        assert_true(slice_equal(lexer_space_text(class), space));
    }
    static const char *const unusual[] = {" \t", "          ", "\t\t\t\t\t", "\v", "\r"};
    for (size_t i = 0; i < sizeof unusual / sizeof *unusual; i++) {
        struct slice back = lexer_space_text(lexer_space_class(slice_of_string(unusual[i])));
        assert_true(slice_equal(back, SLICE_LITERAL(" ")));
    }
}

static void test_what_may_go_on(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool extends;
    } cases[] = {{"fo", true}, {"1", true},  {"-", true},   {"==", true},
                 {"(", false}, {";", false}, {"...", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(lexer_extends(slice_of_string(cases[i].text)), cases[i].extends);
    }
    assert_false(lexer_extends(slice_of("", 0)));
}

static void test_indentation(void **state) {
    (void)state;
    assert_int_equal(lexer_indent(SLICE_LITERAL("\n\n    ")), 4);
    assert_int_equal(lexer_indent(SLICE_LITERAL("\r\n\t\t")), 8);
    assert_int_equal(lexer_indent(SLICE_LITERAL("\n  \t")), 4);
    assert_true(lexer_has_blank_line(SLICE_LITERAL("\n \n")));
    assert_true(lexer_has_blank_line(SLICE_LITERAL("\n\n")));
    assert_true(lexer_has_blank_line(SLICE_LITERAL("\r\n\r\n\t")));
    assert_true(lexer_has_blank_line(SLICE_LITERAL("\n\r\n")));
    assert_false(lexer_has_blank_line(SLICE_LITERAL("\r\n  ")));
    assert_false(lexer_has_blank_line(SLICE_LITERAL("\n\t")));
}

static void test_signs_are_whole(void **state) {
    (void)state;
    const char *const signs[] = {
        "...", "===", "!==", "<<=", ">>=", "**=", "->", "::", "=>", "==", "!=", "<=", ">=", "&&",
        "||",  "++",  "--",  "<<",  ">>",  ":=",  "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=",
        "<-",  "?\?", "?.",  "//",  "/*",  "*/",  "**", "..", "##", "(",  "@",  "="};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        struct lexeme lexeme;
        size_t at = 0;
        assert_true(lexer_next(slice_of_string(signs[i]), &at, &lexeme));
        assert_int_equal(lexeme.kind, LEXEME_SIGN);
        assert_int_equal(lexeme.text.length, strlen(signs[i]));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signs_are_whole),  cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_random_bytes),     cmocka_unit_test(test_lexemes),
        cmocka_unit_test(test_long_word_is_cut), cmocka_unit_test(test_spaces_come_back),
        cmocka_unit_test(test_what_may_go_on),   cmocka_unit_test(test_indentation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
