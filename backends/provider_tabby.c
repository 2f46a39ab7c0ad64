// provider_tabby.c - a Tabby server, which lays out the prompt for its model by itself.
//
// What we retrieved stands as comments at the head of the prefix. The answer
// is one JSON object. Tabby decides how long it may be.
// Source: tabby.tabbyml.com/api (its OpenAPI).
#include "backends/provider_table.h"

static void write_body(const struct provider_ask *ask, struct json *body) {
    json_set_string(body, "language", ask->language ? ask->language : "");
    struct json *segments = json_set(body, "segments", json_object());
    json_set_slice(segments, "prefix", ask->prompt);
    if (ask->suffix.data) {
        json_set_slice(segments, "suffix", ask->suffix);
    }
    if (ask->path) {
        json_set_string(segments, "filepath", ask->path);
    }
    json_set_number(body, "temperature", 0);
}

static void read_facts(const char *model, const struct json *json, struct provider_facts *facts) {
    (void)model;
    facts->model = json_get_string(json, "model", "");
}

const struct provider provider_tabby = {
    .name = "tabby",
    .hint = "is model.url a Tabby server?",
    .home = "http://127.0.0.1:8080",
    .model = "",
    .version = "/v1",
    .path = "/v1/completions",
    .template = "halves",
    .facts_path = "/v1/health",
    .write_body = write_body,
    .read_event = provider_read_completion,
    .read_facts = read_facts,
};
