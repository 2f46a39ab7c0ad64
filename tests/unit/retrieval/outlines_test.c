// outlines_test.c - of which type the members are listed, and which of them.

#include "records.h"
#include "retrieval/outlines.h"
#include "tests/unit/unit.h"

enum { FILES = 2, LIMIT = 4 };

#define FAR "\n\n\n\n\n\n\n\n\n\n\n\n" // more lines than a name counts for

static const struct {
    const char *path, *text;
} files[FILES] = {
    {"store/reader.py",
     "class Reader:\n    def _fill(self):\n        pass\n\n    def read(self, size):\n        pass\n\n"
     "    def close(self):\n        pass\n\n\nclass Other:\n    def shut(self):\n        pass\n"},
    {"store/wide.py", "class Wide:\n    def a(self):\n        pass\n    def b(self):\n        pass\n"
                      "    def c(self):\n        pass\n    def d(self):\n        pass\n"},
};

struct row {
    const char *text;     // of the open file; the cursor is at its end
    const char *expected; // names
};

static void check(const struct row *row) {
    struct record *records[FILES + 1];
    for (int i = 0; i < FILES; i++) {
        records[i] = record_of(files[i].path, files[i].text);
    }
    struct record *open = record_of("app.py", row->text);
    records[FILES] = record_retain(open);
    struct pinned pinned;
    pin_records(&pinned, records, FILES + 1);
    const struct snapshot *snapshot = pinned.snapshot;
    struct snapshot_file self;
    struct query query;
    struct imports imports;
    struct definition found[LIMIT];
    struct str got;
    str_init(&got);
    assert_true(snapshot_find(snapshot, SLICE_LITERAL("app.py"), &self));
    query_init(&query, SLICE_LITERAL("app.py"), slice_of_string(row->text), strlen(row->text), NULL);
    imports_init(&imports, snapshot, query.path, open->language, open->imports, open->import_count);
    size_t count = outlines_find(snapshot, &query, &imports, &self, LIMIT, found);
    for (size_t i = 0; i < count; i++) {
        const struct symbol *symbol = segment_symbol(snapshot->segments[found[i].segment], found[i].id);
        str_append_format(&got, "%s%s", i ? " " : "", symbol->name);
    }
    assert_string_equal(got.data, row->expected);
    str_free(&got);
    query_free(&query);
    imports_free(&imports);
    unpin_records(&pinned);
    record_release(open);
}

static void test_outlines(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"x = Reader(", "Reader read close _fill"}, // what is private comes last
        {"x = Other(", "Other shut"},
        {"x = Wide(", "Wide a b c"},                         // no more than asked for
        {"Other()\nx = Reader(", "Reader read close _fill"}, // the nearest
        {"r = Other()" FAR "Reader()\nr.", "Other shut"},    // the type of what stands left of the "."
        {"x = Reader" FAR, ""},
        {"class Reader:\n    pass\nx = Reader(", ""}, // the open file has its own
        {"x = read(", ""},                            // no type
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check(&rows[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_outlines)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
