// chunk_test.c - chunks: complete, of a sensible size, cut where a reader would cut, for any input.
#include "extract.h"

#include "base/fs.h"
#include "tests/unit/unit.h"

#include <dirent.h>
#include <stdlib.h>

// In every language, and in none.
static void check_everywhere(struct slice text) {
    for (size_t i = 0; i <= language_count(); i++) {
        record_release(extract(language_id(language_at(i)), "file", text)); // extract checks R1 to R4
    }
}

static void test_hard_inputs(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",
        "\n",
        " \t\r\n \n",
        "x",
        "int main(void) {\r\n  return 0;\r\n}\r\n",
        "// only a comment\n/* and another */\n# and one more\n",
        "\xef\xbb\xbfint bom;\n",
        "int a\xff\xfe\x80(\xc3 {\n\xed\xa0\x80 }\n",
        "}}}}}} ]]] ))) class struct def fn func impl {{{ ((( [[[",
        "#define A \\\n  1 \\\n  2\nint \\\nx;\n",
        "#define A \\",
        "\"unclosed\n'also\n`again\n/* never closed",
        "class A { void f( { int x = ; } class B extends { def",
        "struct a {\n  FIELDS\n};\nint GUARDED(x) f;\n",
        "no newline at the end",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        check_everywhere(slice_of_string(texts[i]));
    }
    check_everywhere(slice_of("a\0b\0\0c {\0}\n", 12));
}

static void fill(struct str *out, const char *piece, size_t times) {
    for (size_t i = 0; i < times; i++) {
        str_append_string(out, piece);
    }
}

static void test_deep_nesting(void **state) {
    (void)state;
    static const struct {
        const char *language, *open, *middle, *close;
        size_t depth;
    } cases[] = {
        {"c", "{", "x;", "}", 10000},
        {"javascript", "(", "1", ")", 10000},
        {"cpp", "[", "1", "]", 10000},
        {"rust", "{", "x;", "}", 10000},
        {"c", "#if 1\n", "int x;\n", "#endif\n", 2000},
        {"c", "struct a { ", "int x; ", "} b; ", 2000},
        {"cpp", "class A { ", "int x; ", "}; ", 2000},
        {"cpp", "namespace a { ", "int x; ", "} ", 2000},
        {"rust", "mod a { ", "fn f() {} ", "} ", 2000},
        {"typescript", "class A { a = ", "1", "} ", 500},
        {"java", "class A { ", "int x; ", "} ", 500},
        {"go", "func f() { ", "x()", "}", 500},
        {"json", "[", "1", "]", 10000},
        {"yaml", "[", "1", "]", 10000},
        {"yaml", "- ", "1", "\n", 10000},     // its scanner's state does not fit
        {"markdown", "> ", "x", "\n", 10000}, // likewise
        {"html", "<b>", "x", "</b>", 2000},
        {"css", "a {", "b: c", "}", 2000},
        {"toml", "", "a = 1\n", "[a.b]\n", 2000},
        {"lua", "{", "1", "}", 10000},
        {"shellscript", "f() { ", "x", "; }", 2000},
        {"haskell", "(", "x", ")", 10000},
        {"ocaml", "module M = struct ", "let x = 1", " end", 1000},
        {"ocaml", "(* ", "x", "*) ", 100000}, // its scanner calls itself for each
        {"elixir", "defmodule A do ", "x", " end", 1000},
        {"zig", "const a = struct {", "x: u8,", "};", 1000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct str text;
        str_init(&text);
        fill(&text, cases[i].open, cases[i].depth);
        str_append_string(&text, cases[i].middle);
        fill(&text, cases[i].close, cases[i].depth);
        record_release(extract(cases[i].language, "a", str_slice(&text)));
        str_free(&text);
    }
}

static void test_long_line(void **state) {
    (void)state;
    struct str text;
    str_init(&text);
    fill(&text, "f(alpha,beta,gamma,delta,epsilon, \"a string of some length\");", 17000); // 1 MB
    struct record *record = extract("javascript", "a.min.js", str_slice(&text));
    assert_int_equal(record->line_count, 1);
    assert_true(record->chunk_count > 100);
    record_release(record);
    record = extract("", "a.txt", str_slice(&text));
    assert_true(record->chunk_count > 100);
    record_release(record);
    str_clear(&text);
    fill(&text, "\xc3\xa9", 30000); // one word, cut between characters
    record = extract("", "a.txt", str_slice(&text));
    for (uint32_t i = 0; i < record->chunk_count; i++) {
        assert_int_equal(record->chunks[i].start_byte % 2, 0);
    }
    record_release(record);
    str_free(&text);
}

static const struct chunk *chunk_with(const struct record *record, struct slice text, const char *words) {
    size_t at = slice_find(text, slice_of_string(words), 0);
    for (uint32_t i = 0; i < record->chunk_count; i++) {
        if (record->chunks[i].start_byte <= at && at < record->chunks[i].end_byte) {
            return &record->chunks[i];
        }
    }
    fail_msg("no chunk holds \"%s\"", words);
    return NULL;
}

// A file of an include, a small function, a long one with its comment, and a class-like tail.
static void test_cuts(void **state) {
    (void)state;
    struct str text;
    str_init(&text);
    str_append_string(&text, "// File head.\n#include <stdio.h>\n\nint small(void) {\n    return 1;\n}\n\n"
                             "// Belongs to large.\nint large(int a) {\n");
    fill(&text, "    if (a > 1) {\n        printf(\"%d\", a);\n    }\n", 100);
    str_append_string(&text, "    return 0;\n}\n\nint last(void) {\n    return 2;\n}\n");
    struct record *record = extract("c", "a.c", str_slice(&text));
    struct slice all_text = str_slice(&text);

    const struct chunk *head = chunk_with(record, all_text, "stdio.h");
    assert_string_equal(head->kind, "import");
    assert_ptr_equal(head, chunk_with(record, all_text, "File head"));

    const struct chunk *small = chunk_with(record, all_text, "int small");
    assert_string_equal(small->name, "small");
    assert_string_equal(small->kind, "function");
    assert_int_equal(small->start_line, 3);

    const struct chunk *large = chunk_with(record, all_text, "int large");
    assert_ptr_equal(large, chunk_with(record, all_text, "Belongs to large"));
    const struct chunk *tail = chunk_with(record, all_text, "return 0;");
    assert_string_equal(large->name, "large");
    assert_string_equal(tail->name, "large");
    assert_ptr_not_equal(large, tail);
    assert_ptr_not_equal(tail, chunk_with(record, all_text, "int last"));
    for (uint32_t i = 0; i < record->chunk_count; i++) {
        const struct chunk *chunk = &record->chunks[i];
        assert_true(chunk->end_byte - chunk->start_byte < 6000);
        assert_true(chunk->start_byte == 0 || text.data[chunk->start_byte - 1] == '\n');
    }
    record_release(record);
    str_free(&text);
}

static void test_methods_carry_their_class(void **state) {
    (void)state;
    struct str text;
    str_init(&text);
    str_append_string(&text, "class Server:\n");
    for (int i = 0; i < 6; i++) {
        str_append_format(&text, "    def method_%d(self):\n", i);
        fill(&text, "        self.value = self.compute(self.value)\n", 30);
        str_append_string(&text, "\n");
    }
    struct record *record = extract("python", "a.py", str_slice(&text));
    const struct chunk *chunk = chunk_with(record, str_slice(&text), "def method_3");
    assert_string_equal(chunk->name, "method_3");
    assert_string_equal(chunk->scope, "Server");
    assert_string_equal(chunk->kind, "method");
    record_release(record);
    str_free(&text);
}

static void test_lines_without_language(void **state) {
    (void)state;
    struct str text;
    str_init(&text);
    fill(&text, "a line of prose\n", 100);
    struct record *record = extract("", "notes.txt", str_slice(&text));
    assert_string_equal(record->language, "");
    assert_int_equal(record->line_count, 100);
    assert_int_equal(record->chunk_count, 3);
    assert_string_equal(record->chunks[0].kind, "lines");
    assert_int_equal(record->chunks[0].end_line, 39);
    assert_int_equal(record->symbol_count, 0);
    record_release(record);
    str_free(&text);
}

static void check_stopped(struct cancel *cancel, int expected) {
    struct str text;
    str_init(&text);
    fill(&text, "int f(int a) { return a; }\n", 5000);
    struct syntax *syntax = syntax_new();
    struct record *record = record_new("a.c");
    int result = syntax_extract(syntax, language_of_id("c"), str_slice(&text), cancel, record);
    assert_int_equal(result, expected);
    check_invariants(record, str_slice(&text));
    assert_string_equal(record->chunks[0].kind, "lines");
    assert_int_equal(record->symbol_count, 0);
    record_release(record);
    // The parser is as good as new afterwards.
    record = record_new("b.c");
    assert_int_equal(syntax_extract(syntax, language_of_id("c"), SLICE_LITERAL("int x;\n"), NULL, record), 0);
    assert_int_equal(record->symbol_count, 1);
    record_release(record);
    syntax_free(syntax);
    str_free(&text);
}

static void test_cancel(void **state) {
    (void)state;
    struct cancel cancel;
    cancel_init(&cancel, 0);
    cancel_fire(&cancel);
    check_stopped(&cancel, ERR_CANCELLED);
    cancel_init(&cancel, clock_now_us() - 1);
    check_stopped(&cancel, ERR_TIMEOUT);
}

// Whatever asks at each level for what stands around it never comes to an end here.
static void test_brackets_are_searched(void **state) {
    (void)state;
    struct str text;
    str_init(&text);
    str_append_string(&text, "int ");
    fill(&text, "(*(*(*(*(*(*(*(*(*(*(*(*(*(*(*(*(*(*(*(*\n", 25000);
    struct syntax *syntax = syntax_new();
    syntax_limit(syntax, 60 * 1000);
    struct record *record = record_new("a.c");
    assert_int_equal(syntax_extract(syntax, language_of_id("c"), str_slice(&text), NULL, record), 0);
    check_invariants(record, str_slice(&text));
    record_release(record);
    syntax_free(syntax);
    str_free(&text);
}

// What stopped one file's extraction stops no other's.
static void test_time_limit(void **state) {
    (void)state;
    struct str text;
    str_init(&text);
    fill(&text, "int f(int a) { return a; }\n", 40000);
    struct syntax *syntax = syntax_new();
    syntax_limit(syntax, 1);
    struct record *record = record_new("a.c");
    assert_int_equal(syntax_extract(syntax, language_of_id("c"), str_slice(&text), NULL, record),
                     ERR_TIMEOUT);
    check_invariants(record, str_slice(&text));
    record_release(record);
    syntax_limit(syntax, 60 * 1000);
    record = record_new("b.c");
    assert_int_equal(syntax_extract(syntax, language_of_id("c"), SLICE_LITERAL("int x;\n"), NULL, record), 0);
    assert_int_equal(record->symbol_count, 1);
    record_release(record);
    syntax_free(syntax);
    str_free(&text);
}

static void check_folder(const char *folder) {
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    size_t files = 0;
    for (struct dirent *entry; (entry = readdir(entries));) {
        char *path = fs_join(folder, entry->d_name);
        const struct language *language = language_of_path(path);
        struct str text;
        str_init(&text);
        if (language && fs_read(path, 1 << 20, &text, NULL) == 0) {
            struct record *record = extract(language_id(language), path, str_slice(&text));
            assert_true(record->symbol_count > 0);
            record_release(record);
            files++;
        }
        str_free(&text);
        free(path);
    }
    closedir(entries);
    assert_true(files > 0);
}

// Tests run from the source folder.
static void test_own_sources(void **state) {
    (void)state;
    check_folder("base");
    check_folder("indexer");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hard_inputs),
        cmocka_unit_test(test_deep_nesting),
        cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_cuts),
        cmocka_unit_test(test_methods_carry_their_class),
        cmocka_unit_test(test_lines_without_language),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_brackets_are_searched),
        cmocka_unit_test(test_time_limit),
        cmocka_unit_test(test_own_sources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
