// repository_taken_test.c - what a block has already is not declared in it once more.
#include "tests/unit/backends/place.h"
#include "tests/unit/backends/predict_world.h"

#include "backends/repository_taken.h"

// T1
static void test_a_name_that_is_taken(void **state) {
    (void)state;
    static const struct {
        const char *language, *text;
        bool taken;
    } rows[] = {
        {"python", "def f(a):\n    pass\n\ndef |f", true},
        {"python", "def |f\n\ndef f(a):\n    pass\n", true},
        {"go", "func f(a int) {\n}\n\nfunc |f", true},
        {"python", "class A:\n    def f(self):\n        pass\n\n    def |f", true},
        {"python", "class A:\n    async def f(\n        self,\n    ):\n        pass\n\n    def |f", true},
        {"python", "class A:\n    def f(self):\n        pass\n\nclass B:\n    def |f", false},
        {"python", "class A:\n    def |f\n\nclass B:\n    def f(self):\n        pass\n", false},
        {"python", "def f(a):\n    pass\n\ndef |ff", false},
        {"python", "def ff(a):\n    pass\n\ndef |f", false},
        {"python", "def f(a):\n    def |f", false},
        {"python", "x = f(a)\ndef |f", false},
        {"python", "def f(a): ...\ndef |f", false},
        {"python", "def f(a):\n    pass\n\nreturn |f", false},
        {"python", "class A:\n    def f(self):\n        pass\n\n    @f.setter\n    def |f", false},
        {"rust", "#[cfg(unix)]\nfn f() {\n}\n\n#[cfg(windows)]\nfn |f", false},
        {"python", "@cached\ndef f(a):\n    pass\n\n@cached\ndef |f", true},
        {"rust", "pub(crate) fn f() {\n}\n\nfn |f", true},
        {"javascript", "test('the func f', () => {\n})\ntest('the func |f", false},
        {"typescript", "function f(a: A): void\nfunction |f", false},
        {"python", "@overload\ndef f(\n    a: int\n): ...\n\ndef |f", false},
        {"python", "@a.register\n@overload\ndef f(\n    a: int\n): ...\n\n@cached\ndef |f", false},
        {"python", "class A:\n    @property\n    def |f\n\n    @f.setter\n    def f(self):\n        pass\n",
         false},
        {"python", "@g.register\ndef _(a: A):\n    pass\n\n@g.register\ndef |_", false},
        {"rust", "#[cfg(unix)]\nfn f() {\n}\n\nfn |f", false},
        {"go", "func init() {\n}\n\nfunc |init", false},
        {"swift", "func f(a: A) {\n}\n\nfunc |f", false},
        {"scala", "def f(a: A) = {\n}\n\ndef |f", false},
        {"no such language", "def f(a):\n    pass\n\ndef |f", false},
        {"python", "|f", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct place place = place_of(rows[i].text);
        const struct language *language = language_of_id(rows[i].language);
        if (taken_name(&place.document, language, place.ids.items, (uint32_t)place.ids.count) !=
            rows[i].taken) {
            fail_msg("%s: %s", rows[i].language, rows[i].text);
        }
        place_free(&place);
    }
}

struct line_row {
    const char *language, *text; // the line goes on behind the cursor
    bool taken;
};

static void check_lines(const struct line_row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct place place = place_of(rows[i].text);
        struct str line = place_line(&place, rows[i].text);
        size_t taken = taken_line(&place.document, language_of_id(rows[i].language), str_slice(&line));
        if ((taken > 0) != rows[i].taken) {
            fail_msg("%s: %s", rows[i].language, rows[i].text);
        }
        str_free(&line);
        place_free(&place);
    }
}

// T2
static void test_a_line_that_is_taken(void **state) {
    (void)state;
    static const struct line_row rows[] = {
        {"java", "class A {\n    public void f() {\n    }\n\n    |public void f() {\n}\n", true},
        {"java", "class A {\n    |public void f() {\n\n    public void f() {\n    }\n}\n", true},
        {"java", "class A {\n    public void f() {\n    }\n\n    |public void f(int a) {\n}\n", false},
        {"java", "class A {\n    void f() {\n    }\n}\n\nclass B {\n    |void f() {\n}\n", false},
        {"java", "class A {\n    private A a = new A();\n    |private A a = new A();\n", true},
        {"cpp", "int A::f(int a) {\n}\n\n|int A::f(int a) {", true},
        {"cpp", "TEST(A, f) {\n}\n\n|TEST(A, f) {", true},
        {"c", "TEST(f)\nTEST(g)\n|TEST(f)", true},
        {"go", "func (a *A) f() {\n}\n\n|func (a *A) f() {", true},
        {"go", "type A struct {\n}\n\n|type A struct {", true},
        {"rust", "struct A<T> {\n}\n\n|struct A<T> {", true},
        {"typescript", "d('a', () => {\n  it('is a', () => {\n  })\n  |it('is a', () => {\n})\n", true},
        {"c", "struct a *a;\nunsigned int b, c;\n|struct a *a;", true},
        {"c", "void f(void) {\n    if (a) {\n    }\n    |if (a) {\n}\n", false},
        {"c", "void f(void) {\n    g(a);\n    |g(a);\n}\n", false},
        {"c", "void f(void) {\n    TEST(a) {\n    }\n    |TEST(a) {\n}\n", false},
        {"c", "    return a;\n    |return a;", false},
        {"c", "typedef enum {\n    A\n} a;\n\n|typedef enum {", false},
        {"cpp", "namespace a {\n}\nnamespace b {\n}\n|namespace a {", false},
        {"cpp", "template <typename T,\n          typename U>\nint a;\n|template <typename T,", false},
        {"rust", "impl A {\n}\n\n|impl A {", false},
        {"rust", "    let a = b;\n    |let a = b;", false},
        {"javascript", "f(a, (b) => {\n});\n|f(a, (b) => {", false},
        {"css", "a b {\n}\n|a b {", false},
        {"no such language", "int f() {\n}\n|int f() {", false},
        {"c", "#if A\nint f(int a) {\n}\n#else\n|int f(int a) {\n}\n#endif\n", false},
        {"c", "# if A\nint f(int a) {\n}\n# else\n|int f(int a) {\n}\n# endif\n", false},
        {"c", "#if A\n|int f(int a) {\n}\n#else\nint f(int a) {\n}\n#endif\n", false},
        {"c", "#if A\nint f(int a) {\n}\n#endif\n#if B\n|int f(int a) {\n}\n#endif\n", false},
        {"c", "#ifndef H\nint f(int a) {\n}\n#if A\n#else\n#endif\n|int f(int a) {", true},
        {"c", "int f(int a) {\n}\n#ifdef A\n|int f(int a) {", true},
        {"rust", "#[cfg(unix)]\nfn f() {\n}\n\n#[cfg(windows)]\n|fn f() {", false},
        {"java", "|", false},
    };
    check_lines(rows, sizeof rows / sizeof *rows);
}

// T4
static void test_an_import_that_is_taken(void **state) {
    (void)state;
    static const struct line_row rows[] = {
        {"c", "#include <a.h>\n#include <b.h>\n|#include <a.h>\n\nint a;\n", true},
        {"c", "|#include \"a.h\"\n\n#include \"a.h\"\n", true},
        {"c", "#include <a.h>\n|#include <b.h>\n", false},
        {"c", "#if A\n#include <a.h>\n#else\n|#include <a.h>\n#endif\n", false},
        {"python", "|from .a import b\nfrom .a import b\n", true},
        {"python", "def f():\n    import a\n\ndef g():\n    |import a\n", false},
        {"python", "from a import (\n    b)\n|from a import (\n", false},
        {"java", "import a.B;\n|import a.B;\n", true},
        {"typescript", "import {\n  a,\n} from 'a'\n|import {\n", false},
        {"rust", "use a::b;\n\nmod c {\n    |use a::b;\n}\n", false},
        {"no such language", "use a\n|use a\n", false},
    };
    check_lines(rows, sizeof rows / sizeof *rows);
}

// T3
static void test_a_type_or_method_that_is_taken(void **state) {
    (void)state;
    static const struct line_row rows[] = {
        {"go", "func (a *A) f(b int) {\n}\n\n|func (c *A) f() error {", true},
        {"go", "func (a A) f(b int) {\n}\n\nfunc (c *A) |f() error {", true},
        {"go", "|func (A) f() error {\n\nfunc (a *A[T]) f(b int) {\n}\n", true},
        {"go", "func (a *A) f(b int) {\n}\n\nfunc (a *A) f|(b int) (c *C) {",
         false}, // the person's own choice
        {"go", "func (a *A) f(b int) {\n}\n\n|func (b *B) f(b int) {", false},
        {"go", "func (a *A) f(b int) {\n}\n\n|func (a *A) ff(b int) {", false},
        {"go", "func f(b *A) {\n}\n\n|func (a *A) f() {", false},
        {"go", "type A struct {\n}\n\n|type A struct{}", true},
        {"java", "public class A {\n}\n\n|class A extends B {", true},
        {"java", "class A {\n    enum B {\n    }\n\n    private |enum B implements C {\n}", true},
        {"java", "class A {\n    enum B {\n    }\n}\nclass C {\n    |enum B {\n}", false},
        {"java", "class A {\n}\n\n|class AA extends B {", false},
        {"java", "class A {\n}\n\n|A a = new A();", false},
        {"python", "class A:\n    pass\n\n|class A(B):", true},
        {"rust", "pub(crate) struct A {\n}\n\n|pub(crate) struct A<T> {", true},
        {"rust", "#[cfg(unix)]\nstruct A {\n}\n\n#[cfg(windows)]\n|struct A {", false},
        {"rust", "impl A {\n    type B = C;\n    |type B = D;\n", false},
        {"kotlin", "enum class A {\n}\n\n|enum class B(val c: Int) {", false},
        {"kotlin", "enum class A {\n}\n\n|enum class A {", true},
        {"csharp", "record struct A(int B);\nrecord struct C {\n}\n\n|record struct D {", false},
        {"swift", "class A {\n    class func b() {\n    }\n    |class func c() {\n", false},
        {"swift", "class A {\n    class var b: B {\n    }\n    |class var c: C {\n", false},
        {"python", "with record as r:\n    pass\n|with record as r:", false},
        {"python", "for record in r:\n    pass\n|for record in r:", false},
        {"python", "async for record in r:\n    pass\n|async for record in r:", false},
        {"c", "struct a {\n};\n\n|struct a *f(void) {", false},
        {"no such language", "class A:\n    pass\n\n|class A(B):", false},
    };
    check_lines(rows, sizeof rows / sizeof *rows);
}

// What is there already is not offered by itself once more.
static void test_is_not_sure_of_what_is_there(void **state) {
    (void)state;
    struct world world = world_of("a.py", "def open_door(door):\n    pass\n");
    static const char *const documents[] = {"def open_door(door):\n    pass\n\ndef |\n",
                                            "def open_door(door):\n    pass\n\nde|\n"};
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        struct predictions found = ask(&world, "b.py", documents[i], 1, PREDICT_CANDIDATES);
        for (uint32_t k = 0; k < found.count; k++) {
            assert_true(!strstr(found.items[k].text.data, "open_door(") || found.items[k].confidence < 0.001);
        }
        predictions_free(&found);
    }
    struct predictions fresh = ask(&world, "b.py", "def |\n", 1, 1);
    assert_true(fresh.count == 1 && fresh.items[0].confidence >= 0.001);
    predictions_free(&fresh);
    struct predictions typed =
        ask(&world, "b.py", "def open_door(door):\n    pass\n\ndef open_door|\n", 1, 1);
    assert_true(typed.count == 1 && typed.items[0].confidence >= 0.001);
    predictions_free(&typed);
    world_free(&world);
}

// The next one that ends alike is offered instead, and of all that are asked for none that is there is sure.
static void test_offers_another_line(void **state) {
    (void)state;
    static const struct {
        const char *document;
        bool is_passed; // the line that is there would have been the first
    } rows[] = {
        {"class E {\n    public void open() {\n    }\n}\n\n"
         "class B {\n    public void |\n\n    public void open(int a) {\n    }\n}\n",
         true},
        {"class B {\n    public void |\n\n    public void open(int a) {\n    }\n}\n\n"
         "class E {\n    public void open() {\n    }\n}\n",
         false},
    };
    struct world world = world_of("A.java", "class A {\n    public void open() {\n    }\n}\n"
                                            "class C {\n    public void open(int a) {\n    }\n}\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct predictions found = ask(&world, "B.java", rows[i].document, 1, PREDICT_CANDIDATES);
        const struct prediction *best = &found.items[0], *there = &found.items[1];
        assert_true(found.count >= 2);
        assert_string_equal(best->text.data, "open() {");
        assert_true(best->confidence >= 0.001);
        assert_string_equal(there->text.data, "open(int a) {");
        assert_true(there->confidence < 0.001 && (there->score > best->score) == rows[i].is_passed);
        predictions_free(&found);
    }
    world_free(&world);
}

// A person who asks for several has no use for what is there.
static void test_offers_others_in_its_place(void **state) {
    (void)state;
    struct world world = world_of("A.java", "class A {\n    public void open() {\n    }\n}\n"
                                            "class C {\n    public void open(int a) {\n    }\n}\n");
    struct predictions found = ask(&world, "B.java",
                                   "class B {\n    public void |\n\n    public void open(int a) {\n"
                                   "    }\n}\n",
                                   1, 3);
    assert_string_equal(found.items[0].text.data, "open() {");
    for (uint32_t i = 0; i < found.count; i++) {
        assert_true(strncmp(found.items[i].text.data, "open(int", strlen("open(int")) != 0);
    }
    predictions_free(&found);
    world_free(&world);
}

// What stands before the name may be of another line.
static void test_how_much_says_so(void **state) {
    (void)state;
    static const struct {
        const char *text, *part; // the line stands behind the cursor
    } rows[] = {
        {"class A {\n    public void f() {\n    }\n\n|    public void f() {\n}\n", "    public void f"},
        {"    A a = new A();\n|    A a = new A();\n", "    A a"},
        {"it('is a', () => {\n})\n|it('is a', () => {\n", "it("},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct place place = place_of(rows[i].text);
        const char *line = strchr(rows[i].text, '|') + 1;
        place.document.indentation = slice_of(line, strspn(line, " "));
        assert_int_equal(
            taken_line(&place.document, language_of_id("java"), slice_of(line, strcspn(line, "\n"))),
            strlen(rows[i].part));
        place_free(&place);
    }
}

// Where the line is sure its head is all of it.
static void test_offers_no_head_that_is_taken(void **state) {
    (void)state;
    struct world world = world_of("A.java", "class A {\n    public void open() {\n    }\n}\n"
                                            "class C {\n    public void open() {\n    }\n}\n"
                                            "class D {\n    public void open() {\n    }\n}\n");
    struct predictions fresh = ask(&world, "B.java", "class B {\n    public void |\n}\n", 1, 1);
    assert_true(fresh.count == 1 && fresh.items[0].head > 0);
    predictions_free(&fresh);
    struct predictions found =
        ask(&world, "B.java", "class B {\n    public void open() {\n    }\n\n    public void |\n}\n", 1, 1);
    assert_true(found.count == 1 && found.items[0].confidence < 0.001 && found.items[0].head == 0);
    predictions_free(&found);
    world_free(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_name_that_is_taken),
        cmocka_unit_test(test_a_line_that_is_taken),
        cmocka_unit_test(test_an_import_that_is_taken),
        cmocka_unit_test(test_a_type_or_method_that_is_taken),
        cmocka_unit_test(test_is_not_sure_of_what_is_there),
        cmocka_unit_test(test_offers_another_line),
        cmocka_unit_test(test_offers_others_in_its_place),
        cmocka_unit_test(test_how_much_says_so),
        cmocka_unit_test(test_offers_no_head_that_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
