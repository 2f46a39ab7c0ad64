// answer_text_test.c - the words for an answer, as every editor and the command line show them.
#include "completion/engine.h"
#include "tests/unit/unit.h"

static struct context_item item_of(const char *path, const char *text) {
    return (struct context_item){
        .path = path, .start_line = 6, .source = CONTEXT_SIGNATURE, .text = slice_of_string(text)};
}

static void assert_text(const struct engine_answer *answer, const char *expected) {
    struct str text;
    str_init(&text);
    engine_answer_text(answer, &text);
    assert_string_equal(text.data, expected);
    str_free(&text);
}

static void test_suggestions_with_context(void **state) {
    (void)state;
    struct context_item items[] = {item_of("src/bank.h", "\n  int withdraw(int cents)\nmore"),
                                   item_of("a.c", "x")};
    struct context context = {.items = items, .count = 2};
    struct engine_candidate candidates[] = {{.shown = SLICE_LITERAL("one();"), .confidence = 0.875},
                                            {.shown = SLICE_LITERAL("two(\n);"), .confidence = 0.1}};
    struct engine_answer answer = {.outcome = OUTCOME_SHOWN,
                                   .reason = "",
                                   .instead = "",
                                   .candidates = candidates,
                                   .candidate_count = 2,
                                   .context = &context,
                                   .prompt = SLICE_LITERAL("prompt"),
                                   .told = {.tokens = 900, .changed_tokens = 31, .context_items = 2},
                                   .model = "built-in",
                                   .total_ms = 6.06,
                                   .context_ms = 1};
    assert_text(&answer, "suggested: one();\n"
                         "or:        two(\n);\n"
                         "built-in model, 6.1 ms (1.0 ms of it for context), 88 % sure\n"
                         "prompt of about 900 tokens, 31 of them new since the last one; "
                         "its context of 2 items as before\n"
                         "context of 2 items in 1.0 ms, best first:\n"
                         "  signature  src/bank.h:7  int withdraw(int cents)\n"
                         "  signature  a.c:7  x\n");
}

static void assert_context(const struct engine_answer *answer, const char *expected) {
    struct str text;
    str_init(&text);
    engine_context_text(answer, 2, "", "", &text);
    assert_string_equal(text.data, expected);
    str_free(&text);
}

// What the prompt has of it, or gave the name that is suggested, is what matters to who asks why.
static void test_what_was_used_comes_first(void **state) {
    (void)state;
    struct context_item items[] = {item_of("a.c", "int away(void)"), item_of("b.c", "int deposit(int cents)"),
                                   item_of("c.c", "int withdraw(int cents)")};
    struct context_name names[] = {{.name = "away"}, {.name = "draw"}, {.name = "withdraw"}};
    struct context context = {.items = items, .count = 3, .names = names, .name_count = 3};
    struct engine_candidate candidate = {.text = SLICE_LITERAL("withdraw(cents);"),
                                         .shown = SLICE_LITERAL("draw(cents);")};
    struct engine_answer answer = {.context = &context, .candidates = &candidate, .candidate_count = 1};
    assert_context(&answer,
                   "context of 3 items in 0.0 ms (this model takes names from it), 1 with a name that "
                   "it suggests, those first:\n"
                   "  signature  c.c:7  int withdraw(int cents)\n"
                   "  signature  a.c:7  int away(void)\n"
                   "  ... and 1 more\n");
    answer.candidate_count = 0;
    answer.unsure = SLICE_LITERAL("away();");
    assert_context(&answer,
                   "context of 3 items in 0.0 ms (this model takes names from it), 1 with a name that "
                   "it suggests, those first:\n"
                   "  signature  a.c:7  int away(void)\n"
                   "  signature  b.c:7  int deposit(int cents)\n"
                   "  ... and 1 more\n");
    answer.prompt = SLICE_LITERAL("prompt");
    items[1].in_prompt = items[2].in_prompt = true;
    assert_context(&answer, "context of 3 items in 0.0 ms, 2 of them in the prompt, those first:\n"
                            "  signature  b.c:7  int deposit(int cents)\n"
                            "  signature  c.c:7  int withdraw(int cents)\n"
                            "  ... and 1 more\n");
    answer.prompt = answer.unsure = (struct slice){0};
    assert_context(&answer, "context of 3 items in 0.0 ms (this model takes names from it), best first:\n"
                            "  signature  a.c:7  int away(void)\n"
                            "  signature  b.c:7  int deposit(int cents)\n"
                            "  ... and 1 more\n");
}

static void test_what_is_typed_stays_and_says_so(void **state) {
    (void)state;
    struct context context = {0};
    struct engine_candidate candidate = {.shown = SLICE_LITERAL("ne();"), .confidence = 0.5};
    struct engine_answer answer = {.outcome = OUTCOME_SHOWN,
                                   .reason = "",
                                   .instead = "",
                                   .candidates = &candidate,
                                   .candidate_count = 1,
                                   .context = &context,
                                   .model = "built-in",
                                   .typed = SLICE_LITERAL("o")};
    assert_text(&answer, "suggested: ne();\n"
                         "at first:  one();  (typed since: o)\n"
                         "built-in model, 0.0 ms (0.0 ms of it for context), 50 % sure\n"
                         "context of 0 items in 0.0 ms\n");
}

static void test_what_is_shown_only_by_hand_says_so(void **state) {
    (void)state;
    static const struct {
        double confidence, usual;
        const char *words;
    } cases[] = {
        {0.0799, 0.08,
         ", 7.9 % sure: shown as it was asked for by hand; while one types, from 8 % on "
         "(completion.minimumConfidence)\n"},
        {0.08, 0.08, ", 8 % sure\n"},
        {0.02, 0, ", 2 % sure\n"}, // not by hand
        {-1, 0.08, "ms of it for context)\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct context context = {0};
        struct engine_candidate candidate = {.shown = SLICE_LITERAL("ne();"),
                                             .confidence = cases[i].confidence};
        struct engine_answer answer = {.outcome = OUTCOME_SHOWN,
                                       .instead = "",
                                       .candidates = &candidate,
                                       .candidate_count = 1,
                                       .context = &context,
                                       .model = "built-in",
                                       .usual_confidence = cases[i].usual};
        struct str text;
        str_init(&text);
        engine_answer_text(&answer, &text);
        assert_non_null(strstr(text.data, cases[i].words));
        str_free(&text);
    }
}

static void test_silence_has_its_reason(void **state) {
    (void)state;
    struct context context = {0};
    struct engine_answer answer = {.outcome = OUTCOME_NOTHING,
                                   .reason = "the model had nothing to say",
                                   .instead = "",
                                   .context = &context,
                                   .model = "built-in"};
    assert_text(&answer, "silent: the model had nothing to say (built-in model, 0.0 ms)\n");
    answer.unsure = SLICE_LITERAL("go();");
    assert_text(&answer, "not shown: go();\nsilent: the model had nothing to say (built-in model, 0.0 ms)\n");
    answer.unsure = (struct slice){0};
    answer.outcome = OUTCOME_DISABLED; // and no model where none was asked
    answer.reason = "switched off in the settings";
    assert_text(&answer, "silent: switched off in the settings\n");
}

static void test_who_answers_in_place_of_another_says_why(void **state) {
    (void)state;
    struct context context = {0};
    struct engine_answer answer = {.outcome = OUTCOME_NOTHING,
                                   .reason = "the model had nothing to say",
                                   .instead = "http://127.0.0.1:1: cannot connect",
                                   .context = &context,
                                   .model = "built-in"};
    assert_text(&answer, "silent: the model had nothing to say (built-in model, 0.0 ms)\n"
                         "in place of another model: http://127.0.0.1:1: cannot connect\n");
}

static void test_what_hides_is_shown(void **state) {
    (void)state;
    struct context_item items[] = {item_of("e\x1b[31m.c", "a\xE2\x80\xAE"
                                                          "b\x1b]0;title\x07")};
    struct context context = {.items = items, .count = 1};
    struct engine_answer answer = {.context = &context, .context_ms = 1};
    struct str text;
    str_init(&text);
    engine_context_text(&answer, 1, "> ", "", &text);
    assert_string_equal(text.data,
                        "> context of 1 item in 1.0 ms (this model takes names from it), best first:\n"
                        ">   signature  e?[31m.c:7  a?b?]0;title?\n");
    str_free(&text);
}

static void test_long_things_are_cut(void **state) {
    (void)state;
    char longer[200];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    struct context_item items[] = {item_of("a.c", longer), item_of("b.c", "y"), item_of("c.c", "z")};
    struct context context = {.items = items, .count = 3};
    struct engine_answer answer = {.context = &context};
    struct str text;
    str_init(&text);
    engine_context_text(&answer, 1, "", " (there)", &text);
    assert_true(text.length < 250);
    assert_non_null(strstr(text.data, "xxx...\n  ... and 2 more (there)\n"));
    str_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_suggestions_with_context),
        cmocka_unit_test(test_what_was_used_comes_first),
        cmocka_unit_test(test_what_is_typed_stays_and_says_so),
        cmocka_unit_test(test_what_is_shown_only_by_hand_says_so),
        cmocka_unit_test(test_silence_has_its_reason),
        cmocka_unit_test(test_who_answers_in_place_of_another_says_why),
        cmocka_unit_test(test_what_hides_is_shown),
        cmocka_unit_test(test_long_things_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
