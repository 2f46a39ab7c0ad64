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
        struct str line = place_line(&place, rows[i].text);
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
        {"kind: A\nname: a\n---\nname: b\n|kind: A\n", true, false},
        {"```\nconst n = f();\n```\n\n```\n|const n = g();\n```\n", true, false},
        {"\tn := f()\n\tswitch a {\n\t}\n\t|n := g()\n", true, true},
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
        assert_true(!is_same || found.items[i].confidence < 0.001);
    }
    predictions_free(&found);
    world_free(&world);
}

// R3
static void test_a_line_that_stands_once(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool repeats;
    } rows[] = {
        {"case A:\n    a();\n|case A:\n", true},
        {"|case A:\ncase B:\ncase A:\n", true},
        {"cas|e A:\ncase A:\n", true},
        {"case A: // a\n|case A:\n", false},
        {"    case A:\n|case A:\n", false},
        {"x {\n  a();\n}\ny {\n  |a();\n}\n", false},
        {"f(a);\nf(b);\nf(a);\n|f(a);\n", false},
        {"f(a);\n|f(a);\nx = f(a);\n", false},
        {"#if A\nf(a);\n#else\n|f(a);\n#endif\n", false},
        {"f(a);\nswitch (b) {\n}\n|f(a);\n", true},
        {"```\nf(a);\n```\n\n```\n|f(a);\n```\n", false},
        {"});\n|});\n", false},
        {"a;\n|a;\n", false},
        {"|f(a);\n", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct place place = place_of(rows[i].text);
        struct str line = place_line(&place, rows[i].text);
        if (repeated_once(&place.document, str_slice(&line)) != rows[i].repeats) {
            fail_msg("%s", rows[i].text);
        }
        str_free(&line);
        place_free(&place);
    }
}

// R1, R3
static void test_a_line_far_away_is_not_repeated(void **state) {
    (void)state;
    enum { LINES = REPEATED_NEAR + 1 };
    char text[LINES + 32] = "f(a);\n";
    size_t length = strlen(text);
    memset(text + length, '\n', LINES);
    memcpy(text + length + LINES, "|f(a);\n", sizeof "|f(a);\n");
    for (int is_near = 0; is_near < 2; is_near++) {
        struct place place = place_of(is_near ? "f(a);\n\n|f(a);\n" : text);
        assert_int_equal(repeated_once(&place.document, SLICE_LITERAL("f(a);")), is_near);
        assert_int_equal(repeated_part(&place.document, SLICE_LITERAL("f(a);"), true) > 0, is_near);
        place_free(&place);
    }
}

// How sure the model is of the line, which is one of those that it finds.
static double sure_of(const struct world *world, const char *path, const char *document, const char *line) {
    struct predictions found = ask(world, path, document, 1, PREDICT_CANDIDATES);
    double sure = -1;
    for (uint32_t i = 0; i < found.count; i++) {
        sure = strcmp(found.items[i].text.data, line) == 0 ? found.items[i].confidence : sure;
    }
    predictions_free(&found);
    assert_true(sure >= 0);
    return sure;
}

// It is less sure of a line that its block has once, and the document nowhere else, than of one that stands elsewhere, too, and
// not at all sure if it opens a block.
static void test_is_less_sure_of_what_repeats(void **state) {
    (void)state;
    static const struct {
        const char *other, *path, *once, *often, *line;
        bool is_refused;
    } rows[] = {
        {"A.java", "B.java", "  open(door);\n  pass();\n  go(door);\n  |\n",
         "  // open(door);\n  open(door);\n  pass();\n  go(door);\n  |\n", "open(door);", false},
        {"A.java", "B.java", "  if (open) {\n  pass();\n  go(door);\n  |\n",
         "  // if (open) {\n  if (open) {\n  pass();\n  go(door);\n  |\n", "if (open) {", true},
        {"a.html", "b.html", "  We open it:\n  pass();\n  go(door);\n  |\n",
         "  // We open it:\n  We open it:\n  pass();\n  go(door);\n  |\n", "We open it:", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str text;
        str_init(&text);
        for (int k = 0; k < 2; k++) {
            str_append_format(&text,
                              "  go(door);\n  %s\n  go(door);\n  shut(door);\n  go(door);\n  case SHUT:\n",
                              rows[i].line);
        }
        struct world world = world_of(rows[i].other, text.data);
        double once = sure_of(&world, rows[i].path, rows[i].once, rows[i].line),
               often = sure_of(&world, rows[i].path, rows[i].often, rows[i].line);
        assert_true(once < often && (once < 0.001) == rows[i].is_refused);
        str_free(&text);
        world_free(&world);
    }
}

// R2: what `:=` means is known of known languages.
static void test_asks_left_sides_of_known_languages(void **state) {
    (void)state;
    static const char text[] = "    n := f();\n    g();\n    n := h();\n", line[] = "n := h();";
    for (int is_known = 0; is_known < 2; is_known++) {
        struct world world = world_of(is_known ? "a.go" : "a.pas", text);
        double sure = sure_of(&world, is_known ? "b.go" : "b.pas", "    n := f();\n    g();\n    |\n", line);
        assert_true((sure < 0.001) == is_known);
        world_free(&world);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_right_beside),
        cmocka_unit_test(test_a_left_side_of_the_block),
        cmocka_unit_test(test_how_much_says_so),
        cmocka_unit_test(test_is_not_sure_of_what_was_just_written),
        cmocka_unit_test(test_a_line_that_stands_once),
        cmocka_unit_test(test_a_line_far_away_is_not_repeated),
        cmocka_unit_test(test_is_less_sure_of_what_repeats),
        cmocka_unit_test(test_asks_left_sides_of_known_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
