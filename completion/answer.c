// answer.c - an engine's answer as JSON: the one shape of `hunch why --json`, hunch/why and `hunch complete --json`,
// which leaves out the texts of what was retrieved.
#include "completion/engine.h"

#include <math.h>

static struct json *candidates_json(const struct engine_answer *answer) {
    struct json *array = json_array();
    for (size_t i = 0; i < answer->candidate_count; i++) {
        const struct engine_candidate *candidate = &answer->candidates[i];
        struct json *object = json_push(array, json_object());
        json_set_slice(object, "text", candidate->text);
        json_set_slice(object, "shown", candidate->shown);
        json_set_number(object, "replaceStart", (double)candidate->replace_start);
        json_set_number(object, "replaceEnd", (double)candidate->replace_end);
        if (candidate->confidence >= 0) {
            json_set_number(object, "confidence", candidate->confidence);
        }
        if (candidate->whole.length) {
            json_set_slice(object, "cutFrom", candidate->whole);
            json_set_number(object, "wholeConfidence", candidate->whole_confidence);
        }
    }
    return array;
}

// Where it stands, and why it was chosen.
static struct json *place_json(const struct context_item *item, bool has_prompt) {
    struct json *object = json_object();
    json_set_string(object, "path", item->path);
    json_set_number(object, "startLine", item->start_line + 1.0);
    json_set_number(object, "endLine", item->end_line + 1.0);
    json_set_string(object, "source", context_source_name(item->source));
    json_set_number(object, "score", round(item->score * 1000) / 1000);
    if (has_prompt) {
        json_set_bool(object, "inPrompt", item->in_prompt);
    }
    return object;
}

static struct json *context_json(const struct engine_answer *answer, bool in_full) {
    static const char *const taints[] = {"own", "test", "vendored", "generated"};
    struct json *array = json_array();
    for (uint32_t i = 0; i < answer->context->count; i++) {
        const struct context_item *item = &answer->context->items[i];
        struct json *object = json_push(array, place_json(item, answer->prompt.length > 0));
        if (!in_full) {
            continue;
        }
        json_set_number(object, "tokens", item->tokens);
        json_set_string(object, "taint", taints[item->taint]);
        if (item->scope) {
            json_set_string(object, "scope", item->scope);
        }
        json_set_slice(object, "text", item->text);
    }
    return array;
}

static struct json *timings_json(const struct engine_answer *answer) {
    struct json *object = json_object();
    json_set_number(object, "contextMs", answer->context_ms);
    json_set_number(object, "definitionsMs", answer->context->definitions_ms);
    json_set_number(object, "signaturesMs", answer->context->signatures_ms);
    json_set_number(object, "lexicalMs", answer->context->lexical_ms);
    json_set_number(object, "vectorsMs", answer->context->vectors_ms);
    json_set_number(object, "modelMs", answer->model_ms);
    json_set_number(object, "firstTokenMs", answer->first_token_ms);
    json_set_number(object, "totalMs", answer->total_ms);
    return object;
}

static struct json *prompt_json(const struct engine_answer *answer) {
    const struct prompt_report *told = &answer->told;
    struct json *object = json_object();
    json_set_number(object, "bytes", (double)told->bytes);
    json_set_number(object, "keptBytes", (double)told->kept_bytes);
    json_set_number(object, "tokens", told->tokens);
    json_set_number(object, "changedTokens", told->changed_tokens);
    json_set_string(object, "block", block_fate_name(told->block));
    json_set_number(object, "contextBytes", (double)told->context_bytes);
    json_set_number(object, "contextItems", told->context_items);
    json_set_number(object, "missingItems", told->missing);
    return object;
}

struct json *engine_answer_json(const struct engine_answer *answer, bool in_full) {
    struct json *object = json_object();
    json_set_string(object, "outcome", outcome_id(answer->outcome));
    json_set_string(object, "reason", answer->reason);
    json_set_string(object, "model", answer->model);
    if (answer->unsure.length) {
        json_set_slice(object, "unsure", answer->unsure);
    }
    if (answer->typed.length) {
        json_set_bool(object, "atHand", true);
        json_set_slice(object, "typed", answer->typed);
    }
    if (answer->instead[0]) {
        json_set_string(object, "instead", answer->instead);
    }
    if (answer->usual_confidence > 0) {
        json_set_number(object, "usualConfidence", answer->usual_confidence);
    }
    json_set(object, "candidates", candidates_json(answer));
    json_set(object, "context", context_json(answer, in_full));
    json_set_number(object, "promptBytes", (double)answer->prompt.length);
    if (answer->prompt.length) {
        json_set(object, "prompt", prompt_json(answer));
    }
    json_set_number(object, "promptTokens", answer->prompt_tokens);
    json_set_number(object, "cachedTokens", answer->cached_tokens);
    json_set(object, "timings", timings_json(answer));
    return object;
}
