// repository_hints_test.c - what definitions that retrieval found say of the words behind a context.
#include "backends/repository_hints.h"
#include "tests/unit/unit.h"

// Features by their place in the header's order.
enum {
    IN_HEADER = 2,
    LIKE_FUNCTION = 4,
    OF_HINT,
    SHARE,
    OWN = 12,
    AT_HAND = 14,
    FRESH,
    RARE,
    USES,
    IS_NEXT,
    NEXT_NEAR,
    IS_LAST,
    OF_RECEIVER,
    OF_TYPE,
    OWNER_ALIKE,
    ARGUMENT_ALIKE = 25,
    ARGUMENT_NAMED,
    CLOSES,
    ARGUMENT_TYPE = 29
};

struct world {
    struct vocabulary *vocabulary;
    struct document document;
    struct scope *scope;
    struct hints *hints;
    struct token_list context;
};

static const struct backend_hint HINTS[] = {
    {.name = "stop", .scope = "", .before = "", .after = "", .signature = "void stop(void)", .is_own = true},
    {.name = "send",
     .scope = "",
     .before = "stop",
     .after = "join",
     .uses = 0.5f,
     .signature = "int send(loop_t *loop, char *text)",
     .score = 4},
    {.name = "grow",
     .before = "",
     .after = "",
     .scope = "buffer",
     .signature = "void grow(self, count: int)",
     .kind = SYMBOL_METHOD,
     .score = 3},
    {.name = "alive",
     .before = "",
     .after = "",
     .scope = "loop_t",
     .signature = "int alive",
     .kind = SYMBOL_FIELD,
     .of_receiver = true,
     .score = 2},
    {.name = "count",
     .scope = "queue_t",
     .before = "",
     .after = "",
     .signature = "int count",
     .kind = SYMBOL_FIELD,
     .score = 1},
    {.name = "join", .scope = "", .before = "", .after = "", .signature = "join(first, *rest)", .score = 0},
    {.name = "unheard", .scope = "", .before = "", .after = "", .signature = "unheard()", .score = 5},
};

// Every word the tests ask about is in the vocabulary but `unheard`.
static const char WORDS[] =
    "stop send grow alive count join loop text other l q , ) -> buffer queue_t loop_t";

// text: with one '|' at the cursor.
static void world_init(struct world *world, const char *text) {
    const char *cursor = strchr(text, '|');
    *world = (struct world){.vocabulary = vocabulary_new()};
    struct encoder learner = {.vocabulary = world->vocabulary};
    encoder_append(&learner, slice_of_string(WORDS), &world->context);
    document_init(&world->document, world->vocabulary, NULL, slice_of(text, (size_t)(cursor - text)),
                  slice_of_string(cursor + 1));
    world->document.hints = HINTS;
    world->document.hint_count = sizeof HINTS / sizeof *HINTS;
    world->scope = scope_new(&world->document);
    world->hints = hints_new(&world->document, world->scope);
    world->context.count = 0;
    for (uint32_t i = 0; i < world->document.cursor; i++) {
        vec_push(&world->context, token_id(world->document.tokens.items[i]));
    }
}

static void world_free(struct world *world) {
    hints_free(world->hints);
    scope_free(world->scope);
    document_fini(&world->document);
    vocabulary_release(world->vocabulary);
    vec_free(&world->context);
}

static uint32_t id_of(const struct world *world, const char *word) {
    return encoder_find(&world->document.encoder, slice_of_string(word));
}

static float feature_of(struct world *world, const char *word, int feature) {
    float features[HINTS_FEATURES];
    struct hints_place place = hints_place(world->hints, world->context.items, world->context.count, 0);
    const struct standing *standing = scope_of(world->scope, id_of(world, word));
    hints_fill_word(world->hints, standing, features);
    standing = scope_of(world->scope, id_of(world, word));
    hints_fill_place(world->hints, &place, standing, features);
    return features[feature];
}

static void a_hint_has_its_share_of_the_probability(void **state) {
    (void)state;
    struct world world;
    world_init(&world, "x = |");
    assert_true(feature_of(&world, "send", SHARE) > feature_of(&world, "grow", SHARE));
    assert_true(feature_of(&world, "grow", SHARE) > feature_of(&world, "count", SHARE));
    assert_true(feature_of(&world, "stop", OWN) == 1 && feature_of(&world, "stop", OF_HINT) == 0);
    assert_true(feature_of(&world, "stop", SHARE) == 0);
    assert_true(feature_of(&world, "other", OF_HINT) == 0);
    assert_int_equal(id_of(&world, "unheard"), 0); // and so it is none of the names
    world_free(&world);
}

static void a_definition_is_told_by_its_neighbours_and_uses(void **state) {
    (void)state;
    struct world world;
    world_init(&world, "stop()\n\n\nother()\n|\njoin()\n");
    assert_true(feature_of(&world, "send", IS_NEXT) == 1 && feature_of(&world, "grow", IS_NEXT) == 0);
    assert_true(feature_of(&world, "send", IS_LAST) == 1 && feature_of(&world, "grow", IS_LAST) == 0);
    assert_true(feature_of(&world, "send", USES) == 0.5f && feature_of(&world, "stop", RARE) == 0);
    assert_true(feature_of(&world, "send", RARE) < feature_of(&world, "grow", RARE));
    float far = feature_of(&world, "send", NEXT_NEAR);
    world_free(&world);
    world_init(&world, "stop()\n|\n");
    assert_true(feature_of(&world, "send", NEXT_NEAR) > far && far > 0);
    assert_true(feature_of(&world, "send", IS_LAST) == 0);
    world_free(&world);
}

static void words_are_compared_with_the_function_around(void **state) {
    (void)state;
    struct world world;
    world_init(&world, "int loop_send(int text)\n{\n    |\n}\n");
    assert_true(feature_of(&world, "send", IN_HEADER) == 1 && feature_of(&world, "text", IN_HEADER) == 1);
    assert_true(feature_of(&world, "grow", IN_HEADER) == 0);
    assert_true(feature_of(&world, "send", LIKE_FUNCTION) == 0.5f);
    assert_true(feature_of(&world, "text", LIKE_FUNCTION) == 0);
    world_free(&world);
}

static void members_are_told_by_their_receiver(void **state) {
    (void)state;
    static const struct {
        const char *text, *word;
        int feature;
        bool right;
    } cases[] = {
        {"l->|", "alive", OF_RECEIVER, true},
        {"l->|", "count", OF_RECEIVER, false},
        {"x = |", "alive", OF_RECEIVER, false},
        {"queue_t *q;\nq->|", "count", OF_TYPE, true},
        {"queue_t *q;\nq->|", "alive", OF_TYPE, false},
        {"queue_t *q;\nq|", "count", OF_TYPE, false},
        {"my_buffer->|", "grow", OWNER_ALIKE, true},
        {"my_buffer->|", "count", OWNER_ALIKE, false},
        {"f(l)->|", "alive", OF_RECEIVER, true}, // of what a call returns
        {"l.|", "alive", OF_RECEIVER, true},     // the context gets the "." below
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world world;
        world_init(&world, cases[i].text);
        if (world.document.typed.length > 0) {
            vec_push(&world.context, world.document.typed_id);
        }
        if ((feature_of(&world, cases[i].word, cases[i].feature) > 0) != cases[i].right) {
            fail_msg("%s %s", cases[i].text, cases[i].word);
        }
        world_free(&world);
    }
}

static void arguments_are_told_by_the_signature(void **state) {
    (void)state;
    static const struct {
        const char *text, *word;
        int feature;
        float value;
    } cases[] = {
        {"send(|", "loop", ARGUMENT_NAMED, 1},
        {"send(|", "text", ARGUMENT_NAMED, 0},
        {"send(loop, |", "text", ARGUMENT_NAMED, 1},
        {"send(f(loop), |", "text", ARGUMENT_NAMED, 1},
        {"send(f(|", "loop", ARGUMENT_NAMED, 0}, // in a call that nothing is known of
        {"send(loop|", ")", CLOSES, -1},         // `loop` may be half a word, and is none yet
        {"send(loop |", ")", CLOSES, -1},
        {"send(loop |", ",", CLOSES, 1},
        {"send(loop, text |", ")", CLOSES, 1},
        {"send(loop, text |", ",", CLOSES, -1},
        {"b.grow(count |", ")", CLOSES, 1}, // self is not given
        {"stop(|", ")", CLOSES, 1},         // void is none
        {"join(text |", ")", CLOSES, 0},    // as many as one likes
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world world;
        world_init(&world, cases[i].text);
        if (feature_of(&world, cases[i].word, cases[i].feature) != cases[i].value) {
            fail_msg("%s %s: %g", cases[i].text, cases[i].word,
                     (double)feature_of(&world, cases[i].word, cases[i].feature));
        }
        world_free(&world);
    }
}

static void arguments_in_sight_speak_for_a_call(void **state) {
    (void)state;
    struct world world;
    world_init(&world, "char *text;\n|");
    assert_true(feature_of(&world, "send", AT_HAND) == 0.5f);
    assert_true(feature_of(&world, "send", FRESH) == 1);
    assert_true(feature_of(&world, "join", AT_HAND) == 0);
    world_free(&world);
}

static void what_fits_the_receiver_is_offered_first(void **state) {
    (void)state;
    struct world world;
    uint32_t ids[4];
    world_init(&world, "queue_t *q;\nq->|");
    struct hints_place place = hints_place(world.hints, world.context.items, world.context.count, 0);
    assert_int_equal(hints_names(world.hints, &place, 4, ids), 4);
    assert_true(ids[0] == id_of(&world, "alive") || ids[0] == id_of(&world, "count"));
    assert_true(ids[1] == id_of(&world, "alive") || ids[1] == id_of(&world, "count"));
    assert_int_equal(ids[2], id_of(&world, "stop"));
    assert_int_equal(hints_names(world.hints, &place, 1, ids), 1);
    world_free(&world);
    world_init(&world, "send(|"); // which is at hand already
    place = hints_place(world.hints, world.context.items, world.context.count, 0);
    for (uint32_t count = hints_names(world.hints, &place, 4, ids); count > 0; count--) {
        assert_int_not_equal(ids[count - 1], id_of(&world, "send"));
    }
    world_free(&world);
}

// What the last request brought says nothing any more, and what it brings again says what it did.
static void other_hints_take_the_place_of_those_before(void **state) {
    (void)state;
    struct world world;
    world_init(&world, "char *text;\nsend(|");
    float at_hand = feature_of(&world, "send", AT_HAND);
    world.document.hints = HINTS + 1; // without `stop`, and with `send` first
    for (world.document.hint_count = 1; world.document.hint_count <= 2; world.document.hint_count++) {
        hints_renew(world.hints);
        assert_true(feature_of(&world, "stop", OWN) == 0);
        assert_true(feature_of(&world, "join", OF_HINT) == 0);
        assert_true(feature_of(&world, "send", OF_HINT) == 1);
        assert_true(feature_of(&world, "send", AT_HAND) == at_hand);
        assert_true(feature_of(&world, "text", ARGUMENT_NAMED) == 0);
        assert_true(feature_of(&world, "loop", ARGUMENT_NAMED) == 1);
        assert_true((feature_of(&world, "grow", OF_HINT) == 1) == (world.document.hint_count == 2));
    }
    world_free(&world);
}

// A parameter whose name nothing had is named by whoever types it.
static void a_name_that_is_typed_since_is_known_of_its_parameter(void **state) {
    (void)state;
    static const struct backend_hint hint = {
        .name = "send", .scope = "", .signature = "int send(int fresh)", .before = "", .after = ""};
    struct world world;
    world_init(&world, "send(|");
    world.document.hints = &hint;
    world.document.hint_count = 1;
    hints_renew(world.hints);
    assert_int_equal(id_of(&world, "fresh"), 0);
    assert_true(feature_of(&world, "send", OF_HINT) == 1); // reads the definition
    assert_true(document_follow(&world.document, SLICE_LITERAL("send(fresh"), SLICE_LITERAL("")));
    hints_renew(world.hints);
    assert_true(feature_of(&world, "fresh", ARGUMENT_NAMED) == 1);
    world_free(&world);
}

// Whoever asked has let go of what it brought when a definition is read at last.
static void a_definition_is_read_after_its_request(void **state) {
    (void)state;
    struct world world;
    world_init(&world, "send(|");
    char signature[] = "int send(loop_t *loop, char *text)";
    struct backend_hint send = {
        .name = "send", .scope = "", .signature = signature, .before = "", .after = ""};
    world.document.hints = &send;
    world.document.hint_count = 1;
    hints_renew(world.hints);
    memset(signature, ' ', sizeof signature - 1);
    send.signature = "";
    assert_true(feature_of(&world, "loop", ARGUMENT_NAMED) == 1);
    assert_true(feature_of(&world, "text", ARGUMENT_NAMED) == 0);
    world_free(&world);
}

// More definitions than are remembered, and then the first ones again.
static void definitions_are_read_again_when_they_were_forgotten(void **state) {
    (void)state;
    struct world world;
    world_init(&world, "send(|");
    char signature[64];
    struct backend_hint grow = {
        .name = "grow", .scope = "", .signature = signature, .before = "", .after = ""};
    world.document.hints = &grow;
    world.document.hint_count = 1;
    for (int i = 0; i < 2 * DEFINITIONS_READ; i++) {
        snprintf(signature, sizeof signature, "void grow(int *a%d)", i);
        hints_renew(world.hints);
        feature_of(&world, "grow", AT_HAND); // which reads it
    }
    world.document.hints = HINTS;
    world.document.hint_count = sizeof HINTS / sizeof *HINTS;
    hints_renew(world.hints);
    assert_true(feature_of(&world, "loop", ARGUMENT_NAMED) == 1);
    assert_true(feature_of(&world, "text", ARGUMENT_NAMED) == 0);
    world_free(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hint_has_its_share_of_the_probability),
        cmocka_unit_test(a_definition_is_told_by_its_neighbours_and_uses),
        cmocka_unit_test(words_are_compared_with_the_function_around),
        cmocka_unit_test(members_are_told_by_their_receiver),
        cmocka_unit_test(arguments_are_told_by_the_signature),
        cmocka_unit_test(arguments_in_sight_speak_for_a_call),
        cmocka_unit_test(what_fits_the_receiver_is_offered_first),
        cmocka_unit_test(other_hints_take_the_place_of_those_before),
        cmocka_unit_test(a_name_that_is_typed_since_is_known_of_its_parameter),
        cmocka_unit_test(a_definition_is_read_after_its_request),
        cmocka_unit_test(definitions_are_read_again_when_they_were_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
