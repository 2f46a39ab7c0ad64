// postprocess_test.c - what an editor would show for a model's raw text. `|` marks the cursor.
#include "completion/postprocess.h"
#include "tests/unit/unit.h"

struct example {
    const char *document, *raw;
    uint32_t lines;
    enum outcome outcome;
    const char *text, *replaced; // what to insert, and what it replaces
};

#define TEN(text)  text text text text text text text text text text
#define MANY(text) TEN(text) TEN(text) TEN(text) TEN(text) TEN(text) TEN(text) TEN(text)

static const struct example examples[] = {
    // End of line: from the start of the word being typed.
    {"int x = |", "compute(1);", 1, OUTCOME_SHOWN, "compute(1);", ""},
    {"int x = comp|", "ute(1);", 1, OUTCOME_SHOWN, "compute(1);", "comp"},
    {"int x = comp|\nnext", "ute(1);\nmore", 1, OUTCOME_SHOWN, "compute(1);", "comp"},
    {"if (x) {|\n", "\n    y();\n}\n", 3, OUTCOME_SHOWN, "\n    y();\n}", ""},
    {"f(|  \t\r\nnext", "a)", 1, OUTCOME_SHOWN, "a)", ""},
    {"\xC3\xA9t|", "\xC3\xA9", 1, OUTCOME_SHOWN, "\xC3\xA9t\xC3\xA9", "\xC3\xA9t"},
    // Only closers right of the cursor: over those that it repeats.
    {"f(|)", "a, b)", 1, OUTCOME_SHOWN, "a, b)", ")"},
    {"f(|);", "a, b);", 1, OUTCOME_SHOWN, "a, b);", ");"},
    {"f(|);", "a, b", 1, OUTCOME_SHOWN, "a, b", ""},
    {"f(|);", "a, b)", 1, OUTCOME_SHOWN, "a, b)", ")"},
    {"f(|)", "a);", 1, OUTCOME_SHOWN, "a);", ")"},
    {"f(|)", "g(a), b[0]);", 1, OUTCOME_SHOWN, "g(a), b[0]);", ")"},
    {"f(|)", "\")\", a);", 1, OUTCOME_SHOWN, "\")\", a);", ")"},
    {"if (f(|))", "a)) {", 1, OUTCOME_SHOWN, "a)) {", "))"},
    {"if (f(|) )", "a)) {", 1, OUTCOME_SHOWN, "a)) {", ") )"},
    {"g(f(|))", "a);", 1, OUTCOME_SHOWN, "a)", ")"},
    {"g(f(|))", "a;", 1, OUTCOME_SHOWN, "a", ""},
    {"v[f(|)]", "a)];", 1, OUTCOME_SHOWN, "a)];", ")]"},
    {"f(|)", ")", 1, OUTCOME_REPEATS, NULL, NULL},
    {"f(\"|\")", "text\")", 1, OUTCOME_SHOWN, "text\")", "\")"},
    {"f(\"|\")", "%v: %v\", err, g(b))", 1, OUTCOME_SHOWN, "%v: %v\", err, g(b))", "\")"},
    {"f(\"|\")", "it's\", b[0])", 1, OUTCOME_SHOWN, "it's\", b[0])", "\")"},
    {"f(\"|\")", "a \\\" b\", \"c\")", 1, OUTCOME_SHOWN, "a \\\" b\", \"c\")", "\")"},
    {"f('|')", "a\", 'b')", 1, OUTCOME_SHOWN, "a\", 'b')", "')"},
    {"f(\"{a|}\")", "b}/c\")", 1, OUTCOME_SHOWN, "b}/c\")", "}\")"},
    {"s = \"[|]\"", "options] <spider>\"", 1, OUTCOME_SHOWN, "options] <spider>\"", "]\""},
    {"{ return f.Valid|; }", "(); }", 1, OUTCOME_SHOWN, "(); }", "; }"},
    {"{ return f(|); }", "a); }", 1, OUTCOME_SHOWN, "a); }", "); }"},
    {"int f(int *|);", "a) {", 1, OUTCOME_SHOWN, "a)", ")"},
    {"f(|);", "function () {", 1, OUTCOME_SHOWN, "function () {", ""},
    // A bracket of its own closes nothing that stands there.
    {"set(target.hook|)", "()", 1, OUTCOME_SHOWN, "()", ""},
    {"if (f(max|))", "(a)", 1, OUTCOME_SHOWN, "(a)", ""},
    {"f(\"|\")", "a (b)", 1, OUTCOME_SHOWN, "a (b)", ""},
    // Other text right of the cursor: one line, nothing that stands there already.
    // What stays right of it stays whole.
    {"f(|).to(b)", "g(a)", 1, OUTCOME_SHOWN, "g(a)", ""},
    {"f(|) {", "!g.get(name)", 1, OUTCOME_SHOWN, "!g.get(name)", ""},
    {"f(|).to(b)", "a).to(c)", 1, OUTCOME_SHOWN, "a", ""},
    {"x(f\"at {|}\" if y else \"\")", "path}#line", 1, OUTCOME_SHOWN, "path", ""},
    {"f(\"`-{sh|}`\")", "ort}\")", 1, OUTCOME_SHOWN, "ort", ""},
    {"string(|)},", "\"baz\") },", 1, OUTCOME_SHOWN, "\"baz\"", ""},
    {"g[f(|)]),", "None),", 1, OUTCOME_SHOWN, "None", ""},
    {"{f(|, null, 2)}", "data)}", 1, OUTCOME_SHOWN, "data", ""},
    {"if (x |{", "> 0) ", 1, OUTCOME_SHOWN, "> 0)", ""},
    {"f(() => {|})", "\n  g();\n}", 3, OUTCOME_SHOWN, "\n  g();\n}", "}"},
    // What it closes it may open again.
    {"f(|).to(b)", "a).also(", 1, OUTCOME_SHOWN, "a).also(", ""},
    {"x(f\"at {|}\" if y else \"\")", "path}#{line", 1, OUTCOME_SHOWN, "path}#{line", ""},
    {"[\"-|json\", a]", "o\", \"x.", 1, OUTCOME_SHOWN, "o\", \"x.", ""},
    // What is right of it is not said twice, where it closes what only the text opens, either.
    {"h|'div', a)", "('div', a)", 1, OUTCOME_SHOWN, "(", ""},
    {"f|).to(b)", "(a).to(b)", 1, OUTCOME_SHOWN, "(a", ""},
    {"f(|).to(b)", "g(a).to(b)", 1, OUTCOME_SHOWN, "g(a)", ""},
    {"f(|'it', a)", "g, 'it', a)", 1, OUTCOME_SHOWN, "g,", ""},
    // A member is not left without its name.
    {"if (|) {", "result.", 1, OUTCOME_SHOWN, "result", ""},
    {"x = |;", "Duration::", 1, OUTCOME_SHOWN, "Duration", ""},
    {"x = |;", "self->", 1, OUTCOME_SHOWN, "self", ""},
    {"m = \"scra|\"", "py.", 1, OUTCOME_SHOWN, "py", ""},
    {"if _, ok| a[b] {", " := t.", 1, OUTCOME_SHOWN, " := t", ""},
    {"f(\"|\")", "no such file.", 1, OUTCOME_SHOWN, "no such file.", ""},
    {"/* On| */", " others.", 1, OUTCOME_SHOWN, " others.", ""},
    {"use |{a, b};", "self::", 1, OUTCOME_SHOWN, "self::", ""},
    {"import |*;", "org.junit.", 1, OUTCOME_SHOWN, "org.junit.", ""},
    {"if |(T); ok {", "x.", 1, OUTCOME_SHOWN, "x.", ""},
    {"f(|);", "args...", 1, OUTCOME_SHOWN, "args...", ""},
    {"f(|);", "1.", 1, OUTCOME_SHOWN, "1.", ""},
    {"f(a|)", ".", 1, OUTCOME_SHOWN, ".", ""},
    {"|name", "self.", 1, OUTCOME_SHOWN, "self.", ""},
    {"f(|, c)", "a\nb", 5, OUTCOME_SHOWN, "a", ""},
    {"f(|x, c)", "a, x, c)", 1, OUTCOME_SHOWN, "a,", ""},
    {"f(|x)", "x)", 1, OUTCOME_REPEATS, NULL, NULL},
    {"|int main(", "static int", 1, OUTCOME_SHOWN, "static ", ""},
    {"|int main(", "ThreadMain", 1, OUTCOME_NOTHING, NULL, NULL}, // `in` is no part of it
    {"|int main(", "for (x in", 1, OUTCOME_NOTHING, NULL, NULL},
    // What is not worth showing.
    {"  do {  |", "\t\t\\", 1, OUTCOME_NOTHING, NULL, NULL},
    {"  log_total(x);\n  |\n", "log_total(x);", 1, OUTCOME_REPEATS, NULL, NULL},
    {"f(a)|", ")", 1, OUTCOME_UNBALANCED, NULL, NULL},
    {"f(a|", ")", 1, OUTCOME_SHOWN, "a)", "a"},
    {"g(f(a,\n  b|", "))", 1, OUTCOME_SHOWN, "b))", "b"},
    {"x = \"(\"|", ")", 1, OUTCOME_UNBALANCED, NULL, NULL},
    {"{\n  f();|", " }", 1, OUTCOME_UNBALANCED, NULL, NULL},
    {"{ f();|", " }", 1, OUTCOME_SHOWN, " }", ""},
    {"if (x) {\n  y();\n|", "}", 1, OUTCOME_SHOWN, "}", ""},
    {"v[i|", "] = {0};", 1, OUTCOME_SHOWN, "i] = {0};", "i"},
    {"end)\n(a|", ", b)", 1, OUTCOME_SHOWN, "a, b)", "a"},
    // Nothing to say.
    {"a |", "", 1, OUTCOME_NOTHING, NULL, NULL},
    {"a |", "  \n ", 1, OUTCOME_NOTHING, NULL, NULL},
    {"  |\n  return result;\n", "return result;", 1, OUTCOME_REPEATS, NULL, NULL},
    {"  |\n\n  return result;\n", "return result;", 1, OUTCOME_REPEATS, NULL, NULL},
    {"  |\n  return other;\n", "return result;", 1, OUTCOME_SHOWN, "return result;", ""},
    {"  |\n  break;\n", "break;", 1, OUTCOME_REPEATS, NULL, NULL},
    {"  |\n  a = b;  // as it was\n", "a = b;", 1, OUTCOME_REPEATS, NULL, NULL},
    {"  |\n  i--;\n", "i--", 1, OUTCOME_SHOWN, "i--", ""},
    {"  break;\n  |\n", "break;", 1, OUTCOME_SHOWN, "break;", ""},
    {"  |\n  NULL,\n", "NULL,", 1, OUTCOME_SHOWN, "NULL,", ""},
    // A block that the line below closes is not closed twice; one within it is.
    {"{\n  |\n}\n", "}", 1, OUTCOME_REPEATS, NULL, NULL},
    {"f(g, {\n  |\n})\n", "});", 1, OUTCOME_REPEATS, NULL, NULL},
    {"{\n  {\n    a();\n  |\n}\n", "}", 1, OUTCOME_SHOWN, "}", ""},
    {"{\n  |\n}\n", "} else {", 1, OUTCOME_SHOWN, "} else {", ""},
    {"{\n  {\n  }\n  |\n}\n", "}", 1, OUTCOME_REPEATS, NULL, NULL},
    {"{\n  " MANY("{") MANY("}") "\n  |\n}\n", "}", 1, OUTCOME_REPEATS, NULL, NULL},
    {"void f() {\n  a();\n|\n\n}  // namespace x\n", "}", 1, OUTCOME_SHOWN, "}", ""},
    {"void f() {\n  a();\n|\n\n} // extern \"C\"\n", "}", 1, OUTCOME_SHOWN, "}", ""},
};

static void examples_hold(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        const struct example *example = &examples[i];
        struct str document;
        str_init(&document);
        str_append_string(&document, example->document);
        size_t cursor = slice_find(str_slice(&document), SLICE_LITERAL("|"), 0);
        str_splice(&document, cursor, cursor + 1, NULL, 0);
        struct arena arena;
        arena_init(&arena);
        struct postprocess_query query = {str_slice(&document), cursor, example->lines};
        struct postprocess_result result = {0};
        enum outcome outcome = postprocess(&query, slice_of_string(example->raw), &arena, &result);
        print_message("%s + %s\n", example->document, example->raw);
        assert_string_equal(outcome_id(outcome), outcome_id(example->outcome));
        if (outcome == OUTCOME_SHOWN) {
            assert_true(slice_equal(result.text, slice_of_string(example->text)));
            struct slice replaced = slice_sub(query.document, result.replace_start, result.replace_end);
            assert_true(slice_equal(replaced, slice_of_string(example->replaced)));
            assert_true(result.replace_start <= cursor && cursor <= result.replace_end);
        }
        arena_free(&arena);
        str_free(&document);
    }
}

static void the_middle_of_a_word_is_known(void **state) {
    (void)state;
    assert_true(postprocess_mid_word(SLICE_LITERAL("word"), 2));
    assert_false(postprocess_mid_word(SLICE_LITERAL("word"), 0));
    assert_false(postprocess_mid_word(SLICE_LITERAL("word"), 4));
    assert_false(postprocess_mid_word(SLICE_LITERAL("a.b"), 1));
    assert_int_equal(postprocess_line_limit(SLICE_LITERAL("f(a"), 2, 8), 1);
    assert_int_equal(postprocess_line_limit(SLICE_LITERAL("f()"), 2, 8), 8);
    assert_int_equal(postprocess_line_limit(SLICE_LITERAL("f("), 2, 8), 8);
    assert_int_equal(postprocess_line_limit(SLICE_LITERAL("f(\0)"), 2, 8), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_hold),
        cmocka_unit_test(the_middle_of_a_word_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
