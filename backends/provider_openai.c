// provider_openai.c - any server that speaks OpenAI's /v1/completions: vLLM, LM Studio, llama.cpp, OpenRouter, ...
//
// No `suffix` is sent: most of these servers refuse it and some ignore it
// silently, so the prompt holds the model's own tokens. Who knows that a
// server takes it can set model.template to "halves".
//
// DeepSeek's own service is one that does take it.
// Source: api-docs.deepseek.com, "FIM Completion (Beta)".
#include "backends/provider_table.h"

static void write_body(const struct provider_ask *ask, struct json *body) {
    provider_write_completion(ask, body);
    provider_ask_for_usage(body);
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
