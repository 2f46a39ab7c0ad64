// provider_mistral.c - Mistral's fill-in-the-middle service, which serves Codestral.
//
// The request is that of completions with a suffix, the answer that of a chat.
// It refuses fields it does not know, `stream_options` among them; counts come
// with the last message all the same.
// Source: docs.mistral.ai, "Fill-in-the-middle completion".
#include "backends/provider_table.h"

const struct provider provider_mistral = {
    .name = "mistral",
    .hint = "is model.url Mistral's fill-in-the-middle service?",
    .home = "https://codestral.mistral.ai",
    .model = "codestral-latest",
    .version = "/v1",
    .path = "/v1/fim/completions",
    .template = "codestral-halves",
    .facts_path = "/v1/models",
    .write_body = provider_write_completion,
    .read_event = provider_read_chat,
};
