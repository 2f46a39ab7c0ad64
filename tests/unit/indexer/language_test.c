// language_test.c - which language a file is in, and that every one of the table loads.
#include "extract.h"
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_path), cmocka_unit_test(test_of_id),
        cmocka_unit_test(test_table),   cmocka_unit_test(test_keywords_are_sorted),
        cmocka_unit_test(test_headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
