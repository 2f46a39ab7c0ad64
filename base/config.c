// config.c - see config.h.
//
// One table knows every key: name, type, default, bounds, who may set it, and
// the member of struct config that shows its value. Loading, merging and
// describing are loops over it, so a new key is one row (and one line in
// docs/configuration.md).
//
// The store keeps one layer per origin, each a flat array of accepted values,
// one slot per row. After any change the effective values are worked out anew,
// strongest layer first.
//
// Not here: what the values mean; a key that is well-formed is accepted.
#include "base/config.h"

#include "base/config_key.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <strings.h>

enum {
    FILE_LIMIT = 1000 * 1000,
    LAYERS = CONFIG_WORKSPACE + 1,
    DEPTH_LIMIT = 4,
    SHOWN_LIMIT = 80,
    UNKNOWN_LIMIT = 20 // so many of one source are named
};

enum type { TYPE_BOOL, TYPE_TEXT, TYPE_COUNT, TYPE_FRACTION, TYPE_SWITCHES };

struct row {
    const char *key;
    size_t member;       // offset in struct config
    const char *text;    // default; of a TYPE_TEXT with choices, one of them; of switches an example
    const char *choices; // "a|b": the only values allowed; NULL: any
    double number;       // default
    double least, most;  // bounds of a number
    enum type type;
    bool sensitive; // the user's own file only
};

#define MEMBER(name) offsetof(struct config, name)
#define NO_MEMBER    ((size_t)-1)

static const struct row rows[] = {
    {.key = "enabled", .type = TYPE_BOOL, .member = MEMBER(enabled), .number = 1},
    {.key = "languages", .type = TYPE_SWITCHES, .member = NO_MEMBER, .text = "{\"markdown\": false}"},
    {.key = "model.provider",
     .type = TYPE_TEXT,
     .member = MEMBER(provider),
     .text = "repository",
     .choices = "repository|llama-server|ollama|openai|chat|anthropic|gemini|mistral|deepseek|tgi|tabby",
     .sensitive = true},
    {.key = "model.url", .type = TYPE_TEXT, .member = MEMBER(url), .text = "", .sensitive = true},
    {.key = "model.name", .type = TYPE_TEXT, .member = MEMBER(model), .text = "", .sensitive = true},
    {.key = "model.template",
     .type = TYPE_TEXT,
     .member = MEMBER(fim_template),
     .text = "",
     .sensitive = true},
    {.key = "model.keyEnvironment",
     .type = TYPE_TEXT,
     .member = MEMBER(key_env),
     .text = "",
     .sensitive = true},
    {.key = "model.keyFile", .type = TYPE_TEXT, .member = MEMBER(key_file), .text = "", .sensitive = true},
    {.key = "model.keyCommand",
     .type = TYPE_TEXT,
     .member = MEMBER(key_command),
     .text = "",
     .sensitive = true},
    {.key = "model.contextTokens",
     .type = TYPE_COUNT,
     .member = MEMBER(context_tokens),
     .most = 1048576,
     .sensitive = true},
    {.key = "embedder.provider",
     .type = TYPE_TEXT,
     .member = MEMBER(embedder),
     .text = "none",
     .choices = "none|hashed|static|llama-server|ollama|openai",
     .sensitive = true},
    {.key = "embedder.path",
     .type = TYPE_TEXT,
     .member = MEMBER(embedder_path),
     .text = "",
     .sensitive = true},
    {.key = "embedder.url", .type = TYPE_TEXT, .member = MEMBER(embedder_url), .text = "", .sensitive = true},
    {.key = "embedder.name",
     .type = TYPE_TEXT,
     .member = MEMBER(embedder_model),
     .text = "",
     .sensitive = true},
    {.key = "embedder.keyEnvironment",
     .type = TYPE_TEXT,
     .member = MEMBER(embedder_key_env),
     .text = "",
     .sensitive = true},
    {.key = "embedder.keyFile",
     .type = TYPE_TEXT,
     .member = MEMBER(embedder_key_file),
     .text = "",
     .sensitive = true},
    {.key = "embedder.pricePerMillionTokens",
     .type = TYPE_FRACTION,
     .member = MEMBER(embedder_price),
     .most = 10000,
     .sensitive = true},
    {.key = "completion.maxTokens",
     .type = TYPE_COUNT,
     .member = MEMBER(max_tokens),
     .number = 96,
     .least = 1,
     .most = 4096},
    {.key = "completion.maxLines", .type = TYPE_COUNT, .member = MEMBER(max_lines), .most = 200},
    {.key = "completion.timeoutMs",
     .type = TYPE_COUNT,
     .member = MEMBER(timeout_ms),
     .number = 10000,
     .least = 50,
     .most = 120000},
    {.key = "completion.minimumConfidence",
     .type = TYPE_FRACTION,
     .member = MEMBER(minimum_confidence),
     .most = 1},
    {.key = "index.cacheMb",
     .type = TYPE_COUNT,
     .member = MEMBER(cache_mb),
     .number = 2048,
     .least = 1,
     .most = 1048576,
     .sensitive = true},
    {.key = "index.threads", .type = TYPE_COUNT, .member = MEMBER(index_threads), .most = 256},
    {.key = "retrieval.sources", .type = TYPE_SWITCHES, .member = NO_MEMBER, .text = "{\"vector\": false}"},
    {.key = "log.level",
     .type = TYPE_TEXT,
     .member = MEMBER(log_level),
     .text = "warning",
     .choices = "error|warning|info|debug"},
};
enum { ROWS = sizeof rows / sizeof *rows };

// Settings of the editor extensions themselves, which arrive in the same object.
static const char *const of_clients[] = {"trace", "server"};

struct config_store {
    struct json *layers[LAYERS][ROWS]; // NULL: that origin says nothing
};

struct sink { // where warnings go
    void (*warn)(void *context, const char *line);
    void *context;
};

static void say(const struct sink *sink, const struct err *warning) {
    if (sink->warn) {
        sink->warn(sink->context, warning->message);
    }
}

static const struct row *find_row(const char *key) {
    for (size_t i = 0; i < ROWS; i++) {
        if (strcmp(rows[i].key, key) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

static size_t index_of(const struct row *row) {
    return (size_t)(row - rows);
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

// How many letters must change to make one word the other (Levenshtein), case aside.
static size_t distance(const char *a, const char *b) {
    size_t previous[64];
    size_t width = smaller(strlen(b), 63);
    for (size_t j = 0; j <= width; j++) {
        previous[j] = j;
    }
    for (size_t i = 0; a[i]; i++) {
        size_t diagonal = previous[0];
        previous[0] = i + 1;
        for (size_t j = 0; j < width; j++) {
            size_t change = diagonal + (strncasecmp(&a[i], &b[j], 1) != 0);
            diagonal = previous[j + 1];
            previous[j + 1] = smaller(change, smaller(previous[j], diagonal) + 1);
        }
    }
    return previous[width];
}

static const char *nearest_key(const char *key) {
    const char *nearest = rows[0].key;
    for (size_t i = 1; i < ROWS; i++) {
        if (distance(key, rows[i].key) < distance(key, nearest)) {
            nearest = rows[i].key;
        }
    }
    return nearest;
}

static const char *origin_text(enum config_origin origin) {
    static const char *const names[] = {"default", "user file", "editor", "workspace"};
    return names[origin];
}

static bool is_choice(const char *choices, const char *text) {
    size_t length = strlen(text);
    for (const char *at = choices; *at; at += strcspn(at, "|"), at += *at == '|') {
        if (strcspn(at, "|") == length && memcmp(at, text, length) == 0) {
            return true;
        }
    }
    return false;
}

static bool only_switches(const struct json *object) {
    bool good = json_is_object(object);
    for (const struct json *child = good ? json_first(object) : NULL; child; child = json_next(child)) {
        good = good && json_is_bool(child);
    }
    return good;
}

static bool within(const struct row *row, double number) {
    return number >= row->least && number <= row->most;
}

// Is the value one that the row allows? If not, `want` says what would be.
static bool allowed(const struct row *row, const struct json *value, struct str *want) {
    switch (row->type) {
    case TYPE_BOOL:
        str_append_string(want, "true or false");
        return json_is_bool(value);
    case TYPE_SWITCHES:
        str_append_format(want, "an object such as %s", row->text);
        return only_switches(value);
    case TYPE_TEXT:
        str_append_format(want, "%s%s", row->choices ? "one of " : "a string",
                          row->choices ? row->choices : "");
        return json_is_string(value) && (!row->choices || is_choice(row->choices, json_string(value, "")));
    case TYPE_COUNT:
        str_append_format(want, "a whole number from %.0f to %.0f", row->least, row->most);
        return json_is_number(value) && within(row, (double)json_integer(value, -1));
    default:
        str_append_format(want, "a number from %g to %g", row->least, row->most);
        return json_is_number(value) && within(row, json_number(value, -1));
    }
}

struct walk {
    struct json **layer; // ROWS slots to fill
    enum config_origin origin;
    struct sink sink;
    size_t unknown; // settings, so far
};

static void refuse(const struct walk *walk, const struct row *row) {
    struct err warning;
    char *path = config_user_path();
    err_set(&warning, ERR_DENIED, "%s from the %s is refused: it counts only in your own %s", row->key,
            origin_text(walk->origin), path ? path : "config.json");
    say(&walk->sink, &warning);
    free(path);
}

static void accept_value(struct walk *walk, const struct row *row, const struct json *value) {
    if (row->sensitive && walk->origin != CONFIG_USER_FILE) {
        refuse(walk, row);
        return;
    }
    struct err warning;
    struct str want;
    str_init(&want);
    if (allowed(row, value, &want)) {
        json_free(walk->layer[index_of(row)]);
        walk->layer[index_of(row)] = json_copy(value);
    } else {
        err_set(&warning, ERR_INVALID, "%s (%s) is ignored: it must be %s", row->key,
                origin_text(walk->origin), want.data);
        say(&walk->sink, &warning);
    }
    str_free(&want);
}

static bool belongs_to_client(const char *key) {
    for (size_t i = 0; i < sizeof of_clients / sizeof *of_clients; i++) {
        size_t length = strlen(of_clients[i]);
        if (strncmp(key, of_clients[i], length) == 0 && (key[length] == '\0' || key[length] == '.')) {
            return true;
        }
    }
    return false;
}

// The settings may have come with a repository: neither their number nor their length may cost time.
static void report_unknown(struct walk *walk, const char *key) {
    struct err warning;
    if (++walk->unknown > UNKNOWN_LIMIT) {
        return;
    }
    struct slice whole = slice_of_string(key);
    struct str shown;
    str_init(&shown);
    str_append_slice(&shown, slice_sub(whole, 0, utf8_floor(whole, SHOWN_LIMIT)));
    for (size_t i = 0; i < shown.length; i++) {
        shown.data[i] = (unsigned char)shown.data[i] < ' ' || shown.data[i] == 0x7F ? '?' : shown.data[i];
    }
    err_set(&warning, ERR_NOT_FOUND, "unknown setting %s (%s): did you mean %s?", shown.data,
            origin_text(walk->origin), nearest_key(shown.data));
    say(&walk->sink, &warning);
    str_free(&shown);
}

static void walk_member(struct walk *walk, const char *key, const struct json *value, int depth) {
    const struct row *row = find_row(key);
    if (json_is_null(value) || (walk->origin != CONFIG_USER_FILE && belongs_to_client(key))) {
        return; // editors send null for what is not set
    }
    if (row) {
        accept_value(walk, row, value);
    } else if (!json_is_object(value) || depth == DEPTH_LIMIT) {
        report_unknown(walk, key);
    } else {
        for (const struct json *child = json_first(value); child; child = json_next(child)) {
            struct str path;
            str_init(&path);
            str_append_format(&path, "%s%s%s", key, key[0] ? "." : "", json_key(child));
            walk_member(walk, path.data, child, depth + 1);
            str_free(&path);
        }
    }
}

// The value that counts, and whose it is; NULL: the default.
static const struct json *effective(const struct config *config, const struct row *row,
                                    enum config_origin *origin) {
    for (int layer = LAYERS - 1; layer > CONFIG_DEFAULT; layer--) {
        const struct json *value = config->store->layers[layer][index_of(row)];
        if (value) {
            *origin = (enum config_origin)layer;
            return value;
        }
    }
    *origin = CONFIG_DEFAULT;
    return NULL;
}

static void show(struct config *config, const struct row *row) {
    enum config_origin origin;
    const struct json *value = effective(config, row, &origin);
    if (row->member == NO_MEMBER) {
        return; // is_on reads the layers
    }
    char *member = (char *)config + row->member;
    switch (row->type) {
    case TYPE_BOOL:
        *(bool *)(void *)member = json_bool(value, row->number != 0);
        break;
    case TYPE_TEXT:
        *(const char **)(void *)member = json_string(value, row->text);
        break;
    case TYPE_COUNT:
        *(uint32_t *)(void *)member = (uint32_t)json_number(value, row->number);
        break;
    case TYPE_FRACTION:
        *(double *)(void *)member = json_number(value, row->number);
        break;
    case TYPE_SWITCHES:
        break;
    }
}

static void show_all(struct config *config) {
    for (size_t i = 0; i < ROWS; i++) {
        show(config, &rows[i]);
    }
}

static void clear_layer(struct config *config, enum config_origin origin) {
    for (size_t i = 0; i < ROWS; i++) {
        json_free(config->store->layers[origin][i]);
        config->store->layers[origin][i] = NULL;
    }
}

struct config *config_new(void) {
    struct config *config = mem_zero(1, sizeof *config);
    config->store = mem_zero(1, sizeof *config->store);
    show_all(config);
    return config;
}

void config_free(struct config *config) {
    if (config) {
        for (int layer = 0; layer < LAYERS; layer++) {
            clear_layer(config, (enum config_origin)layer);
        }
        free(config->store);
        free(config);
    }
}

void config_merge(struct config *config, const struct json *object, enum config_origin origin,
                  void (*listener)(void *context, const char *line), void *context) {
    struct walk walk = {config->store->layers[origin], origin, {listener, context}, 0};
    struct err warning;
    clear_layer(config, origin);
    if (json_is_object(object)) {
        walk_member(&walk, "", object, 0);
    } else if (!json_is_null(object)) {
        err_set(&warning, ERR_INVALID, "the settings from the %s are ignored: they are no JSON object",
                origin_text(origin));
        say(&walk.sink, &warning);
    }
    show_all(config);
}

static int parse_file(const char *path, struct json **json, struct err *err) {
    struct str text;
    struct err cause;
    str_init(&text);
    int result = fs_read(path, FILE_LIMIT, &text, &cause);
    if (result && result != ERR_NOT_FOUND) { // no file is no error
        err_set(err, result, "%s", cause.message);
    }
    if (result == 0 && slice_trim(str_slice(&text)).length) {
        *json = json_parse_relaxed(str_slice(&text), &cause);
        if (!json_is_object(*json)) {
            result = err_set(err, ERR_INVALID, "%s: %s; mend it or move it away", path,
                             *json ? "line 1: not a JSON object" : cause.message);
        }
    }
    str_free(&text);
    return result;
}

int config_load(struct config *config, const char *path, void (*listener)(void *context, const char *line),
                void *context, struct err *err) {
    char *standard = path ? NULL : config_user_path();
    struct json *json = NULL;
    int result = ERR_NOT_FOUND;
    if (path || standard) {
        result = parse_file(path ? path : standard, &json, err);
    }
    if (result == 0 || result == ERR_NOT_FOUND) {
        config_merge(config, json, CONFIG_USER_FILE, listener, context);
        result = 0;
    }
    json_free(json);
    free(standard);
    return result;
}

// Of the switches under a key, the one of that name.
static bool is_on(const struct config *config, const char *key, const char *name, bool otherwise) {
    size_t slot = index_of(find_row(key));
    for (int layer = LAYERS - 1; layer > CONFIG_DEFAULT; layer--) {
        const struct json *said = json_get(config->store->layers[layer][slot], name);
        if (said) {
            return json_bool(said, otherwise);
        }
    }
    return otherwise;
}

bool config_language_enabled(const struct config *config, const char *language) {
    return is_on(config, "languages", language, true);
}

bool config_source_enabled(const struct config *config, const char *source, bool otherwise) {
    return is_on(config, "retrieval.sources", source, otherwise);
}

static bool holds(const struct json *strings, const char *wanted) {
    for (const struct json *string = json_first(strings); string; string = json_next(string)) {
        if (strcmp(json_string(string, ""), wanted) == 0) {
            return true;
        }
    }
    return false;
}

struct json *config_languages_off(const struct config *config) {
    size_t slot = index_of(find_row("languages"));
    struct json *off = json_array();
    for (int layer = CONFIG_DEFAULT + 1; layer < LAYERS; layer++) {
        const struct json *said = json_first(config->store->layers[layer][slot]);
        for (; said; said = json_next(said)) {
            const char *language = json_key(said);
            if (!config_language_enabled(config, language) && !holds(off, language)) {
                json_push(off, json_new_string(slice_of_string(language)));
            }
        }
    }
    return off;
}

const char *config_origin_name(const struct config *config, const char *key) {
    const struct row *row = find_row(key);
    enum config_origin origin = CONFIG_DEFAULT;
    if (row) {
        effective(config, row, &origin);
    }
    return origin_text(origin);
}

static struct json *default_value(const struct row *row) {
    return row->type == TYPE_BOOL       ? json_new_bool(row->number != 0)
           : row->type == TYPE_TEXT     ? json_new_string(slice_of_string(row->text))
           : row->type == TYPE_SWITCHES ? json_object()
                                        : json_new_number(row->number);
}

// What a person may paste into a report: a key in a wrong place does not come along.
static struct json *shown_value(const struct row *row, const struct json *value) {
    const char *text = json_string(value, "");
    const char *shown = text;
    bool is_file = row->member == MEMBER(key_file) || row->member == MEMBER(embedder_key_file);
    bool is_url = row->member == MEMBER(url) || row->member == MEMBER(embedder_url);
    if (row->member == MEMBER(key_env) || row->member == MEMBER(embedder_key_env)) {
        shown = config_key_showable(text);
    } else if (is_file && text[0] && !config_is_full_path(text)) {
        shown = "(not a path)";
    } else if (row->member == MEMBER(key_command) && text[0]) {
        shown = "(set)"; // its arguments may tell more than they should
    } else if (is_url && strpbrk(text, "@?#")) {
        shown = "(more than an address)";
    }
    return shown == text ? json_copy(value) : json_new_string(slice_of_string(shown));
}

struct json *config_describe(const struct config *config) {
    struct json *all = json_object();
    for (size_t i = 0; i < ROWS; i++) {
        enum config_origin origin;
        const struct json *value = effective(config, &rows[i], &origin);
        struct json *entry = json_set(all, rows[i].key, json_object());
        json_set(entry, "value", value ? shown_value(&rows[i], value) : default_value(&rows[i]));
        json_set_string(entry, "origin", origin_text(origin));
    }
    return all;
}

char *config_user_path(void) {
    char *folder = fs_config_folder();
    char *path = folder ? fs_join(folder, "config.json") : NULL;
    free(folder);
    return path;
}

int config_read_key(const struct config *config, struct str *out, struct err *err) {
    return config_key_read(
        (struct config_key){"model.keyEnvironment", config->key_env, "model.keyFile", config->key_file}, out,
        err);
}

int config_read_embedder_key(const struct config *config, struct str *out, struct err *err) {
    return config_key_read((struct config_key){"embedder.keyEnvironment", config->embedder_key_env,
                                               "embedder.keyFile", config->embedder_key_file},
                           out, err);
}
