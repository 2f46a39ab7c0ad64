// engine_models_test.c - which of several models answers a request, and what is asked of whom.
#include "backends/chain.h"
#include "engine_world.h"

struct two_models {
    struct played models[2];
    struct backend *chain; // NULL: none
    struct engine *alone;  // the fixture's own, meanwhile
};

static void init_models(struct two_models *two, const char *const names[2], const char *const templates[2]) {
    *two = (struct two_models){0};
    for (size_t i = 0; i < 2; i++) {
        two->models[i].base.operations = &played_operations;
        two->models[i].base.traits =
            (struct backend_traits){.name = "played", .model = names[i], .template = templates[i]};
    }
}

static void open_engine(struct fixture *fixture, struct two_models *two, struct backend *backend,
                        struct backend *instant) {
    struct engine_options options = {.loop = &fixture->loop,
                                     .worker = fixture->worker,
                                     .retriever = fixture->retriever,
                                     .backend = backend,
                                     .config = fixture->config,
                                     .instant = instant,
                                     .root = "/nonexistent"};
    two->alone = fixture->engine;
    fixture->engine = engine_new(&options);
}

static void close_two(struct fixture *fixture, struct two_models *two) {
    worker_free(fixture->worker);
    engine_free(fixture->engine);
    fixture->engine = two->alone;
    fixture->worker = worker_new(&fixture->loop, 8);
    backend_close(two->chain);
}

static void open_chain(struct fixture *fixture, struct two_models *two) {
    init_models(two, (const char *const[]){"first", "second"},
                (const char *const[]){"qwen2.5-coder", "starcoder2"});
    struct backend *models[] = {&two->models[0].base, &two->models[1].base};
    two->chain = chain_new(models, 2);
    open_engine(fixture, two, two->chain, NULL);
}

static void wait_for(struct fixture *fixture, const struct asked *asked, const struct played *model,
                     int starts) {
    for (int i = 0; i < 10000 && !asked->answers && model->starts < starts; i++) {
        uv_run(&fixture->loop, UV_RUN_NOWAIT);
        uv_sleep(1);
    }
    assert_int_equal(model->starts, starts);
}

static void end_model(struct played *model, int code, const char *text) {
    struct backend_candidate candidate = {.text = slice_of_string(text), .confidence = -1};
    char message[64];
    snprintf(message, sizeof message, "%s is away", model->base.traits.model);
    struct backend_result result = {.code = code,
                                    .message = code ? message : "",
                                    .hint = "",
                                    .candidates = &candidate,
                                    .candidate_count = code ? 0 : 1};
    model->call->callbacks.on_done(model->call->callbacks.context, &result);
}

// The prompt is the next model's own.
static void another_model_answers_where_one_fails(void **state) {
    struct fixture *fixture = *state;
    static struct two_models two;
    struct asked asked = {0};
    open_chain(fixture, &two);
    ask(fixture, &asked, "int x = |");
    wait_for(fixture, &asked, &two.models[0], 1);
    assert_string_equal(two.models[0].call->request->template, "qwen2.5-coder");
    assert_non_null(strstr(two.models[0].call->request->prompt.data, "<|fim_prefix|>"));
    end_model(&two.models[0], ERR_UNAVAILABLE, "");
    wait_for(fixture, &asked, &two.models[1], 1);
    assert_int_equal(asked.answers, 0);
    assert_string_equal(two.models[1].call->request->template, "starcoder2");
    assert_non_null(strstr(two.models[1].call->request->prompt.data, "<fim_prefix>"));
    end_model(&two.models[1], 0, "1;");
    turn(fixture, &asked, 99);
    assert_int_equal(asked.outcome, OUTCOME_SHOWN);
    assert_string_equal(asked.shown, "1;");
    const struct engine_answer *answer = engine_last(fixture->engine, "a.c");
    assert_string_equal(answer->model, "second");
    assert_string_equal(answer->instead, "first is away");
    assert_non_null(strstr(answer->prompt.data, "<fim_prefix>"));
    close_two(fixture, &two);
}

// It counts for the model that was waited for, and not against the one in its place.
static void a_wait_before_the_question_counts(void **state) {
    struct fixture *fixture = *state;
    static struct two_models two;
    struct asked asked = {0};
    struct text *text = text_new(SLICE_LITERAL("int x = "));
    uint64_t timeout_us = fixture->config->timeout_ms * UINT64_C(1000);
    uint64_t waited_us = timeout_us / 4;
    struct engine_query query = {
        .path = "a.c", .language = "c", .text = text, .cursor = 8, .waited_us = waited_us};
    open_chain(fixture, &two);
    uint64_t start_us = clock_now_us();
    engine_start(fixture->engine, &query, on_answer, &asked);
    wait_for(fixture, &asked, &two.models[0], 1);
    const struct backend_request *request = two.models[0].call->request;
    assert_in_range(request->begun_us, start_us - waited_us, clock_now_us() - waited_us);
    assert_in_range(request->first_token_ms, 1, timeout_us / 4000 + 1);
    end_model(&two.models[0], ERR_UNAVAILABLE, "");
    wait_for(fixture, &asked, &two.models[1], 1);
    request = two.models[1].call->request;
    assert_in_range(request->begun_us, start_us, clock_now_us());
    assert_in_range(request->deadline_us, start_us + timeout_us - waited_us,
                    clock_now_us() + timeout_us - waited_us);
    end_model(&two.models[1], 0, "1;");
    turn(fixture, &asked, 99);
    text_release(text);
    close_two(fixture, &two);
}

static void where_all_fail_each_is_named(void **state) {
    struct fixture *fixture = *state;
    static struct two_models two;
    struct asked asked = {0};
    open_chain(fixture, &two);
    ask(fixture, &asked, "int x = |");
    wait_for(fixture, &asked, &two.models[0], 1);
    end_model(&two.models[0], ERR_UNAVAILABLE, "");
    wait_for(fixture, &asked, &two.models[1], 1);
    end_model(&two.models[1], ERR_TIMEOUT, "");
    turn(fixture, &asked, 99);
    assert_int_equal(asked.outcome, OUTCOME_TIMEOUT);
    assert_int_equal(asked.answers, 1);
    assert_string_equal(asked.reason, "first is away; then second is away");
    assert_string_equal(engine_last(fixture->engine, "a.c")->instead, "");
    close_two(fixture, &two);
}

// A quick model and a large one: models[0] is the quick one.
static void init_tiers(struct two_models *two) {
    init_models(two, (const char *const[]){"quick", "large"}, (const char *const[]){NULL, "starcoder2"});
}

static void open_tiers(struct fixture *fixture, struct two_models *two) {
    init_tiers(two);
    open_engine(fixture, two, &two->models[1].base, &two->models[0].base);
}

static void answer_cut(struct played *model, const struct backend_candidate *candidate) {
    struct backend_result result = {.message = "", .hint = "", .candidates = candidate, .candidate_count = 1};
    model->call->callbacks.on_done(model->call->callbacks.context, &result);
}

static void answer_with(struct played *model, const char *text, double confidence) {
    answer_cut(model, &(struct backend_candidate){.text = slice_of_string(text), .confidence = confidence});
}

// The first request, which the quick model answers.
static void ask_quick(struct fixture *fixture, struct two_models *two, struct asked *asked, const char *text,
                      double confidence) {
    ask(fixture, asked, "int x = |\nint y;\n");
    wait_for(fixture, asked, &two->models[0], 1);
    answer_with(&two->models[0], text, confidence);
}

// It is shown, and the large model is asked in the background.
static void show_quick(struct fixture *fixture, struct two_models *two, struct asked *asked) {
    open_tiers(fixture, two);
    ask_quick(fixture, two, asked, "foo(1);", 0.97);
    turn(fixture, asked, 99);
    assert_int_equal(two->models[1].starts, 1);
}

static const char *model_of_last(struct fixture *fixture) {
    return engine_last(fixture->engine, "a.c")->model;
}

static void the_quick_model_answers_where_it_is_sure(void **state) {
    struct fixture *fixture = *state;
    static struct two_models two;
    struct asked asked = {0};
    open_tiers(fixture, &two);
    ask(fixture, &asked, "int x = |\nint y;\n");
    wait_for(fixture, &asked, &two.models[0], 1);
    assert_int_equal(two.models[1].starts, 0); // not before it is known to be wanted
    assert_int_equal(two.models[0].call->request->max_lines, 1);
    answer_with(&two.models[0], "foo(1);", 0.97);
    turn(fixture, &asked, 99);
    assert_string_equal(asked.shown, "foo(1);");
    assert_string_equal(model_of_last(fixture), "quick");
    assert_int_equal(two.models[1].starts, 1); // in the background
    assert_int_equal(two.models[1].call->request->max_lines, 8);
    assert_non_null(two.models[1].call->request->prompt.data);
    answer_with(&two.models[1], "foo(1);\n    bar();", -1);
    static const struct {
        const char *document, *shown, *model;
    } typed[] = {{"int x = f|\nint y;\n", "oo(1);", "quick"},
                 {"int x = foo(|)\nint y;\n", "1);", "quick"},
                 {"int x = foo(1);|\nint y;\n", "\n    bar();", "large"}};
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
        struct asked next = {0};
        ask(fixture, &next, typed[i].document);
        turn(fixture, &next, 99);
        assert_int_equal(next.outcome, OUTCOME_SHOWN);
        assert_string_equal(next.shown, typed[i].shown);
        assert_string_equal(model_of_last(fixture), typed[i].model);
    }
    assert_int_equal(two.models[0].starts, 1); // nobody was asked for these
    assert_int_equal(two.models[1].starts, 1);
    close_two(fixture, &two);
}

static void a_head_is_no_line_that_the_quick_model_is_sure_of(void **state) {
    struct fixture *fixture = *state;
    static struct two_models two;
    const struct backend_candidate unsure = {SLICE_LITERAL("foo(1, 2);"), 0.01, 4, 0.99, false};
    struct asked asked = {0};
    open_tiers(fixture, &two);
    fixture->config->minimum_confidence = 0.05;
    ask(fixture, &asked, "int x = |\nint y;\n");
    wait_for(fixture, &asked, &two.models[0], 1);
    answer_cut(&two.models[0], &unsure);
    wait_for(fixture, &asked, &two.models[1], 1);
    assert_int_equal(asked.answers, 0);
    answer_cut(&two.models[1], &unsure);
    turn(fixture, &asked, 99);
    assert_string_equal(asked.shown, "foo(");
    struct asked typed = {0}, behind = {0};
    ask(fixture, &typed, "int x = fo|\nint y;\n");
    turn(fixture, &typed, 99);
    assert_string_equal(typed.shown, "o(");
    ask(fixture, &behind, "int x = foo(|\nint y;\n"); // nothing is left of it
    wait_for(fixture, &behind, &two.models[0], 2);
    answer_with(&two.models[0], "3);", 0.99);
    turn(fixture, &behind, 99);
    assert_string_equal(behind.shown, "3);");
    close_two(fixture, &two);
}

static void the_large_model_answers_where_it_is_not(void **state) {
    static const struct {
        const char *text;
        double confidence;
    } rows[] = {{"foo(1);", 0.7}, {"", 1}, {"))", 1}}; // or says what cannot be shown
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        static struct two_models two;
        struct asked asked = {0};
        open_tiers(fixture, &two);
        ask_quick(fixture, &two, &asked, rows[i].text, rows[i].confidence);
        wait_for(fixture, &asked, &two.models[1], 1);
        assert_int_equal(two.models[1].call->request->max_lines, 8);
        answer_with(&two.models[1], "bar(2);", -1);
        turn(fixture, &asked, 99);
        assert_string_equal(asked.shown, "bar(2);");
        assert_string_equal(model_of_last(fixture), "large");
        struct asked next = {0};
        ask(fixture, &next, "int x = bar|\nint y;\n"); // what is shown stays, whoever said it
        turn(fixture, &next, 99);
        assert_string_equal(next.shown, "(2);");
        assert_int_equal(two.models[0].starts, 1);
        close_two(fixture, &two);
    }
}

static void what_is_asked_ahead_ends_with_the_next_request(void **state) {
    struct fixture *fixture = *state;
    static struct two_models two;
    static struct asked other;
    struct asked asked = {0};
    show_quick(fixture, &two, &asked);
    struct asked typed = {0};
    ask(fixture, &typed, "int x = f|\nint y;\n");
    turn(fixture, &typed, 99);
    assert_int_equal(two.models[1].cancels, 0); // it is still of use
    ask(fixture, &other, "int x = g|\nint y;\n");
    assert_int_equal(two.models[1].cancels, 1);
    wait_for(fixture, &other, &two.models[0], 2);
    close_two(fixture, &two);
    assert_int_equal(two.models[1].cancels, 1);
}

// Where the shown line ends and the quick model knows no more.
static void what_is_asked_ahead_is_waited_for_where_the_line_ends(void **state) {
    static const struct {
        const char *ahead, *shown;
        int starts; // of the large model
        bool early; // it answers before the quick one does
    } rows[] = {{"foo(1);\n    bar();", "\n    bar();", 1, false},
                {"foo(1);\n    bar();", "\n    bar();", 1, true},
                {"far();", "\n    baz();", 2, false},
                {"far();", "\n    baz();", 2, true},
                {NULL, "\n    baz();", 2, false}};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        static struct two_models two;
        struct asked asked = {0}, next = {0};
        struct played *large = &two.models[1];
        show_quick(fixture, &two, &asked);
        ask(fixture, &next, "int x = foo(1);|\nint y;\n");
        wait_for(fixture, &next, &two.models[0], 2);
        for (int step = 0; step < 2; step++) {
            if (step == rows[i].early) {
                answer_with(&two.models[0], "bar", 0.1);
            } else {
                assert_int_equal(large->starts, 1);
                end_model(large, rows[i].ahead ? 0 : ERR_UNAVAILABLE, rows[i].ahead ? rows[i].ahead : "");
            }
        }
        assert_int_equal(large->cancels, 0);
        assert_int_equal(large->starts, rows[i].starts);
        if (rows[i].starts > 1) {
            answer_with(large, "\n    baz();", -1);
        }
        turn(fixture, &next, 99);
        assert_int_equal(next.answers, 1);
        assert_string_equal(next.shown, rows[i].shown);
        assert_string_equal(model_of_last(fixture), "large");
        close_two(fixture, &two);
    }
}

// The next request ends the background; who waits for it asks the model itself, if it is wanted still.
static void who_waits_for_what_is_asked_ahead_is_not_forgotten(void **state) {
    struct fixture *fixture = *state;
    for (unsigned channel = 0; channel < 2; channel++) {
        static struct two_models two;
        static struct asked other;
        struct asked asked = {0}, next = {0};
        other = (struct asked){0};
        show_quick(fixture, &two, &asked);
        ask(fixture, &next, "int x = foo(1);|\nint y;\n");
        wait_for(fixture, &next, &two.models[0], 2);
        answer_with(&two.models[0], "bar", 0.1);
        ask_on(fixture, &other, "int x = g|\nint y;\n", channel, false);
        assert_int_equal(two.models[1].cancels, 1);
        assert_int_equal(two.models[1].starts, channel ? 2 : 1);
        if (channel) {
            answer_with(&two.models[1], "\n    baz();", -1);
        }
        turn(fixture, &next, 99);
        assert_int_equal(next.outcome, channel ? OUTCOME_SHOWN : OUTCOME_SUPERSEDED);
        close_two(fixture, &two);
    }
}

// A backend that is being closed, for one, cancels by itself.
static void who_ended_what_is_asked_ahead_is_no_matter_of_its_code(void **state) {
    struct fixture *fixture = *state;
    static struct two_models two;
    static struct asked other;
    struct asked asked = {0};
    show_quick(fixture, &two, &asked);
    end_model(&two.models[1], ERR_CANCELLED, ""); // nobody here cancelled it
    ask(fixture, &other, "int x = g|\nint y;\n");
    assert_int_equal(two.models[1].cancels, 0);
    wait_for(fixture, &other, &two.models[0], 2);
    close_two(fixture, &two);
    assert_int_equal(two.models[1].cancels, 0);
}

// A server may say something all the same: nobody has seen that.
static void what_is_read_ahead_is_never_at_hand(void **state) {
    struct fixture *fixture = *state;
    static struct two_models two;
    struct asked asked = {0}, nobody = {0}, next = {0};
    open_tiers(fixture, &two);
    two.models[1].base.traits.reads_ahead = true;
    ask_quick(fixture, &two, &asked, "", 1);
    wait_for(fixture, &asked, &two.models[1], 1);
    end_model(&two.models[1], ERR_UNAVAILABLE, "");
    turn(fixture, &asked, 99);
    engine_read_ahead(fixture->engine);
    wait_for(fixture, &nobody, &two.models[1], 2);
    assert_true(two.models[1].call->request->ahead);
    assert_int_equal(two.models[0].starts, 1); // nor is the quick one asked
    answer_with(&two.models[1], "bar(2);", -1);
    ask(fixture, &next, "int x = b|\nint y;\n");
    wait_for(fixture, &next, &two.models[0], 2);
    close_two(fixture, &two);
}

// The worker may be busy with something else: nobody waits for that. What it says afterwards is of no use.
static void a_quick_model_that_is_late_is_passed_over(void **state) {
    struct fixture *fixture = *state;
    for (int cancels_later = 0; cancels_later < 2; cancels_later++) {
        static struct two_models two;
        struct asked asked = {0};
        open_tiers(fixture, &two);
        two.models[0].cancels_later = cancels_later;
        ask(fixture, &asked, "int x = |\nint y;\n");
        wait_for(fixture, &asked, &two.models[0], 1);
        struct backend_call *late = two.models[0].call;
        wait_for(fixture, &asked, &two.models[1], 1);
        assert_int_equal(two.models[0].cancels, 1);
        if (cancels_later) {
            answer_with(&two.models[0], "foo(1);", 0.99);
            assert_ptr_equal(two.models[0].call, late);
        }
        assert_int_equal(asked.answers, 0);
        answer_with(&two.models[1], "bar(2);", -1);
        turn(fixture, &asked, 99);
        assert_string_equal(asked.shown, "bar(2);");
        assert_int_equal(two.models[1].cancels, 0);
        close_two(fixture, &two);
    }
}

// Each request has its own time.
static void two_that_are_late_are_both_passed_over(void **state) {
    struct fixture *fixture = *state;
    static struct two_models two;
    struct asked first = {0}, second = {0};
    open_tiers(fixture, &two);
    ask_on(fixture, &first, "int x = |\nint y;\n", 0, false);
    wait_for(fixture, &first, &two.models[0], 1);
    uv_sleep(10);
    ask_on(fixture, &second, "int x = |\nint y;\n", 1, false);
    wait_for(fixture, &second, &two.models[1], 2);
    assert_int_equal(two.models[0].cancels, 2);
    for (size_t i = 0; i < 2; i++) { // in whichever order
        two.models[1].call = &two.models[1].calls[i];
        answer_with(&two.models[1], "bar(2);", -1);
    }
    turn(fixture, &first, 99);
    turn(fixture, &second, 99);
    assert_string_equal(first.shown, "bar(2);");
    assert_string_equal(second.shown, "bar(2);");
    close_two(fixture, &two);
}

// Of whose tokens nothing is known: what it is told has a window all the same. One that reads for itself gets no prompt.
static void a_model_without_a_template_is_told_the_prefix(void **state) {
    struct fixture *fixture = *state;
    for (int reads_prompt = 0; reads_prompt < 2; reads_prompt++) {
        static struct two_models two;
        struct asked asked = {0};
        struct str document;
        str_init(&document);
        for (int i = 0; i < 3000; i++) {
            str_append_string(&document, "int first;\n");
        }
        str_append_string(&document, "int x = |;\nint behind;\n");
        init_tiers(&two);
        two.models[0].base.traits.reads_prompt = reads_prompt;
        open_engine(fixture, &two, &two.models[0].base, NULL);
        ask(fixture, &asked, document.data);
        wait_for(fixture, &asked, &two.models[0], 1);
        const struct backend_request *request = two.models[0].call->request;
        assert_int_equal(request->prompt.length > 0, reads_prompt);
        assert_int_equal(request->max_lines, 1);
        if (reads_prompt) {
            assert_string_equal(request->template, "prefix");
            assert_in_range(request->prompt.length, 2000, 4096 * 4);
            assert_non_null(strstr(request->prompt.data, "int x = "));
            assert_null(strstr(request->prompt.data, "behind"));
        }
        answer_with(&two.models[0], "1", -1);
        turn(fixture, &asked, 99);
        close_two(fixture, &two);
        str_free(&document);
    }
}

static void who_asks_by_hand_or_switched_it_off_gets_the_large_model(void **state) {
    struct fixture *fixture = *state;
    for (int off = 0; off < 2; off++) {
        static struct two_models two;
        struct asked asked = {0};
        open_tiers(fixture, &two);
        fixture->config->instant_confidence = off ? 0 : 0.9;
        ask_on(fixture, &asked, "int x = |\nint y;\n", 0, !off);
        wait_for(fixture, &asked, &two.models[1], 1);
        assert_int_equal(two.models[0].starts, 0);
        answer_with(&two.models[1], "bar(2);", -1);
        turn(fixture, &asked, 99);
        close_two(fixture, &two);
    }
}

// With a model that answers in the large one's place; models[0] is the quick one still.
static void the_quick_model_is_asked_once(void **state) {
    struct fixture *fixture = *state;
    static struct two_models two;
    static struct played large;
    struct asked asked = {0};
    init_tiers(&two);
    large.base = two.models[1].base;
    struct backend *models[] = {&large.base, &two.models[1].base};
    two.chain = chain_new(models, 2);
    open_engine(fixture, &two, two.chain, &two.models[0].base);
    ask_quick(fixture, &two, &asked, "foo(1);", 0.1);
    wait_for(fixture, &asked, &large, 1);
    end_model(&large, ERR_UNAVAILABLE, "");
    wait_for(fixture, &asked, &two.models[1], 1);
    assert_int_equal(two.models[0].starts, 1);
    end_model(&two.models[1], 0, "bar(2);");
    turn(fixture, &asked, 99);
    assert_string_equal(asked.shown, "bar(2);");
    close_two(fixture, &two);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(another_model_answers_where_one_fails, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_model_without_a_template_is_told_the_prefix, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_wait_before_the_question_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(where_all_fail_each_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_quick_model_answers_where_it_is_sure, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_head_is_no_line_that_the_quick_model_is_sure_of, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_large_model_answers_where_it_is_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_asked_ahead_ends_with_the_next_request, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_asked_ahead_is_waited_for_where_the_line_ends, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(who_waits_for_what_is_asked_ahead_is_not_forgotten, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(who_ended_what_is_asked_ahead_is_no_matter_of_its_code, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_read_ahead_is_never_at_hand, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_quick_model_is_asked_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_quick_model_that_is_late_is_passed_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_that_are_late_are_both_passed_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_asks_by_hand_or_switched_it_off_gets_the_large_model, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
