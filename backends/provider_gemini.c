// provider_gemini.c - Google's Gemini, told to fill in the text at the cursor.
//
// The model stands in the path, the key in a header of its own (never in the
// address, which others may log). Parts that are thoughts say so.
// Source: ai.google.dev/api/generate-content.
#include "backends/provider_table.h"

#include <string.h>

static struct json *add_text(struct json *content, struct slice text) {
    struct json *part = json_push(json_set(content, "parts", json_array()), json_object());
    json_set_slice(part, "text", text);
    return content;
}

static void write_body(const struct provider_ask *ask, struct json *body) {
    add_text(json_set(body, "systemInstruction", json_object()), slice_of_string(provider_instruction));
    struct json *content = json_push(json_set(body, "contents", json_array()), json_object());
    json_set_string(content, "role", "user");
    add_text(content, ask->prompt);
    struct json *how = json_set(body, "generationConfig", json_object());
    provider_set_limit(how, "maxOutputTokens", ask);
    provider_set_temperature(how, ask);
    provider_set_stops(how, "stopSequences", ask, PROVIDER_STOPS);
}

static void read_event(const struct json *json, struct provider_event *event) {
    const struct json *usage = json_get(json, "usageMetadata");
    const struct json *candidate = json_first(json_get(json, "candidates"));
    const struct json *feedback = json_get(json, "promptFeedback");
    const struct json *part = json_first(json_get(json_get(candidate, "content"), "parts"));
    const char *reason = json_get_string(candidate, "finishReason", "");
    while (part && json_get_bool(part, "thought", false)) {
        part = json_next(part);
    }
    event->text = json_get_string(part, "text", "");
    event->error = json_is_string(json_get(feedback, "blockReason")) ? feedback : NULL; // no candidates then
    event->end = !reason[0]                          ? PROVIDER_GOES_ON
                 : strcmp(reason, "MAX_TOKENS") == 0 ? PROVIDER_CUT
                                                     : PROVIDER_STOPPED;
    event->prompt_tokens = provider_count_of(usage, "promptTokenCount");
    event->cached_tokens = provider_count_of(usage, "cachedContentTokenCount");
}

const struct provider provider_gemini = {
    .name = "gemini",
    .hint = "is model.url Google's Gemini?",
    .home = "https://generativelanguage.googleapis.com",
    .model = NULL,
    .version = "/v1beta",
    .path = "/v1beta/models/{model}:streamGenerateContent",
    .query = "alt=sse",
    .key_header = "x-goog-api-key",
    .template = "chat",
    .facts_path = "/v1beta/models/{model}",
    .replies = true,
    .write_body = write_body,
    .read_event = read_event,
};
