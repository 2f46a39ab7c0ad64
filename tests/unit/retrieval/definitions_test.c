// definitions_test.c - which of several definitions a name near the cursor means.

#include "records.h"
#include "retrieval/definitions.h"
#include "tests/unit/unit.h"

enum { FILES = 4, LIMIT = 8 };

struct row {
    const char *path, *text; // the open file; the cursor is at its end
    struct {
        const char *path, *text;
    } files[FILES];
    const char *expected; // "path:line ...", nearest name first; lines from 1
};

static void check(const struct row *row) {
    struct record *records[FILES + 1];
    uint32_t count = 0;
    for (; count < FILES && row->files[count].path; count++) {
        records[count] = record_of(row->files[count].path, row->files[count].text);
        records[count]->taint = strstr(row->files[count].path, "test") ? TAINT_TEST : TAINT_OWN;
    }
    struct record *open = record_of(row->path, row->text);
    records[count++] = record_retain(open);
    struct pinned pinned;
    pin_records(&pinned, records, count);
    const struct snapshot *snapshot = pinned.snapshot;
    struct snapshot_file self;
    struct query query;
    struct imports imports;
    struct definition found[LIMIT];
    struct str got;
    str_init(&got);
    assert_true(snapshot_find(snapshot, slice_of_string(row->path), &self));
    query_init(&query, slice_of_string(row->path), slice_of_string(row->text), strlen(row->text), NULL);
    imports_init(&imports, snapshot, query.path, open->language, open->imports, open->import_count);
    size_t all = definitions_find(snapshot, &query, &imports, &self, LIMIT, found);
    for (size_t i = 0; i < all; i++) {
        const struct segment *segment = snapshot->segments[found[i].segment];
        uint32_t file = segment_file_of(&segment->fields[SEGMENT_SYMBOLS], found[i].id);
        str_append_format(&got, "%s%s:%u", i ? " " : "", segment->files[file].record->path,
                          segment_symbol(segment, found[i].id)->name_line + 1);
    }
    assert_string_equal(got.data, row->expected);
    str_free(&got);
    query_free(&query);
    imports_free(&imports);
    unpin_records(&pinned);
    record_release(open);
}

static void test_choice(void **state) {
    (void)state;
    static const struct row rows[] = {
        // the imported one, though another is nearer
        {"app/a.py",
         "from lib.util import load\nload(",
         {{"app/b.py", "def load(x):\n    pass\n"}, {"lib/util.py", "\ndef load(x):\n    pass\n"}},
         "lib/util.py:2"},
        // own code before tests
        {"app/a.py",
         "load(",
         {{"app/test_b.py", "def load(x):\n    pass\n"}, {"z/y/c.py", "def load(x):\n    pass\n"}},
         "z/y/c.py:1"},
        // the nearest file
        {"app/a.py",
         "load(",
         {{"z/y/c.py", "def load(x):\n    pass\n"}, {"app/b.py", "def load(x):\n    pass\n"}},
         "app/b.py:1"},
        // a name that the file defines itself
        {"app/a.py", "def load():\n    pass\nload(", {{"b.py", "def load(x):\n    pass\n"}}, ""},
        // the nearest name first, case told apart
        {"a.py",
         "open_door(read_key(",
         {{"b.py", "def open_door(k):\n    pass\n\ndef read_key(p):\n    pass\n"},
          {"c.py", "def READ_KEY(k):\n    pass\n"}},
         "b.py:4 b.py:1"},
        // a definition before its declaration, both in reach
        {"a.c",
         "#include \"b.h\"\nvoid f(void) { load_it(",
         {{"b.h", "int load_it(int x);\n"},
          {"b.c", "#include \"b.h\"\n\nint load_it(int x) {\n    return x;\n}\n"}},
         "b.c:3"},
        // far above the cursor's line
        {"a.py", "load()\n\n\n\nx = ", {{"b.py", "def load(x):\n    pass\n"}}, ""},
        {"a.py", "", {{"b.py", "def load(x):\n    pass\n"}}, ""},
        // a field is meant behind a member operator only
        {"a.c",
         "#include \"b.h\"\nvoid f(void) { int flags = 1; g(",
         {{"b.h", "struct box {\n    int flags;\n};\n"}},
         ""},
        {"a.c",
         "#include \"b.h\"\nvoid f(struct box *b) { g(b->flags, ",
         {{"b.h", "struct box {\n    int flags;\n};\n"}},
         "b.h:2 b.h:1"},
        // keys of data and headings are no definitions
        {"a.py",
         "x.load(",
         {{"b.json", "{\"load\": 1}\n"}, {"c.md", "# load\n"}, {"d.py", "def load(x):\n    pass\n"}},
         "d.py:1"},
        {"a.py", "x.load(", {{"b.json", "{\"load\": 1}\n"}, {"c.md", "# load\n"}}, ""},
        // words in a string are prose
        {"a.py", "say(\"load it\", ", {{"b.py", "def load(x):\n    pass\n"}}, ""},
        {"a.py", "say(\"\\\"\", load(", {{"b.py", "def load(x):\n    pass\n"}}, "b.py:1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check(&rows[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_choice)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
