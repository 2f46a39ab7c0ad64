// engine_tier.c - the part of a request that decides between two models, a quick one and a large one.
//
// The rule, per request (docs/internals/tiers.md has its figures):
//
//  1. What is typed is the beginning of what is shown: the rest of it stays.
//  2. The quick model is at least as sure as the settings ask for, and what it
//     says can be shown: it answers, at once. The large one is asked in the
//     background for the same place, and what it says stands ready for when the
//     user has typed that line, or types what the large one says instead.
//  3. Else the large one answers.
//
// The quick model has INSTANT_MS for it, by a timer: it works in the worker, which
// may be busy with something else, and nobody is to wait for that.
//
// An editor gets one answer to a request, so nothing that is shown is replaced.
// The background has room for one: a request that rule 1 does not answer ends
// it, but for the request where what was shown ends. For that one it was asked,
// so rule 3 waits for it there. A request made by hand is the large model's alone.
//
// Where there is one model alone it is asked at every key, but what is shown stays while it is typed, if it was sure enough.
#include "completion/engine_request.h"

#include "base/clock.h"
#include "completion/postprocess.h"

// It stops searching a little before it is passed over: what it has by then still counts.
enum { SEARCH_US = 25 * 1000, INSTANT_MS = 30 };
// What is shown and was less sure gives way to what is found anew. While 4,200 lines were typed, 3,215 keys that agreed with
// what was shown and was surer brought something else: 390 times what was shown was right, 243 times what was found.
static const double LEAST_KEPT = 0.1;

static bool is_by_itself(const struct engine_request *request) {
    const struct engine_query *query = &request->query;
    return !query->invoked && !query->context_only && !query->ahead && query->candidates == 1;
}

static bool has_tiers(const struct engine_request *request) {
    const struct engine_options *options = &request->engine->options;
    return options->instant && options->config->instant_confidence > 0 && is_by_itself(request);
}

static bool show_left(struct engine_request *request, const struct ready_suggestion *left) {
    struct slice document = text_slice(request->query.text);
    struct backend_candidate rest = {.text = left->text, .confidence = left->confidence};
    request->model_request.max_lines =
        postprocess_line_limit(document, request->query.cursor, left->max_lines);
    if (engine_model_take(request, &rest, 0) != OUTCOME_SHOWN) {
        return false;
    }
    request->answer.model = left->model;
    request->answer.typed = slice_of(arena_copy(&request->arena, left->typed), left->typed.length);
    engine_request_decide(request, OUTCOME_SHOWN, "");
    return true;
}

static bool find_left(const struct engine_request *request, struct ready_suggestion *left) {
    const struct engine_query *query = &request->query;
    return ready_find(request->engine->ready, query->path, text_slice(query->text), query->cursor, left);
}

static bool answer_at_hand(struct engine_request *request) {
    struct ready_suggestion left;
    request->answer.unasked = find_left(request, &left) && show_left(request, &left);
    return request->answer.unasked;
}

bool engine_tier_keep(struct engine_request *request, struct slice now) {
    struct ready_suggestion left;
    return is_by_itself(request) && find_left(request, &left) && left.confidence >= LEAST_KEPT &&
           !(left.is_head && slice_starts_with(now, left.text)) && show_left(request, &left);
}

// Is the background asked for what comes next here? A model that says one line has no more to say at its end.
static bool is_asked_ahead(const struct engine_request *request) {
    const struct engine_query *query = &request->query;
    const struct engine_request *ahead = request->engine->ahead;
    return ahead && ahead->model_request.max_lines > 1 &&
           ready_is_typed(request->engine->ready, query->path, text_slice(query->text), query->cursor);
}

bool engine_tier_at_hand(struct engine_request *request) {
    if (has_tiers(request) && answer_at_hand(request)) {
        return true;
    }
    if (!has_tiers(request) || !is_asked_ahead(request)) {
        engine_tier_stop(request->engine);
    }
    return false;
}

static void put(struct engine_request *request, const char *model, const struct backend_candidate *raw,
                bool is_head, bool shown) {
    struct ready_suggestion suggestion = {.text = raw->text,
                                          .model = model,
                                          .confidence = raw->confidence,
                                          .max_lines = request->model_request.max_lines,
                                          .is_head = is_head};
    ready_put(request->engine->ready, request->query.path, text_slice(request->query.text),
              request->query.cursor, &suggestion, shown);
}

void engine_tier_note(struct engine_request *request, const struct backend_candidate *raw, bool is_head) {
    if (is_by_itself(request)) {
        put(request, request->answer.model, raw, is_head, true);
    }
}

// The large model is to answer, unless it has done so in the background or is about to.
static void want_large(struct engine_request *request) {
    request->waits = is_asked_ahead(request);
    if (!request->waits && !answer_at_hand(request)) {
        engine_model_start(request);
    }
}

// Nothing is asked in the background any more.
static void end_ahead(struct engine *engine) {
    engine->ahead = NULL;
    for (struct engine_request *request = engine->running; request; request = request->next) {
        if (request->waits && request->state == MODEL) {
            want_large(request);
        }
    }
}

void engine_tier_stop(struct engine *engine) {
    struct engine_request *ahead = engine->ahead;
    if (ahead) {
        struct backend_call *call = ahead->call;
        ahead->call = NULL;
        end_ahead(engine);
        backend_cancel(ahead->asked, call);
    }
}

// Once engine_tier_stop has taken its call away, this may come when the engine is gone.
static void after_ahead(void *context, const struct backend_result *result) {
    struct engine_request *request = context;
    bool stopped = request->call == NULL;
    request->call = NULL;
    if (!stopped && result->code == 0 && result->candidate_count) {
        put(request, request->model->model, &result->candidates[0], false, false);
    }
    if (!stopped) {
        end_ahead(request->engine);
    }
    engine_request_release(request);
}

// The request is answered; it lives on until the large model has said what it would have.
static void ask_ahead(struct engine_request *request) {
    struct engine *engine = request->engine;
    engine_tier_stop(engine);
    engine_model_fill(request, engine_model_lines(request));
    engine->ahead = request;
    request->holds++;
    request->asked = engine->options.backend;
    request->call = backend_start(request->asked, &request->model_request,
                                  &(struct backend_callbacks){NULL, after_ahead, request});
}

static bool take_instant(struct engine_request *request, const struct backend_result *result) {
    const struct engine_options *options = &request->engine->options;
    const struct backend_candidate *best = result->candidates;
    double threshold = options->config->instant_confidence;
    if (result->code || !result->candidate_count ||
        engine_model_take(request, best, threshold) != OUTCOME_SHOWN) {
        return false;
    }
    request->answer.model = options->instant->traits.model;
    request->answer.unasked = true;
    request->answer.model_ms = request->answer.first_token_ms = clock_ms_since(request->model_started_us);
    put(request, request->answer.model, best, false, true);
    engine_request_decide(request, OUTCOME_SHOWN, "");
    return true;
}

static void after_instant(void *context, const struct backend_result *result) {
    struct engine_request *request = context;
    if (!request->passed_over) {
        request->call = NULL;
        if (request->state == MODEL && take_instant(request, result)) {
            ask_ahead(request);
        } else if (request->state == MODEL) {
            want_large(request);
        }
    }
    engine_request_release(request);
}

static void pass_over(struct engine_request *request) {
    struct backend_call *call = request->call;
    request->call = NULL;
    request->passed_over = true;
    backend_cancel(request->asked, call);
    want_large(request);
}

static bool waits_for_instant(const struct engine_request *request) {
    return request->state == MODEL && request->call && request->asked == request->engine->options.instant &&
           !request->passed_over;
}

void engine_tier_late(uv_timer_t *timer) {
    struct engine *engine = timer->data;
    double left_ms = 0;
    for (struct engine_request *request = engine->running; request; request = request->next) {
        double left = waits_for_instant(request) ? INSTANT_MS - clock_ms_since(request->model_started_us) : 0;
        if (waits_for_instant(request) && left <= 0) {
            pass_over(request);
        }
        left_ms = left > 0 && (left_ms <= 0 || left < left_ms) ? left : left_ms;
    }
    if (left_ms > 0) {
        uv_timer_start(timer, engine_tier_late, (uint64_t)left_ms + 1, 0);
    }
}

bool engine_tier_start(struct engine_request *request) {
    struct backend *instant = request->engine->options.instant;
    bool failed = request->asked != NULL; // a model did; the quick one had its turn before it
    if (!has_tiers(request) || request->model == &instant->traits || failed) {
        return false;
    }
    engine_model_fill(request, 1);
    struct backend_request *asked = &request->model_request;
    asked->max_lines = 1; // what its confidence is calibrated for
    asked->deadline_us = clock_now_us() + SEARCH_US;
    request->state = MODEL;
    request->model_started_us = clock_now_us();
    request->holds++;
    request->asked = instant;
    request->call = backend_start(instant, asked, &(struct backend_callbacks){NULL, after_instant, request});
    if (!uv_is_active((uv_handle_t *)request->engine->late)) { // else it looks after this one, too
        uv_update_time(request->engine->options.loop);
        uv_timer_start(request->engine->late, engine_tier_late, INSTANT_MS, 0);
    }
    return true;
}
