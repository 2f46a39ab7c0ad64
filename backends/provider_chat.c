// provider_chat.c - a chat model behind OpenAI's /v1/chat/completions, told to fill in the text at the cursor.
//
// Slower and dearer than a model made for it, and the reply must be cleaned
// (reply.h); for those who have nothing else.
#include "backends/provider_table.h"

static void add_message(struct json *messages, const char *role, struct slice content) {
    struct json *message = json_push(messages, json_object());
    json_set_string(message, "role", role);
    json_set_slice(message, "content", content);
}

static void write_body(const struct provider_ask *ask, struct json *body) {
    json_set_string(body, "model", ask->model);
    struct json *messages = json_set(body, "messages", json_array());
    add_message(messages, "system", slice_of_string(provider_instruction));
    add_message(messages, "user", ask->prompt);
    provider_set_limit(body, "max_tokens", ask);
    provider_set_temperature(body, ask);
    provider_set_stops(body, "stop", ask, PROVIDER_STOPS);
    json_set_bool(body, "stream", true);
    provider_ask_for_usage(body, ask);
}

const struct provider provider_chat = {
    .name = "chat",
    .hint = "is model.url an OpenAI-compatible server?",
    .home = "",
    .model = NULL,
    .version = "/v1",
    .path = "/v1/chat/completions",
    .template = "chat",
    .facts_path = "/v1/models",
    .replies = true,
    .write_body = write_body,
    .read_event = provider_read_chat,
};
