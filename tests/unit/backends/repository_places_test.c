// repository_places_test.c - the places of the open document behind each word.
#include "backends/repository_places.h"
#include "tests/unit/unit.h"

struct world {
    struct vocabulary *vocabulary;
    struct document document;
    struct surroundings here;
    struct places places;
};

// text: with one '|' at the cursor.
static void world_init(struct world *world, const char *text) {
    const char *cursor = strchr(text, '|');
    *world = (struct world){.vocabulary = vocabulary_new()};
    document_init(&world->document, world->vocabulary, NULL, slice_of(text, (size_t)(cursor - text)),
                  slice_of_string(cursor + 1));
    world->here =
        (struct surroundings){.ahead = world->document.ahead,
                              .ahead_count = world->document.right ? 0 : world->document.ahead_count};
    places_init(&world->places, &world->document, &world->here);
}

static void world_free(struct world *world) {
    places_fini(&world->places);
    document_fini(&world->document);
    vocabulary_release(world->vocabulary);
}

static uint32_t id_at(const struct world *world, uint32_t position) {
    return token_id(world->document.tokens.items[position]);
}

static uint32_t position_of(const struct world *world, const char *word) {
    uint32_t id = encoder_find(&world->document.encoder, slice_of_string(word)), position = 1;
    while (id_at(world, position) != id) {
        position++;
    }
    return position;
}

// How many tokens before the place agree, one by one: a file's beginning is the last that does.
static uint32_t depth_of(const struct world *world, uint32_t place, const uint32_t *context, size_t length) {
    uint32_t depth = 0;
    while (depth < PLACES_DEEPEST && depth < length &&
           id_at(world, place - 1 - depth) == context[length - 1 - depth]) {
        depth++;
        if (context[length - depth] == TOKEN_FILE) {
            break;
        }
    }
    return depth;
}

// Each place once, among those of its depth, and no other.
static void assert_narrowed(struct world *world, const uint32_t *context, size_t length) {
    struct places *places = &world->places;
    uint32_t deepest = places_narrow(places, &world->document, context, length), expected = 0, listed = 0;
    for (uint32_t place = 1; place < world->document.tokens.count; place++) {
        uint32_t depth = id_at(world, place) == TOKEN_FILE ? 0 : depth_of(world, place, context, length);
        uint32_t found = 0;
        for (uint32_t i = depth ? places->depth_starts[depth - 1] : 0;
             depth && i < places->depth_starts[depth]; i++) {
            found += places->by_depth[i] == place;
        }
        assert_int_equal(found, depth > 0);
        listed += depth > 0;
        expected = depth > expected ? depth : expected;
    }
    assert_int_equal(deepest, expected);
    assert_int_equal(deepest ? places->depth_starts[deepest] : 0, listed);
}

static const char TEXT[] = "f(a, b);\n"
                           "end();\n"
                           "f(a, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, last);\n"
                           "end();\n"
                           "f(a, b);\n"
                           "f(a, |\n"
                           "end();\n";

static void test_places_by_depth(void **state) {
    (void)state;
    struct world world;
    world_init(&world, TEXT);
    const struct document *document = &world.document;
    struct token_list context = {0};
    for (uint32_t i = 0; i < document->tokens.count; i++) {
        vec_push(&context, id_at(&world, i));
        assert_narrowed(&world, context.items, context.count);
        assert_narrowed(&world, context.items + i, 1);
    }
    assert_int_equal(places_narrow(&world.places, document, context.items, 0), 0);
    const uint32_t elsewhere = TOKEN_UNKNOWN - 1; // no word of the document
    assert_int_equal(places_narrow(&world.places, document, &elsewhere, 1), 0);
    vec_free(&context);
    world_free(&world);
}

static void test_below(void **state) {
    (void)state;
    struct world world;
    world_init(&world, TEXT);
    const struct document *document = &world.document;
    const struct place_text text = {packed_view(document->tokens.items), (uint32_t)document->tokens.count,
                                    NULL};
    for (uint32_t i = 0; i < document->tokens.count; i++) {
        assert_int_equal(world.places.below[i], place_below(&world.here, &text, i));
    }
    uint32_t line = position_of(&world, "c") - 4, end = position_of(&world, "last");
    assert_true(world.places.below[position_of(&world, "f")] > 1);
    assert_true(world.places.below[end] > 1);
    assert_true(end - line > PLACE_LINE && world.places.below[line] == 0); // its end is too far away
    world_free(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places_by_depth),
        cmocka_unit_test(test_below),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
