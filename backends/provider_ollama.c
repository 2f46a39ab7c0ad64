// provider_ollama.c - Ollama: /api/generate, one JSON a line.
//
// Two ways to ask. If the model's family is known, the prompt is ours and
// `raw`, so that its template adds nothing. If not, but the model can insert,
// prefix and suffix go apart and Ollama's template lays them out (with `raw` it
// would drop the suffix silently). An empty suffix counts as none, and its
// template would make a chat of the prompt; so a file's end is a newline.
//
// `num_ctx` is always sent and always the same: another value reloads the
// model, which takes seconds, and without it prompts are cut silently at the
// front. `think` is false: models that can think do so unless told.
//
// Source: docs/api.md and server/routes.go of Ollama.
#include "backends/provider_table.h"

#include <string.h>

enum { STOPS = 16 }; // it takes any number

static struct json *write_common(const struct provider_ask *ask, struct json *body) {
    json_set_string(body, "model", ask->model);
    json_set_bool(body, "stream", true);
    struct json *options = json_set(body, "options", json_object());
    json_set_number(options, "num_ctx", ask->context_tokens);
    return options;
}

static void write_body(const struct provider_ask *ask, struct json *body) {
    struct json *options = write_common(ask, body);
    json_set_slice(body, "prompt", ask->prompt);
    if (ask->suffix.data) {
        json_set_slice(body, "suffix", ask->suffix.length ? ask->suffix : SLICE_LITERAL("\n"));
    } else {
        json_set_bool(body, "raw", true);
    }
    json_set_bool(body, "think", false);
    provider_set_limit(options, "num_predict", ask);
    json_set_number(options, "temperature", 0);
    provider_set_stops(options, "stop", ask, STOPS);
}

// Without a prompt it loads the model.
static void write_warm_up(const struct provider_ask *ask, struct json *body) {
    write_common(ask, body);
}

static void write_facts(const char *model, struct json *body) {
    json_set_string(body, "model", model);
}

static void read_event(const struct json *json, struct provider_event *event) {
    event->text = json_get_string(json, "response", "");
    event->last = json_get_bool(json, "done", false);
    event->prompt_tokens = provider_count_of(json, "prompt_eval_count");
    if (event->last) {
        bool cut = strcmp(json_get_string(json, "done_reason", ""), "length") == 0;
        event->end = cut ? PROVIDER_CUT : PROVIDER_STOPPED;
    }
}

// What the model was trained for; its key names the architecture: "qwen2.context_length".
static void read_facts(const char *model, const struct json *json, struct provider_facts *facts) {
    (void)model;
    const struct json *capabilities = json_get(json, "capabilities");
    const struct json *about = json_get(json, "model_info");
    for (const struct json *one = json_first(capabilities); one; one = json_next(one)) {
        facts->takes_halves = facts->takes_halves || strcmp(json_string(one, ""), "insert") == 0;
    }
    for (const struct json *one = json_first(about); one; one = json_next(one)) {
        if (slice_ends_with(slice_of_string(json_key(one)), SLICE_LITERAL(".context_length"))) {
            facts->context_tokens = provider_count_of(about, json_key(one));
        }
    }
    facts->model = json_get_string(about, "general.basename", "");
}

const struct provider provider_ollama = {
    .name = "ollama",
    .hint = "is model.url Ollama?",
    .home = "http://127.0.0.1:11434",
    .model = NULL,
    .version = "/v1", // of its OpenAI layer
    .path = "/api/generate",
    .facts_path = "/api/show",
    .framing = PROVIDER_LINES,
    .counts_part = true,
    .write_body = write_body,
    .read_event = read_event,
    .write_facts = write_facts,
    .read_facts = read_facts,
    .write_warm_up = write_warm_up,
};
