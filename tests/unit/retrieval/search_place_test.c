// search_place_test.c - the places that compilers, traces and people write.

#include "retrieval/search_place.h"
#include "tests/unit/unit.h"

static void test_notations(void **state) {
    (void)state;
    static const struct {
        const char *text, *path;
        uint32_t line;
        bool is_all;
    } cases[] = {
        {"dict.c:120", "dict.c", 120, true},
        {"src/dict.c:120:5", "src/dict.c", 120, true},
        {"src/dict.c:120-130", "src/dict.c", 120, true},
        {"\"src/dict.c:120\"", "src/dict.c", 120, true},
        {" src/dict.c:120:  ", "src/dict.c", 120, true},
        {"src/dict.c:120:5: error: 'x' undeclared", "src/dict.c", 120, false},
        {"src/dict.c:120:  return x;", "src/dict.c", 120, false}, // grep's
        {"In file included from ../src/a-b.c:3,", "../src/a-b.c", 3, false},
        {"  File \"scrapy/core/engine.py\", line 120, in f", "scrapy/core/engine.py", 120, false},
        {"File \"bin/a.ml\", line 3, characters 2-9:", "bin/a.ml", 3, false},
        {"at foo (src/x.ts:10:5)", "src/x.ts", 10, false},
        {"at org.foo.Bar.run(Bar.java:77)", "Bar.java", 77, false},
        {"   --> src/main.rs:10:5", "src/main.rs", 10, false},
        {"\t/home/me/go/x.go:12 +0x1d", "/home/me/go/x.go", 12, false},
        {"src\\x.cs(12,5): error CS1002", "src\\x.cs", 12, false},
        {"C:\\src\\x.c(12)", "\\src\\x.c", 12, false},
        {"at F() in x.cs:line 12", "x.cs", 12, false},
        {"thrown in /var/www/x.php on line 8", "/var/www/x.php", 8, false},
        {"https://host/a/b/x.c#L12", "//host/a/b/x.c", 12, false},
        {"Makefile:12", "Makefile", 12, true},
        {"\xc3\xbc/x.c:1", "\xc3\xbc/x.c", 1, true},
        {"src/dict.c", "src/dict.c", 0, true},
        {"'README'", "README", 0, true},
        {"who closes sockets", "who closes sockets", 0, true},
        {"a.c:0", "a.c:0", 0, true},
        {"a.c:12x", "a.c:12x", 0, true},
        {"a.c:123456789", "a.c:123456789", 0, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct search_place places[SEARCH_PLACES];
        size_t count = search_place_read(slice_of_string(cases[i].text), places);
        if (count != 1 || !slice_equal(places[0].path, slice_of_string(cases[i].path)) ||
            places[0].line != cases[i].line || places[0].is_all != cases[i].is_all) {
            fail_msg("\"%s\" is %zu places, the first \"%.*s\" line %u, %s", cases[i].text, count,
                     count ? (int)places[0].path.length : 0, count ? places[0].path.data : "",
                     count ? places[0].line : 0, count && places[0].is_all ? "all" : "not all");
        }
    }
}

static void test_traces_have_many(void **state) {
    (void)state;
    struct search_place places[SEARCH_PLACES];
    assert_int_equal(search_place_read(SLICE_LITERAL("f (a.js:1:2)\n  g (b/c.js:30:4)\n"), places), 2);
    assert_int_equal(places[1].line, 30);
    assert_true(slice_equal(places[1].path, SLICE_LITERAL("b/c.js")));
    struct str text;
    str_init(&text);
    for (int i = 0; i < 1000; i++) {
        str_append_string(&text, "a.c:1 ");
    }
    assert_int_equal(search_place_read(str_slice(&text), places), SEARCH_PLACES);
    str_free(&text);
    assert_int_equal(search_place_read(SLICE_LITERAL(""), places), 0);
    assert_int_equal(search_place_read(SLICE_LITERAL("two\nlines"), places), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_notations),
        cmocka_unit_test(test_traces_have_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
