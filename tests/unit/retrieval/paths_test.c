// paths_test.c - taking paths apart and joining them.

#include "retrieval/paths.h"
#include "tests/unit/unit.h"

static void check(struct slice got, const char *expected) {
    assert_int_equal(got.length, strlen(expected));
    assert_memory_equal(got.data ? got.data : "", expected, got.length);
}

static void test_parts(void **state) {
    (void)state;
    static const struct {
        const char *path, *folder, *base, *stem, *extension, *plain, *module;
    } rows[] = {
        {"a/b/c.py", "a/b", "c.py", "c", ".py", "c", "c"},
        {"c.py", "", "c.py", "c", ".py", "c", "c"},
        {".gitignore", "", ".gitignore", ".gitignore", "", ".gitignore", ".gitignore"},
        {"a/test_x.py", "a", "test_x.py", "test_x", ".py", "x", "test_x"},
        {"a/x_test.go", "a", "x_test.go", "x_test", ".go", "x", "x_test"},
        {"a/ATest.java", "a", "ATest.java", "ATest", ".java", "A", "ATest"},
        {"a/x.spec.ts", "a", "x.spec.ts", "x.spec", ".ts", "x", "x.spec"},
        {"a/Test.java", "a", "Test.java", "Test", ".java", "Test", "Test"},
        {"crates/m/src/lib.rs", "crates/m/src", "lib.rs", "lib", ".rs", "lib", "m"},
        {"src/y/mod.rs", "src/y", "mod.rs", "mod", ".rs", "mod", "y"},
        {"lib.rs", "", "lib.rs", "lib", ".rs", "lib", "lib"},
        {"", "", "", "", "", "", ""},
        {"a/", "a", "", "", "", "", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct slice path = slice_of_string(rows[i].path);
        check(paths_folder(path), rows[i].folder);
        check(paths_base(path), rows[i].base);
        check(paths_stem(path), rows[i].stem);
        check(paths_extension(path), rows[i].extension);
        check(paths_plain_stem(path), rows[i].plain);
        check(paths_module(path), rows[i].module);
    }
}

static void test_join(void **state) {
    (void)state;
    static const struct {
        const char *folder, *relative, *expected;
    } rows[] = {
        {"a/b", "c", "a/b/c"},     {"a/b", "../c", "a/c"}, {"", "c", "c"},
        {"a", "./b/./c", "a/b/c"}, {"a", "../../c", ""},   {"a/b", "../..", ""},
        {"a//b", "c/", "a/b/c"},   {"", "", ""},           {"a", "../b/../c", "c"},
    };
    struct str out;
    str_init(&out);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        paths_join(&out, slice_of_string(rows[i].folder), slice_of_string(rows[i].relative));
        assert_string_equal(out.data, rows[i].expected);
    }
    str_free(&out);
}

static void test_distance(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        uint32_t expected;
    } rows[] = {{"a/x", "a/y", 0}, {"a/x", "y", 1}, {"a/b/x", "a/c/y", 2}, {"ab/x", "a/x", 2}, {"x", "x", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct slice a = slice_of_string(rows[i].a), b = slice_of_string(rows[i].b);
        assert_int_equal(paths_distance(a, b), rows[i].expected);
        assert_int_equal(paths_distance(b, a), rows[i].expected);
    }
}

static void test_ends_with(void **state) {
    (void)state;
    assert_true(paths_ends_with(SLICE_LITERAL("a/uv/unix.h"), SLICE_LITERAL("uv/unix.h")));
    assert_true(paths_ends_with(SLICE_LITERAL("unix.h"), SLICE_LITERAL("unix.h")));
    assert_false(paths_ends_with(SLICE_LITERAL("a/xunix.h"), SLICE_LITERAL("unix.h")));
    assert_true(paths_ends_with(SLICE_LITERAL("a"), SLICE_LITERAL("")));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_parts), cmocka_unit_test(test_join),
                                       cmocka_unit_test(test_distance), cmocka_unit_test(test_ends_with)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
