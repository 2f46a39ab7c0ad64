// repository_foreign_test.c - what names that the open file has not leave of a line's odds.
#include "tests/unit/backends/place.h"
#include "tests/unit/backends/predict_world.h"
#include "tests/unit/unit.h"

#include "backends/repository_foreign.h"

// `limit`, as what it is known elsewhere.
static const struct backend_hint A_FUNCTION = {.name = "limit", .kind = SYMBOL_FUNCTION};
static const struct backend_hint A_FIELD = {.name = "limit", .kind = SYMBOL_FIELD};
static const struct backend_hint A_VARIABLE = {.name = "limit", .kind = SYMBOL_VARIABLE};
static const struct backend_hint A_TYPE = {.name = "Limit", .kind = SYMBOL_TYPE};
static const struct backend_hint A_CONSTANT = {.name = "LIMIT", .kind = SYMBOL_CONSTANT};

struct row {
    const char *text; // what comes stands behind the cursor
    const struct backend_hint *hint;
    bool costs;
};

static void take_context(const struct document *document, struct beam_path *path) {
    uint32_t from = document->cursor > BEAM_CONTEXT ? document->cursor - BEAM_CONTEXT : 0;
    for (uint32_t i = from; i < document->cursor; i++) {
        path->ids[path->context++] = token_id(document->tokens.items[i]);
    }
}

// With what is typed of its first word.
static void take_path(struct place *place, const char *text, struct beam_path *path) {
    struct encoder encoder = {.vocabulary = place->vocabulary, .started = true};
    struct token_list list = {0};
    struct str line;
    const char *coming = strchr(text, '|') + 1;
    str_init(&line);
    str_append_slice(&line, place->document.typed);
    str_append_slice(&line, slice_of(coming, strcspn(coming, "\n")));
    encoder_append(&encoder, str_slice(&line), &list);
    for (size_t i = 0; i < list.count; i++) {
        path->ids[path->context + path->count] = token_id(list.items[i]);
        path->tokens[path->count++] = list.items[i];
    }
    vec_free(&list);
    str_free(&line);
}

typedef double part_of(const struct document *document, const struct brackets *brackets,
                       const struct beam_path *path);

static double part_in(const struct row *row, part_of *part) {
    struct place place = place_of(row->text);
    struct brackets brackets;
    struct beam_path path = {0};
    place.document.hints = row->hint;
    place.document.hint_count = row->hint ? 1 : 0;
    brackets_init(&brackets, language_of_id("c"), false);
    brackets_read(&brackets, slice_of(row->text, strcspn(row->text, "|")));
    take_context(&place.document, &path);
    take_path(&place, row->text, &path);
    double left = part(&place.document, &brackets, &path);
    place_free(&place);
    return left;
}

static void check_rows(const struct row *rows, size_t count, part_of *part) {
    for (size_t i = 0; i < count; i++) {
        double left = part_in(&rows[i], part);
        if (left <= 0 || left > 1 || (left < 1) != rows[i].costs) {
            fail_msg("%s: %f", rows[i].text, left);
        }
    }
}

// N1, N2, N3
static void names_that_are_used(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"int f(void) {\n    return x + |limit;\n}\n", &A_FUNCTION, true},
        {"int f(void) {\n    return x + li|mit;\n}\n", &A_FUNCTION, true},
        {"int f(void) {\n    return x + |limit;\n}\n", &A_FIELD, true},
        {"int f(void) {\n    return x + |Limit;\n}\n", &A_TYPE, true},
        {"int f(void) {\n    return x + |Limit;\n}\n", NULL, true},
        {"int f(void) {\n    return x + |limit->most;\n}\n", NULL, true},
        {"int f(int limit) {\n    return x + |limit;\n}\n", &A_FUNCTION, false}, // N1
        {"int f(void) {\n    return x + |limit;\n}\nint limit;\n", &A_FUNCTION, false},
        {"int f(void) {\n    // as x + |limit\n}\n", &A_FUNCTION, false},
        {"int f(void) {\n    return x + \" |limit\";\n}\n", &A_FUNCTION, false},
        {"int f(void) {\n    return x + |limit(y);\n}\n", &A_FUNCTION, false}, // N2
        {"int f(void) {\n    int |limit;\n}\n", &A_FUNCTION, false},
        {"int f(void) {\n    x, |limit = y;\n}\n", &A_FUNCTION, false},
        {"int f(void) {\n    return x + |limit;\n}\n", &A_VARIABLE, false},
        {"int f(void) {\n    return x + |LIMIT;\n}\n", &A_CONSTANT, false},
        {"int f(void) {\n    return x + |limit;\n}\n", NULL, false},
        {"int f(void) {\n    return x + |12;\n}\n", NULL, false},
    };
    check_rows(rows, sizeof rows / sizeof *rows, foreign_part);
}

// N4
static void a_name_that_is_typed(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const struct backend_hint *hint;
        bool ends;
    } rows[] = {
        {"int limit|(int x) {\n}\n", NULL, true},
        {"int limit|s(int x) {\n}\n", NULL, false},
        {"int limit|(int x) {\n}\n", &A_FUNCTION, false},
        {"int limit|(int x) {\n}\nint f(void) {\n    limit(1);\n}\n", NULL, false},
        {"int |limit(int x) {\n}\n", NULL, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct place place = place_of(rows[i].text);
        struct beam_path path = {0};
        place.document.hints = rows[i].hint;
        place.document.hint_count = rows[i].hint ? 1 : 0;
        take_context(&place.document, &path);
        take_path(&place, rows[i].text, &path);
        if (foreign_ends_name(&place.document, &path) != rows[i].ends) {
            fail_msg("%s", rows[i].text);
        }
        place_free(&place);
    }
    static const struct row used[] = {{"int f(void) {\n    return x + Limit|;\n}\n", NULL, false}};
    check_rows(used, 1, foreign_part);
}

// N3: half a line ends with it more often than a whole one has it.
static void members(void **state) {
    (void)state;
    static const struct row lines[] = {
        {"int f(void) {\n    return x->|limit;\n}\n", &A_FIELD, true},
        {"int f(void) {\n    return x->|limit;\n}\n", NULL, false},
        {"int f(void) {\n    return x->|limit(y);\n}\n", &A_FIELD, false},
        {"int f(void) {\n    y->limit = 1;\n    return x->|limit;\n}\n", &A_FIELD, false},
    };
    static const struct row heads[] = {
        {"int f(void) {\n    return x->|limit;\n}\n", &A_FIELD, true},
        {"int f(void) {\n    return x->|limit;\n}\n", NULL, true},
        {"int f(void) {\n    return x->|limit(y\n}\n", NULL, false},
        {"int limit|(int x) {\n}\n", NULL, false},
    };
    check_rows(lines, sizeof lines / sizeof *lines, foreign_part);
    check_rows(heads, sizeof heads / sizeof *heads, foreign_head_part);
}

// What a person sees of it: neither the line nor its head is as sure as other files are of it.
static void a_line_is_less_sure(void **state) {
    (void)state;
    struct world world = world_of_eight("a.c", "open_all(x->limit, ", ");");
    struct predictions found = ask(&world, "b.c", "int f(void) {\n    open_all(|\n}\n", 1, 1);
    assert_int_equal(found.count, 1);
    assert_string_equal(found.items[0].text.data, "x->limit, door);");
    assert_true(found.items[0].confidence < 0.1 &&
                found.items[0].head_confidence < 0.75); // else 0.19 and 0.93
    predictions_free(&found);
    world_free(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_that_are_used),
                                       cmocka_unit_test(a_name_that_is_typed), cmocka_unit_test(members),
                                       cmocka_unit_test(a_line_is_less_sure)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
