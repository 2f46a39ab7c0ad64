// live_test.c - what is shown of a document while someone types, and what it is compared with.

#include "base/fs.h"
#include "base/mem.h"
#include "extract.h"
#include "indexer/live.h"

#include <stdio.h>

// What was shown last.
struct screen {
    struct record *record;
    struct text *text;
    uint64_t version;
    int count;
};

struct desk {
    struct screen screen;
    struct live *live;
    uint64_t ticket;
};

static void show(void *self, struct record *record, struct text *text, uint64_t version) {
    struct screen *screen = self;
    record_release(screen->record);
    text_release(screen->text);
    *screen = (struct screen){record_retain(record), text_retain(text), version, screen->count + 1};
}

static void set_up(struct desk *desk) {
    *desk = (struct desk){.ticket = 0};
    struct index_sink sink = index_sink_none();
    sink.self = &desk->screen;
    sink.show = show;
    desk->live = live_new(&sink);
}

static void tear_down(struct desk *desk) {
    live_free(desk->live);
    record_release(desk->screen.record);
    text_release(desk->screen.text);
}

// As an index thread does when typing rests.
static void settle(struct desk *desk, const char *path, const char *text, uint64_t ticket, bool with_tree) {
    struct text *document = text_new(slice_of_string(text));
    struct record *record = record_new(path);
    struct syntax *syntax = syntax_new();
    struct syntax_tree *tree = NULL;
    assert_int_equal(syntax_extract_tree(syntax, language_of_path(path), document, NULL, record, &tree), 0);
    live_settle(desk->live, document, record, with_tree ? tree : NULL, ticket);
    syntax_tree_release(tree);
    syntax_free(syntax);
    record_release(record);
    text_release(document);
}

static bool want(struct desk *desk, const char *path, const char *text) {
    struct text *document = text_new(slice_of_string(text));
    bool asks = live_want(desk->live, path, "", document, ++desk->ticket);
    text_release(document);
    return asks;
}

// As the worker does, with nothing else to do.
static void run(struct desk *desk) {
    live_run(desk->live);
    while (live_can_parse(desk->live)) {
        live_parse(desk->live);
    }
}

static void check_shown(struct desk *desk, const char *text, const char *symbols) {
    struct str printed;
    str_init(&printed);
    assert_string_equal(desk->screen.text->bytes, text);
    check_invariants(desk->screen.record, text_slice(desk->screen.text));
    for (uint32_t i = 0; i < desk->screen.record->symbol_count; i++) {
        const struct symbol *symbol = &desk->screen.record->symbols[i];
        str_append_format(&printed, "%s:%u ", symbol->name, symbol->name_line + 1);
    }
    assert_string_equal(printed.data, symbols);
    str_free(&printed);
}

static const char *const TWO = "int one(void);\nint two(void);\n";

static void test_typed_text_is_shown_at_once(void **state) {
    (void)state;
    struct desk desk;
    set_up(&desk);
    assert_false(want(&desk, "a.c", TWO)); // not parsed from nothing yet: nothing to compare with
    settle(&desk, "a.c", TWO, 1, true);
    assert_true(want(&desk, "a.c", "int one(void);\nint more(void);\nint two(void);\n"));
    run(&desk);
    check_shown(&desk, "int one(void);\nint more(void);\nint two(void);\n", "one:1 more:2 two:3 ");
    assert_true(want(&desk, "a.c", "int two(void);\n"));
    run(&desk);
    check_shown(&desk, "int two(void);\n", "two:1 ");
    tear_down(&desk);
}

// Without a tree what was known is moved; the words of the new line are there, its symbols come later.
static void test_without_a_tree(void **state) {
    (void)state;
    struct desk desk;
    set_up(&desk);
    settle(&desk, "a.c", TWO, ++desk.ticket, false);
    assert_true(want(&desk, "a.c", "int one(void);\n\nint fresh(void);\nint two(void);\n"));
    run(&desk);
    check_shown(&desk, "int one(void);\n\nint fresh(void);\nint two(void);\n", "one:1 two:4 ");
    uint32_t terms = 0;
    for (uint32_t i = 0; i < desk.screen.record->chunk_count; i++) {
        terms += desk.screen.record->chunks[i].term_count;
    }
    assert_int_equal(terms, 3);
    // The full parse of an older text brings a tree again.
    settle(&desk, "a.c", TWO, 1, true);
    assert_true(want(&desk, "a.c", "int one(void);\nint fresh(void);\nint two(void);\n"));
    run(&desk);
    check_shown(&desk, "int one(void);\nint fresh(void);\nint two(void);\n", "one:1 fresh:2 two:3 ");
    tear_down(&desk);
}

// What was typed while the worker was busy is shown once, as it stands.
static void test_keystrokes_in_between_are_left_out(void **state) {
    (void)state;
    struct desk desk;
    set_up(&desk);
    settle(&desk, "a.c", TWO, ++desk.ticket, true);
    settle(&desk, "b.py", "x = 1\n", ++desk.ticket, true);
    assert_true(want(&desk, "a.c", "int a;\n"));
    assert_false(want(&desk, "a.c", "int ab;\n"));
    assert_false(want(&desk, "b.py", "x = 1\ny = 2\n"));
    run(&desk);
    assert_int_equal(desk.screen.count, 2);
    check_shown(&desk, "x = 1\ny = 2\n", "x:1 y:2 ");
    run(&desk);
    assert_int_equal(desk.screen.count, 2);
    live_unwant(desk.live);
    assert_true(want(&desk, "a.c", "int ab;\n"));
    live_drop(desk.live, "a.c", ++desk.ticket); // closed before its turn
    run(&desk);
    assert_int_equal(desk.screen.count, 2);
    tear_down(&desk);
}

// Of one text the version of the full parse is the higher one, and lower than those of later texts.
static void test_versions(void **state) {
    (void)state;
    struct desk desk;
    set_up(&desk);
    settle(&desk, "a.c", TWO, ++desk.ticket, true);
    want(&desk, "a.c", "int a;\n");
    run(&desk);
    uint64_t typed = desk.screen.version, settled = overlay_version(desk.ticket, OVERLAY_AT_REST);
    want(&desk, "a.c", "int ab;\n");
    run(&desk);
    assert_true(typed < settled && settled < desk.screen.version);
    tear_down(&desk);
}

static void append_comments(struct str *text, size_t length) {
    while (text->length < length) {
        str_append_string(text,
                          "// a comment that fills the file and has no symbol in it, line after line\n");
    }
}

// A large document is shown with what was known moved, at first, and parsed when nothing else waits.
static void test_parsing_is_put_off(void **state) {
    (void)state;
    struct desk desk;
    struct str text;
    set_up(&desk);
    str_init(&text);
    str_append_string(&text, TWO);
    append_comments(&text, 200 * 1024);
    settle(&desk, "a.c", text.data, ++desk.ticket, true);
    str_splice(&text, 0, 0, "int zero(void);\n", 16);
    want(&desk, "a.c", text.data);
    live_run(desk.live);
    check_shown(&desk, text.data, "one:2 two:3 ");
    assert_int_equal(overlay_stage_of(desk.screen.version), OVERLAY_MOVED);
    assert_true(live_can_parse(desk.live));
    // Typed in meanwhile: the older text is not worth parsing.
    str_splice(&text, 0, 0, "\n", 1);
    want(&desk, "a.c", text.data);
    assert_false(live_can_parse(desk.live));
    live_parse(desk.live);
    assert_int_equal(desk.screen.count, 1);
    run(&desk);
    assert_string_equal(desk.screen.text->bytes, text.data);
    assert_false(live_can_parse(desk.live));
    str_free(&text);
    tear_down(&desk);
}

// More source than trees are kept for: what was left alone longest is moved instead of parsed.
static void test_trees_are_limited(void **state) {
    (void)state;
    struct desk desk;
    struct str large, typed;
    set_up(&desk);
    str_init(&large);
    str_init(&typed);
    while (large.length < 900 * 1024) {
        str_append_string(&large,
                          "// a comment that fills the file and has no symbol in it, line after line\n");
    }
    settle(&desk, "first.c", TWO, ++desk.ticket, true);
    for (int i = 0; i < LIVE_TREE_BYTES / (900 * 1024) + 1; i++) {
        char path[16] = {'a', (char)('a' + i), '.', 'c', '\0'};
        settle(&desk, path, large.data, ++desk.ticket, true);
    }
    want(&desk, "first.c", "int one(void);\nint more(void);\nint two(void);\n");
    run(&desk);
    check_shown(&desk, "int one(void);\nint more(void);\nint two(void);\n", "one:1 two:3 ");
    str_free(&large);
    tear_down(&desk);
}

// A thread that still parses a document when it is closed does not bring it back.
static void test_closed_while_it_is_parsed(void **state) {
    (void)state;
    static const struct {
        const char *name;
        bool was_known;
        uint64_t closed, settled;
        bool is_known;
    } cases[] = {
        {"its first text comes late", false, 3, 2, false},
        {"a later text comes late", true, 3, 2, false},
        {"opened again", true, 3, 4, true},
        {"the closing comes late", true, 0, 2, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct desk desk;
        set_up(&desk);
        desk.ticket = 4;
        if (cases[i].was_known) {
            settle(&desk, "a.c", TWO, 1, true);
        }
        live_drop(desk.live, "a.c", cases[i].closed);
        assert_int_equal(want(&desk, "a.c", "int a;\n"), cases[i].was_known && cases[i].closed == 0);
        settle(&desk, "a.c", TWO, cases[i].settled, true);
        want(&desk, "a.c", "int ab;\n");
        run(&desk);
        if ((desk.screen.count == 1) != cases[i].is_known) {
            fail_msg("%s", cases[i].name);
        }
        tear_down(&desk);
    }
}

// However many were closed since, only so many are remembered, those closed last.
static void test_closed_documents_are_limited(void **state) {
    (void)state;
    struct desk desk;
    set_up(&desk);
    char path[32];
    for (int i = 0; i <= LIVE_CLOSED; i++) {
        (void)snprintf(path, sizeof path, "%d.c", i);
        live_drop(desk.live, path, 10 + (uint64_t)i);
    }
    settle(&desk, "1.c", TWO, 1, true);
    assert_false(want(&desk, "1.c", "int a;\n"));
    settle(&desk, "0.c", TWO, 1, true); // forgotten
    assert_true(want(&desk, "0.c", "int a;\n"));
    tear_down(&desk);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_typed_text_is_shown_at_once),
        cmocka_unit_test(test_without_a_tree),
        cmocka_unit_test(test_keystrokes_in_between_are_left_out),
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_parsing_is_put_off),
        cmocka_unit_test(test_trees_are_limited),
        cmocka_unit_test(test_closed_while_it_is_parsed),
        cmocka_unit_test(test_closed_documents_are_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
