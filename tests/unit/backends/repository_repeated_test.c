// repository_repeated_test.c - what the lines around say already is not said once more.
#include "tests/unit/backends/place.h"
#include "tests/unit/backends/predict_world.h"

#include "backends/repository_repeated.h"

struct row {
    const char *text; // the line goes on behind the cursor
    bool is_code, repeated;
};

static void check(const struct row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct place place = place_of(rows[i].text);
        const char *cursor = strchr(rows[i].text, '|');
        struct str line;
        str_init(&line);
        str_append_slice(&line, str_slice(&place.document.cursor_line));
        str_append_slice(&line, slice_of(cursor + 1, strcspn(cursor + 1, "\n")));
        size_t part = repeated_part(&place.document, str_slice(&line), rows[i].is_code);
        assert_true(part <= line.length);
        if ((part > 0) != rows[i].repeated) {
            fail_msg("%s", rows[i].text);
        }
        str_free(&line);
        place_free(&place);
    }
}

// R1
static void test_a_line_right_beside(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"    self.style = style\n    |self.style = style", true, true},
        {"    self.style = style\n    self.sty|le = style", true, true},
        {"    self.style = style\n\n    |self.style = style", true, true},
        {"    |self.style = style\n    self.style = style\n", true, true},
        {"    // the style\n    // |the style", false, true},
        {"    f();\n    |f();\n    g();\n", true, true},
        {"    f();\n    g();\n    |f();\n", true, false},
        {"        f();\n    |f();\n", true, false},
        {"    f();\n    f();\n    |f();\n", true, false},
        {"    f();\n    |f();\n    f();\n", true, false},
        {"    }));\n    |}));\n", true, false},
        {"    x,\n    |x,\n", true, false},
        {"|self.style", true, false},
        {"|", true, false},
    };
    check(rows, sizeof rows / sizeof *rows);
}

// R2
static void test_a_left_side_of_the_block(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"\tn := f()\n\tg()\n\t|n := g()\n", true, true},
        {"\tn, err := f()\n\tg()\n\t|n, err := g()\n", true, true},
        {"\tn, err := f()\n\tg()\n\t|m, err := g()\n", true, false},
        {"\t|n := f()\n\tg()\n\tn := g()\n", true, true},
        {"\tif a {\n\t\tn := f()\n\t}\n\t|n := g()\n", true, false},
        {"\tif a {\n\t\tn := f()\n\t}\n\tif b {\n\t\t|n := g()\n", true, false},
        {"\tn := f()\n\tg()\n\tn := |g()\n", true, false},
        {"\tn := f()\n\tg()\n\tn |:= g()\n", true, false},
        {"    int n = f();\n    g();\n    |int n = g();\n", true, true},
        {"    int nn = f();\n    g();\n    int n|n = g();\n", true, true},
        {"    int n = f();\n    g();\n    int n| = g();\n", true, false},
        {"    std::vector<int> n = f();\n    g();\n    |std::vector<int> n = g();\n", true, true},
        {"    const n = f();\n    g();\n    |const n = g();\n", true, true},
        {"    const n: T = f();\n    g();\n    |const n: U = g();\n", true, true},
        {"    let n = f();\n    g();\n    |let n = g();\n", true, false},
        {"    n = f();\n    g();\n    |n = g();\n", true, false},
        {"    a.n = f();\n    g();\n    |a.n = g();\n", true, false},
        {"    a, n = f()\n    g()\n    |a, n = g()\n", true, false},
        {"    int n == f();\n    g();\n    |int n == g();\n", true, false},
        {"    int n += f();\n    g();\n    |int n += g();\n", true, false},
        {"    name: a,\n    size: b,\n    |name: c,\n", true, true},
        {"    name: a,\n    size: b,\n    |names: c,\n", true, false},
        {"    name: a,\n    size: b,\n    |name: c,\n", false, false},
        {"    12:a\n    13:b\n    |12:c\n", true, false},
        {"    A = 1,\n    B = 2,\n    |A = 3,\n", true, true},
        {"    n = f(a,\n    g(),\n    |n = f(b,\n", true, false},
        {"    case A:\n        f();\n    case B:\n        g();\n    |case A:\n", true, true},
        {"    A::B => f(),\n    A::C => g(),\n    |A::B => h(),\n", true, true},
        {"public:\n    f();\nprivate:\n    g();\n|public:\n", true, false},
        {"if a: b\nf()\n|if a: c\n", true, false},
        {"#if A\nint n = 1;\n#else\n|int n = 2;\n#endif\n", true, false},
        {"#[cfg(a)]\nstatic n: u8 = 1;\n#[cfg(b)]\n|static n: u8 = 2;\n", true, false},
        {"int n;\n|int", true, false},
        {"=\n|=", true, false},
        {":\n|:", true, false},
    };
    check(rows, sizeof rows / sizeof *rows);
}

// As much of the line as says so may not be shown, and less may.
static void test_how_much_says_so(void **state) {
    (void)state;
    struct place place = place_of("\tn := f()\n\tg()\n\t|n := g()");
    assert_int_equal(repeated_part(&place.document, SLICE_LITERAL("\tn := g()"), true), strlen("\tn :="));
    assert_int_equal(repeated_part(&place.document, SLICE_LITERAL("\tg()"), true), 0);
    place_free(&place);
    place = place_of("\tgo()\n\t|go()");
    assert_int_equal(repeated_part(&place.document, SLICE_LITERAL("\tgo()"), true), strlen("\tgo()"));
    place_free(&place);
}

static void test_is_not_sure_of_what_was_just_written(void **state) {
    (void)state;
    struct world world =
        world_of("a.py", "class A:\n    def __init__(self, style):\n        self.style = style\n"
                         "class B:\n    def __init__(self, style):\n        self.style = style\n");
    static const char fresh[] = "class C:\n    def __init__(self, style):\n        |\n";
    static const char written[] =
        "class C:\n    def __init__(self, style):\n        self.style = style\n        |\n";
    assert_says(&world, "c.py", fresh, "self.style = style");
    struct predictions found = ask(&world, "c.py", written, 1, PREDICT_CANDIDATES);
    for (uint32_t i = 0; i < found.count; i++) {
        bool is_same = strcmp(found.items[i].text.data, "self.style = style") == 0;
        assert_true(!is_same || found.items[i].confidence == 0);
    }
    predictions_free(&found);
    world_free(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_right_beside),
        cmocka_unit_test(test_a_left_side_of_the_block),
        cmocka_unit_test(test_how_much_says_so),
        cmocka_unit_test(test_is_not_sure_of_what_was_just_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
