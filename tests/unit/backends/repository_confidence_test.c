// repository_confidence_test.c - how sure the built-in model is, by what it saw.
#include "backends/repository_confidence.h"
#include "backends/repository_predict.h"

#include "tests/unit/backends/corpus_world.h"
#include "tests/unit/unit.h"

#include <math.h>

// The likeliest rest of the line at the '|', its confidence and what that is made of.
static struct prediction ask(const struct world *world, const char *document) {
    const char *cursor = strchr(document, '|');
    struct predict_request request = {.path = "new.c",
                                      .prefix = slice_of(document, (size_t)(cursor - document)),
                                      .suffix = slice_of_string(cursor + 1),
                                      .max_lines = 1,
                                      .candidates = 1};
    struct predictions found;
    predict(world->corpus, &request, &found);
    assert_true(found.count == 1);
    struct prediction first = found.items[0];
    first.text = (struct str){0};
    predictions_free(&found);
    return first;
}

static void test_surer_of_what_stands_everywhere(void **state) {
    (void)state;
    static const char *const files[] = {"a.c", "b.c", "c.c", "d.c"};
    struct world world = world_new(0);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        world_put(
            &world, files[i],
            "int open_door(struct door *door) {\n    if (door == NULL) {\n        return MISSING;\n    }\n"
            "    return 0;\n}\n");
    }
    world_put(&world, "e.c",
              "void greet(void) {\n    say(hello);\n    say(welcome, guest);\n    say(please);\n}\n");
    world_commit(&world, true);
    struct prediction known =
        ask(&world, "int open_lid(struct door *door) {\n    if (|\n        return MISSING;\n    }\n}\n");
    struct prediction vague = ask(&world, "void part(void) {\n    say(|\n}\n");
    assert_true(known.confidence > 0.5);
    assert_true(vague.confidence < known.confidence);
    world_free(&world);
}

// A further line begins at its own beginning, wherever the cursor stands in the first.
static void test_a_further_line(void **state) {
    (void)state;
    enum { LEFT = 24, AT_START, TYPED };
    static const char text[] =
        "int open_door(struct door *door) {\n    close(door);\n    close(door);\n    clo";
    struct world world = world_of("a.c", text);
    struct generation *generation = corpus_pin(world.corpus);
    struct document document;
    document_init(&document, generation->vocabulary, NULL, slice_of_string(text), slice_of_string("\n}\n"));
    struct counts *counts = counts_new(generation, &document, "b.c");
    uint32_t close = encoder_find(&document.encoder, SLICE_LITERAL("close"));
    const uint32_t first[] = {TOKEN_LINE_SAME, close}, next[] = {TOKEN_LINE_SAME, close, TOKEN_LINE_SAME};
    struct beam_request request = {.document = &document,
                                   .context = first,
                                   .context_count = 2,
                                   .max_tokens = 8,
                                   .typed = SLICE_LITERAL("")};
    struct beam_result result;
    float features[CONFIDENCE_FEATURES];
    beam_search(counts, &request, &result);
    confidence_features(&document, &result, &result.paths[0], features);
    assert_true(features[LEFT] > 0 && features[AT_START] == 0 && features[TYPED] == 0);
    request.context = next;
    request.context_count = 3;
    beam_search(counts, &request, &result);
    confidence_features(&document, &result, &result.paths[0], features);
    assert_true(features[LEFT] == 0 && features[AT_START] == 1 && features[TYPED] == 0);
    counts_free(counts);
    document_fini(&document);
    corpus_unpin(generation);
    world_free(&world);
}

// Whatever is measured, it is a probability; and first questions are the highest bits.
static void test_any_features_make_a_probability(void **state) {
    (void)state;
    static const float extremes[] = {-1e30f, -1, 0, 1, 1e30f, INFINITY, -INFINITY, NAN};
    for (size_t i = 0; i < sizeof extremes / sizeof *extremes; i++) {
        float features[CONFIDENCE_FEATURES];
        for (int k = 0; k < CONFIDENCE_FEATURES; k++) {
            features[k] = extremes[i];
        }
        double confidence = confidence_of(features);
        assert_true(confidence >= 0 && confidence <= 1);
    }
}

// A tree with one answer of yes leads to the leaf that this question's bit names.
static void test_a_question_is_a_bit(void **state) {
    (void)state;
    for (int asked = 0; asked < CONFIDENCE_FEATURES; asked++) {
        float features[CONFIDENCE_FEATURES];
        double sum = (double)CONFIDENCE_USUAL;
        for (int k = 0; k < CONFIDENCE_FEATURES; k++) {
            features[k] = k == asked ? INFINITY : -INFINITY;
        }
        for (int i = 0; i < CONFIDENCE_TREES; i++) {
            unsigned leaf = 0;
            for (int k = 0; k < CONFIDENCE_DEPTH; k++) {
                assert_true(CONFIDENCE_FOREST[i].feature[k] < CONFIDENCE_FEATURES);
                leaf |= CONFIDENCE_FOREST[i].feature[k] == asked ? (CONFIDENCE_LEAVES / 2u) >> k : 0;
            }
            sum += (double)CONFIDENCE_FOREST[i].leaves[leaf];
        }
        assert_true(fabs(confidence_of(features) - 1 / (1 + exp(-sum))) < 1e-5);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_surer_of_what_stands_everywhere),
        cmocka_unit_test(test_a_further_line),
        cmocka_unit_test(test_any_features_make_a_probability),
        cmocka_unit_test(test_a_question_is_a_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
