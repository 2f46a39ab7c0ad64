// provider_anthropic.c - Anthropic's Messages, told to fill in the text at the cursor.
//
// Each message of the stream says its `type`: the prompt's counts come first
// (message_start), text in content_block_delta, the reason of the end in
// message_delta, then message_stop. There is no [DONE]. A white stop sequence
// is refused, ours are not.
// Source: docs.anthropic.com, "Messages" and "Streaming messages".
#include "backends/provider_table.h"

#include <string.h>

static void write_body(const struct provider_ask *ask, struct json *body) {
    json_set_string(body, "model", ask->model);
    provider_set_limit(body, "max_tokens", ask);
    json_set_string(body, "system", provider_instruction);
    struct json *message = json_push(json_set(body, "messages", json_array()), json_object());
    json_set_string(message, "role", "user");
    json_set_slice(message, "content", ask->prompt);
    provider_set_temperature(body, ask);
    provider_set_stops(body, "stop_sequences", ask, PROVIDER_STOPS);
    json_set_bool(body, "stream", true);
}

static void read_counts(const struct json *message, struct provider_event *event) {
    const struct json *usage = json_get(message, "usage");
    event->cached_tokens = provider_count_of(usage, "cache_read_input_tokens");
    event->prompt_tokens = provider_count_of(usage, "input_tokens") + event->cached_tokens;
}

static void read_reason(const char *reason, struct provider_event *event) {
    event->end = !reason[0]                          ? PROVIDER_GOES_ON
                 : strcmp(reason, "max_tokens") == 0 ? PROVIDER_CUT
                                                     : PROVIDER_STOPPED;
}

static void read_event(const struct json *json, struct provider_event *event) {
    const char *type = json_get_string(json, "type", "");
    const struct json *delta = json_get(json, "delta");
    if (strcmp(type, "message_start") == 0) {
        read_counts(json_get(json, "message"), event);
    } else if (strcmp(type, "content_block_delta") == 0) {
        event->text = json_get_string(delta, "text", ""); // other kinds of delta hold none
    } else if (strcmp(type, "message_delta") == 0) {
        read_reason(json_get_string(delta, "stop_reason", ""), event);
    } else if (strcmp(type, "message_stop") == 0) {
        event->end = PROVIDER_STOPPED;
        event->last = true;
    } else if (strcmp(type, "message") == 0) { // not streamed
        event->text = json_get_string(json_first(json_get(json, "content")), "text", "");
        read_reason(json_get_string(json, "stop_reason", ""), event);
        read_counts(json, event);
    }
}

const struct provider provider_anthropic = {
    .name = "anthropic",
    .hint = "is model.url Anthropic's service?",
    .home = "https://api.anthropic.com",
    .model = NULL,
    .version = "/v1",
    .path = "/v1/messages",
    .key_header = "x-api-key",
    .header = "anthropic-version: 2023-06-01",
    .template = "chat",
    .facts_path = "/v1/models",
    .replies = true,
    .write_body = write_body,
    .read_event = read_event,
};
