// language_test.c - which language a file is in, and that every one of the table loads.
#include "extract.h"

#include "base/fs.h"
#include "tests/unit/unit.h"

static void test_of_path(void **state) {
    (void)state;
    static const struct {
        const char *path, *id;
    } cases[] = {
        {"a.c", "c"},
        {"deep/er/a.h", "c"},
        {"a.cc", "cpp"},
        {"a.hpp", "cpp"},
        {"a.py", "python"},
        {"stub.pyi", "python"},
        {"SConstruct", "python"},
        {"dir/SConstruct", "python"},
        {"a.js", "javascript"},
        {"a.jsx", "javascript"},
        {"a.mjs", "javascript"},
        {"a.ts", "typescript"},
        {"a.d.ts", "typescript"},
        {"a.tsx", "typescriptreact"},
        {"a.go", "go"},
        {"a.rs", "rust"},
        {"A.java", "java"},
        {"a.sh", "shellscript"},
        {"home/.bashrc", "shellscript"},
        {"PKGBUILD", "shellscript"},
        {"a.lua", "lua"},
        {".luacheckrc", "lua"},
        {"A.hs", "haskell"},
        {"a.ml", "ocaml"},
        {"a.mli", "ocaml.interface"},
        {"mix.exs", "elixir"},
        {"build.zig", "zig"},
        {"index.html", "html"},
        {"a.css", "css"},
        {"package.json", "json"},
        {"a.yml", "yaml"},
        {".clang-format", "yaml"},
        {"Cargo.toml", "toml"},
        {"README.md", "markdown"},
        {"Makefile", ""},
        {"a.txt", ""},
        {"c", ""},
        {".c", "c"},
        {"a.c/readme", ""},
        {"", ""},
        {"a.", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(language_id(language_of_path(cases[i].path)), cases[i].id);
    }
}

// Scripts whose name does not tell.
static void test_first_lines(void **state) {
    (void)state;
    static const struct {
        const char *path, *text, *id;
    } cases[] = {
        {"run", "#!/bin/sh\n", "shellscript"},
        {"run", "#! /bin/bash -eu\necho\n", "shellscript"},
        {"run", "#!/usr/bin/zsh", "shellscript"},
        {"run", "#!/bin/ksh93\r\n", "shellscript"},
        {"run", "#!/usr/bin/env python3\n", "python"},
        {"run", "#!/usr/bin/env python3.11\n", "python"},
        {"run", "#!/usr/bin/env -S python3 -u\n", "python"},
        {"run", "#!/usr/bin/env -Spython3 -u\n", "python"},
        {"run", "#!/usr/bin/env --split-string=python3 -u\n", "python"},
        {"run", "#!/usr/bin/env -i -u HOME -S PATH=/bin:/usr/bin /opt/x/pypy3 -u\n", "python"},
        {"run", "#!/opt/python3.12/bin/python3.12\n", "python"},
        {"run", "#!/usr/bin/nodejs\n", "javascript"},
        {"run", "#!/usr/bin/env node-18\n", "javascript"},
        {"run", "#!/usr/bin/env deno run\n", "typescript"},
        {"run", "#!/usr/bin/lua5.4\n", "lua"},
        {"configure.in", "#!/bin/sh\n", "shellscript"},
        // The name counts more than the first line.
        {"a.py", "#!/bin/sh\n", "python"},
        {"a.h", "#!/bin/sh\n", "c"},
        {"run", "#!/usr/bin/awk -f\n", ""},
        {"run", "#!/usr/bin/env\n", ""},
        {"run", "#!/usr/bin/env -S\n", ""},
        {"run", "#!\n/bin/sh\n", ""},
        {"run", "#!", ""},
        {"run", "#!/bin/5.4\n", ""},
        {"run", "\n#!/bin/sh\n", ""},
        {"run", "# /bin/sh\n", ""},
        {"run", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct slice text = slice_of_string(cases[i].text);
        assert_string_equal(language_id(language_of_text(cases[i].path, text)), cases[i].id);
    }
}

// A first line that never ends, and one that is all zeros.
static void test_hostile_first_lines(void **state) {
    (void)state;
    struct str text;
    str_init(&text);
    str_append_string(&text, "#!/");
    for (int i = 0; i < 1000; i++) {
        str_append_string(&text, "a/ ");
    }
    assert_null(language_of_text("run", str_slice(&text)));
    str_free(&text);
    assert_null(language_of_text("run", slice_of("#!\0\0\0\0", 6)));
    assert_string_equal(language_id(language_of_text("run", slice_of("#!\0/bin/sh\0", 11))), "shellscript");
}

// A script is in its language wherever it is read; for its words alone it is not parsed.
static void test_script_is_extracted(void **state) {
    (void)state;
    struct slice text = SLICE_LITERAL("#!/bin/sh\nrun_all() {\n  echo\n}\n");
    struct record *record = extract("", "deploy", text);
    assert_string_equal(record->language, "shellscript");
    assert_int_equal(record->symbol_count, 1);
    record_release(record);
    struct syntax *syntax = syntax_new();
    record = record_new("deploy");
    syntax_words(syntax, NULL, text, record);
    assert_string_equal(record->language, "shellscript");
    assert_int_equal(record->symbol_count, 0);
    assert_string_equal(record->chunks[0].kind, "lines");
    record_release(record);
    syntax_free(syntax);
}

static void test_of_id(void **state) {
    (void)state;
    assert_string_equal(language_name(language_of_id("cpp")), "C++");
    assert_string_equal(language_id(language_of_id("javascriptreact")), "javascript");
    assert_string_equal(language_line_comment(language_of_id("python")), "#");
    assert_null(language_of_id("cobol"));
    assert_null(language_of_id(""));
    assert_null(language_of_id(NULL));
    assert_string_equal(language_name(NULL), "text");
    assert_string_equal(language_id(NULL), "");
    assert_string_equal(language_line_comment(NULL), "//");
}

static void test_table(void **state) {
    (void)state;
    assert_true(language_count() >= 9);
    assert_null(language_at(language_count()));
    for (size_t i = 0; i < language_count(); i++) {
        const struct language *language = language_at(i);
        assert_ptr_equal(language_of_id(language_id(language)), language);
        // A grammar or query that did not load would leave chunks by lines.
        struct record *record = extract(language_id(language), "a", SLICE_LITERAL("x\n"));
        assert_int_equal(record->chunk_count, 1);
        assert_string_not_equal(record->chunks[0].kind, "lines");
        assert_string_equal(record->language, language_id(language));
        record_release(record);
    }
}

// Tests run from the source folder.
static void test_page_for_users(void **state) {
    (void)state;
    struct str page, row;
    str_init(&page);
    str_init(&row);
    assert_int_equal(fs_read("docs/languages.md", 1 << 20, &page, NULL), 0);
    for (size_t i = 0; i < language_count(); i++) {
        str_clear(&row);
        str_append_format(&row, "\n| %s | `.", language_name(language_at(i)));
        if (slice_find(str_slice(&page), str_slice(&row), 0) == (size_t)-1) {
            fail_msg("docs/languages.md has no row of %s", language_name(language_at(i)));
        }
    }
    str_free(&page);
    str_free(&row);
}

static void test_keywords_are_sorted(void **state) {
    (void)state;
    const char *const *word = language_keywords();
    for (; word[0] && word[1]; word++) {
        assert_true(strcmp(word[0], word[1]) < 0);
    }
}

static void test_headers(void **state) {
    (void)state;
    static const struct {
        const char *path, *text, *id;
    } cases[] = {
        {"a.h", "int f(void);\n", "c"},
        {"a.h", "struct class_like { int class; };\n", "c"},
        {"a.h", "namespace a {\nint f();\n}\n", "cpp"},
        {"a.h", "struct a {\n public:\n  int f();\n};\n", "cpp"},
        {"a.c", "namespace a {\nint f();\n}\n", "c"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct record *record = extract("c", cases[i].path, slice_of_string(cases[i].text));
        assert_string_equal(record->language, cases[i].id);
        record_release(record);
    }
}

// A name that editors give to another language is not mistyped.
static void test_mistyped_ids(void **state) {
    (void)state;
    static const struct {
        const char *written, *meant;
    } rows[] = {{"pyhton", "python"},
                {"javscript", "javascript"},
                {"type-script", "typescript"},
                {"Rust", "rust"},
                {"csharpp", "csharp"},
                {"rsut", "rust"},
                {"htlm", "html"},
                {"lau", "lua"},
                {"csp", NULL}, // another's, as most so near to a short one
                {"js", "javascript"},
                {"py", "python"},
                {"c++", "cpp"},
                {"C++", "cpp"},
                {"golang", "go"},
                {"python", NULL},
                {"jsonc", NULL},
                {"scss", NULL},
                {"fsharp", NULL},
                {"vue", NULL},
                {"plaintext", NULL},
                {"r", NULL},
                {"", NULL},
                {"pythonpythonpythonpythonpythonpython", NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *meant = language_id_meant(rows[i].written);
        if (strcmp(meant ? meant : "", rows[i].meant ? rows[i].meant : "") != 0) {
            fail_msg("%s: %s", rows[i].written, meant ? meant : "none");
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mistyped_ids),
        cmocka_unit_test(test_of_path),
        cmocka_unit_test(test_of_id),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_keywords_are_sorted),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_page_for_users),
        cmocka_unit_test(test_first_lines),
        cmocka_unit_test(test_hostile_first_lines),
        cmocka_unit_test(test_script_is_extracted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
