// engine.c - see engine.h.
//
// A request is one heap object that moves through these states:
//
//     QUEUED   -(gate says no)-------------> DECIDED     gate()
//     QUEUED   -(job accepted)-------------> CONTEXT     submit_context()
//     CONTEXT  -(job done, context_only)---> DECIDED     after_context()
//     CONTEXT  -(job done)-----------------> MODEL       start_model()
//     MODEL    -(on_done)------------------> DECIDED     after_model()
//     any      -(cancel, supersede)--------> DECIDED     decide()
//     DECIDED  -(loop turns)---------------> ANSWERED    answer_decided()
//
// on_answer is always called from answer_decided(), never from inside
// engine_start or engine_cancel, so a caller's state cannot change under it.
// While a worker job or a backend call still holds the request (`holds`), it
// stays in memory even after its answer; release() frees it with the last hold.
// What the job reads (text, path, cursor) never changes while it runs.
#include "completion/engine.h"

#include "base/clock.h"
#include "base/mem.h"
#include "completion/hints.h"
#include "completion/postprocess.h"

#include <stdlib.h>

enum {
    CONTEXT_DEADLINE_US = 15 * 1000,       // a completion uses what is ready by then
    CONTEXT_ONLY_DEADLINE_US = 500 * 1000, // who asks for the context alone can wait
    MAX_CANDIDATES = 8,
    KEPT_ANSWERS = 32,
};

enum state { QUEUED, CONTEXT, MODEL, DECIDED, ANSWERED };

struct engine_request {
    struct engine *engine;
    struct engine_request *next; // in engine->running
    enum state state;
    int holds; // the engine's list, a worker job, a backend call, the kept answer
    struct arena arena;
    struct engine_query query; // strings are in the arena, text is retained
    void (*on_answer)(void *context, const struct engine_answer *answer);
    void *context;
    struct cancel cancel;
    struct context retrieved;
    uint32_t answer_tokens; // as configured when it began: the job cannot read the settings, which change
    uint32_t sources;       // the same
    const struct fim_template *fim; // the model's when it began: a server may yet say another; NULL: none
    uint32_t context_tokens;        // the same
    struct str prompt;
    struct prompt_report told;
    struct backend_call *call;
    struct backend_request model_request;
    struct engine_answer answer;
    struct engine_candidate candidates[MAX_CANDIDATES];
    uint64_t started_us;
    uint64_t context_started_us, model_started_us;
};

struct engine {
    struct engine_options options;
    const char *repository;                    // the root's last component
    struct engine_request *running;            // newest first, until answered
    struct engine_request *kept[KEPT_ANSWERS]; // most recent first; one per path
    struct prompt_memory *prompts;             // the worker's
    uv_timer_t *soon;                          // answers what is decided when the loop turns
    uint64_t quiet_until_us;                   // the model asked to be left alone until then
    uint64_t outcomes[OUTCOME_COUNT];
};

static void answer_decided(uv_timer_t *timer);

struct engine *engine_new(const struct engine_options *options) {
    struct engine *engine = mem_zero(1, sizeof *engine);
    engine->options = *options;
    const char *slash = strrchr(options->root, '/');
    engine->repository = slash && slash[1] ? slash + 1 : options->root;
    engine->prompts = prompt_memory_new();
    engine->soon = mem_zero(1, sizeof *engine->soon);
    uv_timer_init(options->loop, engine->soon);
    engine->soon->data = engine;
    return engine;
}

static void release(struct engine_request *request) {
    if (--request->holds > 0) {
        return;
    }
    text_release(request->query.text);
    context_free(&request->retrieved);
    str_free(&request->prompt);
    arena_free(&request->arena);
    free(request);
}

// Settles how the request ends; its answer goes out when the loop turns.
static void decide(struct engine_request *request, enum outcome outcome, const char *reason) {
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
    decide(request, outcome, outcome_text(outcome));
    if (call) {
        backend_cancel(request->engine->options.backend, call);
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
    while (i < KEPT_ANSWERS && engine->kept[i] && strcmp(engine->kept[i]->query.path, path) != 0) {
        i++;
    }
    return i;
}

void engine_forget(struct engine *engine, const char *path) {
    size_t i = kept_index(engine, path);
    if (i == KEPT_ANSWERS || !engine->kept[i]) {
        return;
    }
    release(engine->kept[i]);
    memmove(engine->kept + i, engine->kept + i + 1, (KEPT_ANSWERS - i - 1) * sizeof *engine->kept);
    engine->kept[KEPT_ANSWERS - 1] = NULL;
}

static void keep(struct engine *engine, struct engine_request *request) {
    engine_forget(engine, request->query.path);
    if (engine->kept[KEPT_ANSWERS - 1]) {
        release(engine->kept[KEPT_ANSWERS - 1]);
    }
    memmove(engine->kept + 1, engine->kept, (KEPT_ANSWERS - 1) * sizeof *engine->kept);
    engine->kept[0] = request;
    request->holds++;
}

// Worth explaining later? What was overtaken, or asked for the context alone, is not.
static bool worth_keeping(const struct engine_request *request) {
    enum outcome outcome = request->answer.outcome;
    return outcome != OUTCOME_CANCELLED && outcome != OUTCOME_SUPERSEDED && outcome != OUTCOME_CONTEXT;
}

static void answer_one(struct engine *engine, struct engine_request *request) {
    unlink_request(engine, request);
    request->state = ANSWERED;
    engine->outcomes[request->answer.outcome]++;
    if (worth_keeping(request)) {
        keep(engine, request);
    }
    request->on_answer(request->context, &request->answer);
    release(request);
}

static void answer_decided(uv_timer_t *timer) {
    struct engine *engine = timer->data;
    for (;;) {
        struct engine_request *oldest = NULL;
        for (struct engine_request *request = engine->running; request; request = request->next) {
            oldest = request->state == DECIDED ? request : oldest;
        }
        if (!oldest) {
            return;
        }
        answer_one(engine, oldest);
    }
}

// --- the model ---

static enum outcome outcome_of_failure(int code) {
    switch (code) {
    case ERR_TIMEOUT:
        return OUTCOME_TIMEOUT;
    case ERR_UNAVAILABLE:
        return OUTCOME_UNREACHABLE;
    case ERR_CANCELLED:
        return OUTCOME_CANCELLED;
    default:
        return OUTCOME_MODEL_FAILED;
    }
}

static bool already_offered(const struct engine_request *request, struct slice text) {
    for (size_t i = 0; i < request->answer.candidate_count; i++) {
        if (slice_equal(request->candidates[i].text, text)) {
            return true;
        }
    }
    return false;
}

// Who asks by hand wants to see more, but no rubbish.
static double threshold_for(const struct engine_request *request) {
    const struct engine_options *options = &request->engine->options;
    double own = options->backend->traits.minimum_confidence;
    double set = options->config->minimum_confidence;
    double threshold = set > 0 ? set : own;
    return request->query.invoked ? threshold / 5 : threshold;
}

// Turns one raw candidate into one to show; the outcome says why not.
static enum outcome take_candidate(struct engine_request *request, const struct backend_candidate *raw) {
    const struct engine_query *query = &request->query;
    struct postprocess_query process = {text_slice(query->text), query->cursor,
                                        request->model_request.max_lines};
    struct postprocess_result result;
    enum outcome outcome = postprocess(&process, raw->text, &request->arena, &result);
    if (outcome != OUTCOME_SHOWN) {
        return outcome;
    }
    if (raw->confidence >= 0 && raw->confidence < threshold_for(request)) {
        return OUTCOME_LOW_CONFIDENCE;
    }
    if (!already_offered(request, result.text)) {
        request->candidates[request->answer.candidate_count++] = (struct engine_candidate){
            result.text, result.shown, result.replace_start, result.replace_end, raw->confidence};
    }
    return OUTCOME_SHOWN;
}

static void take_result(struct engine_request *request, const struct backend_result *result) {
    struct engine_answer *answer = &request->answer;
    answer->model_ms = clock_ms_since(request->model_started_us);
    answer->first_token_ms = result->first_token_ms;
    answer->prompt_tokens = result->prompt_tokens;
    answer->cached_tokens = result->cached_tokens;
    if (result->code) {
        if (result->retry_after_ms) {
            request->engine->quiet_until_us = clock_now_us() + (uint64_t)result->retry_after_ms * 1000;
        }
        const char *reason = arena_format(&request->arena, "%s%s%s", result->message,
                                          result->hint[0] ? ": " : "", result->hint);
        decide(request, outcome_of_failure(result->code), reason);
        return;
    }
    enum outcome first = OUTCOME_NOTHING;
    for (size_t i = 0; i < result->candidate_count && answer->candidate_count < request->query.candidates;
         i++) {
        enum outcome outcome = take_candidate(request, &result->candidates[i]);
        first = i == 0 ? outcome : first;
    }
    bool shown = answer->candidate_count > 0;
    decide(request, shown ? OUTCOME_SHOWN : first, shown ? "" : outcome_text(first));
}

static void after_model(void *context, const struct backend_result *result) {
    struct engine_request *request = context;
    request->call = NULL;
    if (request->state == MODEL) {
        take_result(request, result);
    }
    release(request);
}

// A model that said when to come back is not asked before.
static bool is_quiet(struct engine_request *request) {
    uint64_t now = clock_now_us();
    uint64_t until = request->engine->quiet_until_us;
    if (now >= until) {
        return false;
    }
    decide(request, OUTCOME_MODEL_FAILED,
           arena_format(&request->arena, "the model's server asked to wait %.0f s longer",
                        (double)(until - now) / 1e6 + 0.5));
    return true;
}

static void start_model(struct engine_request *request) {
    struct engine *engine = request->engine;
    const struct engine_query *query = &request->query;
    const struct config *config = engine->options.config;
    struct slice document = text_slice(query->text);
    struct backend *backend = engine->options.backend;
    uint32_t lines = config->max_lines ? config->max_lines : request->fim ? 8 : 1;
    struct backend_request *model = &request->model_request;
    *model = (struct backend_request){
        .path = query->path,
        .language = query->language,
        .prefix = slice_sub(document, 0, query->cursor),
        .suffix = slice_sub(document, query->cursor, document.length),
        .prompt = str_slice(&request->prompt),
        .max_tokens = request->answer_tokens,
        .max_lines = postprocess_line_limit(document, query->cursor, lines),
        .candidates = query->candidates,
        .deadline_us = clock_now_us() + (uint64_t)config->timeout_ms * 1000,
        .hints = hints_of(&request->retrieved, &request->arena),
        .hint_count = request->retrieved.name_count,
    };
    if (request->fim) {
        model->template = fim_name(request->fim);
        model->stops = fim_stops(request->fim, &model->stop_count);
    }
    struct backend_callbacks callbacks = {NULL, after_model, request};
    request->state = MODEL;
    request->model_started_us = clock_now_us();
    request->holds++;
    request->call = backend_start(backend, model, &callbacks);
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
        .document = text_slice(request->query.text),
        .cursor = request->query.cursor,
        .context = &request->retrieved,
        .cut_short = cancel_fired(&request->cancel),
        .files = {record_of, engine->options.retriever},
        .context_tokens = request->context_tokens,
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
    };
    if (cancel_stopped(&request->cancel)) {
        return; // nobody waits for it: a newer one is on its way
    }
    retriever_query(engine->options.retriever, &retrieval, &request->retrieved);
    if (request->fim && !query->context_only && !cancel_stopped(&request->cancel)) {
        compile_prompt(request);
    }
}

static void after_context(void *context, bool ran) {
    struct engine_request *request = context;
    if (request->state == CONTEXT) {
        request->answer.context_ms = clock_ms_since(request->context_started_us);
        request->answer.prompt = str_slice(&request->prompt);
        request->answer.told = request->told;
        if (!ran) {
            decide(request, OUTCOME_CANCELLED, outcome_text(OUTCOME_CANCELLED));
        } else if (request->query.context_only) {
            decide(request, OUTCOME_CONTEXT, "");
        } else if (!is_quiet(request)) {
            start_model(request);
        }
    }
    release(request);
}

static void submit_context(struct engine_request *request) {
    bool only = request->query.context_only;
    request->context_started_us = clock_now_us();
    cancel_init(&request->cancel,
                request->started_us + (only ? CONTEXT_ONLY_DEADLINE_US : CONTEXT_DEADLINE_US));
    request->state = CONTEXT;
    request->holds++;
    if (worker_submit(request->engine->options.worker, find_context, after_context, request) != 0) {
        request->holds--;
        decide(request, OUTCOME_BUSY, outcome_text(OUTCOME_BUSY));
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
    if (!query->context_only && postprocess_mid_word(text_slice(query->text), query->cursor)) {
        return OUTCOME_MID_WORD;
    }
    return OUTCOME_SHOWN;
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
    const struct backend_traits *traits = &engine->options.backend->traits;
    request->fim = traits->template ? fim_by_name(traits->template) : NULL;
    request->context_tokens = traits->context_tokens;
    uint32_t wanted = query->candidates ? query->candidates : query->invoked ? 3 : 1;
    request->answer_tokens = engine->options.config->max_tokens;
    request->sources = wanted_sources(engine->options.config);
    request->query.candidates = wanted < MAX_CANDIDATES ? wanted : MAX_CANDIDATES;
    request->answer = (struct engine_answer){.reason = "",
                                             .candidates = request->candidates,
                                             .context = &request->retrieved,
                                             .prompt = {"", 0},
                                             .model = traits->model,
                                             .cursor = request->query.cursor};
    return request;
}

struct engine_request *engine_start(struct engine *engine, const struct engine_query *query,
                                    void (*on_answer)(void *context, const struct engine_answer *answer),
                                    void *context) {
    supersede(engine, query);
    struct engine_request *request = new_request(engine, query);
    request->on_answer = on_answer;
    request->context = context;
    request->next = engine->running;
    engine->running = request;
    enum outcome verdict = gate(request);
    if (verdict == OUTCOME_SHOWN) {
        submit_context(request);
    } else {
        decide(request, verdict, outcome_text(verdict));
    }
    return request;
}

void engine_cancel(struct engine *engine, struct engine_request *request) {
    (void)engine;
    stop(request, OUTCOME_CANCELLED);
}

const struct engine_answer *engine_last(const struct engine *engine, const char *path) {
    size_t i = kept_index(engine, path);
    return i < KEPT_ANSWERS && engine->kept[i] ? &engine->kept[i]->answer : NULL;
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
    for (struct engine_request *request = engine->running; request; request = request->next) {
        stop(request, OUTCOME_CANCELLED);
    }
    answer_decided(engine->soon);
    for (size_t i = 0; i < KEPT_ANSWERS && engine->kept[i]; i++) {
        release(engine->kept[i]);
    }
    prompt_memory_free(engine->prompts);
    uv_timer_stop(engine->soon);
    uv_close((uv_handle_t *)engine->soon, on_timer_closed);
    free(engine);
}
