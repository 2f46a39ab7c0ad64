// provider.c - see provider.h; each provider's own part is in its provider_*.c.
#include "backends/provider.h"

#include "backends/provider_table.h"
#include "backends/reply.h"

#include <ctype.h>

static const struct provider *const providers[] = {
    &provider_llama,    &provider_ollama,    &provider_openai, &provider_vllm,
    &provider_chat,     &provider_anthropic, &provider_gemini, &provider_mistral,
    &provider_deepseek, &provider_tgi,       &provider_tabby,
};

size_t provider_count(void) {
    return sizeof providers / sizeof *providers;
}

const struct provider *provider_at(size_t index) {
    return index < provider_count() ? providers[index] : NULL;
}

const struct provider *provider_by_name(const char *name) {
    for (size_t i = 0; i < provider_count(); i++) {
        if (strcmp(providers[i]->name, name) == 0) {
            return providers[i];
        }
    }
    return NULL;
}

static struct slice without_end(struct slice text, struct slice end) {
    return slice_ends_with(text, end) ? slice_sub(text, 0, text.length - end.length) : text;
}

// A path without its version: "/completions".
static struct slice endpoint_of(const struct provider *provider) {
    struct slice path = slice_of_string(provider->path);
    struct slice version = slice_of_string(provider->version);
    return slice_starts_with(path, version) ? slice_sub(path, version.length, path.length) : path;
}

// A model's name as part of an address: what is not a letter, digit or one of "-._/:" is left out.
static void add_model(const char *model, struct str *out) {
    for (; *model; model++) {
        bool harmless = isalnum((unsigned char)*model) || strchr("-._/:", *model);
        str_append(out, model, harmless ? 1 : 0);
    }
}

static void add_path(const char *path, const char *model, struct str *out) {
    static const char mark[] = "{model}";
    const char *at = strstr(path, mark);
    if (!at) {
        str_append_string(out, path);
        return;
    }
    str_append(out, path, (size_t)(at - path));
    add_model(model, out);
    str_append_string(out, at + sizeof mark - 1);
}

void provider_facts_query(const struct provider *provider, const char *model, struct str *out) {
    if (provider->facts_by_model && model[0]) {
        str_append_string(out, "model=");
        add_model(model, out);
    }
}

void provider_url(const struct provider *provider, const char *base, const char *path, const char *model,
                  struct str *out) {
    struct slice whole = slice_of_string(base);
    while (whole.length && whole.data[whole.length - 1] == '/') {
        whole.length--;
    }
    struct slice root = without_end(whole, endpoint_of(provider));
    if (root.length < whole.length && strcmp(path, provider->path) == 0) {
        str_append_slice(out, whole);
        return;
    }
    struct slice bare = without_end(root, slice_of_string(provider->version));
    str_append_slice(out, bare.length < root.length ? bare : without_end(root, SLICE_LITERAL("/v1")));
    add_path(path, model, out);
}

void provider_set_stops(struct json *object, const char *key, const struct provider_ask *ask, size_t limit) {
    struct json *stops = json_array();
    size_t sent = 0;
    limit = ask->without & PROVIDER_STOP ? 0 : limit;
    for (size_t i = 0; i < ask->stop_count && sent < limit; i++) {
        if (ask->stops[i][0]) {
            json_push(stops, json_new_string(slice_of_string(ask->stops[i])));
            sent++;
        }
    }
    if (sent) {
        json_set(object, key, stops);
    } else {
        json_free(stops);
    }
}

void provider_set_limit(struct json *object, const char *key, const struct provider_ask *ask) {
    bool renamed = ask->without & PROVIDER_MAX_TOKENS && strcmp(key, "max_tokens") == 0;
    json_set_number(object, renamed ? "max_completion_tokens" : key,
                    ask->max_tokens ? ask->max_tokens : PROVIDER_USUAL_TOKENS);
}

void provider_set_temperature(struct json *object, const struct provider_ask *ask) {
    if (!(ask->without & PROVIDER_TEMPERATURE)) {
        json_set_number(object, "temperature", 0);
    }
}

uint32_t provider_count_of(const struct json *object, const char *key) {
    int64_t count = json_get_integer(object, key, 0);
    return count > 0 && count <= UINT32_MAX ? (uint32_t)count : 0;
}

const struct json *provider_first_choice(const struct json *json) {
    const struct json *choices = json_get(json, "choices");
    const struct json *choice = json_is_array(choices) ? json_first(choices) : NULL;
    while (choice && json_get_integer(choice, "index", 0) != 0) {
        choice = json_next(choice);
    }
    return choice;
}

void provider_read_usage(const struct json *json, struct provider_event *event) {
    const struct json *usage = json_get(json, "usage");
    event->prompt_tokens = provider_count_of(usage, "prompt_tokens");
    event->cached_tokens = provider_count_of(json_get(usage, "prompt_tokens_details"), "cached_tokens");
    if (event->cached_tokens == 0) {
        event->cached_tokens = provider_count_of(json_get(json, "timings"), "cache_n"); // llama.cpp
    }
    if (event->cached_tokens == 0) {
        event->cached_tokens = provider_count_of(usage, "prompt_cache_hit_tokens"); // DeepSeek
    }
}

enum provider_end provider_end_of(const char *finish_reason) {
    return !finish_reason[0]                      ? PROVIDER_GOES_ON
           : strcmp(finish_reason, "length") == 0 ? PROVIDER_CUT
                                                  : PROVIDER_STOPPED;
}

void provider_write_completion(const struct provider_ask *ask, struct json *body) {
    if (ask->model[0]) {
        json_set_string(body, "model", ask->model);
    }
    json_set_slice(body, "prompt", ask->prompt);
    if (ask->suffix.data) {
        json_set_slice(body, "suffix", ask->suffix);
    }
    provider_set_limit(body, "max_tokens", ask);
    provider_set_temperature(body, ask);
    provider_set_stops(body, "stop", ask, PROVIDER_STOPS);
    json_set_bool(body, "stream", true);
}

void provider_ask_for_usage(struct json *body, const struct provider_ask *ask) {
    if (!(ask->without & PROVIDER_USAGE)) {
        json_set_bool(json_set(body, "stream_options", json_object()), "include_usage", true);
    }
}

void provider_read_completion(const struct json *json, struct provider_event *event) {
    const struct json *choice = provider_first_choice(json);
    event->text = json_get_string(choice, "text", "");
    event->end = provider_end_of(json_get_string(choice, "finish_reason", ""));
    provider_read_usage(json, event);
}

void provider_read_chat(const struct json *json, struct provider_event *event) {
    const struct json *choice = provider_first_choice(json);
    const char *whole = json_get_string(json_get(choice, "message"), "content", "");
    event->text = json_get_string(json_get(choice, "delta"), "content", whole);
    event->end = provider_end_of(json_get_string(choice, "finish_reason", ""));
    provider_read_usage(json, event);
}

const char provider_instruction[] =
    "You complete source code in an editor. You are given files of a repository; the last one is open, and "
    "<|cursor|> marks where its cursor is. Reply with exactly the text to insert at the cursor, between " REPLY_OPEN
    " and " REPLY_CLOSE
    ": the shortest that completes the statement or block begun there. No explanation, no code "
    "fence, nothing that already stands before or after the cursor. Indent as the lines around it. If nothing is to "
    "be inserted, reply " REPLY_OPEN REPLY_CLOSE ".";
