// chunk_more_test.c - chunks of C#, Kotlin, Swift, Scala, Ruby and PHP: what those of a class are called, that
// no input breaks them, and what the text around the definitions uses.
#include "symbols_check.h"
#include "tests/unit/unit.h"

#include <stdio.h>

// A class of methods, each about as large as a chunk should be.
static const struct class_case {
    const char *language, *open, *head, *tail, *line, *end, *close, *kind;
} classes[] = {
    {"csharp", "class Server\n{\n", "    int Method", "(int a)\n    {\n",
     "        value = Compute(value, a);\n", "    }\n", "}\n", "method"},
    {"kotlin", "class Server {\n", "    fun Method", "(a: Int) {\n", "        value = compute(value, a)\n",
     "    }\n", "}\n", "method"},
    {"swift", "class Server {\n", "    func Method", "(_ a: Int) {\n", "        value = compute(value, a)\n",
     "    }\n", "}\n", "method"},
    {"scala", "class Server:\n", "  def Method", "(a: Int): Unit =\n", "    value = compute(value, a)\n",
     "\n", "\n", "method"},
    {"ruby", "class Server\n", "  def Method", "(a)\n", "    @value = compute(@value, a)\n", "  end\n",
     "end\n", "method"},
    {"php", "<?php\nclass Server {\n", "    function Method", "($a) {\n",
     "        $this->value = compute($this->value, $a);\n", "    }\n", "}\n", "method"},
};

enum { CLASSES = sizeof classes / sizeof classes[0], METHODS = 5, LINES = 50 };

static void write_class(const struct class_case *it, struct str *out) {
    str_append_string(out, it->open);
    for (int method = 0; method < METHODS; method++) {
        str_append_format(out, "%s%d%s", it->head, method, it->tail);
        for (int line = 0; line < LINES; line++) {
            str_append_string(out, it->line);
        }
        str_append_string(out, it->end);
    }
    str_append_string(out, it->close);
}

static void check_chunk(const struct record *record, struct slice text, int method, const char *kind) {
    char name[16];
    snprintf(name, sizeof name, "Method%d", method);
    size_t at = slice_find(text, slice_of_string(name), 0);
    uint32_t i = 0;
    while (i < record->chunk_count && record->chunks[i].end_byte <= at) {
        i++;
    }
    assert_true(i < record->chunk_count);
    assert_string_equal(record->chunks[i].name, name);
    assert_string_equal(record->chunks[i].scope, "Server");
    assert_string_equal(record->chunks[i].kind, kind);
}

static void test_methods_carry_their_class(void **state) {
    (void)state;
    for (size_t i = 0; i < CLASSES; i++) {
        struct str text;
        str_init(&text);
        write_class(&classes[i], &text);
        struct record *record = extract(classes[i].language, "server", str_slice(&text));
        for (int method = 1; method < METHODS; method++) {
            check_chunk(record, str_slice(&text), method, classes[i].kind);
        }
        record_release(record);
        str_free(&text);
    }
}

static void test_imports_stay_apart(void **state) {
    (void)state;
    static const struct {
        const char *language, *text;
    } files[] = {
        {"csharp", "// Head.\nusing A;\nusing B.C;\nclass D { int e; }\n"},
        {"kotlin", "// Head.\nimport a.b\nimport c.d\nval e = 1\n"},
        {"swift", "// Head.\nimport A\nimport B\nlet e = 1\n"},
        {"scala", "// Head.\nimport a.b\nimport c.d\nval e = 1\n"},
        {"php", "<?php\nfunction e() {}\nuse A\\B;\nuse C\\D;\n"},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct record *record = extract(files[i].language, "a", slice_of_string(files[i].text));
        assert_int_equal(record->chunk_count, 2);
        bool first = strcmp(files[i].language, "php") != 0;
        assert_string_equal(record->chunks[first ? 0 : 1].kind, "import");
        assert_string_not_equal(record->chunks[first ? 1 : 0].kind, "import");
        record_release(record);
    }
}

static void test_hard_inputs(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",
        "x",
        "}}}} ]] )) class struct def fun func enum {{{ ((",
        "class A { void f( { int x = ; } class B : {",
        "\"unclosed\n'also\n`again\n/* never closed",
        "<?php class A { function f( { <?= ?> <html>",
        "<<~A\n#{<<~B}\n",
        "\"\"\"\n${a{\"${b}",
        "a\xff\xfe\x80(\xc3 {\n\xed\xa0\x80 }\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        for (size_t j = 0; j < CLASSES; j++) {
            record_release(extract(classes[j].language, "hard", slice_of_string(texts[i])));
        }
    }
}

static void test_deep_nesting(void **state) {
    (void)state;
    static const char *const nests[][4] = {
        {"csharp", "namespace a { ", "class b { } ", "} "},
        {"kotlin", "class A {\n", "val x = 1\n", "}\n"},
        {"swift", "class A { ", "var x = 1 ", "} "},
        {"scala", "object A { ", "val x = 1 ", "} "},
        {"ruby", "module A\n", "X = 1\n", "end\n"},
        {"php", "<?php if (1) { ", "function f() {} ", "} "},
    };
    for (size_t i = 0; i < sizeof nests / sizeof nests[0]; i++) {
        struct str text;
        str_init(&text);
        for (size_t part = 1; part < 4; part++) {
            for (int depth = 0; depth < (part == 2 ? 1 : 500); depth++) {
                str_append_string(&text, nests[i][part]);
            }
        }
        record_release(extract(nests[i][0], "deep", str_slice(&text)));
        str_free(&text);
    }
}

static void test_references(void **state) {
    (void)state;
    check_references("csharp", "class A : Base { int F() { Helper(1); a.Method(2); return new Thing(); } }\n",
                     "Helper Method", "Base Thing");
    check_references("kotlin", "class A : Base() { fun f(b: Bar) { helper(1); b.method(2) } }\n",
                     "helper method", "Base Bar");
    check_references("swift", "class A: Base { func f(b: Bar) { helper(1); b.method(2) } }\n",
                     "helper method", "Base Bar");
    check_references("scala", "class A extends Base { def f(b: Bar) = { helper(1); b.method(2) } }\n",
                     "helper method", "Base Bar");
    check_references("ruby",
                     "class A < Base\n  def f(b)\n    helper(1)\n    b.method(2)\n    Bar.new\n  end\nend\n",
                     "helper method", "Base Bar");
    check_references("php",
                     "<?php class A extends Base { function f(Bar $b) { helper(1); $b->method(2); } }\n",
                     "helper method", "Base Bar");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_methods_carry_their_class),
        cmocka_unit_test(test_imports_stay_apart),
        cmocka_unit_test(test_hard_inputs),
        cmocka_unit_test(test_deep_nesting),
        cmocka_unit_test(test_references),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
