// repository_brackets_test.c - what is open where, in code, quotes and comments.
#include "backends/repository_brackets.h"

#include "tests/unit/unit.h"

static struct brackets brackets_of(const char *language, const char *text) {
    struct brackets brackets;
    brackets_init(&brackets, language_of_id(language), false);
    brackets_read(&brackets, slice_of_string(text));
    return brackets;
}

static void check(const char *language, const char *above, const char *line, bool fits) {
    struct brackets brackets = brackets_of(language, above);
    if (brackets_read(&brackets, slice_of_string(line)) != fits) {
        fail_msg("%s: %s|%s", language, above, line);
    }
}

// R2, R4, R5
static void test_what_a_line_may_close(void **state) {
    (void)state;
    static const struct {
        const char *language, *above, *line;
        bool fits;
    } rows[] = {
        {"c", "f(a", ", b);", true},
        {"c", "f(a", ", b));", false},
        {"c", "f(a", "];", false},
        {"c", "if (a) {\n", "}", true},
        {"c", "if (a) {\n", ")", false},
        {"c", "", "}", false},
        {"c", "f(", "\"a)\");", true},
        {"c", "f(", "\"a\\\")\"", true},
        {"c", "f(", "')');", true},
        {"c", "f(\"", "a)", true},
        {"c", "f(a); // b", ")", true},
        {"c", "f(a); /* b", ") */", true},
        {"c", "f(a); /* ( */ ", ")", false},
        {"c", "#define A(x) (x)\n", "}", false},
        {"python", "f(a  # it's (\n", ")", true},
        {"python", "f(a  # it's (\n", "))", false},
        {"python", "f(a // b", ")", true},
        {"python", "x = '('\n", ")", false},
        {"rust", "f::<'a>(b", ")", true},
        {"rust", "let a = '('", ")", false},
        {"rust", "f('\\''", ")", true},
        {"cpp", "f(1'000", ")", true},
        {"javascript", "this.#a(b", ")", true},
        {"json", "[ {\"a)\": 1", "}", true},
        {"json", "[ {\"a)\": 1", "]", false},
        {"shellscript", "case $a in\n", "b)", true},
        {"no such language", "", ")", true},
        {"python", "don't, \"\"\"it's (", ")", true},
        {"python", "f(b'(' ", "))", false},
        {"c", "f(a", ";", false},
        {"c", "f(a);", " g(b);", true},
        {"c", "for (int i = 0", "; i < n;", true},
        {"c", "for (int i = f(0", "; i < n;", false},
        {"c", "if (a)", ";", false},
        {"c", "if (a", ") ;", false},
        {"c", "if (f(a", "));", false},
        {"c", "if (a", ";", false},
        {"c", "if (a) b()", ";", true},
        {"c", "if (a)\n    return", ";", true},
        {"c", "do { } while (a", ");", true},
        {"c", "for (;;", ");", true},
        {"c", "notif(a", ");", true},
        {"python", "if (a", ");", true},
        {"c", "before(a", ";", false},
        {"c", "f(a; b(c", ")", true},
        {"c", "f(a; b(c)", ")", false},
        {"c", "f(\"a", ";", true},
        {"java", "try (A a = b()", "; C c = d()", true},
        {"rust", "f([0", "; 4])", true},
        {"ocaml", "(a", "; b)", true},
        {"no such language", "(a", ";", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check(rows[i].language, rows[i].above, rows[i].line, rows[i].fits);
    }
}

// R2, R6
static void test_what_stands_between_backticks_and_slashes(void **state) {
    (void)state;
    static const struct {
        const char *language, *above, *line;
        bool fits;
    } rows[] = {
        {"javascript", "f(`a)`", ")", true},
        {"javascript", "f(`(\n", ")`)", true},
        {"javascript", "f(`(\n", "`))", false},
        {"javascript", "`${f(`)`", ")}`", true},
        {"javascript", "`${f(`)`", "}`", false},
        {"javascript", "f(`\\`)", "`)", true},
        {"javascript", "f(`\\${(`", ")", true},
        {"javascript", "f(/[^`]/", ")", true},
        {"javascript", "f(/`\\/[/\"]/", ")", true},
        {"javascript", "return /\\(/", ")", false},
        {"javascript", "f(a / b, '/'", ")", true},
        {"javascript", "f(a\n    / b", ")", true},
        {"typescriptreact", "f(\n  <a\n  /><b> / </b>", ")", true},
        {"typescriptreact", "f(\n  /[)`]/", ")", true},
        {"typescript", "f(\n\t/[)`]/", ")", true},
        {"go", "f(a, /`)`", ")", true},
        {"go", "f(`\n(${(\\`", ")", true},
        {"go", "f(`\n(${(\\`", "))", false},
        {"java", "f(`(\n", "))", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check(rows[i].language, rows[i].above, rows[i].line, rows[i].fits);
    }
}

static void test_what_is_code(void **state) {
    (void)state;
    static const struct {
        const char *language, *text;
        bool is_code;
    } rows[] = {
        {"python", "f(a", true},
        {"python", "f(\"a", false},
        {"python", "a  # b", false},
        {"python", "\"\"\"It's so.\n\nReturns", false},
        {"python", "\"\"\"It's so.\"\"\"\n", true},
        {"python", "\"\"\"It is # 1.\"\"\"\n", true},
        {"python", "\"\"\"It is # 1.\"\"\"\n\"\"\"Returns", false},
        {"python", "'''Says \"\"\"\n", false},
        {"python", "f(\"\", '')", true},
        {"python", "\"\"\"Says `a` is\n", false},
        {"typescript", "f(`a\nb", false},
        {"typescript", "f(`a\n`", true},
        {"typescript", "f(`a\n${b", true},
        {"typescript", "f(`a\n${b}", false},
        {"typescriptreact", "f(`a\nit's`", true},
        {"typescript", "f(/`/)\ng(`a", false},
        {"typescript", "f(/'/, `\n`)\n", true},
        {"go", "a := `\n`\n", true},
        {"c", "a ` b\nc", true},
        {"c", "/* a", false},
        {"c", "// a\n", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct brackets brackets = brackets_of(rows[i].language, rows[i].text);
        if (brackets_are_in_code(&brackets) != rows[i].is_code) {
            fail_msg("%s: %s", rows[i].language, rows[i].text);
        }
    }
}

// R1
static void test_read_in_pieces(void **state) {
    (void)state;
    struct brackets whole = brackets_of("c", "f(\"(\", g[a"), pieces = brackets_of("c", "f(");
    static const char *const rest[] = {"\"", "(", "\"", ",", " ", "g", "[", "a"};
    struct brackets header = brackets_of("c", "for");
    brackets_read(&header, SLICE_LITERAL(" "));
    assert_true(brackets_read(&header, SLICE_LITERAL("(")) && brackets_read(&header, SLICE_LITERAL(";")));
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
        brackets_read(&pieces, slice_of_string(rest[i]));
    }
    assert_int_equal(pieces.count, 2);
    assert_int_equal(pieces.count, whole.count);
    assert_memory_equal(pieces.open, whole.open, whole.count);
}

// R3
static void test_a_stray_bracket_above(void **state) {
    (void)state;
    struct brackets stray = brackets_of("c", "f(a]");
    assert_int_equal(stray.count, 1);
    struct brackets twice = brackets_of("c", "{\n#if A\nif (a) {\n#else\nif (b) {\n#endif\n}\nf(");
    assert_true(brackets_read(&twice, SLICE_LITERAL(")")));
    struct brackets lone = brackets_of("c", "{ f(a;\n}\n");
    assert_int_equal(lone.count, 0);
}

static void test_more_than_is_remembered(void **state) {
    (void)state;
    struct brackets deep = brackets_of("c", "");
    for (int i = 0; i <= BRACKETS_DEEP; i++) {
        assert_true(brackets_read(&deep, SLICE_LITERAL("(")));
    }
    for (int i = 0; i <= BRACKETS_DEEP; i++) {
        assert_true(brackets_read(&deep, SLICE_LITERAL(")")));
    }
    struct brackets cut;
    brackets_init(&cut, language_of_id("c"), true);
    assert_true(brackets_read(&cut, SLICE_LITERAL("})")));
    assert_false(brackets_read(&cut, SLICE_LITERAL("(]")));
}

static void test_where_a_line_may_end(void **state) {
    (void)state;
    static const struct {
        const char *language, *text;
        bool may;
    } rows[] = {
        {"c", "f(\"a", false},
        {"c", "f(\"a\"", true},
        {"c", "f(a, 'b", false},
        {"c", "f(\"a\\", false},
        {"c", "// it's \"a", true},
        {"python", "    \"\"\"Says it's so.", true},
        {"python", "    \"\"\"Says so.\"\"\"", true},
        {"python", "    the file's name", true},
        {"python", "x[\"a", false},
        {"javascript", "x = `a", true},
        {"javascript", "x = /a", false},
        {"javascript", "x = y /a", true},
        {"rust", "fn f(a: &'a", true},
        {"rust", "x = \"a", true},
        {"shellscript", "x=\"a", true},
        {"no such language", "it's \"a", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct brackets brackets = brackets_of(rows[i].language, rows[i].text);
        if (brackets_may_end_line(&brackets) != rows[i].may) {
            fail_msg("%s: %s", rows[i].language, rows[i].text);
        }
    }
}

static void test_where_nobody_breaks_a_line(void **state) {
    (void)state;
    static const struct {
        const char *language, *text;
        bool within;
    } rows[] = {
        {"c", "f(a", true},       {"c", "f(a,", false}, {"c", "f(", false},      {"c", "f(a &&", false},
        {"c", "f(g(a)", true},    {"c", "f(a)", false}, {"c", "f(\n  a", false}, {"c", "f(\n  a)", false},
        {"c", "f(\n  g(a", true}, {"c", "{ a", false},  {"c", "a[0", true},      {"shellscript", "(a", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct brackets brackets = brackets_of(rows[i].language, rows[i].text);
        if (brackets_are_within(&brackets) != rows[i].within) {
            fail_msg("%s: %s", rows[i].language, rows[i].text);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_where_nobody_breaks_a_line),
        cmocka_unit_test(test_where_a_line_may_end),
        cmocka_unit_test(test_what_is_code),
        cmocka_unit_test(test_what_stands_between_backticks_and_slashes),
        cmocka_unit_test(test_what_a_line_may_close),
        cmocka_unit_test(test_read_in_pieces),
        cmocka_unit_test(test_a_stray_bracket_above),
        cmocka_unit_test(test_more_than_is_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
