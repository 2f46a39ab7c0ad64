// docs_test.c - the first line of a definition's comment, the header line of a chunk, and definitions that a
// broken brace put into a function's body.
#include "extract.h"
#include "tests/unit/unit.h"

static void print_docs(const struct record *record, struct str *out) {
    for (uint32_t i = 0; i < record->symbol_count; i++) {
        str_append_format(out, "%s%s=%s", out->length ? ";" : "", record->symbols[i].name,
                          record->symbols[i].doc);
    }
}

static const struct {
    const char *language, *text, *docs;
} rows[] = {
    {"c", "// Makes it.\n// Twice.\nint make(void);\n", "make=Makes it."},
    {"c", "/**\n * make - makes it\n * @n: much\n */\nint make(int n)\n{\n}\n", "make=make - makes it"},
    {"c", "/* Makes it. */\nint make(void);\n", "make=Makes it."},
    {"c", "//! @brief Makes it.\nint make(void);\n", "make=Makes it."},
    {"c", "// Licence.\n\nint make(void);\n", "make="},
    {"c", "/* Licence */\n\nint make(void);\n", "make="},
    {"c", "int a; /* of a */\nint b;\n", "a=;b="},
    {"c", "int a; // of a\nint b; // of b\n", "a=;b="},
    {"c", "//-----\n// Words\n//-----\nint a;\n", "a=Words"},
    {"c", "//-----\nint a;\n", "a="},
    {"c", "struct s {\n    // How many.\n    int count;\n};\n", "s=;count=How many."},
    {"c", "*/\nint a;\n", "a="},
    {"c", "/*/\nint a;\n", "a="},
    {"cpp", "// A box.\ntemplate <class T>\nstruct box {\n};\n", "box=A box."},
    {"rust", "/// A tree.\n#[derive(Debug)]\nstruct Tree;\n", "Tree=A tree."},
    {"go", "// Run runs.\nfunc Run() {}\n", "Run=Run runs."},
    {"java", "/** A tree. */\n@Deprecated\nclass Tree { }\n", "Tree=A tree."},
    {"typescript", "/**\n * Draws.\n */\nexport function draw() {}\n", "draw=Draws."},
    {"python", "# Makes it.\ndef make():\n    pass\n", "make=Makes it."},
    {"python", "def make():\n    \"\"\"Makes it.\n\n    Twice.\n    \"\"\"\n", "make=Makes it."},
    {"python", "def make():\n    r'''\n    Makes it.\n    '''\n", "make=Makes it."},
    {"python", "@cached\ndef make():\n    '''Makes it.'''\n", "make=Makes it."},
    {"python", "class Tree:\n    \"\"\"A tree.\"\"\"\n", "Tree=A tree."},
};

static void test_docs(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct str got;
        str_init(&got);
        struct record *record = extract(rows[i].language, "a", slice_of_string(rows[i].text));
        print_docs(record, &got);
        assert_string_equal(got.data, rows[i].docs);
        record_release(record);
        str_free(&got);
    }
}

// Cut at 120 bytes, between two characters.
static void test_long(void **state) {
    (void)state;
    struct str text;
    str_init(&text);
    str_append_string(&text, "// a");
    for (int i = 0; i < 100; i++) {
        str_append_string(&text, "\xc3\xa4");
    }
    str_append_string(&text, "\nint a;\n");
    struct record *record = extract("c", "a.c", str_slice(&text));
    assert_int_equal(strlen(record->symbols[0].doc), 119);
    record_release(record);
    str_free(&text);
}

// A comment that begins further up than is looked is none.
static void test_endless(void **state) {
    (void)state;
    struct str text;
    str_init(&text);
    str_append_string(&text, "/*\n");
    for (int i = 0; i < 5000; i++) {
        str_append_string(&text, "x\n");
    }
    str_append_string(&text, "*/\nint a;\n");
    struct record *record = extract("c", "a.c", str_slice(&text));
    assert_string_equal(record->symbols[0].doc, "");
    record_release(record);
    str_free(&text);
}

// Only chunks from the middle of a definition have a header line: that of the innermost around.
static void test_headers(void **state) {
    (void)state;
    struct str text;
    str_init(&text);
    str_append_string(&text, "int first;\nstatic int work(int a,\n                int b)\n{\n");
    for (int i = 0; i < 200; i++) {
        str_append_format(&text, "    call_number(%d, a, b);\n", i);
    }
    str_append_string(&text, "}\n");
    struct record *record = extract("c", "a.c", str_slice(&text));
    assert_true(record->chunk_count > 2);
    assert_string_equal(record_chunk_header(record, &record->chunks[0]), "");
    const struct chunk *last = &record->chunks[record->chunk_count - 1];
    assert_string_equal(record_chunk_header(record, last), "static int work(int a, int b)");
    assert_string_equal(record_symbol_at(record, 100)->name, "work");
    assert_null(record_symbol_at(record, 10000));
    record_release(record);
    str_free(&text);
}

// A brace too many: what begins at the first column is found, and ends the function before.
static void test_astray(void **state) {
    (void)state;
    static const char text[] = "int before(void)\n"
                               "{\n"
                               "    each(x) {\n"
                               "        go(x);\n"
                               "    int local;\n"
                               "out:\n"
                               "    return 1;\n"
                               "}\n"
                               "\n"
                               "struct lost {\n"
                               "    int member;\n"
                               "};\n"
                               "#define LOST 1\n"
                               "static int after(int a)\n"
                               "{\n"
                               "    int inner;\n"
                               "    return a;\n"
                               "}\n";
    struct str got;
    str_init(&got);
    struct record *record = extract("c", "a.c", SLICE_LITERAL(text));
    for (uint32_t i = 0; i < record->symbol_count; i++) {
        const struct symbol *symbol = &record->symbols[i];
        str_append_format(&got, "%s %u-%u ", symbol->name, symbol->start_line + 1, symbol->end_line + 1);
    }
    assert_string_equal(got.data, "before 1-13 lost 10-12 member 11-11 LOST 13-13 after 14-18 ");
    record_release(record);
    str_free(&got);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_docs),    cmocka_unit_test(test_long),   cmocka_unit_test(test_endless),
        cmocka_unit_test(test_headers), cmocka_unit_test(test_astray),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
