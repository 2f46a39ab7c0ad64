// provider_openai.c - any server that speaks OpenAI's /v1/completions: vLLM, LM Studio, llama.cpp, OpenRouter, ...
//
// No `suffix` is sent: most of these servers refuse it and some ignore it
// silently, so the prompt holds the model's own tokens.
#include "backends/provider_table.h"

static void write_body(const struct provider_ask *ask, struct json *body) {
    if (ask->model[0]) {
        json_set_string(body, "model", ask->model);
    }
    json_set_slice(body, "prompt", ask->prompt);
    provider_set_limit(body, "max_tokens", ask);
    json_set_number(body, "temperature", 0);
    provider_set_stops(body, "stop", ask, PROVIDER_STOPS);
    json_set_bool(body, "stream", true);
    json_set_bool(json_set(body, "stream_options", json_object()), "include_usage", true);
}

static void read_event(const struct json *json, struct provider_event *event) {
    const struct json *choice = provider_first_choice(json);
    event->text = json_get_string(choice, "text", "");
    event->end = provider_end_of(json_get_string(choice, "finish_reason", ""));
    provider_read_usage(json, event);
}

const struct provider provider_openai = {
    .name = "openai",
    .speaks = "an OpenAI-compatible server",
    .home = "",
    .version = "/v1",
    .path = "/v1/completions",
    .facts_path = "/v1/models",
    .write_body = write_body,
    .read_event = read_event,
};
