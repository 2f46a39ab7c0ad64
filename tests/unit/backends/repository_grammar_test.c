// repository_grammar_test.c - what nobody would write, and so is not said.
#include "tests/unit/backends/predict_world.h"

#include "backends/repository_lexer.h"

static const char LIBRARY[] = "int open_door(struct door *door) {\n"
                              "    if (door == NULL) {\n"
                              "        return report_missing(door, \"no door\");\n"
                              "    }\n"
                              "    door->state = DOOR_OPEN;\n"
                              "    return 0;\n"
                              "}\n";

// Half a name that is used is none yet, whatever stands behind other names here; a new one that is declared may be whole.
static void test_half_a_word_is_no_word(void **state) {
    (void)state;
    struct world world = world_of("src/door.c", LIBRARY);
    static const char *const halves[] = {
        "int f(struct door *door) {\n    return report_mi|\n}\n",
        "int f(struct door *door) {\n    int x = report_m|\n}\n",
        "int f(struct door *door) {\n    door->st|\n}\n",
        "int f(struct door *door) {\n    door->sx|\n}\n",
        "int f(struct door *door) {\n    if (doo|\n}\n",
    };
    for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
        struct predictions found = ask(&world, "src/lock.c", halves[i], 1, PREDICT_CANDIDATES);
        for (uint32_t k = 0; k < found.count; k++) {
            assert_true(lexer_is_word_byte(found.items[k].text.data[0]));
        }
        predictions_free(&found);
    }
    assert_says(&world, "src/lock.c", "int new_door|\n", "(struct door *door) {");
    world_free(&world);
}

// A statement does not end in a call's parentheses, nor a line in quotes.
static void test_closes_what_it_opens(void **state) {
    (void)state;
    struct world world =
        world_of("a.c", "void a(void) {\n    shut(door);\n    lock(door);\n    say(\"shut\");\n}\n");
    assert_false(any_begins(&world, "b.c", "void b(void) {\n    keep(mind(door|\n}\n", ");"));
    assert_true(any_begins(&world, "b.c", "void b(void) {\n    keep(door|\n}\n", ");"));
    struct predictions found =
        ask(&world, "b.c", "void b(void) {\n    say(\"lock|\n}\n", 1, PREDICT_CANDIDATES);
    for (uint32_t i = 0; i < found.count; i++) {
        assert_true(found.items[i].confidence == 0 || strchr(found.items[i].text.data, '"'));
    }
    predictions_free(&found);
    world_free(&world);
}

// Where a function is called whose definition alone is known, its parameters are not declared once more.
static void test_a_call_is_no_definition(void **state) {
    (void)state;
    static const struct {
        const char *path, *definition, *document, *declared;
    } rows[] = {
        {"a.c", "void write_all(int fd, int size) {\n}\n", "void f(void) {\n    r = write_all(|\n}\n", "int"},
        {"a.c", "void write_all(int fd, int size) {\n}\n", "void f(void) {\n    write_all(|\n}\n", "int"},
        {"a.c", "void write_all(int fd, int size) {\n}\n", "int f(void) {\n    return write_|\n}\n",
         "all(int"},
        {"a.py", "class Stats(Base):\n    pass\n", "def f():\n    return Stats(|\n", "Base"},
        {"a.go", "func (s *Shop) sell(item Item) {\n}\n", "func f() {\n\ts.sell(|\n}\n", "item Item"},
        {"a.ts", "class Shop {\n  sell(item: Item) {\n  }\n}\n", "function f() {\n  s.sell(|\n}\n", "item:"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world world = world_of(rows[i].path, rows[i].definition);
        if (any_begins(&world, "b.x", rows[i].document, rows[i].declared)) {
            fail_msg("%s", rows[i].document);
        }
        world_free(&world);
    }
    struct world calls =
        world_of("a.c", "int f(int a) {\n    if (a == 1) {\n    }\n    if (a == 1) {\n    }\n}\n");
    assert_true(any_begins(&calls, "b.c", "int other(|\n", "int a)"));
    assert_false(any_begins(&calls, "b.c", "int other(|\n", "a =="));
    world_free(&calls);
    struct world world = world_of("a.h", "void write_all(int fd, int size);\n");
    assert_says(&world, "a.c", "void write_all(|\n", "int fd, int size);"); // where it is defined they are
    world_free(&world);
}

// What is C says nothing of TypeScript where that has anything to say, however often C says it; a C++ file's C does.
static void test_other_languages_say_nothing(void **state) {
    (void)state;
    static const char C_TEXT[] = "int f(void) {\n    for (const char *at = start; *at; at++) {\n    }\n"
                                 "    for (const char *at = start; *at; at++) {\n    }\n}\n";
    struct world world = world_new(0);
    world_put(&world, "a.c", C_TEXT);
    world_put(&world, "a.ts", "function f() {\n    for (const key of names) {\n    }\n}\n");
    world_commit(&world, true);
    assert_says(&world, "b.ts", "function g() {\n    for (const |\n}\n", "key of names) {");
    assert_says(&world, "b.cpp", "int g() {\n    for (const |\n}\n", "char *at = start; *at; at++) {");
    world_free(&world);
}

// What a comment says of a name is not what stands behind it in code, and the other way round it may be.
static void test_code_is_no_comment(void **state) {
    (void)state;
    static const struct {
        const char *path, *text, *document;
    } rows[] = {
        {"a.c", "// A door_count is kept here.\nint b;\n", "int door_count|\n"},
        {"a.c", "/* The\n * door_count is kept here. */\nint b;\n", "int f(void) {\n  door_|\n"},
        {"a.py", "a = 1  # door_count is kept here\n", "def f():\n    return door_count|\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world world = world_of(rows[i].path, rows[i].text);
        const char *other = strcmp(rows[i].path, "a.py") == 0 ? "b.py" : "b.c";
        if (any_says(&world, other, rows[i].document, "is kept")) {
            fail_msg("%s", rows[i].document);
        }
        world_free(&world);
    }
    struct world world = world_of("a.c", "// A door_count is kept here.\nint b;\n");
    assert_says(&world, "b.c", "int x; // The door_count|\n", " is kept here.");
    world_free(&world);
}

static void test_nothing_is_assigned_to_itself(void **state) {
    (void)state;
    struct world world = world_of("a.py", "f(\n    size=size\n)\ng(\n    size=size\n)\n");
    struct predictions found = ask(&world, "b.py", "size =|\n", 1, PREDICT_CANDIDATES);
    for (uint32_t i = 0; i < found.count; i++) {
        assert_true(found.items[i].confidence == 0 || strcmp(found.items[i].text.data, "size") != 0);
    }
    predictions_free(&found);
    assert_says(&world, "b.py", "h(\n    size=|\n)\n", "size");
    world_free(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_half_a_word_is_no_word),
        cmocka_unit_test(test_closes_what_it_opens),
        cmocka_unit_test(test_nothing_is_assigned_to_itself),
        cmocka_unit_test(test_code_is_no_comment),
        cmocka_unit_test(test_a_call_is_no_definition),
        cmocka_unit_test(test_other_languages_say_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
