// binding_test.c - where a name gets its meaning within a function, by its line.
#include "retrieval/binding.h"
#include "tests/unit/unit.h"

#include <stdio.h>

// The name is `it` everywhere.
static const struct {
    const char *path, *line;
    bool binds;
} lines[] = {
    // A word before it says so.
    {"a.py", "        def it(key):", true},
    {"a.py", "        class it:", true},
    {"a.ts", "  const it = (a: B) => {", true},
    {"a.ts", "  const it: Type = 1", true},
    {"a.ts", "  function it() {", true},
    {"a.rs", "    let it = |x| x + 1;", true},
    {"a.rs", "    let mut it = 1;", true},
    {"a.rs", "    fn it() -> u8 {", true},
    {"a.go", "\ttype it struct {", true},
    {"a.go", "\tconst it = 3", true},
    {"a.c", "    struct it {", true},
    {"a.java", "    class it extends Base {", true},
    {"a.kt", "    val it = 1", true},
    {"a.lua", "  local it = 1", true},
    {"a.kt", "    fun it(a: Int) {", true},
    {"a.rs", "    take(&mut it);", false},
    {"a.c", "    struct it *p = a;", false},
    {"a.c", "    f((struct it *)p);", false},
    {"a.cc", "  const it &p = a;", false},
    {"a.cc", "  class it;", false},
    {"a.ts", "import { type it } from 'a'", false},
    // An assignment begins a statement.
    {"a.py", "    it = 1", true},
    {"a.py", "    it: int = 1", true},
    {"a.py", "    a, it, b = c()", true},
    {"a.go", "\tit := func(end int) {", true},
    {"a.go", "\tit, err := f()", true},
    {"a.go", "\tfor a, it := range b {", true},
    {"a.php", "    $it = 1;", true},
    {"a.py", "    it == 1", false},
    {"a.py", "    f(a, it=1)", false},
    {"a.py", "    it=1,", false},
    {"a.py", "    self.it = 1", false},
    {"a.py", "    it.a = 1", false},
    {"a.py", "    it[a] = 1", false},
    {"a.c", "    *it = 1;", false},
    {"a.c", "    .it = 1,", false},
    {"a.ts", "  it => 1", false},
    {"a.c", "    if (it) {", false},
    {"a.c", "    it(a);", false},
    // A type before it, and the end of its declaration behind.
    {"a.c", "    unsigned long it;", true},
    {"a.c", "    const struct a *it = b;", true},
    {"a.c", "    char a, it[8];", false}, // a list's first alone
    {"a.c", "    char it[8];", true},
    {"a.cc", "  std::vector<int> it;", true},
    {"a.cc", "  auto it = [&](int a) {", true},
    {"a.java", "    List<String> it = f();", true},
    {"a.c", "    it a = b;", false},
    {"a.c", "    return it;", false},
    {"a.c", "    goto it;", false},
    {"a.go", "\tgo it, a", false},
    {"a.js", "  in it;", false},
    {"a.cc", "  delete it;", false},
    {"a.rb", "    puts it, a", false},
    {"a.c", "    case it:", false},
    // There is none in documents and data.
    {"a.md", "let it = 1", false},
    {"a.unknown", "let it = 1", false},
};

static void test_which_lines_bind(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char text[128];
        int length = snprintf(text, sizeof text, "first = it\n%s\nit = 2\n", lines[i].line);
        struct slice whole = slice_of(text, (size_t)length);
        size_t at = slice_find_word(whole, SLICE_LITERAL("it"), sizeof "first = it");
        if (binding_is_at(whole, at, at + 2, language_of_path(lines[i].path)) != lines[i].binds) {
            fail_msg("%zu: \"%s\" of %s", i, lines[i].line, lines[i].path);
        }
    }
}

static void test_rims(void **state) {
    (void)state;
    const struct language *python = language_of_path("a.py");
    assert_false(binding_is_at(SLICE_LITERAL("it"), 0, 2, python));
    assert_false(binding_is_at(SLICE_LITERAL("it ="), 1, 1, NULL));
    assert_true(binding_is_at(SLICE_LITERAL("it ="), 0, 2, python));
    assert_true(binding_is_at(SLICE_LITERAL("it :="), 0, 2, python));
    assert_false(binding_is_at(SLICE_LITERAL("it :"), 0, 2, python));
    assert_false(binding_is_at(SLICE_LITERAL("it ,"), 0, 2, python));
}

// What begins a line too long to be read is not known, but the word before the name is.
static void test_long_lines(void **state) {
    (void)state;
    static char text[20000];
    const struct language *c = language_of_path("a.c"), *rust = language_of_path("a.rs");
    for (size_t length = 300; length < sizeof text; length += 4925) {
        memset(text, ' ', length);
        memcpy(text + length - 8, "let it =", 8);
        text[0] = '(';
        assert_true(binding_is_at(slice_of(text, length), length - 4, length - 2, rust));
        memcpy(text + length - 8, "int it =", 8);
        assert_false(binding_is_at(slice_of(text, length), length - 4, length - 2, c));
        text[length - 200] = '\n';
        assert_true(binding_is_at(slice_of(text, length), length - 4, length - 2, c));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_lines_bind),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_rims),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
