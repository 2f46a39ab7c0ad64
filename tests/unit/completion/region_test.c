// region_test.c - which definition the cursor is in, by indents and by the index, and where a text is cut.
#include "completion/region.h"
#include "tests/unit/unit.h"

// The cursor is at the "|" of the text, which is taken out.
static struct slice split(const char *marked, struct str *text, size_t *cursor) {
    str_init(text);
    str_append_string(text, marked);
    *cursor = slice_find(str_slice(text), SLICE_LITERAL("|"), 0);
    str_splice(text, *cursor, *cursor + 1, NULL, 0);
    return str_slice(text);
}

#define C_FILE "#include <a.h>\n\nstatic int one(int a) {\n    return a;\n}\n\n"

static void the_function_is_found_by_indents(void **state) {
    static const struct {
        const char *text, *header;
    } rows[] = {
        {C_FILE "int two(void)\n{\n    if (x) {\n        y(|\n    }\n}\n", "int two(void)"},
        {C_FILE "int two(void)\n{\n|\n    y();\n}\n", "int two(void)"},
        {C_FILE "int two(void) {\n#ifdef X\n    y();\n#endif\nout:\n    z();|\n}\n", "int two(void) {"},
        {C_FILE "struct thing *three(int a,\n                    int b) {\n    |\n}\n",
         "struct thing *three(int a,"},
        {C_FILE "// What two does.\nint two(|", "int two("},
        {C_FILE "|", "static int one(int a) {"}, // an empty line still belongs to what is above it
        {"class A(B):\n    x = 1\n\n    def f(self):\n        if x:\n            |\n", "def f(self):"},
        {"class A(B):\n    def f(\n        self,\n    ) -> int:\n        return |\n", "def f("},
        {"impl<T> Foo for Bar {\n    fn a(&self) {\n        b(|)\n    }\n}\n", "fn a(&self) {"},
        {"public class A {\n\n  void b() {\n    while (true) {\n    } else {\n      c|\n    }\n  }\n}\n",
         "void b() {"},
        {"int a;\nint b;\nint c|;\n", "int a;"}, // outside of any: the lines without a gap
        {"|", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str text;
        size_t cursor;
        struct slice whole = split(rows[i].text, &text, &cursor);
        struct region region = region_at(whole, cursor, NULL);
        struct str header;
        str_init(&header);
        str_append_slice(&header, region.header);
        assert_string_equal(header.data, rows[i].header);
        assert_true(region.start <= cursor); // D1
        assert_true(region.start == 0 || whole.data[region.start - 1] == '\n');
        str_free(&header);
        str_free(&text);
    }
}

static void the_index_knows_better(void **state) {
    (void)state;
    const char *source = "x = {\n  a: function one() {\n    go();\n  },\n};\n";
    struct slice text = slice_of_string(source);
    size_t cursor = slice_find(text, SLICE_LITERAL("go"), 0);
    struct symbol symbols[] = {
        {.name = "one", .kind = SYMBOL_FUNCTION, .name_line = 1, .start_line = 1, .end_line = 3}};
    struct record record = {.symbols = symbols, .symbol_count = 1};
    assert_int_equal(region_at(text, cursor, NULL).start, 0);
    assert_int_equal(region_at(text, cursor, &record).start, 6);
    symbols[0].name = "other"; // older than the text: the name does not stand there
    assert_int_equal(region_at(text, cursor, &record).start, 0);
    symbols[0].name_line = 99;
    symbols[0].end_line = 100;
    assert_int_equal(region_at(text, cursor, &record).start, 0);
}

// D2
static void it_stays_the_same(void **state) {
    static const struct {
        const char *before, *after;
        bool same;
    } rows[] = {
        {C_FILE "int two(void) {\n    y|\n}\n", C_FILE "int two(void) {\n    y();\n    z|\n}\n", true},
        {C_FILE "int two(vo|", C_FILE "int two(void) {\n    |", true}, // its head is typed, then its body
        {C_FILE "// Does|", C_FILE "// Does it.\nint two(void) {\n    |\n}\n", true},
        {C_FILE "int two(void) {\n    y|\n}\n", "#include <b.h>\n" C_FILE "int two(void) {\n    y|\n}\n",
         true},
        {C_FILE "int two(void) {\n    y|\n}\n", C_FILE "int two(int a) {\n    y|\n}\n", true},
        {C_FILE "int two(void) {\n    y|\n}\n", C_FILE "int two(void) {\n    y\n}\n\nint three|", false},
        {C_FILE "int two(void) {\n    y|\n}\n", "#include <a.h>\n\nstatic int one(int a) {\n    |\n}\n",
         false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str before, after;
        size_t cursor;
        struct slice whole = split(rows[i].before, &before, &cursor);
        struct region old = region_at(whole, cursor, NULL);
        whole = split(rows[i].after, &after, &cursor);
        struct region now = region_at(whole, cursor, NULL);
        assert_int_equal(region_same(&old, &now), rows[i].same);
        str_free(&before);
        str_free(&after);
    }
}

static void texts_are_cut_where_something_begins(void **state) {
    // Where [ and ] stand in the text is from and to; it is to be cut where | stands.
    static const char *const rows[] = {
        "int one(void) {\n    a[();\n    b();\n}\n\n|int two(void) {\n    c();\n}\n]\n",
        "int one(void) {\n    a();\n[    if (b) {\n        c();\n    }\n\n|    d();\n    e(]);\n}\n",
        "[|// What two does.\nint two(void) {\n]",
        "int f() {\n  a[;\n#ifdef X\nout:\n|  b;\n]}\n",
        "abc[defghij|]klm",
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str text;
        size_t want, from, to;
        str_init(&text);
        str_append_string(&text, rows[i]);
        struct {
            char mark;
            size_t *at;
        } marks[] = {{'[', &from}, {'|', &want}, {']', &to}};
        for (size_t m = 0; m < 3; m++) { // "[|" puts both at one place
            *marks[m].at = slice_find(str_slice(&text), slice_of(&marks[m].mark, 1), 0);
            str_splice(&text, *marks[m].at, *marks[m].at + 1, NULL, 0);
        }
        assert_int_equal(region_cut(str_slice(&text), from, to), want);
        str_free(&text);
    }
}

static void comments_are_known(void **state) {
    (void)state;
    assert_true(region_in_comment(SLICE_LITERAL("a\n  // b\nc"), 8));
    assert_true(region_in_comment(SLICE_LITERAL("# b"), 3));
    assert_true(region_in_comment(SLICE_LITERAL("int a; /* b\n   c\n   d"), 18));
    assert_true(region_in_comment(SLICE_LITERAL("/**\n c"), 6));
    assert_false(region_in_comment(SLICE_LITERAL("/* b */\nc"), 9));
    assert_false(region_in_comment(SLICE_LITERAL("list = glob('src/*')\nb"), 22));
    assert_false(region_in_comment(SLICE_LITERAL("a // b"), 6));
    assert_false(region_in_comment(SLICE_LITERAL(""), 0));
}

// Whatever bytes, a region and a cut lie in the text.
static void any_bytes_will_do(void **state) {
    static const char bytes[] = "a \t\n{}():;#/*@\n\"'\xff|if class";
    char text[200];
    uint32_t seed = 7;
    (void)state;
    for (int round = 0; round < 3000; round++) {
        size_t length = (size_t)round % sizeof text;
        for (size_t i = 0; i < length; i++) {
            seed = seed * 1664525u + 1013904223u;
            text[i] = bytes[(seed >> 16) % (sizeof bytes - 1)];
        }
        struct slice whole = slice_of(text, length);
        size_t cursor = length ? seed % length : 0;
        struct region region = region_at(whole, cursor, NULL);
        assert_true(region.start <= cursor && (region.start == 0 || text[region.start - 1] == '\n'));
        size_t cut = region_cut(whole, cursor / 2, cursor);
        assert_true(cut <= cursor);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_function_is_found_by_indents),
        cmocka_unit_test(the_index_knows_better),
        cmocka_unit_test(it_stays_the_same),
        cmocka_unit_test(texts_are_cut_where_something_begins),
        cmocka_unit_test(comments_are_known),
        cmocka_unit_test(any_bytes_will_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
