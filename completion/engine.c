// engine.c - see engine.h.
//
// A request is one heap object that moves through these states:
//
//     QUEUED   -(gate says no)-------------> DECIDED     gate()
//     QUEUED   -(typed what was shown)-----> DECIDED     engine_tier_at_hand()
//     QUEUED   -(job accepted)-------------> CONTEXT     submit_context()
//     CONTEXT  -(job done, context_only)---> DECIDED     after_context()
//     CONTEXT  -(job done)-----------------> MODEL       engine_model_start()
//     CONTEXT  -(another may be first)-----> MODEL       engine_tier_start()
//     MODEL    -(it is not sure)-----------> MODEL       engine_model_start()
//     MODEL    -(it takes too long)--------> MODEL       engine_tier_late()
//     MODEL    -(the background has it)----> DECIDED     end_ahead()
//     MODEL    -(on_done)------------------> DECIDED     after_model()
//     MODEL    -(failed, another may)------> CONTEXT     engine_request_compile()
//     any      -(cancel, supersede)--------> DECIDED     engine_request_decide()
//     DECIDED  -(loop turns)---------------> ANSWERED    answer_decided()
//
// on_answer is always called from answer_decided(), never from inside
// engine_start or engine_cancel, so a caller's state cannot change under it.
// While a worker job or a backend call still holds the request (`holds`), it
// stays in memory even after its answer; engine_request_release() frees it with the last hold.
// What the job reads (text, path, cursor) never changes while it runs.
#include "completion/engine_request.h"

#include "base/clock.h"
#include "base/mem.h"
#include "completion/postprocess.h"

#include <stdlib.h>

enum {
    CONTEXT_DEADLINE_US = 15 * 1000, // a completion uses what is ready by then
    PATIENT_DEADLINE_US =
        500 * 1000, // who asks for the context alone can wait, and nobody waits for what is read ahead
};

static void answer_decided(uv_timer_t *timer);

static uv_timer_t *timer_new(struct engine *engine) {
    uv_timer_t *timer = mem_zero(1, sizeof *timer);
    uv_timer_init(engine->options.loop, timer);
    timer->data = engine;
    return timer;
}

struct engine *engine_new(const struct engine_options *options) {
    struct engine *engine = mem_zero(1, sizeof *engine);
    engine->options = *options;
    const char *slash = strrchr(options->root, '/');
    engine->repository = slash && slash[1] ? slash + 1 : options->root;
    engine->prompts = prompt_memory_new();
    engine->surroundings = surroundings_new();
    engine->ready = ready_new();
    engine->soon = timer_new(engine);
    engine->late = timer_new(engine);
    return engine;
}

void engine_request_release(struct engine_request *request) {
    if (--request->holds > 0) {
        return;
    }
    text_release(request->query.text);
    context_free(&request->retrieved);
    str_free(&request->prompt);
    arena_free(&request->arena);
    free(request);
}

void engine_request_decide(struct engine_request *request, enum outcome outcome, const char *reason) {
    if (request->state >= DECIDED) {
        return;
    }
    request->state = DECIDED;
    request->answer.outcome = outcome;
    request->answer.reason = arena_copy_string(&request->arena, reason);
    request->answer.total_ms = clock_ms_since(request->started_us);
    uv_timer_start(request->engine->soon, answer_decided, 0, 0);
}

static void stop(struct engine_request *request, enum outcome outcome) {
    if (request->state >= DECIDED) {
        return;
    }
    cancel_fire(&request->cancel);
    struct backend_call *call = request->call;
    request->call = NULL;
    engine_request_decide(request, outcome, outcome_text(outcome));
    if (call) {
        backend_cancel(request->asked, call);
    }
}

static void unlink_request(struct engine *engine, struct engine_request *request) {
    struct engine_request **link = &engine->running;
    while (*link != request) {
        link = &(*link)->next;
    }
    *link = request->next;
}

static size_t kept_index(const struct engine *engine, const char *path) {
    size_t i = 0;
    while (i < ENGINE_KEPT_ANSWERS && engine->kept[i] && strcmp(engine->kept[i]->query.path, path) != 0) {
        i++;
    }
    return i;
}

void engine_forget(struct engine *engine, const char *path) {
    size_t i = kept_index(engine, path);
    if (i == ENGINE_KEPT_ANSWERS || !engine->kept[i]) {
        return;
    }
    engine_request_release(engine->kept[i]);
    memmove(engine->kept + i, engine->kept + i + 1, (ENGINE_KEPT_ANSWERS - i - 1) * sizeof *engine->kept);
    engine->kept[ENGINE_KEPT_ANSWERS - 1] = NULL;
}

static void keep(struct engine *engine, struct engine_request *request) {
    engine_forget(engine, request->query.path);
    if (engine->kept[ENGINE_KEPT_ANSWERS - 1]) {
        engine_request_release(engine->kept[ENGINE_KEPT_ANSWERS - 1]);
    }
    memmove(engine->kept + 1, engine->kept, (ENGINE_KEPT_ANSWERS - 1) * sizeof *engine->kept);
    engine->kept[0] = request;
    request->holds++;
}

// Worth explaining later? What was overtaken, or asked for the context alone, is not.
static bool worth_keeping(const struct engine_request *request) {
    enum outcome outcome = request->answer.outcome;
    return !request->query.ahead && outcome != OUTCOME_CANCELLED && outcome != OUTCOME_SUPERSEDED &&
           outcome != OUTCOME_CONTEXT;
}

static void answer_one(struct engine *engine, struct engine_request *request) {
    unlink_request(engine, request);
    request->state = ANSWERED;
    engine->outcomes[request->answer.outcome] += !request->query.ahead;
    if (worth_keeping(request)) {
        keep(engine, request);
    }
    request->on_answer(request->context, &request->answer);
    engine_request_release(request);
}

static void answer_decided(uv_timer_t *timer) {
    struct engine *engine = timer->data;
    for (;;) {
        struct engine_request *oldest = NULL;
        for (struct engine_request *request = engine->running; request; request = request->next) {
            oldest = request->state == DECIDED ? request : oldest;
        }
        if (!oldest) {
            break;
        }
        answer_one(engine, oldest);
    }
    engine_ahead_start(engine);
}

// --- the context ---

static struct record *record_of(void *retriever, const char *path) {
    return retriever_record(retriever, path);
}

static void compile_prompt(struct engine_request *request) {
    struct engine *engine = request->engine;
    struct prompt_query prompt = {
        .fim = request->fim,
        .repository = engine->repository,
        .path = request->query.path,
        .language = request->query.language,
        .document = text_slice(request->query.text),
        .cursor = request->query.cursor,
        .context = &request->retrieved,
        .cut_short = request->cut_short,
        .files = {record_of, engine->options.retriever},
        .context_tokens = request->context_tokens,
        .tokens = request->tokens,
        .answer_tokens = request->answer_tokens,
    };
    prompt_compile(engine->prompts, &prompt, &request->prompt, &request->told);
}

static void find_context(void *context) {
    struct engine_request *request = context;
    struct engine *engine = request->engine;
    const struct engine_query *query = &request->query;
    struct retrieval_query retrieval = {
        .path = query->path,
        .language = query->language,
        .text = text_slice(query->text),
        .cursor = query->cursor,
        .cancel = &request->cancel,
        .sources = request->sources,
        .surroundings = engine->surroundings,
    };
    if (cancel_stopped(&request->cancel)) {
        return; // nobody waits for it: a newer one is on its way
    }
    retriever_query(engine->options.retriever, &retrieval, &request->retrieved);
    request->cut_short = cancel_fired(&request->cancel);
    if (request->fim && !query->context_only && !cancel_stopped(&request->cancel)) {
        compile_prompt(request);
    }
}

static void after_context(void *context, bool ran) {
    struct engine_request *request = context;
    if (request->state == CONTEXT) {
        request->answer.context_ms = request->answer.context_ms > 0
                                         ? request->answer.context_ms
                                         : clock_ms_since(request->context_started_us);
        request->answer.prompt = str_slice(&request->prompt);
        request->answer.told = request->told;
        if (!ran) {
            engine_request_decide(request, OUTCOME_CANCELLED, outcome_text(OUTCOME_CANCELLED));
        } else if (request->query.context_only) {
            engine_request_decide(request, OUTCOME_CONTEXT, "");
        } else if (!engine_tier_start(request)) {
            engine_model_start(request);
        }
    }
    engine_request_release(request);
}

static void compile_again(void *context) {
    struct engine_request *request = context;
    str_clear(&request->prompt);
    if (request->fim && !cancel_stopped(&request->cancel)) {
        compile_prompt(request);
    }
}

void engine_request_compile(struct engine_request *request) {
    request->answer.prompt = slice_of("", 0); // the job's from now on
    request->answer.told = (struct prompt_report){0};
    request->state = CONTEXT;
    request->holds++;
    if (worker_submit(request->engine->options.worker, compile_again, after_context, request) != 0) {
        request->holds--;
        engine_request_decide(request, OUTCOME_BUSY, outcome_text(OUTCOME_BUSY));
    }
}

static void submit_context(struct engine_request *request) {
    bool patient = request->query.context_only || request->query.ahead;
    request->context_started_us = clock_now_us();
    cancel_init(&request->cancel,
                request->started_us + (patient ? PATIENT_DEADLINE_US : CONTEXT_DEADLINE_US));
    request->state = CONTEXT;
    request->holds++;
    if (worker_submit(request->engine->options.worker, find_context, after_context, request) != 0) {
        request->holds--;
        engine_request_decide(request, OUTCOME_BUSY, outcome_text(OUTCOME_BUSY));
    }
}

// --- the gate ---

// OUTCOME_SHOWN: nothing speaks against asking.
static enum outcome gate(const struct engine_request *request) {
    const struct config *config = request->engine->options.config;
    const struct engine_query *query = &request->query;
    if (!config->enabled) {
        return OUTCOME_DISABLED;
    }
    if (!config_language_enabled(config, query->language)) {
        return OUTCOME_LANGUAGE_OFF;
    }
    if (query->ignored) {
        return OUTCOME_IGNORED;
    }
    if (!query->context_only && !query->ahead &&
        postprocess_mid_word(text_slice(query->text), query->cursor)) {
        return OUTCOME_MID_WORD;
    }
    return OUTCOME_SHOWN;
}

static const char *gate_text(const struct engine_request *request, enum outcome verdict) {
    const struct config *config = request->engine->options.config;
    return verdict == OUTCOME_DISABLED       ? outcome_disabled_text(config)
           : verdict == OUTCOME_LANGUAGE_OFF ? outcome_language_off_text(config, request->query.language)
                                             : outcome_text(verdict);
}

static void supersede(struct engine *engine, const struct engine_query *query) {
    for (struct engine_request *request = engine->running; request; request = request->next) {
        bool same = request->query.channel == query->channel && strcmp(request->query.path, query->path) == 0;
        if (same && request->state < DECIDED) {
            stop(request, OUTCOME_SUPERSEDED);
        }
    }
}

static uint32_t wanted_sources(const struct config *config) {
    uint32_t sources = 0;
    for (int source = 0; source < CONTEXT_SOURCES; source++) {
        bool usual = CONTEXT_USUAL & CONTEXT_BIT(source);
        if (config_source_enabled(config, context_source_name((enum context_source)source), usual)) {
            sources |= CONTEXT_BIT(source);
        }
    }
    return sources ? sources : CONTEXT_NOTHING;
}

static struct engine_request *new_request(struct engine *engine, const struct engine_query *query) {
    struct engine_request *request = mem_zero(1, sizeof *request);
    request->engine = engine;
    request->holds = 1;
    arena_init(&request->arena);
    context_init(&request->retrieved);
    str_init(&request->prompt);
    request->started_us = clock_now_us();
    request->query = *query;
    request->query.path = arena_copy_string(&request->arena, query->path);
    request->query.language = arena_copy_string(&request->arena, query->language);
    request->query.text = text_retain(query->text);
    request->query.cursor = query->cursor < query->text->length ? query->cursor : query->text->length;
    uint32_t wanted = query->candidates ? query->candidates : query->invoked ? 3 : 1;
    request->answer_tokens = engine->options.config->max_tokens;
    request->sources = wanted_sources(engine->options.config);
    request->query.candidates = wanted < ENGINE_CANDIDATES ? wanted : ENGINE_CANDIDATES;
    request->answer = (struct engine_answer){.reason = "",
                                             .candidates = request->candidates,
                                             .context = &request->retrieved,
                                             .prompt = {"", 0},
                                             .instead = "",
                                             .cursor = request->query.cursor};
    engine_model_choose(request, backend_choose(engine->options.backend, NULL));
    return request;
}

struct engine_request *
engine_request_start(struct engine *engine, const struct engine_query *query,
                     void (*on_answer)(void *context, const struct engine_answer *answer), void *context) {
    struct engine_request *request = new_request(engine, query);
    request->on_answer = on_answer;
    request->context = context;
    request->next = engine->running;
    engine->running = request;
    enum outcome verdict = gate(request);
    if (verdict != OUTCOME_SHOWN) {
        engine_request_decide(request, verdict, gate_text(request, verdict));
    } else if (!engine_tier_at_hand(request)) {
        submit_context(request);
    }
    return request;
}

struct engine_request *engine_start(struct engine *engine, const struct engine_query *query,
                                    void (*on_answer)(void *context, const struct engine_answer *answer),
                                    void *context) {
    engine_ahead_stop(engine);
    supersede(engine, query);
    return engine_request_start(engine, query, on_answer, context);
}

void engine_cancel(struct engine *engine, struct engine_request *request) {
    (void)engine;
    stop(request, OUTCOME_CANCELLED);
}

const struct engine_answer *engine_last(const struct engine *engine, const char *path) {
    size_t i = kept_index(engine, path);
    return i < ENGINE_KEPT_ANSWERS && engine->kept[i] ? &engine->kept[i]->answer : NULL;
}

uint64_t engine_outcome_count(const struct engine *engine, enum outcome outcome) {
    return engine->outcomes[outcome];
}

static void on_timer_closed(uv_handle_t *handle) {
    free(handle);
}

void engine_free(struct engine *engine) {
    if (!engine) {
        return;
    }
    engine->unread = false;
    for (struct engine_request *request = engine->running; request; request = request->next) {
        stop(request, OUTCOME_CANCELLED);
    }
    answer_decided(engine->soon);
    for (size_t i = 0; i < ENGINE_KEPT_ANSWERS && engine->kept[i]; i++) {
        engine_request_release(engine->kept[i]);
    }
    engine_tier_stop(engine);
    prompt_memory_free(engine->prompts);
    surroundings_free(engine->surroundings);
    ready_free(engine->ready);
    uv_close((uv_handle_t *)engine->soon, on_timer_closed);
    uv_close((uv_handle_t *)engine->late, on_timer_closed);
    free(engine);
}
