// config_rows.c - see config_rows.h.
//
// One table knows every key: name, type, default, bounds, who may set it, and
// the member of struct config that shows its value. Several groups of keys say
// where a server is and how it is spoken to (the model, what answers in its
// place, what makes vectors): their rows are made by one macro per kind of
// group, so that what one learns the others have as well.
#include "base/config_rows.h"

#include "base/config.h"
#include "base/config_key.h"

#include <string.h>

#define MEMBER(name)      offsetof(struct config, name)
#define SERVERS           "llama-server|ollama|openai|vllm|chat|anthropic|gemini|mistral|deepseek|tgi|tabby"
#define EMBEDDING_SERVERS "llama-server|ollama|openai"

// Only the user's own file may set any of these.
#define OWN_CHOICE(name, of, otherwise, allowed)                                                             \
    {                                                                                                        \
        .key = (name), .type = CONFIG_TEXT, .member = MEMBER(of), .text = (otherwise), .choices = (allowed), \
        .sensitive = true                                                                                    \
    }
#define OWN_TEXT(name, of, how)                                                                              \
    {                                                                                                        \
        .key = (name), .type = CONFIG_TEXT, .member = MEMBER(of), .text = "", .shown = (how),                \
        .sensitive = true                                                                                    \
    }
#define OWN_SWITCH(name, of)                                                                                 \
    { .key = (name), .type = CONFIG_BOOL, .member = MEMBER(of), .sensitive = true }
#define OWN_COUNT(name, of, limit)                                                                           \
    { .key = (name), .type = CONFIG_COUNT, .member = MEMBER(of), .most = (limit), .sensitive = true }

// group: the settings' first part, as a literal; server: a struct config_server in struct config.
#define SERVER_ROWS(group, server, otherwise, kinds)                                                         \
    OWN_CHOICE(group ".provider", server.provider, otherwise, kinds),                                        \
        OWN_TEXT(group ".url", server.url, CONFIG_SHOW_URL),                                                 \
        OWN_TEXT(group ".name", server.name, CONFIG_SHOW_ALL),                                               \
        OWN_TEXT(group ".keyEnvironment", server.key_env, CONFIG_SHOW_VARIABLE),                             \
        OWN_TEXT(group ".keyFile", server.key_file, CONFIG_SHOW_PATH),                                       \
        OWN_TEXT(group ".keyCommand", server.key_command, CONFIG_SHOW_SET),                                  \
        OWN_TEXT(group ".caFile", server.ca_file, CONFIG_SHOW_PATH),                                         \
        OWN_TEXT(group ".certificateFile", server.certificate_file, CONFIG_SHOW_PATH),                       \
        OWN_TEXT(group ".certificateKeyFile", server.certificate_key_file, CONFIG_SHOW_PATH),                \
        OWN_SWITCH(group ".insecure", server.insecure)

// And what only servers of a model that completes have.
#define MODEL_ROWS(group, server, otherwise, kinds)                                                          \
    SERVER_ROWS(group, server, otherwise, kinds), OWN_TEXT(group ".file", server.file, CONFIG_SHOW_ALL),     \
        OWN_TEXT(group ".program", server.program, CONFIG_SHOW_ALL),                                         \
        OWN_TEXT(group ".arguments", server.arguments, CONFIG_SHOW_SET),                                     \
        OWN_TEXT(group ".template", server.template, CONFIG_SHOW_ALL),                                       \
        OWN_COUNT(group ".contextTokens", server.context_tokens, 1048576)

static const struct config_row rows[] = {
    {.key = "enabled", .type = CONFIG_BOOL, .member = MEMBER(enabled), .number = 1},
    {.key = "languages",
     .type = CONFIG_SWITCHES,
     .member = CONFIG_NO_MEMBER,
     .text = "{\"markdown\": false}"},
    MODEL_ROWS("model", model, "repository", "repository|" SERVERS),
    {.key = "model.instantConfidence",
     .type = CONFIG_FRACTION,
     .member = MEMBER(instant_confidence),
     .number = 0.75,
     .most = 1,
     .sensitive = true},
    MODEL_ROWS("fallback", fallback, "none", "none|" SERVERS),
    {.key = "fallback.builtIn",
     .type = CONFIG_BOOL,
     .member = MEMBER(fall_back_to_builtin),
     .number = 1,
     .sensitive = true},
    SERVER_ROWS("embedder", embedder, "none", "none|hashed|static|" EMBEDDING_SERVERS),
    OWN_TEXT("embedder.path", embedder.path, CONFIG_SHOW_ALL),
    OWN_TEXT("embedder.queryPrefix", embedder.query_prefix, CONFIG_SHOW_ALL),
    OWN_TEXT("embedder.passagePrefix", embedder.passage_prefix, CONFIG_SHOW_ALL),
    {.key = "embedder.pricePerMillionTokens",
     .type = CONFIG_FRACTION,
     .member = MEMBER(embedder.price),
     .most = 10000,
     .sensitive = true},
    {.key = "completion.maxTokens",
     .type = CONFIG_COUNT,
     .member = MEMBER(max_tokens),
     .number = 96,
     .least = 1,
     .most = 4096},
    {.key = "completion.maxLines", .type = CONFIG_COUNT, .member = MEMBER(max_lines), .most = 200},
    {.key = "completion.timeoutMs",
     .type = CONFIG_COUNT,
     .member = MEMBER(timeout_ms),
     .number = 10000,
     .least = 50,
     .most = 120000},
    {.key = "completion.minimumConfidence",
     .type = CONFIG_FRACTION,
     .member = MEMBER(minimum_confidence),
     .most = 1},
    {.key = "index.cacheMb",
     .type = CONFIG_COUNT,
     .member = MEMBER(cache_mb),
     .number = 2048,
     .least = 1,
     .most = 1048576,
     .sensitive = true},
    {.key = "index.threads", .type = CONFIG_COUNT, .member = MEMBER(index_threads), .most = 256},
    {.key = "retrieval.sources",
     .type = CONFIG_SWITCHES,
     .member = CONFIG_NO_MEMBER,
     .text = "{\"vector\": false}",
     .choices = "definition|signature|outline|caller|lexical|vector|edit|neighbour"},
    {.key = "log.level",
     .type = CONFIG_TEXT,
     .member = MEMBER(log_level),
     .text = "warning",
     .choices = "error|warning|info|debug"},
};
enum { ROWS = sizeof rows / sizeof *rows };

const struct config_row *config_rows(size_t *count) {
    *count = ROWS;
    return rows;
}

const struct config_row *config_row_find(const char *key) {
    for (size_t i = 0; i < ROWS; i++) {
        if (strcmp(rows[i].key, key) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

size_t config_row_index(const struct config_row *row) {
    return (size_t)(row - rows);
}

const char *config_row_nearest(const char *key) {
    const char *nearest = NULL;
    for (size_t i = 0; i < ROWS; i++) {
        nearest = str_nearer(key, nearest, rows[i].key);
    }
    return nearest;
}

bool config_row_has_choice(const struct config_row *row, const char *text) {
    size_t length = strlen(text);
    for (const char *at = row->choices; *at; at += strcspn(at, "|"), at += *at == '|') {
        if (strcspn(at, "|") == length && memcmp(at, text, length) == 0) {
            return true;
        }
    }
    return false;
}

// Few enough that each may be compared with each.
static bool only_switches(const struct json *object) {
    bool good = json_is_object(object) && json_count(object) <= CONFIG_SWITCHES_MOST;
    for (const struct json *child = good ? json_first(object) : NULL; child; child = json_next(child)) {
        good = good && json_is_bool(child);
    }
    return good;
}

static bool within(const struct config_row *row, double number) {
    return number >= row->least && number <= row->most;
}

bool config_row_allows(const struct config_row *row, const struct json *value, struct str *want) {
    switch (row->type) {
    case CONFIG_BOOL:
        str_append_string(want, "true or false");
        return json_is_bool(value);
    case CONFIG_SWITCHES:
        str_append_format(want, "an object such as %s, of at most %d", row->text, CONFIG_SWITCHES_MOST);
        return only_switches(value);
    case CONFIG_TEXT:
        str_append_format(want, "%s%s", row->choices ? "one of " : "a string",
                          row->choices ? row->choices : "");
        return json_is_string(value) && (!row->choices || config_row_has_choice(row, json_string(value, "")));
    case CONFIG_COUNT:
        str_append_format(want, "a whole number from %.0f to %.0f", row->least, row->most);
        return json_is_number(value) && within(row, (double)json_integer(value, -1));
    default:
        str_append_format(want, "a number from %g to %g", row->least, row->most);
        return json_is_number(value) && within(row, json_number(value, -1));
    }
}

struct json *config_row_default(const struct config_row *row) {
    return row->type == CONFIG_BOOL       ? json_new_bool(row->number != 0)
           : row->type == CONFIG_TEXT     ? json_new_string(slice_of_string(row->text))
           : row->type == CONFIG_SWITCHES ? json_object()
                                          : json_new_number(row->number);
}

static const char *shown_text(enum config_shown shown, const char *text) {
    switch (shown) {
    case CONFIG_SHOW_VARIABLE:
        return config_key_showable(text);
    case CONFIG_SHOW_PATH:
        return text[0] && !config_is_full_path(text) ? "(not a path)" : text;
    case CONFIG_SHOW_URL:
        return strpbrk(text, "@?#") ? "(more than an address)" : text;
    case CONFIG_SHOW_SET: // its arguments may tell more than they should
        return text[0] ? "(set)" : text;
    default:
        return text;
    }
}

struct json *config_row_show(const struct config_row *row, const struct json *value) {
    const char *text = json_string(value, "");
    const char *shown = shown_text(row->shown, text);
    return shown == text ? json_copy(value) : json_new_string(slice_of_string(shown));
}
