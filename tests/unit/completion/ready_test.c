// ready_test.c - suggestions at hand while they are typed.
#include "tests/unit/unit.h"

#include "base/text.h"
#include "completion/ready.h"

// A document with its cursor at '|'.
static struct text *document_of(const char *marked, size_t *cursor) {
    struct str text;
    str_init(&text);
    str_append_string(&text, marked);
    *cursor = slice_find(str_slice(&text), SLICE_LITERAL("|"), 0);
    str_splice(&text, *cursor, *cursor + 1, NULL, 0);
    struct text *document = text_new(str_slice(&text));
    str_free(&text);
    return document;
}

static void put(struct ready *ready, const char *path, const char *marked, const char *text, bool shown) {
    size_t cursor;
    struct text *document = document_of(marked, &cursor);
    struct ready_suggestion suggestion = {.text = slice_of_string(text),
                                          .model = shown ? "quick" : "large",
                                          .confidence = 0.5,
                                          .max_lines = 3,
                                          .is_head = shown};
    ready_put(ready, path, text_slice(document), cursor, &suggestion, shown);
    text_release(document); // nothing of it is kept
}

static void assert_left(const struct ready *ready, const char *path, const char *marked, const char *left,
                        const char *model) {
    size_t cursor;
    struct text *document = document_of(marked, &cursor);
    struct ready_suggestion found = {0};
    bool is_found = ready_find(ready, path, text_slice(document), cursor, &found);
    if (is_found != (left != NULL)) {
        print_error("%s\n", marked);
    }
    assert_int_equal(is_found, left != NULL);
    if (left) {
        struct slice typed = slice_sub(text_slice(document), cursor - found.typed.length, cursor);
        assert_true(slice_equal(found.text, slice_of_string(left)));
        assert_true(found.typed.length > 0 && slice_equal(found.typed, typed));
        assert_string_equal(found.model, model);
        assert_int_equal(found.max_lines, 3);
        assert_int_equal(found.is_head, strcmp(model, "quick") == 0);
    }
    text_release(document);
}

// R1
static void what_is_typed_is_taken_off(void **state) {
    static const struct {
        const char *now, *left;
    } rows[] = {
        {"int x = |;\nint y;\n", NULL}, // nothing typed: it may be asked anew
        {"int x = f|;\nint y;\n", "oo(1)"},
        {"int x = foo(|;\nint y;\n", "1)"},
        {"int x = foo(|);\nint y;\n", "1)"},  // the editor closed it
        {"int x = foo(1)|;\nint y;\n", NULL}, // all of it
        {"int x = g|;\nint y;\n", NULL},
        {"int z = f|;\nint y;\n", NULL}, // something above is another
        {"int x = f|;\nint z;\n", NULL}, // below
        {"int x = f| + 1;\nint y;\n", NULL},
        {"int x =|;\nint y;\n", NULL}, // taken back
        {"|", NULL},
    };
    (void)state;
    struct ready *ready = ready_new();
    put(ready, "a.c", "int x = |;\nint y;\n", "foo(1)", true);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_left(ready, "a.c", rows[i].now, rows[i].left, "quick");
    }
    assert_left(ready, "b.c", "int x = f|;\nint y;\n", NULL, NULL);
    ready_free(ready);
}

// R2
static void what_was_shown_stands_before_what_was_asked_for_ahead(void **state) {
    (void)state;
    struct ready *ready = ready_new();
    put(ready, "a.c", "x = |", "foo();", true);
    put(ready, "a.c", "x = |", "foo();\nbar();", false);
    put(ready, "a.c", "x = |", "far();", false);
    assert_left(ready, "a.c", "x = f|", "oo();", "quick");
    assert_left(ready, "a.c", "x = foo()|", ";", "quick");
    assert_left(ready, "a.c", "x = foo();|", "\nbar();", "large"); // where that ends
    assert_left(ready, "a.c", "x = fa|", "r();", "large");         // or where one leaves it
    ready_free(ready);
}

static bool is_typed(const struct ready *ready, const char *path, const char *marked) {
    size_t cursor;
    struct text *document = document_of(marked, &cursor);
    bool typed = ready_is_typed(ready, path, text_slice(document), cursor);
    text_release(document);
    return typed;
}

static void where_the_shown_one_ends_is_known(void **state) {
    (void)state;
    struct ready *ready = ready_new();
    assert_false(is_typed(ready, "a.c", "x = foo();|"));
    put(ready, "a.c", "x = |\ny\n", "foo();", true);
    assert_true(is_typed(ready, "a.c", "x = foo();|\ny\n"));
    assert_false(is_typed(ready, "b.c", "x = foo();|\ny\n"));
    assert_false(is_typed(ready, "a.c", "x = foo()|\ny\n"));
    assert_false(is_typed(ready, "a.c", "x = foo();;|\ny\n"));
    assert_false(is_typed(ready, "a.c", "x = foo();|\nz\n"));
    put(ready, "a.c", "x = |\ny\n", "bar();", false);
    assert_false(is_typed(ready, "a.c", "x = bar();|\ny\n")); // not shown
    ready_free(ready);
}

static void the_oldest_is_forgotten(void **state) {
    (void)state;
    struct ready *ready = ready_new();
    put(ready, "a.c", "a|", "bc", true);
    for (int i = 1; i < READY_KEPT; i++) {
        put(ready, "b.c", "a|", "bc", true);
    }
    assert_left(ready, "a.c", "ab|", "c", "quick");
    put(ready, "b.c", "a|", "bc", true);
    assert_left(ready, "a.c", "ab|", NULL, NULL);
    ready_free(ready);
    ready_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_typed_is_taken_off),
        cmocka_unit_test(what_was_shown_stands_before_what_was_asked_for_ahead),
        cmocka_unit_test(where_the_shown_one_ends_is_known),
        cmocka_unit_test(the_oldest_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
