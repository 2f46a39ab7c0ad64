// repository_counts_test.c - the words behind a context: those that were seen there, and those that are at hand.
#include "backends/repository_counts.h"

#include "tests/unit/backends/corpus_world.h"
#include "tests/unit/unit.h"

#include <math.h>

static const char LIBRARY[] = "int open_door(struct door *door) {\n"
                              "    return report_missing(door);\n"
                              "}\n";
static const char DOCUMENT[] = "void shut(struct door *gate) {\n    return ";

struct asked {
    struct world world;
    struct generation *generation;
    struct document document;
    struct counts *counts;
    struct token_list context;
};

static void asked_init(struct asked *asked) {
    *asked = (struct asked){.world = world_of("a.c", LIBRARY)};
    asked->generation = corpus_pin(asked->world.corpus);
    document_init(&asked->document, asked->generation->vocabulary, NULL, slice_of_string(DOCUMENT),
                  SLICE_LITERAL("\n}\n"));
    asked->counts = counts_new(asked->generation, &asked->document, "b.c");
    for (uint32_t i = 0; i < asked->document.cursor; i++) {
        vec_push(&asked->context, token_id(asked->document.tokens.items[i]));
    }
}

static void asked_free(struct asked *asked) {
    vec_free(&asked->context);
    counts_free(asked->counts);
    document_fini(&asked->document);
    corpus_unpin(asked->generation);
    world_free(&asked->world);
}

static const struct counts_answer *ask(struct asked *asked) {
    return counts_query(asked->counts, asked->context.items, asked->context.count);
}

static uint32_t id_of(const struct asked *asked, const char *word) {
    return encoder_find(&asked->document.encoder, slice_of_string(word));
}

// Every word of an answer once, and found by its id.
static void assert_sane(const struct counts_answer *answer) {
    double total = 0;
    for (uint32_t i = 0; i < answer->count; i++) {
        assert_int_equal(counts_find(answer, answer->words[i].id), i);
        total += answer->words[i].probability;
    }
    assert_true(total > 0 && total < 1.001);
    assert_int_equal(counts_find(answer, TOKEN_UNKNOWN - 1), COUNTS_NONE);
    assert_true(counts_probability(answer, TOKEN_UNKNOWN - 1) == 0);
}

static void test_seen_and_at_hand(void **state) {
    (void)state;
    struct asked asked;
    asked_init(&asked);
    const struct counts_answer *answer = ask(&asked);
    assert_sane(answer);
    uint32_t seen = counts_find(answer, id_of(&asked, "report_missing"));
    uint32_t at_hand = counts_find(answer, id_of(&asked, "gate")); // it stands behind no `return`
    assert_true(seen < answer->seen && answer->words[seen].shallow > 0);
    assert_true(at_hand >= answer->seen && at_hand < answer->count);
    assert_true(answer->words[at_hand].shallow <= 0 && answer->words[at_hand].probability > 0);
    asked_free(&asked);
}

static void test_add(void **state) {
    (void)state;
    struct asked asked;
    asked_init(&asked);
    struct counts_answer *answer = (struct counts_answer *)(uintptr_t)ask(&asked);
    uint32_t seen = id_of(&asked, "report_missing"), other = id_of(&asked, "open_door");
    uint32_t count = answer->count;
    assert_int_equal(counts_find(answer, other), COUNTS_NONE);
    assert_int_equal(counts_add(answer, seen, 7), counts_find(answer, seen));
    assert_int_equal(answer->count, count);
    assert_int_equal(counts_add(answer, other, 7), count);
    assert_int_equal(counts_find(answer, other), count);
    assert_int_equal(counts_add(answer, other, 3), count); // once
    assert_int_equal(answer->count, count + 1);
    assert_int_equal(answer->words[count].space, 7);
    assert_true(answer->words[count].shallow <= 0 && answer->words[count].probability <= 0);
    asked_free(&asked);
}

// As it was, when it is asked for again.
static void test_kept(void **state) {
    (void)state;
    struct asked asked;
    asked_init(&asked);
    counts_keep(asked.counts);
    const struct counts_answer *answer = ask(&asked);
    uint32_t count = answer->count, id = id_of(&asked, "gate");
    double probability = counts_probability(answer, id);
    assert_sane(counts_query(asked.counts, asked.context.items, asked.context.count - 1));
    answer = ask(&asked);
    assert_sane(answer);
    assert_int_equal(answer->count, count);
    assert_true(counts_probability(answer, id) == probability);
    counts_follow(asked.counts, asked.generation, true); // ranked anew
    answer = ask(&asked);
    assert_sane(answer);
    assert_int_equal(answer->count, count);
    assert_true(counts_probability(answer, id) == probability);
    asked_free(&asked);
}

static double share(struct asked *asked, uint32_t id) {
    return counts_share(asked->counts, asked->context.items, asked->context.count, id);
}

// Of one word alone as of all together, and so again when it is kept.
static void test_share(void **state) {
    (void)state;
    struct asked asked;
    asked_init(&asked);
    vec_push(&asked.context,
             id_of(&asked, "gate")); // stands behind no `return`, so that any name counts, too
    const struct counts_answer *answer = ask(&asked);
    double total = 0;
    for (int kept = 0; kept <= 2; kept++) {
        for (uint32_t i = 0; i < answer->seen; i++) {
            double of_word = share(&asked, answer->words[i].id);
            assert_true(fabs(of_word - answer->words[i].soft) < 1e-12);
            total += of_word;
        }
        counts_keep(asked.counts);
    }
    assert_true(answer->seen > 1 && fabs(total - 3) < 1e-9);
    assert_true(share(&asked, TOKEN_UNKNOWN - 1) == 0);
    asked.context.count--; // another context
    assert_true(share(&asked, id_of(&asked, "report_missing")) > 0);
    asked_free(&asked);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seen_and_at_hand),
        cmocka_unit_test(test_add),
        cmocka_unit_test(test_kept),
        cmocka_unit_test(test_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
