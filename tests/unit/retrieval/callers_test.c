// callers_test.c - which calls of a function are shown to whoever writes it.

#include "records.h"
#include "retrieval/callers.h"
#include "tests/unit/unit.h"

enum { FILES = 4, FILLERS = 16, LIMIT = 2 };

struct row {
    const char *text; // of src/packet.py; the cursor is at "|"
    struct {
        const char *path, *text;
    } files[FILES];
    const char *expected; // "path:line ...", best first; lines from 1
};

// Enough of other things that no name is in a quarter of the chunks.
static uint32_t add_fillers(struct record **records) {
    for (int i = 0; i < FILLERS; i++) {
        char path[32], text[64];
        snprintf(path, sizeof path, "filler/f%d.py", i);
        snprintf(text, sizeof text, "def filler_%d():\n    return other_%d()\n", i, i);
        records[i] = record_of(path, text);
    }
    return FILLERS;
}

static void list_callers(const struct snapshot *snapshot, const char *text, size_t cursor, struct str *got) {
    struct snapshot_file self;
    struct query query;
    struct caller found[LIMIT];
    uint32_t line = 0;
    for (size_t i = 0; i < cursor; i++) {
        line += text[i] == '\n';
    }
    query_init(&query, SLICE_LITERAL("src/packet.py"), slice_of_string(text), cursor, NULL);
    assert_true(snapshot_find(snapshot, query.path, &self));
    size_t count =
        callers_find(snapshot, &query, snapshot_file(snapshot, self)->record, line, &self, LIMIT, found);
    for (size_t i = 0; i < count; i++) {
        str_append_format(got, "%s%s:%u", i ? " " : "", snapshot_file(snapshot, found[i].file)->record->path,
                          found[i].line + 1);
    }
    query_free(&query);
}

static void check(const struct row *row) {
    struct record *records[FILES + FILLERS + 1];
    uint32_t count = add_fillers(records);
    for (int i = 0; i < FILES && row->files[i].path; i++) {
        records[count] = record_of(row->files[i].path, row->files[i].text);
        records[count++]->taint = strstr(row->files[i].path, "test") ? TAINT_TEST : TAINT_OWN;
    }
    char text[512];
    const char *mark = strchr(row->text, '|');
    snprintf(text, sizeof text, "%.*s%s", (int)(mark - row->text), row->text, mark + 1);
    records[count++] = record_of("src/packet.py", text);
    struct pinned pinned;
    struct str got;
    str_init(&got);
    pin_records(&pinned, records, count);
    list_callers(pinned.snapshot, text, (size_t)(mark - row->text), &got);
    assert_string_equal(got.data, row->expected);
    str_free(&got);
    unpin_records(&pinned);
}

#define PACKET "def read_packet(size):\n    |\n    return size\n\ndef other():\n    pass\n"
#define CALL   "import packet\n\ndef main():\n    read_packet(4)\n"

static void test_callers(void **state) {
    (void)state;
    static const struct row rows[] = {
        {PACKET, {{"src/main.py", CALL}}, "src/main.py:4"},
        {"def read_packet(|size):\n    return size\n", {{"src/main.py", CALL}}, "src/main.py:4"},
        {"def read_packet(size):\n    a = 1\n    b = 2\n    c = 3\n    |\n    return size\n", // no more at the head
         {{"src/main.py", CALL}},
         ""},
        {"|\ndef read_packet(size):\n    return size\n", {{"src/main.py", CALL}}, ""},
        {"def get(size):\n    |\n    return size\n", {{"src/main.py", "get(4)\n"}}, ""}, // says too little
        {PACKET, {{"src/main.py", "# read_packet\nread_packets = 1\n"}}, ""},            // named, not called
        {PACKET, {{"src/main.py", "def read_packet():\n    pass\n"}}, ""},               // defined again
        {PACKET, // code before tests, near before far, a file once, no more than asked for
         {{"src/test_packet.py", CALL},
          {"far/away/main.py", CALL},
          {"src/main.py", CALL "    read_packet(5)\n"}},
         "src/main.py:4 far/away/main.py:4"},
        {PACKET, {{"src/test_packet.py", CALL}, {"src/main.py", CALL}}, "src/main.py:4 src/test_packet.py:4"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check(&rows[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_callers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
