// provider_openai.c - any server that speaks OpenAI's /v1/completions: vLLM, LM Studio, llama.cpp, OpenRouter, ...
//
// No `suffix` is sent: most of these servers refuse it and some ignore it
// silently, so the prompt holds the model's own tokens. Who knows that a
// server takes it can set model.template to "halves".
//
// vLLM is one that tells more of itself: how long a prompt may be, with its
// list of models, and how it cuts a text into tokens.
// Source: docs.vllm.ai, "OpenAI-Compatible Server", vllm/entrypoints/openai/protocol.py.
//
// DeepSeek's own service is one that does take it.
// Source: api-docs.deepseek.com, "FIM Completion (Beta)".
#include "backends/provider_table.h"

#include <string.h>

static void write_body(const struct provider_ask *ask, struct json *body) {
    provider_write_completion(ask, body);
    provider_ask_for_usage(body, ask);
}

const struct provider provider_openai = {
    .name = "openai",
    .hint = "is model.url an OpenAI-compatible server?",
    .home = "",
    .model = "",
    .version = "/v1",
    .path = "/v1/completions",
    .facts_path = "/v1/models",
    .write_body = write_body,
    .read_event = provider_read_completion,
};

// The list has adapters, too; without a name the first is meant.
static void read_models(const char *model, const struct json *json, struct provider_facts *facts) {
    const struct json *one = json_first(json_get(json, "data"));
    while (model[0] && one && strcmp(json_get_string(one, "id", ""), model) != 0) {
        one = json_next(one);
    }
    facts->model = json_get_string(one, "id", "");
    facts->context_tokens = provider_count_of(one, "max_model_len");
}

static void write_tokens(const char *model, struct slice text, struct json *body) {
    if (model[0]) {
        json_set_string(body, "model", model);
    }
    json_set_slice(body, "prompt", text);
    json_set_bool(body, "add_special_tokens", false);
}

static uint32_t count_tokens(const struct json *json) {
    return provider_count_of(json, "count");
}

const struct provider provider_vllm = {
    .name = "vllm",
    .hint = "is model.url a vLLM server?",
    .home = "http://127.0.0.1:8000",
    .model = "",
    .version = "/v1",
    .path = "/v1/completions",
    .facts_path = "/v1/models",
    .tokens_path = "/tokenize",
    .write_body = write_body,
    .read_event = provider_read_completion,
    .read_facts = read_models,
    .write_tokens = write_tokens,
    .count_tokens = count_tokens,
};

const struct provider provider_deepseek = {
    .name = "deepseek",
    .hint = "is model.url DeepSeek's service?",
    .home = "https://api.deepseek.com",
    .model = "deepseek-chat",
    .version = "/beta",
    .path = "/beta/completions",
    .template = "halves",
    .facts_path = "/models",
    .write_body = write_body,
    .read_event = provider_read_completion,
};
