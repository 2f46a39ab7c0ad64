// repository_misplaced_test.c - nothing is returned but what the function around the cursor has for results, and no block
// closed that goes on.
#include "tests/unit/backends/place.h"
#include "tests/unit/backends/predict_world.h"

#include "backends/repository_misplaced.h"

struct row {
    const char *language, *text; // the line goes on behind the cursor
    bool fits;
};

static void check_rows(const struct row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct place place = place_of(rows[i].text);
        const char *cursor = strchr(rows[i].text, '|');
        struct str line;
        str_init(&line);
        str_append_slice(&line, str_slice(&place.document.cursor_line));
        str_append_slice(&line, slice_of(cursor + 1, strcspn(cursor + 1, "\n")));
        size_t amiss = misplaced_part(&place.document, language_of_id(rows[i].language), str_slice(&line));
        if ((amiss == 0) != rows[i].fits || amiss > line.length) {
            fail_msg("%s: %s", rows[i].language, rows[i].text);
        }
        str_free(&line);
        place_free(&place);
    }
}

// M1
static void test_where_there_is_no_function(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"python", "a = 1\n|return a\n", false},
        {"python", "a = 1\nret|urn a\n", false},
        {"python", "class A:\n    |return a\n", false},
        {"python", "class A:\n    if b:\n        |return a\n", false},
        {"python", "if b:\n    |return\n", false},
        {"python", "def f():\n    |return a\n", true},
        {"python", "class A:\n    async def f(self):\n        if b:\n            |return a\n", true},
        {"python", "def f(\n    a,\n):\n    |return a\n", true},
        {"python", "def f():\n    b = \"\"\"\nwords\n\"\"\"\n    |return a\n", true},
        {"python", "def f():\n    \"\"\"As\nif it were\n    \"\"\"\n    |return a\n", true},
        {"python", "    |return a\n", true}, // what is above is not known
        {"python", "return |a\n", true},     // the person's own choice
        {"python", "|returns = a\n", true},
        {"c", "|return a;\n", true},
        {"no such language", "|return a\n", true},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

// M5
static void test_where_a_clause_has_its_block(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"python", "if a:\n    b()\n|else:\n", true},
        {"python", "if a:\n    b()\n# not so\n\n|elif c:\n", true},
        {"python", "if a:\n    b()\nc()\n|else:\n", false},
        {"python", "if a:\n    b()\n    |else:\n", false},
        {"python", "if a:\n    if b:\n        c()\n    |else:\n", true},
        {"python", "if a:\n    b()\nelse:\n    c()\n|else:\n", false},
        {"python", "if a:\n    b()\nel|se:\n", true},
        {"python", "a()\nel|se:\n", false},
        {"python", "a()\nelse|:\n", true}, // the person's own choice
        {"python", "if (\n    a\n):\n    b()\n|else:\n", true},
        {"python", "for a in b:\n    c()\n|else:\n", true},
        {"python", "for a in b:\n    c()\n|elif d:\n", false},
        {"python", "try:\n    a()\n|except B:\n", true},
        {"python", "try:\n    a()\nexcept B:\n    c()\n|finally:\n", true},
        {"python", "with a:\n    b()\n|finally:\n", false},
        {"python", "class A:\n    |else:\n", false},
        {"python", "|else:\n", false},
        {"python", "|elsewhere = a\n", true},
        {"lua", "a()\n|else\n", true},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

// M2
static void test_how_many_are_returned(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"go", "func f() error {\n\treturn |nil\n}\n", true},
        {"go", "func f() error {\n\treturn |nil, err\n}\n", false},
        {"go", "func f() error {\n\t|return\n}\n", false},
        {"go", "func f() {\n\t|return\n}\n", true},
        {"go", "func f() {\n\treturn |err\n}\n", false},
        {"go", "func f() {\n\treturn |f(a, b)\n}\n", false},
        {"go", "func f(a int) (int, error) {\n\treturn |nil\n}\n", false},
        {"go", "func f(a int) (int, error) {\n\treturn |0, nil\n}\n", true},
        {"go", "func f(a int) (int, error) {\n\treturn |g(a)\n}\n", true},
        {"go", "func f(a int) (n int, err error) {\n\t|return\n}\n", true},
        {"go", "func f(a int) (int, error) {\n\t|return\n}\n", false},
        {"go", "func (a *A[T]) f(b int) (int, error) {\n\tif b > 0 {\n\t\treturn |b\n\t}\n}\n", false},
        {"go", "func (a *A) f(b int) (int, error) {\n\tif b > 0 {\n\t\treturn |b, nil\n\t}\n}\n", true},
        {"go", "func f[T any](a T) error {\n\treturn |a, nil\n}\n", false},
        {"go", "func f() map[string]int {\n\treturn |nil\n}\n", true},
        {"go", "func f() (int, error) {\n\tg(func(a int) error {\n\t\treturn |nil\n\t})\n}\n", true},
        {"go", "func f() (int, error) {\n\tg(func(a int) error {\n\t\treturn |0, nil\n\t})\n}\n", false},
        {"go", "func f() {\n\tg(func(a int) map[int]bool {\n\t\treturn |nil\n\t})\n}\n", true},
        {"go", "func f(g func(int) error) {\n\treturn |nil\n}\n", false},
        {"go", "func f() func(int) (int, error) {\n\treturn |g\n}\n", true},
        {"go", "func f(\n\ta int,\n) (int, error) {\n\treturn |nil\n}\n", false},
        {"go", "func f() {\n\tif g(\n\t\ta,\n\t) {\n\t\treturn |nil\n\t}\n}\n", true},
        {"go", "func f() error {\n\treturn |g(\n\t\ta, b)\n}\n", true},
        {"go", "func f() error {\n\treturn |g(\"a, b\", 'c', `d, e`)\n}\n", true},
        {"go", "func f() int {\n\treturn |a +\n\t\tb\n}\n", true},
        {"go", "func f() int {\n\treturn |func() int { return a }()\n}\n", true},
        {"go", "func f() int {\n\treturn |a // b, c\n}\n", true},
        {"go", "func f() (string, error) {\n\treturn |`a\nb`, nil\n}\n", true},
        {"go", "func f() {\n\tg(func() bool {\n\touter:\n\t\tfor {\n\t\t}\n\t\treturn |a\n\t})\n}\n", true},
        {"go",
         "func f() (int, error) {\n\tfor _, g := range []func() error{a, b} {\n\t\treturn |0, a\n\t}\n}\n",
         true},
        {"go",
         "func f() (int, error) {\n\tif a := func() int { return 1 }(); a > 0 {\n\t\treturn |0, b\n\t}\n}\n",
         true},
        {"go", "func f() (int, error) {\n\tif err := g(func(a int) error {\n\t\treturn |0, b\n\t}\n}\n",
         false},
        {"go", "func f() (int, error) {\n//\tgo func() {\n\treturn |0, nil\n}\n", true},
        {"go", "var f func() = func() {\n\t|return\n}\n", true},
        {"go", "func f() map[string]struct{} {\n\treturn |a, nil\n}\n", false},
        {"go", "func f() <-chan int {\n\treturn |a, nil\n}\n", false},
        {"go", "|return a, b\n", true},
        {"go", "\treturn |a, b\n", true},
        {"javascript", "function f() {\n\treturn |a, b\n}\n", true},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

// M3, M4
static void test_what_is_closed(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"c", "{\n    a();\n|}\n    b();\n}\n", false},
        {"c", "{\n    a();\n\n    |}\n\n    b();\n}\n", false},
        {"javascript", "  a(() => {\n  })\n|})\n  b()\n", false},
        {"javascript", "  a(() => {\n    b()\n|});\n    c()\n  })\n", false},
        {"c", "  if (a) {\n    b();\n  |}\n  c();\n", true},
        {"c", "  if (a) {\n  |}\n  c();\n", true},
        {"c", "  if (a) {\n  |}\n    c();\n", false},
        {"c", "    a();\n  |}\n}\n", true},
        {"c", "    a(b,\n    |);\n    c();\n", true},
        {"c", "    a(b);\n    |}\n    c();\n", false},
        {"c", "  switch (a) {\n  case 1:\n  |}\n  b();\n", true},
        {"no such language", "    [ a\n    |]\n    [ b\n    ]\n", true},
        {"no such language", "    [ a\n    , b\n    |]\n    [ c\n    ]\n", true},
        {"c", "    a();\n  |} else {\n    b();\n  }\n", true},
        {"cpp", "int a;\n|}\nint b;\n", true},
        {"c", "\ta();\n|}\n    b();\n", true},
        {"c", "    a();\n|}\n", true},
        {"c", "    a();\n}|;\n    b();\n", true}, // the person's own choice
        {"c", "|}\n    b();\n", true},
        {"c", "int f(void) {\n    a();\n|} else {\n    b();\n}\n", false},
        {"java", "class A {\n    void f() {\n        a();\n|} catch (B b) {\n        c();\n", false},
        {"c", "int f(void) {\n    if (a) {\n        b();\n    |} else {\n        c();\n    }\n}\n", true},
        {"javascript", "if (a) {\n  b()\n|} else {\n  c()\n}\n", true},
        {"javascript", "if (a) {\n  b()\n} else if (c) {\n  d()\n|} else {\n  e()\n}\n", true},
        {"c", "int f(void) {\n    a();\n|} else {\n}\n", true},
        {"c", "    a();\n|} else {\n    b();\n", true}, // what is above is not known
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

// M6: somebody puts a condition before another one. M7: the call is there.
static void test_fits_what_stands_right(void **state) {
    (void)state;
    static const struct {
        const char *document, *text;
        bool is_sure;
    } rows[] = {{"void h(void) {\n    if (is_open()|\n}\n", ") {", true},
                {"void h(void) {\n    if (is_open()|is_shut()) {\n}\n", ") {", false},
                {"void h(void) {\n    if (is_open|() && is_shut()) {\n}\n", "() &&", false},
                {"void h(void) {\n    if (|is_shut()) {\n}\n", "is_open() &&", true}};
    struct world world =
        world_of("a.c", "void f(void) {\n    if (is_open()) {\n    }\n    if (is_open()) {\n    }\n"
                        "    if (is_open() && is_shut()) {\n    }\n}\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct predictions found = ask(&world, "b.c", rows[i].document, 1, PREDICT_CANDIDATES);
        bool is_sure = false;
        for (uint32_t k = 0; k < found.count; k++) {
            is_sure |= strcmp(found.items[k].text.data, rows[i].text) == 0 && !found.items[k].refused;
        }
        assert_int_equal(is_sure, rows[i].is_sure);
        predictions_free(&found);
    }
    world_free(&world);
}

static void test_offers_no_bracket_within_a_block(void **state) {
    (void)state;
    struct world world = world_of("a.c", "void f(void) {\n    a();\n}\n\nvoid g(void) {\n    a();\n}\n");
    static const struct {
        const char *document;
        bool is_sure;
    } rows[] = {{"void h(void) {\n    a();\n|\n\nvoid i(void) {\n}\n", true},
                {"void h(void) {\n    a();\n|\n    b();\n}\n", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct predictions found = ask(&world, "b.c", rows[i].document, 1, PREDICT_CANDIDATES);
        bool is_sure = false;
        for (uint32_t k = 0; k < found.count; k++) {
            is_sure |= strcmp(found.items[k].text.data, "}") == 0 && found.items[k].confidence >= 0.001;
        }
        assert_int_equal(is_sure, rows[i].is_sure);
        predictions_free(&found);
    }
    world_free(&world);
}

// M6, M7
static void test_beside_what_stands_right(void **state) {
    (void)state;
    static const struct {
        const char *language, *text, *right; // the text is behind the cursor, before what stands right of it
        bool fits;
    } rows[] = {
        {"go", "if (a()|", " || b()) {", true},
        {"go", "if (a()|) {", " || b()) {", false},
        {"go", "f(|a(", "b, c)", false},
        {"go", "x = |f(a", ", b)", true}, // it closes more than is open
        {"go", "f|(a)", "(b)", false},
        {"go", "if f|() {", " {", false},
        {"go", "if f|() {", " // so", true},
        {"c", "#define A(a) f(|a,", " \\", true},
        {"go", "f(|\"a", "\"b\")", false},
        {"java", "f(\"|x\")", "y\");", false},
        {"java", "f(\"|x", "y\");", true},
        {"shellscript", "f |(", " b", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct place place = place_of(rows[i].text);
        struct str right;
        str_init(&right);
        str_append_string(&right, rows[i].right);
        place.document.suffix = str_slice(&right);
        struct brackets brackets;
        brackets_init(&brackets, language_of_id(rows[i].language), false);
        brackets_read(&brackets, str_slice(&place.document.cursor_line));
        struct slice text = slice_of_string(strchr(rows[i].text, '|') + 1);
        size_t amiss = misplaced_beside(&place.document, &brackets, text);
        if ((amiss == 0) != rows[i].fits || amiss > text.length) {
            fail_msg("%s: %s%s", rows[i].language, rows[i].text, rows[i].right);
        }
        str_free(&right);
        place_free(&place);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_where_there_is_no_function),
        cmocka_unit_test(test_where_a_clause_has_its_block),
        cmocka_unit_test(test_how_many_are_returned),
        cmocka_unit_test(test_what_is_closed),
        cmocka_unit_test(test_fits_what_stands_right),
        cmocka_unit_test(test_offers_no_bracket_within_a_block),
        cmocka_unit_test(test_beside_what_stands_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
