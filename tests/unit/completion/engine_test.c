// engine_test.c - a request's life with a model that the test plays: every request ends once, with the right
// outcome.
#include "backends/chain.h"
#include "base/mem.h"
#include "completion/engine.h"
#include "tests/unit/unit.h"

#include <stdatomic.h>
#include <stdlib.h>

// The linker puts these in the place of the allocator (tests/CMakeLists.txt): they count the blocks in use.
static atomic_long blocks;
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void __wrap_free(void *memory);

void *__wrap_malloc(size_t size) {
    atomic_fetch_add(&blocks, 1);
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
    atomic_fetch_add(&blocks, 1);
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size) {
    atomic_fetch_add(&blocks, memory ? 0 : 1);
    return __real_realloc(memory, size);
}

void __wrap_free(void *memory) {
    atomic_fetch_sub(&blocks, memory ? 1 : 0);
    __real_free(memory);
}

struct backend_call {
    struct backend_callbacks callbacks;
    const struct backend_request *request;
    bool cancelled;
};

// A model that waits until the test answers for it.
struct played {
    struct backend base;
    struct backend_call calls[8];
    struct backend_call *call; // the latest
    int starts, cancels;
    size_t used;
};

static struct backend_call *played_start(struct backend *self, const struct backend_request *request,
                                         const struct backend_callbacks *callbacks) {
    struct played *played = (struct played *)self;
    played->starts++;
    played->call = &played->calls[played->used++ % 8];
    *played->call = (struct backend_call){*callbacks, request, false};
    return played->call;
}

static void played_cancel(struct backend *self, struct backend_call *call) {
    struct played *played = (struct played *)self;
    played->cancels++;
    struct backend_result result = {.code = ERR_CANCELLED, .message = "cancelled", .hint = ""};
    call->callbacks.on_done(call->callbacks.context, &result);
}

static const struct backend_operations played_operations = {.start = played_start, .cancel = played_cancel};

struct fixture {
    uv_loop_t loop;
    struct worker *worker;
    struct retriever *retriever;
    struct config *config;
    struct played model;
    struct engine *engine;
};

struct asked {
    int answers;
    enum outcome outcome;
    char shown[64];
    char reason[128];
    size_t count;
};

static int set_up(void **state) {
    struct fixture *fixture = mem_zero(1, sizeof *fixture);
    uv_loop_init(&fixture->loop);
    fixture->worker = worker_new(&fixture->loop, 8);
    fixture->retriever = retriever_new("/nonexistent");
    fixture->config = config_new();
    fixture->model.base.operations = &played_operations;
    fixture->model.base.traits = (struct backend_traits){.name = "played", .model = "played"};
    struct engine_options options = {&fixture->loop,       fixture->worker, fixture->retriever,
                                     &fixture->model.base, fixture->config, NULL,
                                     "/nonexistent"};
    fixture->engine = engine_new(&options);
    *state = fixture;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *fixture = *state;
    worker_free(fixture->worker);
    engine_free(fixture->engine);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    retriever_free(fixture->retriever);
    config_free(fixture->config);
    int code = uv_loop_close(&fixture->loop);
    free(fixture);
    return code;
}

static void on_answer(void *context, const struct engine_answer *answer) {
    struct asked *asked = context;
    asked->answers++;
    asked->outcome = answer->outcome;
    asked->count = answer->candidate_count;
    snprintf(asked->reason, sizeof asked->reason, "%s", answer->reason);
    if (answer->candidate_count) {
        snprintf(asked->shown, sizeof asked->shown, "%.*s", (int)answer->candidates[0].shown.length,
                 answer->candidates[0].shown.data);
    }
}

static struct engine_request *ask_on(struct fixture *fixture, struct asked *asked, const char *document,
                                     unsigned channel, bool invoked) {
    struct str text;
    str_init(&text);
    str_append_string(&text, document);
    size_t cursor = slice_find(str_slice(&text), SLICE_LITERAL("|"), 0);
    str_splice(&text, cursor, cursor + 1, NULL, 0);
    struct text *shared = text_new(str_slice(&text));
    struct engine_query query = {.path = "a.c",
                                 .language = "c",
                                 .text = shared,
                                 .cursor = cursor,
                                 .channel = channel,
                                 .invoked = invoked};
    struct engine_request *request = engine_start(fixture->engine, &query, on_answer, asked);
    text_release(shared);
    str_free(&text);
    return request;
}

static struct engine_request *ask(struct fixture *fixture, struct asked *asked, const char *document) {
    return ask_on(fixture, asked, document, 0, false);
}

// Turns the loop until the model has been asked `starts` times, or the request was answered.
static void turn(struct fixture *fixture, const struct asked *asked, int starts) {
    for (int i = 0; i < 10000 && !asked->answers && fixture->model.starts < starts; i++) {
        uv_run(&fixture->loop, UV_RUN_NOWAIT);
        uv_sleep(1);
    }
    uv_run(&fixture->loop, UV_RUN_NOWAIT);
}

static void reply(struct fixture *fixture, const char *text, double confidence) {
    struct backend_candidate candidate = {slice_of_string(text), confidence};
    struct backend_result result = {
        .message = "", .hint = "", .candidates = &candidate, .candidate_count = 1, .finish = FINISH_STOP};
    fixture->model.call->callbacks.on_done(fixture->model.call->callbacks.context, &result);
}

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

static void a_model_that_asks_for_peace_gets_it(void **state) {
    struct fixture *fixture = *state;
    struct asked asked = {0};
    ask(fixture, &asked, "int x = |");
    turn(fixture, &asked, 1);
    struct backend_result result = {
        .code = ERR_BUSY, .message = "too many requests", .hint = "", .retry_after_ms = 60000};
    fixture->model.call->callbacks.on_done(fixture->model.call->callbacks.context, &result);
    turn(fixture, &asked, 99);
    struct asked again = {0};
    ask(fixture, &again, "int xy = |");
    turn(fixture, &again, 99);
    assert_int_equal(again.outcome, OUTCOME_MODEL_FAILED);
    assert_non_null(strstr(again.reason, "wait 60 s"));
    assert_int_equal(fixture->model.starts, 1);
}

struct two_models {
    struct played models[2];
    struct backend *chain;
    struct engine *engine;
};

static void open_two(struct fixture *fixture, struct two_models *two) {
    static const char *const templates[] = {"qwen2.5-coder", "starcoder2"};
    static const char *const names[] = {"first", "second"};
    struct backend *models[2];
    *two = (struct two_models){0};
    for (size_t i = 0; i < 2; i++) {
        two->models[i].base.operations = &played_operations;
        two->models[i].base.traits =
            (struct backend_traits){.name = "played", .model = names[i], .template = templates[i]};
        models[i] = &two->models[i].base;
    }
    two->chain = chain_new(models, 2);
    struct engine_options options = {&fixture->loop, fixture->worker, fixture->retriever,
                                     two->chain,     fixture->config, NULL,
                                     "/nonexistent"};
    two->engine = engine_new(&options);
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
    struct backend_candidate candidate = {slice_of_string(text), -1};
    struct backend_result result = {.code = code,
                                    .message = code ? "it is away" : "",
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
    open_two(fixture, &two);
    struct engine *alone = fixture->engine;
    fixture->engine = two.engine;
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
    const struct engine_answer *answer = engine_last(two.engine, "a.c");
    assert_string_equal(answer->model, "second");
    assert_string_equal(answer->instead, "it is away");
    assert_non_null(strstr(answer->prompt.data, "<fim_prefix>"));
    fixture->engine = alone;
    worker_free(fixture->worker);
    engine_free(two.engine);
    fixture->worker = worker_new(&fixture->loop, 8);
    free(two.chain);
}

static void who_fails_last_says_so(void **state) {
    struct fixture *fixture = *state;
    static struct two_models two;
    struct asked asked = {0};
    open_two(fixture, &two);
    struct engine *alone = fixture->engine;
    fixture->engine = two.engine;
    ask(fixture, &asked, "int x = |");
    for (size_t i = 0; i < 2; i++) {
        wait_for(fixture, &asked, &two.models[i], 1);
        end_model(&two.models[i], ERR_UNAVAILABLE, "");
    }
    turn(fixture, &asked, 99);
    assert_int_equal(asked.outcome, OUTCOME_UNREACHABLE);
    assert_int_equal(asked.answers, 1);
    fixture->engine = alone;
    worker_free(fixture->worker);
    engine_free(two.engine);
    fixture->worker = worker_new(&fixture->loop, 8);
    free(two.chain);
}

// A quick model and a large one: models[0] is the quick one.
static void open_tiers(struct fixture *fixture, struct two_models *two) {
    *two = (struct two_models){0};
    for (size_t i = 0; i < 2; i++) {
        two->models[i].base.operations = &played_operations;
        two->models[i].base.traits = (struct backend_traits){
            .name = "played", .model = i ? "large" : "quick", .template = i ? "starcoder2" : NULL};
    }
    struct engine_options options = {.loop = &fixture->loop,
                                     .worker = fixture->worker,
                                     .retriever = fixture->retriever,
                                     .backend = &two->models[1].base,
                                     .config = fixture->config,
                                     .instant = &two->models[0].base,
                                     .root = "/nonexistent"};
    two->engine = fixture->engine;
    fixture->engine = engine_new(&options);
}

static void close_tiers(struct fixture *fixture, struct two_models *two) {
    worker_free(fixture->worker);
    engine_free(fixture->engine);
    fixture->engine = two->engine;
    fixture->worker = worker_new(&fixture->loop, 8);
}

static void answer_with(struct played *model, const char *text, double confidence) {
    struct backend_candidate candidate = {slice_of_string(text), confidence};
    struct backend_result result = {
        .message = "", .hint = "", .candidates = &candidate, .candidate_count = 1};
    model->call->callbacks.on_done(model->call->callbacks.context, &result);
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
    close_tiers(fixture, &two);
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
        ask(fixture, &asked, "int x = |\nint y;\n");
        wait_for(fixture, &asked, &two.models[0], 1);
        answer_with(&two.models[0], rows[i].text, rows[i].confidence);
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
        close_tiers(fixture, &two);
    }
}

static void what_is_asked_ahead_ends_with_the_next_request(void **state) {
    struct fixture *fixture = *state;
    static struct two_models two;
    static struct asked other;
    struct asked asked = {0};
    open_tiers(fixture, &two);
    ask(fixture, &asked, "int x = |\nint y;\n");
    wait_for(fixture, &asked, &two.models[0], 1);
    answer_with(&two.models[0], "foo(1);", 0.97);
    turn(fixture, &asked, 99);
    struct asked typed = {0};
    ask(fixture, &typed, "int x = f|\nint y;\n");
    turn(fixture, &typed, 99);
    assert_int_equal(two.models[1].cancels, 0); // it is still of use
    ask(fixture, &other, "int x = g|\nint y;\n");
    assert_int_equal(two.models[1].cancels, 1);
    wait_for(fixture, &other, &two.models[0], 2);
    close_tiers(fixture, &two);
    assert_int_equal(two.models[1].cancels, 1);
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
        close_tiers(fixture, &two);
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

static void ask_and_cancel(struct fixture *fixture, bool in_model, long expected) {
    struct asked asked = {0};
    fixture->model.starts = 0;
    struct engine_request *request = ask(fixture, &asked, "int x = |");
    if (in_model) {
        turn(fixture, &asked, 1);
    }
    engine_cancel(fixture->engine, request);
    turn(fixture, &asked, 99);
    assert_int_equal(asked.outcome, OUTCOME_CANCELLED);
    for (int i = 0; i < 1000 && atomic_load(&blocks) != expected; i++) { // the worker may be at it still
        uv_run(&fixture->loop, UV_RUN_NOWAIT);
        uv_sleep(1);
    }
}

static void a_cancelled_request_frees_exactly_its_arena(void **state) {
    struct fixture *fixture = *state;
    static struct asked beside; // answered at tear-down if something fails
    struct played *model = &fixture->model;
    ask_on(fixture, &beside, "int y = |", 1, false);
    turn(fixture, &beside, 1);
    struct backend_call kept = *model->call;
    ask_and_cancel(fixture, true, -1); // what is made once is there
    for (int i = 0; i < 8; i++) {
        long before = atomic_load(&blocks);
        ask_and_cancel(fixture, i % 2, before);
        assert_int_equal(atomic_load(&blocks), before);
    }
    model->call = &kept;
    reply(fixture, "7;", 0.9); // whose memory nobody has touched
    turn(fixture, &beside, 99);
    assert_string_equal(beside.shown, "7;");
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
        cmocka_unit_test_setup_teardown(failures_carry_the_models_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_model_that_asks_for_peace_gets_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_model_answers_where_one_fails, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_fails_last_says_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_quick_model_answers_where_it_is_sure, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_large_model_answers_where_it_is_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_asked_ahead_ends_with_the_next_request, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_asks_by_hand_or_switched_it_off_gets_the_large_model, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_newer_request_supersedes_only_its_own_kind, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cancelling_answers_once_at_any_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_cancelled_request_frees_exactly_its_arena, set_up, tear_down),
        cmocka_unit_test_setup_teardown(settings_switch_it_off, set_up, tear_down),
        cmocka_unit_test_setup_teardown(freeing_ends_what_runs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_changed_setting_counts_from_the_next_request_on, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
