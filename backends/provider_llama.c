// provider_llama.c - llama.cpp's llama-server, spoken to in its own tongue: /completion with a prompt of ours.
//
// Why not /infill: its window is cut by flags of the server (a quarter of its
// batch for the suffix, three for the prefix), and a prefix cut at the front
// moves with every keystroke, so nothing of the prompt cache would be kept.
// completion/prompt cuts at a place that stays. Only where nobody but the
// server knows the model's tokens it is better than a prompt without a suffix;
// then our prompt is made to fit its usual batch. Why not /v1/completions: it
// ignores what it does not know, and its counts leave out the cache.
//
// Always streamed: the server looks whether we are still there only between
// tokens that it sends; a cancelled request that is no stream may run to its
// end. The progress of reading the prompt is streamed too: it tells what the
// cache held even when the answer is cut short by us, as most are.
// response_fields keep the last frame from repeating the whole prompt;
// they filter `stop` too, so it is named. A stream ends with `stop`, without
// [DONE].
//
// Source: tools/server/README.md of llama.cpp; seen on the wire of 0.5.0 and 0.7.0.
#include "backends/provider_table.h"

#include <string.h>

enum { STOPS = 16 }; // it takes any number

static void set_fields(struct json *body) {
    static const char *const fields[] = {"content", "stop", "stop_type", "timings"};
    struct json *names = json_set(body, "response_fields", json_array());
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        json_push(names, json_new_string(slice_of_string(fields[i])));
    }
}

static void write_common(const struct provider_ask *ask, struct json *body) {
    if (ask->model[0]) {
        json_set_string(body, "model", ask->model); // a router of several models asks for it
    }
    json_set_slice(body, ask->suffix.data ? "input_prefix" : "prompt", ask->prompt);
    if (ask->suffix.data) {
        json_set_slice(body, "input_suffix", ask->suffix);
    }
    json_set_number(body, "temperature", 0);
    json_set_bool(body, "cache_prompt", true);
    json_set_bool(body, "stream", true);
    json_set_bool(body, "return_progress", true);
    set_fields(body);
}

static void write_body(const struct provider_ask *ask, struct json *body) {
    write_common(ask, body);
    if (ask->ahead) {
        json_set_number(body, "n_predict", 0);
    } else {
        provider_set_limit(body, "n_predict", ask);
    }
    provider_set_stops(body, "stop", ask, STOPS);
}

// One token through the model reads all its weights from the disk.
static void write_warm_up(const struct provider_ask *ask, struct json *body) {
    struct provider_ask line = *ask;
    line.prompt = SLICE_LITERAL("\n");
    write_common(&line, body);
    json_set_number(body, "n_predict", 0);
}

static void write_halves_trial(const struct provider_ask *ask, struct json *body) {
    struct provider_ask halves = *ask;
    halves.prompt = halves.suffix = SLICE_LITERAL("\n");
    write_common(&halves, body);
    json_set_number(body, "n_predict", 0);
}

static void read_counts(const struct json *json, struct provider_event *event) {
    const struct json *progress = json_get(json, "prompt_progress");
    const struct json *timings = json_get(json, "timings");
    bool reading = json_is_object(progress);
    event->cached_tokens = provider_count_of(reading ? progress : timings, reading ? "cache" : "cache_n");
    event->prompt_tokens = reading ? provider_count_of(progress, "total")
                                   : provider_count_of(timings, "prompt_n") + event->cached_tokens;
}

static void read_event(const struct json *json, struct provider_event *event) {
    event->text = json_get_string(json, "content", "");
    event->last = json_get_bool(json, "stop", false);
    if (event->last) {
        bool cut = strcmp(json_get_string(json, "stop_type", ""), "limit") == 0;
        event->end = cut ? PROVIDER_CUT : PROVIDER_STOPPED;
    }
    read_counts(json, event);
}

static const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    const char *backslash = strrchr(path, '\\');
    const char *last = slash > backslash ? slash : backslash;
    return last ? last + 1 : path;
}

// The alias is the path unless the user gave one.
static void read_facts(const char *model, const struct json *json, struct provider_facts *facts) {
    (void)model;
    const char *alias = json_get_string(json, "model_alias", "");
    facts->model = file_name(alias[0] ? alias : json_get_string(json, "model_path", ""));
    facts->context_tokens = provider_count_of(json_get(json, "default_generation_settings"), "n_ctx");
}

// Pieces with newlines are none of ours, those that are bytes no strings.
static void write_tokens(const char *model, struct slice text, struct json *body) {
    if (model[0]) {
        json_set_string(body, "model", model);
    }
    json_set_slice(body, "content", text);
    json_set_bool(body, "parse_special", true);
    json_set_bool(body, "with_pieces", true);
}

static void read_tokens(const struct json *json, struct str *tokens) {
    const struct json *list = json_get(json, "tokens");
    for (const struct json *token = json_first(list); token; token = json_next(token)) {
        str_append_format(tokens, "%s\n", json_get_string(token, "piece", ""));
    }
}

static uint32_t count_tokens(const struct json *json) {
    return (uint32_t)json_count(json_get(json, "tokens"));
}

const struct provider provider_llama = {
    .name = "llama-server",
    .hint = "is model.url llama.cpp's llama-server?",
    .home = "http://127.0.0.1:8012", // as its own presets and llama.vim have it
    .model = "",
    .version = "/v1",
    .path = "/completion",
    .halves_path = "/infill",
    .halves_tokens = 3 * 2048 / 4, // all of it fits what a usual batch takes of a prefix
    .facts_path = "/props",
    .facts_by_model = true, // a router of several models knows no other than its own
    .tokens_path = "/tokenize",
    .write_body = write_body,
    .read_event = read_event,
    .read_facts = read_facts,
    .write_tokens = write_tokens,
    .read_tokens = read_tokens,
    .count_tokens = count_tokens,
    .write_warm_up = write_warm_up,
    .reads_ahead = true,
    .write_halves_trial = write_halves_trial,
};
