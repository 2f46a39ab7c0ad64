// provider_tgi.c - Hugging Face's text-generation-inference.
//
// Each message holds one token; the last one also the whole text, which is
// what says that it is the last. Special tokens are marked and are no text.
// Source: huggingface.github.io/text-generation-inference (its OpenAPI).
#include "backends/provider_table.h"

#include <string.h>

static void write_body(const struct provider_ask *ask, struct json *body) {
    json_set_slice(body, "inputs", ask->prompt);
    struct json *how = json_set(body, "parameters", json_object());
    provider_set_limit(how, "max_new_tokens", ask);
    json_set_bool(how, "do_sample", false);
    json_set_bool(how, "return_full_text", false);
    provider_set_stops(how, "stop", ask, PROVIDER_STOPS);
}

static void read_event(const struct json *json, struct provider_event *event) {
    const struct json *token = json_get(json, "token");
    event->last = json_is_string(json_get(json, "generated_text"));
    if (json_is_object(token)) {
        event->text = json_get_bool(token, "special", false) ? "" : json_get_string(token, "text", "");
    } else {
        event->text = json_get_string(json, "generated_text", ""); // not streamed
    }
    if (event->last) {
        const char *reason = json_get_string(json_get(json, "details"), "finish_reason", "");
        event->end = strcmp(reason, "length") == 0 ? PROVIDER_CUT : PROVIDER_STOPPED;
    }
}

static void read_facts(const char *model, const struct json *json, struct provider_facts *facts) {
    (void)model;
    facts->model = json_get_string(json, "model_id", "");
    facts->context_tokens = provider_count_of(json, "max_total_tokens");
}

static void write_tokens(const char *model, struct slice text, struct json *body) {
    (void)model;
    json_set_slice(body, "inputs", text);
    json_set_bool(body, "add_special_tokens", false);
}

static uint32_t count_tokens(const struct json *json) {
    return (uint32_t)json_count(json);
}

const struct provider provider_tgi = {
    .name = "tgi",
    .hint = "is model.url a text-generation-inference server?",
    .home = "",
    .model = "",
    .version = "/v1",
    .path = "/generate_stream",
    .facts_path = "/info",
    .write_body = write_body,
    .read_event = read_event,
    .read_facts = read_facts,
    .tokens_path = "/tokenize",
    .write_tokens = write_tokens,
    .count_tokens = count_tokens,
};
