// repository_scope_test.c - what the indentation of the lines above the cursor tells of the words in them.
#include "backends/repository_scope.h"
#include "tests/unit/unit.h"

struct world {
    struct vocabulary *vocabulary;
    struct document document;
    struct scope *scope;
};

// text: with one '|' at the cursor.
static void world_init(struct world *world, const char *text) {
    const char *cursor = strchr(text, '|');
    world->vocabulary = vocabulary_new();
    document_init(&world->document, world->vocabulary, NULL, slice_of(text, (size_t)(cursor - text)),
                  slice_of_string(cursor + 1));
    world->scope = scope_new(&world->document);
}

static void world_free(struct world *world) {
    scope_free(world->scope);
    document_fini(&world->document);
    vocabulary_release(world->vocabulary);
}

static struct standing standing_of(struct world *world, const char *word) {
    struct token_list list = {0};
    encoder_append(&world->document.encoder, slice_of_string(word), &list);
    struct standing standing = *scope_of(world->scope, token_id(list.items[0]));
    vec_free(&list);
    return standing;
}

static const char PROGRAM[] = "int shared;\n"
                              "int before(int other) {\n"
                              "    int hidden;\n"
                              "}\n"
                              "int around(int given) {\n"
                              "    int local = given;\n"
                              "    if (given) {\n"
                              "        int inner;\n"
                              "    }\n"
                              "    while (local) {\n"
                              "        f(|\n"
                              "        use(later);\n"
                              "    }\n"
                              "}\n";

static void closed_blocks_hide_their_names(void **state) {
    (void)state;
    static const struct {
        const char *name;
        uint32_t level;
    } cases[] = {
        {"f", 0},
        {"while", 1},
        {"local", 1},
        {"around", 3},
        {"given", 2},
        {"before", 4},
        {"other", 4},
        {"shared", 4},
        {"hidden", SCOPE_HIDDEN_LEVEL},
        {"inner", SCOPE_HIDDEN_LEVEL},
        {"later", SCOPE_HIDDEN_LEVEL},
    };
    struct world world;
    world_init(&world, PROGRAM);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct standing standing = standing_of(&world, cases[i].name);
        assert_int_equal(standing.level, cases[i].level);
        assert_int_equal(standing.visible > 0, cases[i].level != SCOPE_HIDDEN_LEVEL);
    }
    world_free(&world);
}

static void distances_and_uses_are_counted(void **state) {
    (void)state;
    struct world world;
    world_init(&world, PROGRAM);
    struct standing local = standing_of(&world, "local"), later = standing_of(&world, "later");
    assert_int_equal(local.uses, 2);
    assert_int_equal(local.visible_uses, 2);
    assert_int_equal(local.above, 6); // local ) { end-of-line f (
    assert_int_equal(later.above, 0);
    assert_true(later.below > 0);
    assert_int_equal(standing_of(&world, "(").above, 1);
    assert_int_equal(standing_of(&world, "absent").above + standing_of(&world, "absent").below, 0);
    world_free(&world);
}

static void a_word_is_told_by_what_stands_before_it(void **state) {
    (void)state;
    struct world world;
    world_init(&world, "a.field = b->field + c::field;\ncall(field, field);\nx |");
    struct standing field = standing_of(&world, "field");
    assert_int_equal(field.total, 5);
    assert_int_equal(field.after[SLOT_MEMBER], 3);
    assert_int_equal(field.after[SLOT_OPEN], 1);
    assert_int_equal(field.after[SLOT_COMMA], 1);
    world_free(&world);
    world_init(&world, "field = x.|\nfield(field);\n"); // at the file's beginning, and below the cursor
    field = standing_of(&world, "field");
    assert_int_equal(field.total, 3);
    assert_int_equal(field.after[SLOT_LINE], 2);
    assert_int_equal(field.after[SLOT_OPEN], 1);
    world_free(&world);
    static const struct {
        const char *word;
        enum scope_slot slot;
    } cases[] = {{"=", SLOT_ASSIGN}, {":=", SLOT_ASSIGN}, {"+=", SLOT_ASSIGN}, {"<<=", SLOT_ASSIGN},
                 {"==", SLOT_SIGN},  {"!=", SLOT_SIGN},   {"===", SLOT_SIGN},  {"<=", SLOT_SIGN},
                 {"\"", SLOT_QUOTE}, {"name", SLOT_NAME}, {"{", SLOT_OPEN}};
    world_init(&world, "x |");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(standing_of(&world, cases[i].word).slot, cases[i].slot);
    }
    world_free(&world);
}

static void the_lines_that_open_blocks_are_read(void **state) {
    (void)state;
    struct world world;
    world_init(&world, PROGRAM);
    struct scope_headers headers = scope_headers(world.scope);
    assert_true(headers.nearest ==
                (scope_parts(SLICE_LITERAL("while")) | scope_parts(SLICE_LITERAL("local"))));
    assert_true(headers.around == (scope_parts(SLICE_LITERAL("int")) | scope_parts(SLICE_LITERAL("around")) |
                                   scope_parts(SLICE_LITERAL("given"))));
    assert_true(headers.called == scope_parts(SLICE_LITERAL("around")));
    world_free(&world);
    world_init(&world, "other();\nvoid f(long size)\n{\n    |"); // the bracket alone opens the block
    headers = scope_headers(world.scope);
    assert_true(headers.nearest == (scope_parts(SLICE_LITERAL("void")) | scope_parts(SLICE_LITERAL("long")) |
                                    scope_parts(SLICE_LITERAL("size"))));
    world_free(&world);
}

static void names_share_sub_words(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {{"HTTPServer", "http_server", true},
                 {"alloc_path", "AllocPath", true},
                 {"swrite_sz2", "swriteSz", true},
                 {"path", "count", false}};
    struct world world;
    world_init(&world, "x |");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(standing_of(&world, cases[i].a).parts == standing_of(&world, cases[i].b).parts,
                         cases[i].same);
    }
    world_free(&world);
}

static void the_nearest_names_come_first(void **state) {
    (void)state;
    struct world world;
    world_init(&world, "far + near(|\nbelow;\n");
    uint32_t count;
    const uint32_t *near = scope_near(world.scope, &count);
    assert_int_equal(count, 3);
    assert_int_equal(near[0], standing_of(&world, "near").id);
    assert_int_equal(near[1], standing_of(&world, "far").id);
    assert_int_equal(near[2], standing_of(&world, "below").id);
    world_free(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_blocks_hide_their_names),
        cmocka_unit_test(distances_and_uses_are_counted),
        cmocka_unit_test(a_word_is_told_by_what_stands_before_it),
        cmocka_unit_test(the_lines_that_open_blocks_are_read),
        cmocka_unit_test(names_share_sub_words),
        cmocka_unit_test(the_nearest_names_come_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
