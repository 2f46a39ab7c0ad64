// receivers_test.c - which types stand behind what stands left of the ".".

#include "records.h"
#include "retrieval/receivers.h"
#include "tests/unit/unit.h"

enum { FILES = 6 };

static const struct {
    const char *path, *text;
} files[FILES] = {
    {"loop.h",
     "struct loop_s {\n    int count;\n};\ntypedef struct loop_s loop_t;\nloop_t *loop_default(struct "
     "place *place);\n"},
    {"base.py", "class Base:\n    def close(self):\n        pass\n\n\nclass Reader(Base):\n    pass\n\n\n"
                "def reader_of(path: Wrong) -> Reader:\n    pass\n"},
    {"many_a.py", "class Twice:\n    def a(self):\n        pass\n"},
    {"many_b.py", "class Twice:\n    def b(self):\n        pass\n"},
    {"app.ts", "class Shelf extends Board {\n  books: Book[];\n}\n"},
    {"jar.rs", "impl Jar {\n    pub fn lid(&mut self, on: bool) -> &mut Self {\n        self\n    }\n}\n"},
};

struct row {
    const char *path, *text; // of the open file; the cursor is at its end
    const char *type;
    bool follows;
};

static void check(const struct row *row) {
    struct record *records[FILES + 1];
    for (int i = 0; i < FILES; i++) {
        records[i] = record_of(files[i].path, files[i].text);
    }
    struct record *open = record_of(row->path, row->text);
    records[FILES] = record_retain(open);
    struct pinned pinned;
    pin_records(&pinned, records, FILES + 1);
    struct snapshot_file self;
    struct query query;
    struct imports imports;
    struct slice text = slice_of_string(row->text);
    assert_true(snapshot_find(pinned.snapshot, slice_of_string(row->path), &self));
    query_init(&query, slice_of_string(row->path), text, text.length, NULL);
    imports_init(&imports, pinned.snapshot, query.path, open->language, open->imports, open->import_count);
    receivers_follow(pinned.snapshot, &query, &imports, &self, open, (uint32_t)slice_count(text, '\n'));
    bool follows = map_get(&query.receivers.keys, segment_exact_key(slice_of_string(row->type))) != NULL;
    if (follows != row->follows) {
        fail_msg("%s is%s among the types after \"%s\"", row->type, follows ? "" : " not", row->text);
    }
    assert_true(query.receivers.names.count <= RECEIVERS_NAMES);
    query_free(&query);
    imports_free(&imports);
    unpin_records(&pinned);
    record_release(open);
}

static void test_what_follows(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"a.c", "loop_t *loop;\nloop->", "loop_s", true},                // a typedef's struct
        {"a.c", "int x = 0;\nx = loop_default();\nx->", "loop_s", true}, // a function's, a step further
        {"a.c", "int x = 0;\nx = loop_default();\nx->", "place", false}, // not its parameter's
        {"a.py", "r = Reader()\nr.", "Base", true},                      // a base
        {"a.py", "r = reader_of(p)\nr.", "Reader", true},
        {"a.py", "r = reader_of(p)\nr.", "Base", true},
        {"a.py", "r = reader_of(p)\nr.", "Wrong", false},
        {"a.py", "class Own(Base):\n    pass\n\nr = Own()\nr.", "Base", true}, // of the open file
        {"a.py", "class Own(Base):\n    def f(self):\n        self.", "Own", true},
        {"a.py", "class Own(Base):\n    def f(self):\n        self.", "Base", true},
        {"a.py", "class Own(Base):\n    def f(self):\n        other.", "Own", false},
        {"a.ts", "const s = new Shelf();\ns.", "Board", true},
        {"a.py", "reader_of(p).", "Reader", true},
        {"a.c", "loop_default(place_of(1))->", "loop_s", true},
        {"a.rs", "fn f() {\n    jar.lid(true)\n        .", "Jar", true}, // returns Self
        {"a.py", "r = Reader()\nr", "Reader", false},                    // no "."
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check(&rows[i]);
    }
}

// Follows names round in a circle, and no more than its limit.
static void test_limits(void **state) {
    (void)state;
    struct str text;
    str_init(&text);
    str_append_string(&text, "class Left(Right):\n    pass\n\n\nclass Right(Left):\n    pass\n\n\n");
    for (int i = 0; i < 60; i++) {
        str_append_format(&text, "x = Kind%d(1)\n", i);
    }
    str_append_string(&text, "x = Left()\nx.");
    check(&(struct row){"a.py", text.data, "Left", true});
    str_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_what_follows), cmocka_unit_test(test_limits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
