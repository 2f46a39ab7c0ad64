// provider.c - see provider.h; each provider's own part is in its provider_*.c.
#include "backends/provider.h"

#include "backends/provider_table.h"

static const struct provider *const providers[] = {
    &provider_openai,
    &provider_llama,
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

static bool ends_with(struct slice text, struct slice end) {
    return text.length >= end.length &&
           slice_equal(slice_sub(text, text.length - end.length, text.length), end);
}

void provider_url(const struct provider *provider, const char *base, const char *path, struct str *out) {
    struct slice root = slice_of_string(base);
    struct slice version = slice_of_string(provider->version);
    while (root.length && root.data[root.length - 1] == '/') {
        root.length--;
    }
    if (ends_with(root, version)) {
        root.length -= version.length;
    }
    str_append_slice(out, root);
    str_append_string(out, path);
}

void provider_set_stops(struct json *object, const char *key, const struct provider_ask *ask, size_t limit) {
    struct json *stops = json_array();
    size_t sent = 0;
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
    json_set_number(object, key, ask->max_tokens ? ask->max_tokens : PROVIDER_MAX_TOKENS);
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
}

enum provider_end provider_end_of(const char *finish_reason) {
    return !finish_reason[0]                      ? PROVIDER_GOES_ON
           : strcmp(finish_reason, "length") == 0 ? PROVIDER_CUT
                                                  : PROVIDER_STOPPED;
}
