// repository_edits_test.c - what was changed in open documents, as they are opened, typed in and closed.
#include "tests/unit/unit.h"

#include "backends/repository_edits.h"
#include "backends/repository_predict.h"

#include "tests/unit/backends/corpus_world.h"

#include <stdio.h>

enum step_kind { SHOW, HIDE, REMOVE };

struct step {
    enum step_kind kind;
    const char *path, *text;
    uint64_t version;
};

static void take(struct edits *edits, const struct step *step) {
    if (step->kind == HIDE) {
        edits_hide(edits, step->path, step->version);
        return;
    }
    if (step->kind == REMOVE) {
        edits_remove(edits, step->path);
        return;
    }
    struct text *text = text_new(slice_of_string(step->text));
    edits_show(edits, step->path, text, step->version);
    text_release(text);
}

static void test_what_is_known(void **state) {
    static const struct {
        struct step steps[6];
        size_t changes; // that are known in b.c
    } cases[] = {
        {{{SHOW, "a.c", "f(one);\n", 1}}, 0},
        {{{SHOW, "a.c", "f(one);\n", 1}, {SHOW, "a.c", "f(two);\n", 2}}, 1},
        {{{SHOW, "a.c", "f(one);\n", 1}, {SHOW, "a.c", "f(two);\n", 2}, {SHOW, "a.c", "f(one);\n", 3}}, 0},
        // what comes late is not the latest
        {{{SHOW, "a.c", "f(one);\n", 1}, {SHOW, "a.c", "f(two);\n", 3}, {SHOW, "a.c", "f(one);\n", 2}}, 1},
        // two documents, and one's changes are known in the other
        {{{SHOW, "a.c", "f(one);\n", 1},
          {SHOW, "b.c", "g(me);\n", 2},
          {SHOW, "a.c", "f(two);\n", 3},
          {SHOW, "b.c", "g(you);\n", 4}},
         2},
        // closed, and opened as it was or otherwise
        {{{SHOW, "a.c", "f(one);\n", 1}, {SHOW, "a.c", "f(two);\n", 2}, {HIDE, "a.c", NULL, 3}}, 1},
        {{{SHOW, "a.c", "f(one);\n", 1},
          {SHOW, "a.c", "f(two);\n", 2},
          {HIDE, "a.c", NULL, 3},
          {SHOW, "a.c", "f(two);\n", 4}},
         1},
        {{{SHOW, "a.c", "f(one);\n", 1},
          {SHOW, "a.c", "f(two);\n", 2},
          {HIDE, "a.c", NULL, 3},
          {SHOW, "a.c", "f(six);\n", 4}},
         0},
        // gone
        {{{SHOW, "a.c", "f(one);\n", 1}, {SHOW, "a.c", "f(two);\n", 2}, {REMOVE, "a.c", NULL, 0}}, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct edits *edits = edits_new();
        for (size_t k = 0; cases[i].steps[k].path; k++) {
            take(edits, &cases[i].steps[k]);
        }
        for (int again = 0; again < 2; again++) {
            struct changes changes;
            changes_init(&changes);
            edits_read(edits, "b.c", strlen("g(you);\n"), &changes);
            assert_int_equal(changes.rules.count, cases[i].changes);
            changes_fini(&changes);
        }
        edits_free(edits);
    }
}

// The line at the cursor is not read, in the document that is asked from alone.
static void test_the_cursors_line(void **state) {
    (void)state;
    struct edits *edits = edits_new();
    const struct step steps[] = {{SHOW, "a.c", "f(one);\n", 1}, {SHOW, "a.c", "f(two);\n", 2}};
    take(edits, &steps[0]);
    take(edits, &steps[1]);
    static const size_t cursors[] = {3, 8, 3}, rules[] = {0, 1, 0};
    for (size_t i = 0; i < 3; i++) {
        struct changes changes;
        changes_init(&changes);
        edits_read(edits, "a.c", cursors[i], &changes);
        assert_int_equal(changes.rules.count, rules[i]);
        assert_int_equal(changes.here.count, 1);
        changes_fini(&changes);
    }
    edits_free(edits);
}

// More documents than are kept: those shown longest ago are forgotten.
static void test_many_documents(void **state) {
    (void)state;
    struct edits *edits = edits_new();
    for (uint64_t i = 0; i < EDITS_DOCUMENTS + 5; i++) {
        char path[32];
        snprintf(path, sizeof path, "%u.c", (unsigned)i);
        const struct step first = {SHOW, path, "f(one);\n", 2 * i + 1},
                          then = {SHOW, path, "f(two);\n", 2 * i + 2};
        take(edits, &first);
        take(edits, &then);
    }
    struct changes changes;
    changes_init(&changes);
    edits_read(edits, "none.c", 0, &changes);
    assert_int_equal(changes.rules.count, 1);
    assert_int_equal(changes.rules.items[0].times, EDITS_DOCUMENTS);
    changes_fini(&changes);
    edits_free(edits);
}

// Of a long document nothing is held, and it is as if it was opened when it is short again.
static void test_long_document(void **state) {
    (void)state;
    struct edits *edits = edits_new();
    struct str bytes;
    str_init(&bytes);
    while (bytes.length <= EDITS_TEXT) {
        str_append_slice(&bytes, SLICE_LITERAL("f(one);\n"));
    }
    struct text *text = text_new(str_slice(&bytes));
    take(edits, &(const struct step){SHOW, "a.c", "f(zero);\n", 1});
    edits_show(edits, "a.c", text, 2);
    edits_show(edits, "a.c", text, 3);
    edits_hide(edits, "a.c", 4);
    edits_show(edits, "a.c", text, 5);
    assert_int_equal(atomic_load(&text->references), 1);
    const struct step steps[] = {{SHOW, "a.c", "f(one);\n", 6}, {SHOW, "a.c", "f(two);\n", 7}};
    for (size_t i = 0; i < 2; i++) {
        struct changes changes;
        changes_init(&changes);
        take(edits, &steps[i]);
        edits_read(edits, "b.c", 0, &changes);
        assert_int_equal(changes.rules.count, i);
        changes_fini(&changes);
    }
    text_release(text);
    str_free(&bytes);
    edits_free(edits);
}

// However much was removed in others before: what was removed in the last one is known.
static void test_much_removed(void **state) {
    (void)state;
    struct edits *edits = edits_new();
    struct str bytes;
    str_init(&bytes);
    for (int i = 0; i < CHANGES_REMOVED; i++) {
        str_append_format(&bytes, "old_%d();\n", i);
    }
    const struct step steps[] = {{SHOW, "a.c", bytes.data, 1},
                                 {SHOW, "a.c", "", 2},
                                 {SHOW, "b.c", "lost();\nkept();\n", 3},
                                 {SHOW, "b.c", "kept();\n", 4}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        take(edits, &steps[i]);
    }
    struct changes changes;
    float features[CHANGES_FEATURES];
    const struct change_line line = {SLICE_LITERAL("lo"), SLICE_LITERAL("st();"), SLICE_LITERAL("")};
    changes_init(&changes);
    edits_read(edits, "c.c", 0, &changes);
    changes_judge(&changes, &line, features);
    assert_int_equal(features[1], 1);
    assert_int_equal(changes.removed.count, CHANGES_REMOVED);
    changes_fini(&changes);
    str_free(&bytes);
    edits_free(edits);
}

static bool proposes_changed(const struct world *world, struct edits *edits) {
    struct predict_request request = {.path = "z.c",
                                      .prefix = SLICE_LITERAL("    return "),
                                      .suffix = SLICE_LITERAL("\n"),
                                      .candidates = PREDICT_CANDIDATES,
                                      .edits = edits};
    struct predictions found;
    bool said = false;
    predict(world->corpus, &request, &found);
    for (uint32_t i = 0; i < found.count; i++) {
        bool is_changed = strcmp(found.items[i].text.data, "unlock_door(door, SLOW);") == 0;
        assert_int_equal(found.items[i].features[CONFIDENCE_MADE] > 0, is_changed);
        said |= is_changed;
    }
    predictions_free(&found);
    return said;
}

// A line is proposed as it would be if it was changed as another one was.
static void test_what_the_model_makes_of_it(void **state) {
    (void)state;
    static const char before[] = "int enter(void) {\n    return open_door(door, SLOW);\n}\n";
    static const char now[] = "int enter(void) {\n    return unlock_door(door, SLOW);\n}\n";
    struct world world = world_of("a.c", before);
    struct edits *edits = edits_new();
    assert_false(proposes_changed(&world, NULL));
    take(edits, &(const struct step){SHOW, "b.c", before, 1});
    assert_false(proposes_changed(&world, edits));
    take(edits, &(const struct step){SHOW, "b.c", now, 2});
    assert_true(proposes_changed(&world, edits));
    edits_free(edits);
    world_free(&world);
}

// A name that stands nowhere in the open file makes a line less sure, but not one that it was changed in.
static void test_names_that_are_no_more(void **state) {
    (void)state;
    struct str before, now;
    str_init(&before);
    str_init(&now);
    for (int i = 0; i < 6; i++) {
        str_append_format(&before, "int f%d(void) {\n    return width + OldLimit;\n}\n", i);
        str_append_format(&now, "int f%d(void) {\n    return width + limit;\n}\n", i);
    }
    struct world world = world_of("a.c", before.data);
    struct edits *edits = edits_new();
    take(edits, &(const struct step){SHOW, "b.c", before.data, 1});
    take(edits, &(const struct step){SHOW, "b.c", now.data, 2});
    struct predict_request request = {.path = "z.c",
                                      .prefix = SLICE_LITERAL("int g(void) {\n    return width "),
                                      .suffix = SLICE_LITERAL("\n}\n"),
                                      .candidates = 1,
                                      .edits = edits};
    struct predictions found;
    predict(world.corpus, &request, &found);
    assert_int_equal(found.count, 1);
    assert_string_equal(found.items[0].text.data, "+ limit;");
    assert_true(found.items[0].confidence > 0.93); // else 0.91
    predictions_free(&found);
    edits_free(edits);
    world_free(&world);
    str_free(&before);
    str_free(&now);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_known),         cmocka_unit_test(test_the_cursors_line),
        cmocka_unit_test(test_many_documents),        cmocka_unit_test(test_long_document),
        cmocka_unit_test(test_much_removed),          cmocka_unit_test(test_what_the_model_makes_of_it),
        cmocka_unit_test(test_names_that_are_no_more)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
