// repository_grammar_test.c - what nobody would write, and so is not said.
#include "tests/unit/backends/place.h"
#include "tests/unit/backends/predict_world.h"

#include "backends/repository_grammar.h"
#include "backends/repository_lexer.h"

static const char LIBRARY[] = "int open_door(struct door *door) {\n"
                              "    if (door == NULL) {\n"
                              "        return report_missing(door, \"no door\");\n"
                              "    }\n"
                              "    door->state = DOOR_OPEN;\n"
                              "    return 0;\n"
                              "}\n";

// Half a name that is used is none yet, whatever stands behind other names here; a new one that is declared may be whole,
// if it ends with a word.
static void test_half_a_word_is_no_word(void **state) {
    (void)state;
    struct world world = world_of("src/door.c", LIBRARY);
    static const char *const halves[] = {
        "int f(struct door *door) {\n    return report_mi|\n}\n",
        "int f(struct door *door) {\n    int x = report_m|\n}\n",
        "int f(struct door *door) {\n    door->st|\n}\n",
        "int f(struct door *door) {\n    door->sx|\n}\n",
        "int f(struct door *door) {\n    if (doo|\n}\n",
        "int new_doo|\n",
        "int new_door_fra|\n",
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

// So is one that other files have for a whole one, where names of this file begin so.
static void test_half_a_name_of_the_file(void **state) {
    (void)state;
    struct world world =
        world_of("a.c", "int a(int lim) {\n    return lim;\n}\nint b(int lim) {\n    return lim;\n}\n"
                        "int c(int lim) {\n    lim = 1;\n    return lim;\n}\n");
    static const char *const halves[] = {"int f(int n) {\n    return lim|\n}\n\nint limits(void);\n",
                                         "int f(int limit) {\n    n++;\n    return lim|\n}\n"};
    static const char *const wholes[] = {"int f(int n) {\n    return lim|\n}\n",
                                         "int f(int limit, int lim) {\n    return lim|\n}\n"};
    for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
        assert_false(any_begins(&world, "b.c", halves[i], ";"));
    }
    for (size_t i = 0; i < sizeof wholes / sizeof *wholes; i++) {
        assert_true(any_begins(&world, "b.c", wholes[i], ";"));
    }
    world_free(&world);
}

// Nor do two words stand without a blank, which would be one.
static void test_words_stand_apart(void **state) {
    (void)state;
    struct world world = world_of("b.py", "");
    assert_false(any_begins(&world, "a.py", "def foo_bar(a):\n    return a\n\nfoo_|", "bara"));
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
        assert_true(found.items[i].confidence < 0.001 || strchr(found.items[i].text.data, '"'));
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

// Nor do many words of prose, which no language is known for, beside few of code.
static void test_prose_says_little(void **state) {
    (void)state;
    struct world world = world_new(0);
    world_put(&world, "a.rst",
              "door = open the door\ndoor = open the door\ndoor = open the door\n"
              "door = open the door\ndoor = open the door\ndoor = open the door\n");
    world_put(&world, "a.py", "door = open(key)\n");
    world_commit(&world, true);
    assert_says(&world, "b.py", "door = open|\n", "(key)");
    assert_says(&world, "b.txt", "door = open|\n", " the door");
    world_free(&world);
}

// What a comment says it seldom says again as it did elsewhere.
static void test_comments_are_less_sure(void **state) {
    (void)state;
    struct world world = world_of_eight("a.c", "// open the ", "");
    struct predictions found = ask(&world, "b.c", "int g(void) {\n    // open the |\n}\n", 1, 1);
    assert_int_equal(found.count, 1);
    assert_true(found.items[0].confidence < 0.36); // as in code it would be 0.44
    predictions_free(&found);
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

// What stands behind few of the other lines like this one, and so is hardly foretold.
static void test_comments_behind_code_are_rare(void **state) {
    (void)state;
    static const struct {
        int with, without; // how many lines have a comment
        const char *document;
        double least, most; // how sure a comment is
    } rows[] = {
        {6, 1, "def fresh(self, other):|\n    return other\n", 0.2, 1},
        {1, 6, "def fresh(self, other):|\n    return other\n", 0.0001, 0.05},
        {1, 6, "def fresh(self, other):  # no|\n    return other\n", 0.2, 1}, // the person's own
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str text;
        str_init(&text);
        for (int k = 0; k < rows[i].with + rows[i].without; k++) {
            str_append_format(&text, "def f%d(self, a%d):%s\n    return a%d\n\n", k, k,
                              k < rows[i].with ? "  # noqa: S1" : "", k);
        }
        struct world world = world_of("a.py", text.data);
        struct predictions found = ask(&world, "b.py", rows[i].document, 1, 1);
        assert_int_equal(found.count, 1);
        assert_true(found.items[0].confidence >= rows[i].least && found.items[0].confidence <= rows[i].most);
        predictions_free(&found);
        world_free(&world);
        str_free(&text);
    }
}

// A word that is all of a line, as `return;`, is hardly told where others are as likely.
static void test_few_words_alone_are_told(void **state) {
    (void)state;
    static const struct {
        int with, without;  // how many functions end so
        double least, most; // how sure that is
    } rows[] = {{8, 0, 0.2, 1}, {1, 6, 0.0001, 0.05}};
    static const char *const calls[] = {
        "", "shut(door);", "close(window);", "free(lock);", "wait(a, b);", "x = y;", "y++;"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str text;
        str_init(&text);
        for (int k = 0; k < rows[i].with + rows[i].without; k++) {
            const char *last = k < rows[i].with ? "return;" : calls[k];
            str_append_format(&text, "void f%d(void) {\n  go(a%d);\n  %s\n}\n\n", k, k, last);
        }
        struct world world = world_of("a.c", text.data);
        struct predictions found =
            ask(&world, "b.c", "void fresh(void) {\n  go(b);\n  |\n}\n", 1, PREDICT_CANDIDATES);
        double sure = -1;
        for (uint32_t k = 0; k < found.count; k++) {
            sure = strcmp(found.items[k].text.data, "return;") == 0 ? found.items[k].confidence : sure;
        }
        assert_true(sure >= rows[i].least && sure <= rows[i].most);
        predictions_free(&found);
        world_free(&world);
        str_free(&text);
    }
}

// Behind a line that is over in most places where it stands little is said, also where its last word might go on.
static void test_a_line_may_be_over(void **state) {
    (void)state;
    static const struct {
        int over, more; // how many lines end, and how many go on
        double least, most;
    } rows[] = {{1, 8, 0.2, 1}, {8, 1, 0, 0.05}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str text;
        str_init(&text);
        for (int k = 0; k < rows[i].over + rows[i].more; k++) {
            str_append_format(&text, "def f%d(a):\n    b = a.door%s\n    return b\n\n", k,
                              k < rows[i].over ? "" : ".open(key)");
        }
        struct world world = world_of("a.py", text.data);
        struct predictions found = ask(&world, "b.py", "def g(a):\n    b = a.door|\n    return b\n", 1, 1);
        assert_int_equal(found.count, 1);
        if (found.items[0].confidence < rows[i].least || found.items[0].confidence > rows[i].most) {
            fail_msg("%zu: %f", i, found.items[0].confidence);
        }
        predictions_free(&found);
        world_free(&world);
        str_free(&text);
    }
}

static void test_nothing_is_assigned_to_itself(void **state) {
    (void)state;
    struct world world = world_of("a.py", "f(\n    size=size\n)\ng(\n    size=size\n)\n");
    struct predictions found = ask(&world, "b.py", "size =|\n", 1, PREDICT_CANDIDATES);
    for (uint32_t i = 0; i < found.count; i++) {
        assert_true(found.items[i].confidence < 0.001 || strcmp(found.items[i].text.data, "size") != 0);
    }
    predictions_free(&found);
    assert_says(&world, "b.py", "h(\n    size=|\n)\n", "size");
    world_free(&world);
}

struct row {
    const char *language, *text;
    bool allowed;
};

static void check_rows(const struct row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct place place = place_of(rows[i].text);
        struct brackets brackets;
        brackets_init(&brackets, language_of_id(rows[i].language), false);
        brackets_read(&brackets, slice_of(rows[i].text, strcspn(rows[i].text, "|")));
        if (grammar_allows(&place.document, &brackets, place.ids.items, (uint32_t)place.ids.count) !=
            rows[i].allowed) {
            fail_msg("%s: %s", rows[i].language, rows[i].text);
        }
        place_free(&place);
    }
}

// G1
static void test_where_a_block_may_open(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"c", "x = f(a)|{", false},
        {"go", "x := f(a)|{", false},
        {"c", "return f(a)|{", false},
        {"go", "f(g(a)|{", false},
        {"c", "if (!(a & b)|{", false},
        {"c", "if (a &&\n    (b & c)|{", false},
        {"c", "if (f(a))|{", true},
        {"c", "int f(a)|{", true},
        {"c", "x = (struct a)|{", true},
        {"c", "f((a_t)|{", true},
        {"c", "return (a_t)|{", true},
        {"c", "f(\"(\", g(a)|{", false},
        {"c", "x = 1;\nf(a)|{", true},
        {"cpp", "auto f = [](int a)|{", true},
        {"cpp", "if (any(a, [](int b)|{", true},
        {"cpp", "a &operator=(b)|{", true},
        {"java", "a = new B(c)|{", true},
        {"java", "f(new B(c)|{", true},
        {"javascript", "x = function (a)|{", true},
        {"javascript", "f(async function g(a)|{", true},
        {"javascript", "f({ g(a)|{", true},
        {"go", "if x := f(a)|{", true},
        {"go", "f(func(a int)|{", true},
        {"rust", "let x = match f(a)|{", true},
        {"kotlin", "val x = f(a)|{", true},
        {"rust", "if let Some(a) = f(b)\n    && let Some(c) = f(a)|{", true},
        {"cpp", "concept c = requires(a b)|{", true},
        {"cpp", "f(decltype(a)|{", true},
        {"c", "// x = f(a)|{", true},
        {"go", "_, ok := f(a); ok|{", false},
        {"go", "sum := add(a, b int) int|{", false},
        {"go", "return add(a) int|{", false},
        {"typescript", "const x = y && f(a): T|{", false},
        {"rust", "let x = f(a) -> T|{", false},
        {"go", "add := func(a, b int) int|{", true},
        {"cpp", "auto f = [](int a) mutable|{", true},
        {"typescript", "const x = { f(a): T|{", true},
        {"typescript", "x = (a) => f(b)\n  f(a): T|{", true},
        {"go", "func f() {\n\tx = a == b|{", false},
        {"go", "var x int\nfunc (s *Shop)|{", false},
        {"go", "var x int\nfunc (s *Shop) f(a int)|{", true},
        {"go", "var x int\nfunc f(a int)|{", true},
        {"go", "func f() {\n\tfunc (s *Shop)|{", true},
        {"go", "var x = func (s *Shop)|{", true},
        {"go", "if _, ok := f(a); ok|{", true},
        {"go", "if x == nil ||\n    y != a|{", true},
        {"rust", "let x = match a == b|{", true},
        {"rust", "let x = A|{", true},
        {"typescript", "const x = a as|{", true},
        {"typescript", "const x = a == b ? f(() => c|{", true},
        {"java", "boolean a(int b) throws C|{", true},
        {"c", "x = 1;\nstruct a|{", true},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

// G2
static void test_what_may_be_typed_or_assigned(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"python", "return self.active|:", false},
        {"python", "assert a is None|:", false},
        {"python", "x = f(a)|:", false},
        {"python", "f(\n    a|:", false},
        {"python", "if s.code|=", false},
        {"python", "return a|=", false},
        {"python", "if a is None|:", true},
        {"python", "else|:", true},
        {"python", "self.active|:", true},
        {"python", "a[f(b)]|:", true},
        {"python", "def f(\n    a\n) -> b|:", true},
        {"python", "def f(a|:", true},
        {"python", "f(lambda a|:", true},
        {"python", "x = lambda a|:", true},
        {"python", "x = lambda a|=", true},
        {"python", "x = {a|:", true},
        {"python", "if a and \\\n    b == c|:", true},
        {"python", "if a: b|=", true},
        {"python", "if a: return b|=", false},
        {"python", "import a; b|=", true},
        {"python", "a = 1; b|:", true},
        {"python", "type A|=", true},
        {"python", "x: A|=", true},
        {"python", "if \"\\\"\" in a|:", true},
        {"python", "if \"\\\\\" in a|:", true},
        {"python", "return \"\\\\\" in a|:", false},
        {"python", "f(a|=", true},
        {"python", "a, b.c[d]|=", true},
        {"python", "\"\"\"It's so\n\nReturns this|:", true},
        {"python", "# Returns this|:", true},
        {"c", "return a|:", true},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

// What stands before the first of the ids nobody knows: the line may have begun there, or gone on from another one.
static void test_a_line_out_of_sight(void **state) {
    (void)state;
    static const struct {
        const char *language, *text;
        uint32_t from; // of the ids
    } rows[] = {
        {"go", "if x := f(a); x && g(a)|{", 2},
        {"python", "if a and \\\n    b == c|:", 5},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct place place = place_of(rows[i].text);
        struct brackets brackets;
        brackets_init(&brackets, language_of_id(rows[i].language), false);
        if (!grammar_allows(&place.document, &brackets, place.ids.items + rows[i].from,
                            (uint32_t)place.ids.count - rows[i].from)) {
            fail_msg("%s: %s", rows[i].language, rows[i].text);
        }
        place_free(&place);
    }
}

// G3
static void test_who_has_a_self(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"python", "def f(|self", false},
        {"rust", "fn f(|self", false},
        {"rust", "pub fn f(&mut |self", false},
        {"python", "class A:\n    def f(|self", true},
        {"rust", "    fn f(&|self", true},
        {"python", "f(|self", true},
        {"rust", "use |self", true},
        {"python", "def f(a, |self", true},
        {"python", "'def f(|self", true},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
    struct world world =
        world_of("a.py", "class A:\n    def read(self):\n        pass\n\n    def reach(self):\n");
    assert_false(any_says(&world, "b.py", "def r|\n", "self"));
    assert_false(any_says(&world, "b.py", "def read(s|\n", "elf"));
    assert_true(any_says(&world, "b.py", "class B:\n    def r|\n", "self"));
    assert_true(any_says(&world, "b.py", "def read(self|\n", "):"));
    world_free(&world);
}

// G4
static void test_what_a_method_begins_with(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"python", "class A:\n    def f(|name", false},
        {"python", "class A:\n    def f(|)", false},
        {"python", "class A(B):\n    x = 1\n\n    @cached\n    async def f(|name", false},
        {"python", "class A:\n    def g(self):\n        pass\n\n    def f(|name", false},
        {"python", "class A:\n    def f(|self", true},
        {"python", "class A:\n    def f(|cls", true},
        {"python", "class A:\n    def f(self, |name", true},
        {"python", "class A:\n    @staticmethod\n    def f(|name", true},
        {"python", "class A:\n    @cached\n    @staticmethod\n    def f(|name", true},
        {"python", "class A:\n    @staticmethod\n    def g(name):\n        pass\n\n    def f(|name", false},
        {"python", "class A:\n    def g(self):\n        def f(|name", true},
        {"python", "if A:\n    def f(|name", true},
        {"python", "def f(|name", true},
        {"python", "class A:\n    x = g(|name", true},
        {"python", "class A:\n    '''as def f(|name", true},
        {"ruby", "class A\n    def f(|name", true},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
    struct world world = world_of("a.py", "def read(name):\n    pass\n\ndef reach(name):\n    pass\n");
    assert_false(any_says(&world, "b.py", "class B:\n    def r|\n", "name"));
    assert_true(any_says(&world, "b.py", "class B:\n    def read(na|\n", "me"));
    assert_true(any_says(&world, "b.py", "def r|\n", "name"));
    world_free(&world);
}

// A condition's colon, and a loop's brace, are not said behind what is no condition.
static void test_says_nothing_a_line_may_not_have(void **state) {
    (void)state;
    struct world world = world_of(
        "a.py",
        "def f(door):\n    if door.key is None:\n        pass\n    if door.key is None:\n        pass\n");
    assert_false(any_begins(&world, "b.py", "def g(door):\n    assert door.key is None|\n", ":"));
    assert_true(any_begins(&world, "b.py", "def g(door):\n    if door.key is None|\n", ":"));
    world_free(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_half_a_word_is_no_word),
        cmocka_unit_test(test_half_a_name_of_the_file),
        cmocka_unit_test(test_words_stand_apart),
        cmocka_unit_test(test_closes_what_it_opens),
        cmocka_unit_test(test_comments_behind_code_are_rare),
        cmocka_unit_test(test_few_words_alone_are_told),
        cmocka_unit_test(test_a_line_may_be_over),
        cmocka_unit_test(test_nothing_is_assigned_to_itself),
        cmocka_unit_test(test_code_is_no_comment),
        cmocka_unit_test(test_a_call_is_no_definition),
        cmocka_unit_test(test_other_languages_say_nothing),
        cmocka_unit_test(test_prose_says_little),
        cmocka_unit_test(test_comments_are_less_sure),
        cmocka_unit_test(test_where_a_block_may_open),
        cmocka_unit_test(test_what_may_be_typed_or_assigned),
        cmocka_unit_test(test_says_nothing_a_line_may_not_have),
        cmocka_unit_test(test_a_line_out_of_sight),
        cmocka_unit_test(test_who_has_a_self),
        cmocka_unit_test(test_what_a_method_begins_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
