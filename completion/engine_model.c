// engine_model.c - the part of a request that concerns models: which is asked, and what becomes of its answer.
//
// A backend may be several models that answer in each other's place. Which one
// a request is for is chosen before its prompt is laid out, as that is the
// model's own. If it fails, the prompt is laid out anew for the next one, with
// what was retrieved already.
#include "completion/engine_request.h"

#include "backends/fim.h"
#include "base/clock.h"
#include "completion/hints.h"
#include "completion/postprocess.h"

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

// Whoever sees another suggestion than the first has asked for it.
static const double OF_OTHERS = 0.5;

// From how sure on a line is shown that nobody asked for.
static double usual_threshold(const struct engine_request *request, double own) {
    double set = request->engine->options.config->minimum_confidence;
    return set > 0 ? set : own;
}

// Who asks by hand wants to see more, but no rubbish.
static double threshold_for(const struct engine_request *request, double own) {
    double usual = usual_threshold(request, own);
    return request->query.invoked ? usual / 5 : usual;
}

enum outcome engine_model_take(struct engine_request *request, const struct backend_candidate *raw,
                               double threshold) {
    const struct engine_query *query = &request->query;
    struct postprocess_query process = {text_slice(query->text), query->cursor,
                                        request->model_request.max_lines};
    struct postprocess_result result;
    enum outcome outcome = postprocess(&process, raw->text, &request->arena, &result);
    if (outcome != OUTCOME_SHOWN) {
        return outcome;
    }
    if (raw->confidence >= 0 && raw->confidence < threshold) {
        return OUTCOME_LOW_CONFIDENCE;
    }
    if (!already_offered(request, result.text)) {
        request->candidates[request->answer.candidate_count++] =
            (struct engine_candidate){.text = result.text,
                                      .shown = result.shown,
                                      .replace_start = result.replace_start,
                                      .replace_end = result.replace_end,
                                      .confidence = raw->confidence};
    }
    return OUTCOME_SHOWN;
}

// Where nothing is shown yet, of a line that is not sure enough as a whole the head that is. False: it has none.
static bool take_head(struct engine_request *request, const struct backend_candidate *whole, double least) {
    struct backend_candidate head = {.text = slice_sub(whole->text, 0, whole->head),
                                     .confidence = whole->head_confidence};
    bool is_unsure = whole->confidence < threshold_for(request, request->model->cut_confidence);
    if (!is_unsure || whole->head == 0 || request->answer.candidate_count > 0 ||
        engine_model_take(request, &head, least) != OUTCOME_SHOWN) {
        return false;
    }
    bool is_cut = whole->head < whole->text.length;
    if (is_cut) {
        request->candidates[0].whole = slice_of(arena_copy(&request->arena, whole->text), whole->text.length);
        request->candidates[0].whole_confidence = whole->confidence;
    }
    engine_tier_note(request, &head, is_cut);
    return true;
}

static enum outcome take(struct engine_request *request, const struct backend_candidate *raw) {
    double least = threshold_for(request, request->model->minimum_confidence);
    least *= request->answer.candidate_count > 0 ? OF_OTHERS : 1;
    if (take_head(request, raw, least)) {
        return OUTCOME_SHOWN;
    }
    enum outcome outcome = engine_model_take(request, raw, least);
    if (outcome == OUTCOME_SHOWN && request->answer.candidate_count == 1) {
        engine_tier_note(request, raw, false);
    }
    return outcome;
}

// Another model may answer in place of the one that failed, if there is time left.
static bool ask_another(struct engine_request *request, const struct backend_result *result) {
    bool failed = result->code && result->code != ERR_CANCELLED && !request->query.ahead &&
                  clock_now_us() < request->deadline_us;
    const struct backend_traits *next =
        failed ? backend_choose(request->engine->options.backend, request->model) : NULL;
    if (!next) {
        return false;
    }
    engine_model_choose(request, next);
    engine_request_compile(request);
    return true;
}

// Where several models failed, what was wrong with each.
static const char *reason_of(struct engine_request *request, const struct backend_result *result) {
    const char *instead = result->instead ? result->instead : "";
    return arena_format(&request->arena, "%s%s%s%s%s", instead, instead[0] ? "; then " : "", result->message,
                        result->hint[0] ? ": " : "", result->hint);
}

// How sure it is, what it would take, and who sets that.
static const char *unsure_reason(struct engine_request *request, const struct backend_candidate *best) {
    double own = request->model->minimum_confidence, usual = usual_threshold(request, own);
    const char *text = outcome_text(OUTCOME_LOW_CONFIDENCE);
    if (best->refused) {
        return arena_format(&request->arena, "%s: its best line is there already, or out of place", text);
    }
    double sure = engine_answer_percent(best->confidence);
    if (!request->query.invoked) {
        return arena_format(&request->arena,
                            "%s: its best line is %.3g %% sure, shown from %.3g %% on "
                            "(completion.minimumConfidence)",
                            text, sure, usual * 100);
    }
    return arena_format(
        &request->arena,
        "%s: its best line is %.3g %% sure, shown from %.3g %% on where one asks by hand, from "
        "%.3g %% on while one types (completion.minimumConfidence)",
        text, sure, threshold_for(request, own) * 100, usual * 100);
}

// The best line is not shown, for this reason.
static void decide_silence(struct engine_request *request, enum outcome outcome,
                           const struct backend_result *result) {
    const char *reason = outcome_text(outcome);
    if (outcome == OUTCOME_LOW_CONFIDENCE) {
        const struct backend_candidate *best = &result->candidates[0];
        request->answer.unsure = slice_of(arena_copy(&request->arena, best->text), best->text.length);
        reason = unsure_reason(request, best);
    }
    engine_request_decide(request, outcome, reason);
}

static void take_result(struct engine_request *request, const struct backend_result *result) {
    struct engine_answer *answer = &request->answer;
    if (ask_another(request, result)) {
        return;
    }
    answer->model_ms = clock_ms_since(request->model_started_us);
    answer->first_token_ms = result->first_token_ms;
    answer->prompt_tokens = result->prompt_tokens;
    answer->cached_tokens = result->cached_tokens;
    if (result->code) {
        engine_request_decide(request, outcome_of_failure(result->code), reason_of(request, result));
        return;
    }
    answer->instead = arena_copy_string(&request->arena, result->instead ? result->instead : "");
    if (engine_tier_keep(request, result->candidate_count ? result->candidates[0].text : slice_of("", 0))) {
        return;
    }
    enum outcome first = OUTCOME_NOTHING;
    for (size_t i = 0; i < result->candidate_count && answer->candidate_count < request->query.candidates;
         i++) {
        enum outcome outcome = take(request, &result->candidates[i]);
        first = i == 0 ? outcome : first;
    }
    bool shown = answer->candidate_count > 0;
    if (!shown && engine_tier_keep(request, slice_of("", 0))) { // a head, whose line went on unsurely
        return;
    }
    if (shown) {
        engine_request_decide(request, OUTCOME_SHOWN, "");
    } else {
        decide_silence(request, first, result);
    }
}

static void after_model(void *context, const struct backend_result *result) {
    struct engine_request *request = context;
    request->call = NULL;
    engine_ahead_note(request, result);
    if (request->state == MODEL) {
        take_result(request, result);
    }
    engine_request_release(request);
}

void engine_model_choose(struct engine_request *request, const struct backend_traits *model) {
    request->model = model;
    const char *template = model->template ? model->template : model->reads_prompt ? "prefix" : NULL;
    request->fim = template ? fim_by_name(template) : NULL;
    request->context_tokens = model->context_tokens;
    request->tokens = model->tokens;
    request->answer.model = model->model;
    request->answer.usual_confidence =
        request->query.invoked ? usual_threshold(request, model->minimum_confidence) : 0;
}

// Who does not know what follows would write it once more.
uint32_t engine_model_lines(const struct engine_request *request) {
    return request->fim && fim_has_suffix(request->fim) ? 8 : 1;
}

void engine_model_fill(struct engine_request *request, uint32_t usual_lines) {
    const struct engine_query *query = &request->query;
    const struct config *config = request->engine->options.config;
    struct slice document = text_slice(query->text);
    uint32_t lines = config->max_lines ? config->max_lines : usual_lines;
    struct backend_request *model = &request->model_request;
    uint64_t begun = clock_now_us() - (request->asked ? 0 : query->waited_us); // for the first that is asked
    if (!request->deadline_us) {
        request->deadline_us = begun + (uint64_t)config->timeout_ms * 1000;
    }
    *model = (struct backend_request){
        .model = request->model,
        .path = query->path,
        .language = query->language,
        .prefix = slice_sub(document, 0, query->cursor),
        .suffix = slice_sub(document, query->cursor, document.length),
        .prompt = str_slice(&request->prompt),
        .ahead = query->ahead,
        .max_tokens = request->answer_tokens,
        .max_lines = postprocess_line_limit(document, query->cursor, lines),
        .candidates = query->candidates,
        .deadline_us = request->deadline_us,
        .begun_us = begun,
        .hints = hints_of(&request->retrieved, &request->arena),
        .hint_count = request->retrieved.name_count,
    };
    if (request->fim) {
        model->template = fim_name(request->fim);
        model->stops = fim_stops(request->fim, &model->stop_count);
    }
}

void engine_model_start(struct engine_request *request) {
    struct backend *backend = request->engine->options.backend;
    engine_model_fill(request, engine_model_lines(request));
    struct backend_callbacks callbacks = {NULL, after_model, request};
    request->state = MODEL;
    request->model_started_us = clock_now_us();
    request->holds++;
    request->asked = backend;
    request->call = backend_start(backend, &request->model_request, &callbacks);
}
