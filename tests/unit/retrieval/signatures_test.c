// signatures_test.c - what moves a definition up and down the list.
#include "records.h"
#include "retrieval/chunks.h"
#include "retrieval/receivers.h"
#include "retrieval/signatures.h"
#include "tests/unit/unit.h"

#include <math.h>

enum { FILES = 5 };

#define FAR "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n" // more lines than a query weighs

struct row {
    const char *why;
    const char *path, *text; // the open file; the cursor is at "|"
    struct {
        const char *path, *text;
    } files[FILES];
    const char *better, *worse; // names; the first must stand before the second, which may be missing
};

struct ranked {
    struct pinned pinned;
    struct signature *signatures;
    size_t count;
};

static void rank(const struct row *row, struct ranked *out) {
    struct record *records[FILES];
    uint32_t count = 0;
    char text[2048];
    const char *mark = strchr(row->text, '|');
    snprintf(text, sizeof text, "%.*s%s", (int)(mark - row->text), row->text, mark + 1);
    for (; count < FILES && row->files[count].path; count++) {
        records[count] = record_of(row->files[count].path, row->files[count].text);
        records[count]->taint = strstr(row->files[count].path, "test") ? TAINT_TEST : TAINT_OWN;
    }
    struct record *open = record_of(row->path, text);
    pin_records(&out->pinned, records, count);
    const struct snapshot *snapshot = out->pinned.snapshot;
    struct query query;
    struct imports imports;
    struct chunks_found similar;
    query_init(&query, slice_of_string(row->path), slice_of_string(text), (size_t)(mark - row->text), NULL);
    imports_init(&imports, snapshot, query.path, open->language, open->imports, open->import_count);
    receivers_follow(snapshot, &query, &imports, NULL, open, 0);
    struct signatures_input input = {
        .snapshot = snapshot, .query = &query, .imports = &imports, .similar = &similar};
    chunks_lexical(snapshot, &query, NULL, &similar);
    out->signatures = signatures_rank(&input, &out->count);
    imports_free(&imports);
    query_free(&query);
    record_release(open);
}

static void drop(struct ranked *ranked) {
    free(ranked->signatures);
    unpin_records(&ranked->pinned);
}

static const struct symbol *symbol_at(const struct ranked *ranked, size_t i) {
    const struct segment *segment = ranked->pinned.snapshot->segments[ranked->signatures[i].segment];
    return segment_symbol(segment, ranked->signatures[i].id);
}

static size_t place_of(const struct ranked *ranked, const char *name) {
    for (size_t i = 0; i < ranked->count; i++) {
        if (strcmp(symbol_at(ranked, i)->name, name) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

static const struct row order_rows[] = {
    {"an imported file",
     "app.py",
     "from net import conn\nopen_channel = |\n",
     {{"other.py", "def channel_close(x):\n    pass\n"},
      {"net/conn.py", "def channel_drain(x):\n    pass\n"},
      {"net/__init__.py", ""}},
     "channel_drain",
     "channel_close"},
    {"a member of the receiver's type",
     "app.py",
     "q = Queue()\nq.|\n",
     {{"a.py", "class Queue:\n    def drain(self):\n        pass\n"},
      {"b.py", "class Stack:\n    def empty(self):\n        pass\n"}},
     "drain",
     "empty"},
    {"named below the cursor",
     "app.py",
     "total = |\n\n\n\n\n\n\n\n\n\nshow_total()\n",
     {{"a.py", "def show_total():\n    pass\n\ndef hide_total():\n    pass\n"}},
     "show_total",
     "hide_total"},
    {"used above: the model sees it",
     "app.py",
     "load_page(1)\n" FAR "x = page |\n",
     {{"a.py", "def load_page(n):\n    pass\n\ndef save_page(n):\n    pass\n"}},
     "save_page",
     "load_page"},
    {"own code before tests",
     "app.py",
     "x = page |\n",
     {{"test_a.py", "def load_page(n):\n    pass\n"}, {"b.py", "def save_page(n):\n    pass\n"}},
     "save_page",
     "load_page"},
    {"what similar code uses",
     "app.py",
     "def handle(packet, stream):\n    |\n",
     {{"a.py", "def deliver(packet, stream):\n    check_magic()\n    return packet\n"},
      {"b.py", "def check_magic():\n    pass\n\ndef check_other():\n    pass\n"}},
     "check_magic",
     "check_other"},
    {"what code uses that is like the lines above, where none is like the cursor's",
     "app.py",
     "def handle(packet, stream):\n\n\n\n    |\n",
     {{"a.py", "def deliver(packet, stream):\n    check_magic()\n    return packet\n"},
      {"b.py", "def check_magic():\n    pass\n\ndef check_other():\n    pass\n"}},
     "check_magic",
     "check_other"},
    {"the word being typed",
     "app.py",
     "x = page_lo|\n",
     {{"a.py", "def page_save(n):\n    pass\n\ndef page_load(n):\n    pass\n"}},
     "page_load",
     "page_save"},
    {"the shorter of two alike",
     "app.py",
     "x = page |\n",
     {{"a.py",
       "def page_save(number, width, height, colour, margin, title, footer, header, subject):\n    pass\n\n"
       "def page_load(number):\n    pass\n"}},
     "page_load",
     "page_save"},
    {"a member of what a call returns, though nothing here says its words",
     "app.py",
     "w = make_it()\nw.|\n",
     {{"a.py", "def make_it() -> Widget:\n    pass\n"},
      {"b.py", "class Widget:\n    def spin(self):\n        pass\n"}},
     "spin",
     "Widget"},
};

static void test_order(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof order_rows / sizeof order_rows[0]; i++) {
        struct ranked ranked;
        rank(&order_rows[i], &ranked);
        size_t better = place_of(&ranked, order_rows[i].better),
               worse = place_of(&ranked, order_rows[i].worse);
        for (size_t at = 0; at < ranked.count; at++) {
            assert_true(isfinite(ranked.signatures[at].score));
        }
        if (better >= worse) {
            print_error("%s\n", order_rows[i].why);
        }
        assert_true(better < worse);
        drop(&ranked);
    }
}

// The second definition of a name waits behind another name that alone would lose to it.
static void test_repeated_name_waits(void **state) {
    (void)state;
    static const struct row row = {
        "",
        "app.py",
        "x = page |\n",
        {{"a.py", "def load_page(n):\n    pass\n"},
         {"b.py", "def load_page(n):\n    pass\n"},
         {"c.py", "def save_page(n):\n    pass\n"}},
        "",
        "",
    };
    struct ranked ranked;
    rank(&row, &ranked);
    size_t first = place_of(&ranked, "load_page"), other = place_of(&ranked, "save_page");
    assert_true(first < other);
    assert_string_not_equal(symbol_at(&ranked, first + 1)->name, "load_page");
    drop(&ranked);
}

static void test_sorted_and_bounded(void **state) {
    (void)state;
    static char text[64 * 1024];
    size_t length = 0;
    for (int i = 0; i < 1500; i++) {
        length += (size_t)snprintf(text + length, sizeof text - length, "def page_%d(n):\n    pass\n", i);
    }
    struct row row = {.path = "app.py", .text = "import many\npage |\n"};
    row.files[0].path = "many.py";
    row.files[0].text = text;
    struct ranked ranked;
    rank(&row, &ranked);
    assert_in_range(ranked.count, 1, SIGNATURES_KEPT);
    for (size_t i = 1; i < ranked.count; i++) {
        assert_true(ranked.signatures[i - 1].score >= ranked.signatures[i].score);
    }
    drop(&ranked);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_order),
                                       cmocka_unit_test(test_repeated_name_waits),
                                       cmocka_unit_test(test_sorted_and_bounded)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
