// engine_test.c - a request's life with a model that the test plays: every request ends once, with the right
// outcome.
#include "engine_world.h"

#include "backends/hint.h"

static void a_good_answer_is_shown(void **state) {
    struct fixture *fixture = *state;
    struct asked asked = {0};
    ask(fixture, &asked, "int x = |\n");
    turn(fixture, &asked, 1);
    assert_true(slice_equal(fixture->model.call->request->prefix, SLICE_LITERAL("int x = ")));
    assert_true(slice_equal(fixture->model.call->request->suffix, SLICE_LITERAL("\n")));
    reply(fixture, "compute();", 0.9);
    assert_int_equal(asked.answers, 0);
    turn(fixture, &asked, 99);
    assert_int_equal(asked.answers, 1);
    assert_int_equal(asked.outcome, OUTCOME_SHOWN);
    assert_string_equal(asked.shown, "compute();");
    const struct engine_answer *last = engine_last(fixture->engine, "a.c");
    assert_non_null(last);
    assert_int_equal(last->candidate_count, 1);
    engine_forget(fixture->engine, "a.c");
    assert_null(engine_last(fixture->engine, "a.c"));
    assert_int_equal(engine_outcome_count(fixture->engine, OUTCOME_SHOWN), 1);
}

static void the_model_is_told_names(void **state) {
    struct fixture *fixture = *state;
    struct asked asked = {0};
    ask(fixture, &asked, "int helper(int a) {\n    return a;\n}\nint x = |\n");
    turn(fixture, &asked, 1);
    const struct backend_request *request = fixture->model.call->request;
    assert_int_equal(request->hint_count, 1);
    assert_string_equal(request->hints[0].name, "helper");
    assert_true(request->hints[0].is_own && !request->hints[0].of_receiver);
    reply(fixture, "helper(1);", 0.9);
    turn(fixture, &asked, 99);
}

static void silence_has_a_reason(void **state) {
    struct fixture *fixture = *state;
    fixture->config->minimum_confidence = 0.5;
    static const struct {
        const char *document, *raw;
        double confidence;
        bool invoked;
        enum outcome outcome;
    } cases[] = {
        {"int x = |", "", 0.9, false, OUTCOME_NOTHING},
        {"int x = |", "y;", 0.1, false, OUTCOME_LOW_CONFIDENCE},
        {"int x = |", "y;", 0.1, true, OUTCOME_SHOWN},
        {"int x = |", "y;", -1, false, OUTCOME_SHOWN},
        {"wo|rd", "y;", 0.9, false, OUTCOME_MID_WORD},
        {"  |\n  return value;\n", "return value;", 0.9, false, OUTCOME_REPEATS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct asked asked = {0};
        fixture->model.starts = 0;
        ask_on(fixture, &asked, cases[i].document, 0, cases[i].invoked);
        turn(fixture, &asked, 1);
        if (fixture->model.starts) {
            reply(fixture, cases[i].raw, cases[i].confidence);
            turn(fixture, &asked, 99);
        }
        assert_int_equal(asked.answers, 1);
        assert_string_equal(outcome_id(asked.outcome), outcome_id(cases[i].outcome));
        assert_int_equal(asked.reason[0] == '\0', asked.outcome == OUTCOME_SHOWN);
    }
}

// With the measure that is set, 0: none, up to where the model is asked.
static void ask_from(struct fixture *fixture, struct asked *asked, double least, bool invoked) {
    fixture->model.starts = 0;
    fixture->config->minimum_confidence = least;
    ask_on(fixture, asked, "  |", 0, invoked);
    turn(fixture, asked, 1);
}

// And what it would take; the model's own measure is 0.08.
static void how_unsure_it_was_is_said(void **state) {
    struct fixture *fixture = *state;
    static const struct {
        double confidence, least; // least: as it is set; 0: as the model says
        bool invoked;
        const char *words;
        bool refused;
    } cases[] = {
        {0.032, 0, false, ": its best line is 3.2 % sure, shown from 8 % on (completion.minimumConfidence)",
         false},
        {0.07999, 0, false, ": its best line is 7.9 % sure, shown from 8 % on (", false},
        {0.3, 0.5, false, ": its best line is 30 % sure, shown from 50 % on (", false},
        {0.009, 0, true,
         ": its best line is 0.9 % sure, shown from 1.6 % on where one asks by hand, from 8 % on while one types (",
         false},
        {0.0009, 0, false, ": its best line is there already, or out of place", true},
    };
    fixture->model.base.traits.minimum_confidence = 0.08;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct asked asked = {0};
        ask_from(fixture, &asked, cases[i].least, cases[i].invoked);
        reply_with(fixture, &(struct backend_candidate){.text = slice_of_string("puts(text);"),
                                                        .confidence = cases[i].confidence,
                                                        .refused = cases[i].refused});
        turn(fixture, &asked, 99);
        assert_int_equal(asked.outcome, OUTCOME_LOW_CONFIDENCE);
        assert_non_null(strstr(asked.reason, cases[i].words));
        assert_true(slice_equal(engine_last(fixture->engine, "a.c")->unsure, slice_of_string("puts(text);")));
    }
}

// The model's own measures are 0.05 and 0.07.
static void an_unsure_line_is_cut_to_its_sure_head(void **state) {
    struct fixture *fixture = *state;
    static const struct {
        double confidence, head_confidence, least; // least: as it is set; 0: as the model says
        size_t head;
        bool invoked;
        const char *shown; // NULL: nothing
    } cases[] = {
        {0.2, 0.8, 0.1, 5, false, "puts(text, 1);"},
        {0.2, 0.8, 0.5, 5, false, "puts("},
        {0.2, 0.8, 0.9, 5, false, NULL},
        {0.2, 0.8, 0.5, 0, false, NULL},
        {0.2, 0.8, 0.5, 5, true, "puts(text, 1);"},
        {0.01, 0.8, 0.5, 5, true, "puts("},
        {0.04, 0.8, 0, 5, false, "puts("},
        {0.04, 0.8, 0, 0, false, NULL},
        {0.06, 0.8, 0, 5, false, "puts("},
        {0.06, 0.8, 0, 0, false, "puts(text, 1);"},
        {0.08, 0.8, 0, 5, false, "puts(text, 1);"},
        {0.02, 0.8, 0, 5, true, "puts(text, 1);"},
        {0.04, 0.8, 0, 14, false, "puts(text, 1);"},
    };
    fixture->model.base.traits.minimum_confidence = 0.05;
    fixture->model.base.traits.cut_confidence = 0.07;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct asked asked = {0};
        ask_from(fixture, &asked, cases[i].least, cases[i].invoked);
        reply_with(fixture,
                   &(struct backend_candidate){slice_of_string("puts(text, 1);"), cases[i].confidence,
                                               cases[i].head, cases[i].head_confidence, false});
        turn(fixture, &asked, 99);
        assert_int_equal(asked.outcome, cases[i].shown ? OUTCOME_SHOWN : OUTCOME_LOW_CONFIDENCE);
        assert_string_equal(asked.shown, cases[i].shown ? cases[i].shown : "");
    }
}

static void what_is_asked_for_by_hand_knows_the_usual_measure(void **state) {
    struct fixture *fixture = *state;
    static const struct {
        double least, usual;
        bool invoked;
    } cases[] = {{0, 0.05, true}, {0.5, 0.5, true}, {0.5, 0, false}};
    fixture->model.base.traits.minimum_confidence = 0.05;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct asked asked = {0};
        ask_from(fixture, &asked, cases[i].least, cases[i].invoked);
        reply(fixture, "puts(text);", 0.9);
        turn(fixture, &asked, 99);
        struct json *told = engine_answer_json(engine_last(fixture->engine, "a.c"), true);
        double usual = json_get_number(told, "usualConfidence", 0); // not there: 0
        assert_true(usual > cases[i].usual - 0.001 && usual < cases[i].usual + 0.001);
        json_free(told);
    }
}

static void another_may_be_less_sure(void **state) {
    struct fixture *fixture = *state;
    struct asked asked = {0};
    const struct backend_candidate candidates[] = {{slice_of_string("puts(text, 1);"), 0.8, 0, 0, false},
                                                   {slice_of_string("puts(text, 2);"), 0.006, 5, 0.9, false},
                                                   {slice_of_string("puts(text, 3);"), 0.004, 5, 0.9, false}};
    const struct backend_result result = {
        .message = "", .hint = "", .candidates = candidates, .candidate_count = 3, .finish = FINISH_STOP};
    fixture->model.base.traits.minimum_confidence = 0.05;
    fixture->model.base.traits.cut_confidence = 0.07;
    ask_on(fixture, &asked, "  |", 0, true); // by hand, for which a fifth is enough
    turn(fixture, &asked, 1);
    fixture->model.call->callbacks.on_done(fixture->model.call->callbacks.context, &result);
    turn(fixture, &asked, 99);
    const struct engine_answer *answer = engine_last(fixture->engine, "a.c");
    assert_int_equal(answer->candidate_count, 2);
    assert_true(
        slice_equal(answer->candidates[1].text, slice_of_string("puts(text, 2);"))); // whole: not a head
}

// What is typed is the beginning of what is shown, and the model would now say something else.
static void what_is_shown_stays_while_it_is_typed(void **state) {
    struct fixture *fixture = *state;
    static const struct {
        double first; // how sure the model is of puts(text, 1); before a key
        size_t head;  // of which this is shown alone
        const char *typed, *now;
        double sure; // of that
        const char *shown;
    } cases[] = {
        {0.2, 0, "p", "rintf(text);", 0.9, "uts(text, 1);"},
        {0.2, 0, "put", "", 0, "s(text, 1);"},
        {0.2, 0, "p", "rintf(text);", 0.01, "uts(text, 1);"},
        {0.09, 0, "p", "rintf(text);", 0.9, "rintf(text);"}, // it was hardly sure
        {0.2, 0, "f", "printf(text);", 0.9, "printf(text);"},
        {0.2, 0, "puts(text, 1);", " // so", 0.9, " // so"},
        {0.04, 5, "p", "rintf(text);", 0.9, "uts("},
        {0.04, 5, "p", "uts(text, 2);", 0.9, "uts(text, 2);"}, // the head's line goes on
        {0.04, 5, "p", "uts(text, 2);", 0.01, "uts("},         // but unsurely
        {0.2, 0, "p", "uts(text, 1);\n", 0.9, "uts(text, 1);"},
    };
    fixture->model.base.traits.minimum_confidence = 0.05;
    fixture->model.base.traits.cut_confidence = 0.07;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct asked before = {0}, asked = {0}, by_hand = {0};
        char document[64];
        snprintf(document, sizeof document, "int a%zu;\n  |", i);
        fixture->model.starts = 0;
        ask(fixture, &before, document);
        turn(fixture, &before, 1);
        reply_with(fixture, &(struct backend_candidate){slice_of_string("puts(text, 1);"), cases[i].first,
                                                        cases[i].head, 0.8, false});
        turn(fixture, &before, 99);
        snprintf(document, sizeof document, "int a%zu;\n  %s|", i, cases[i].typed);
        ask(fixture, &asked, document);
        turn(fixture, &asked, 2);
        reply(fixture, cases[i].now, cases[i].sure);
        turn(fixture, &asked, 99);
        assert_string_equal(asked.shown, cases[i].shown);
        assert_false(engine_last(fixture->engine, "a.c")->unasked);
        ask_on(fixture, &by_hand, document, 0, true); // who asks by hand wants what there is now
        turn(fixture, &by_hand, 3);
        reply(fixture, "now();", 0.9);
        turn(fixture, &by_hand, 99);
        assert_string_equal(by_hand.shown, "now();");
    }
}

static void a_cut_line_is_explained(void **state) {
    struct fixture *fixture = *state;
    struct asked asked = {0};
    fixture->config->minimum_confidence = 0.5;
    ask(fixture, &asked, "  |");
    turn(fixture, &asked, 1);
    reply_with(fixture, &(struct backend_candidate){slice_of_string("puts(text, 1);"), 0.2, 5, 0.8, false});
    turn(fixture, &asked, 99);
    const struct engine_answer *answer = engine_last(fixture->engine, "a.c");
    assert_true(answer->candidates[0].confidence > 0.79 && answer->candidates[0].confidence < 0.81);
    struct str text;
    str_init(&text);
    engine_answer_text(answer, &text);
    assert_non_null(strstr(text.data, "suggested: puts(\n"
                                      "cut from:  puts(text, 1);  (20 % sure as a whole)\n"));
    str_clear(&text);
    struct json *json = engine_answer_json(answer, true);
    json_print(json, &text);
    assert_non_null(strstr(text.data, "\"cutFrom\":\"puts(text, 1);\",\"wholeConfidence\":0.2"));
    json_free(json);
    str_free(&text);
}

static void failures_carry_the_models_words(void **state) {
    struct fixture *fixture = *state;
    static const struct {
        int code;
        enum outcome outcome;
    } cases[] = {{ERR_TIMEOUT, OUTCOME_TIMEOUT},
                 {ERR_UNAVAILABLE, OUTCOME_UNREACHABLE},
                 {ERR_DENIED, OUTCOME_MODEL_FAILED}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct asked asked = {0};
        fixture->model.starts = 0;
        ask(fixture, &asked, "int x = |");
        turn(fixture, &asked, 1);
        struct backend_result result = {.code = cases[i].code, .message = "it broke", .hint = "mend it"};
        fixture->model.call->callbacks.on_done(fixture->model.call->callbacks.context, &result);
        turn(fixture, &asked, 99);
        assert_int_equal(asked.outcome, cases[i].outcome);
        assert_string_equal(asked.reason, "it broke: mend it");
    }
}

static void a_newer_request_supersedes_only_its_own_kind(void **state) {
    struct fixture *fixture = *state;
    // Static: what still runs is answered at tear-down.
    static struct asked first, second, popup;
    ask_on(fixture, &first, "int x = |", 0, false);
    turn(fixture, &first, 1);
    ask_on(fixture, &popup, "int x = |", 1, false);
    uv_run(&fixture->loop, UV_RUN_NOWAIT);
    assert_int_equal(first.answers, 0);
    ask_on(fixture, &second, "int xy = |", 0, false);
    turn(fixture, &first, 99);
    assert_int_equal(first.answers, 1);
    assert_int_equal(first.outcome, OUTCOME_SUPERSEDED);
    assert_int_equal(fixture->model.cancels, 1);
    assert_null(engine_last(fixture->engine, "a.c"));
}

static void cancelling_answers_once_at_any_time(void **state) {
    struct fixture *fixture = *state;
    for (int when = 0; when < 3; when++) {
        struct asked asked = {0};
        fixture->model.starts = 0;
        struct engine_request *request = ask(fixture, &asked, when == 2 ? "wo|rd" : "int x = |");
        if (when == 1) {
            turn(fixture, &asked, 1);
        }
        engine_cancel(fixture->engine, request);
        assert_int_equal(asked.answers, 0);
        turn(fixture, &asked, 99);
        assert_int_equal(asked.answers, 1);
        assert_int_equal(asked.outcome, when == 2 ? OUTCOME_MID_WORD : OUTCOME_CANCELLED);
    }
}

static void fail_on_warning(void *context, const char *line) {
    (void)context;
    fail_msg("%s", line);
}

static void settings_know_every_source(void **state) {
    struct fixture *fixture = *state;
    for (int source = 0; source < CONTEXT_SOURCES; source++) {
        struct json *object = json_object(), *sources = json_set(object, "retrieval.sources", json_object());
        json_set_bool(sources, context_source_name((enum context_source)source), false);
        config_merge(fixture->config, object, CONFIG_EDITOR, fail_on_warning, NULL);
        json_free(object);
    }
}

// Whoever did it is told, and the way back.
static void who_switched_it_off_is_said(void **state) {
    struct fixture *fixture = *state;
    static const struct {
        enum config_origin origin;
        const char *words;
    } rows[] = {{CONFIG_USER_FILE, "in your own config.json"},
                {CONFIG_EDITOR, "toggled there or by its settings"},
                {CONFIG_WORKSPACE, ":Hunch toggle (Neovim)"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct asked asked = {0};
        struct json *object = json_parse(SLICE_LITERAL("{\"enabled\":false}"), NULL);
        config_merge(fixture->config, object, rows[i].origin, NULL, NULL);
        ask(fixture, &asked, "int x = |");
        turn(fixture, &asked, 1);
        assert_int_equal(asked.outcome, OUTCOME_DISABLED);
        const struct engine_answer *answer = engine_last(fixture->engine, "a.c");
        assert_non_null(answer);
        assert_non_null(strstr(answer->reason, rows[i].words));
        json_free(object);
    }
}

static void settings_switch_it_off(void **state) {
    struct fixture *fixture = *state;
    struct asked asked = {0};
    fixture->config->enabled = false;
    ask(fixture, &asked, "int x = |");
    turn(fixture, &asked, 1);
    assert_int_equal(asked.outcome, OUTCOME_DISABLED);
    fixture->config->enabled = true;
    struct json *object = json_parse(SLICE_LITERAL("{\"languages\":{\"c\":false}}"), NULL);
    config_merge(fixture->config, object, CONFIG_WORKSPACE, NULL, NULL);
    json_free(object);
    asked = (struct asked){0};
    ask(fixture, &asked, "int x = |");
    turn(fixture, &asked, 1);
    assert_int_equal(asked.outcome, OUTCOME_LANGUAGE_OFF);
    assert_int_equal(fixture->model.starts, 0);
}

static void who_switched_a_language_off_is_said(void **state) {
    struct fixture *fixture = *state;
    static const struct {
        enum config_origin origin;
        const char *words;
    } rows[] = {{CONFIG_USER_FILE, "\"languages\" in your own config.json"},
                {CONFIG_EDITOR, "toggled there or by its settings"},
                {CONFIG_WORKSPACE, ":Hunch language (Neovim)"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct asked asked = {0};
        struct json *object = json_parse(SLICE_LITERAL("{\"languages\":{\"c\":false}}"), NULL);
        config_merge(fixture->config, object, rows[i].origin, NULL, NULL);
        ask(fixture, &asked, "int x = |");
        turn(fixture, &asked, 1);
        assert_int_equal(asked.outcome, OUTCOME_LANGUAGE_OFF);
        assert_non_null(strstr(engine_last(fixture->engine, "a.c")->reason, rows[i].words));
        json_free(object);
    }
}

static void freeing_ends_what_runs(void **state) {
    struct fixture *fixture = *state;
    static struct asked asked;
    asked = (struct asked){0};
    ask(fixture, &asked, "int x = |");
    turn(fixture, &asked, 1);
    struct engine *engine = fixture->engine;
    fixture->engine = NULL;
    engine_free(engine);
    assert_int_equal(asked.answers, 1);
    assert_int_equal(asked.outcome, OUTCOME_CANCELLED);
}

static void wait_for_post(void *context) {
    uv_sem_wait(context);
}

static void nothing_more(void *context, bool ran) {
    (void)context;
    (void)ran;
}

// The worker gets to the request only after a setting has changed: the prompt is as it was asked for.
static void a_changed_setting_counts_from_the_next_request_on(void **state) {
    struct fixture *fixture = *state;
    struct asked asked[2] = {0};
    struct str document;
    uv_sem_t held;
    size_t lengths[2];
    str_init(&document);
    for (int i = 0; i < 1000; i++) {
        str_append_string(&document, "int a;\n");
    }
    str_append_char(&document, '|');
    fixture->model.base.traits.template = "qwen2.5-coder";
    fixture->model.base.traits.context_tokens = 200;
    uv_sem_init(&held, 0);
    for (int i = 0; i < 2; i++) {
        fixture->config->max_tokens = 10;
        worker_submit(fixture->worker, wait_for_post, nothing_more, &held);
        ask(fixture, &asked[i], document.data);
        fixture->config->max_tokens = i == 0 ? 10 : 100;
        uv_sem_post(&held);
        turn(fixture, &asked[i], i + 1);
        lengths[i] = fixture->model.call->request->prompt.length;
        assert_int_equal(fixture->model.call->request->max_tokens, 10);
        reply(fixture, "b;", 0.9);
        turn(fixture, &asked[i], 99);
    }
    assert_int_equal(lengths[0], lengths[1]);
    uv_sem_destroy(&held);
    str_free(&document);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_good_answer_is_shown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_model_is_told_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(silence_has_a_reason, set_up, tear_down),
        cmocka_unit_test_setup_teardown(how_unsure_it_was_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unsure_line_is_cut_to_its_sure_head, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_asked_for_by_hand_knows_the_usual_measure, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_may_be_less_sure, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_shown_stays_while_it_is_typed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_cut_line_is_explained, set_up, tear_down),
        cmocka_unit_test_setup_teardown(failures_carry_the_models_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_newer_request_supersedes_only_its_own_kind, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cancelling_answers_once_at_any_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_switched_it_off_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_switched_a_language_off_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(settings_know_every_source, set_up, tear_down),
        cmocka_unit_test_setup_teardown(settings_switch_it_off, set_up, tear_down),
        cmocka_unit_test_setup_teardown(freeing_ends_what_runs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_changed_setting_counts_from_the_next_request_on, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
