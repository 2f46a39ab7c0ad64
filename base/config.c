// config.c - see config.h.
//
// The table in config_rows.c knows every key. Loading, merging and describing
// are loops over it, so nothing here knows any by name but the switches.
//
// The store keeps one layer per origin, each a flat array of accepted values,
// one slot per row. After any change the effective values are worked out anew,
// strongest layer first.
//
// Not here: what the values mean; a key that is well-formed is accepted.
#include "base/config.h"

#include "base/config_key.h"
#include "base/config_rows.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

enum {
    FILE_LIMIT = 1000 * 1000,
    LAYERS = CONFIG_WORKSPACE + 1,
    DEPTH_LIMIT = 4,
    SHOWN_LIMIT = 80, // bytes of a value
    PLAIN_LIMIT = 20,
    UNKNOWN_LIMIT = 20 // so many of one source are named
};

// Settings of the editor extensions themselves, which arrive in the same object.
static const char *const of_clients[] = {"trace", "server"};

struct config_store {
    struct json **layers[LAYERS]; // one slot per row; NULL: that origin says nothing
    const char *(*language_meant)(const char *name);
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

static const char *origin_text(enum config_origin origin) {
    static const char *const names[] = {"default", "user file", "editor", "workspace"};
    return names[origin];
}

struct walk {
    struct json **layer; // a slot per row, to fill
    enum config_origin origin;
    struct sink sink;
    size_t unknown;                                  // settings and names in them, so far
    const char *(*language_meant)(const char *name); // NULL: nobody knows
};

static void refuse(const struct walk *walk, const struct config_row *row) {
    struct err warning;
    char *path = config_user_path();
    err_set(&warning, ERR_DENIED, "%s from the %s is refused: it counts only in your own %s", row->key,
            origin_text(walk->origin), path ? path : "config.json");
    say(&walk->sink, &warning);
    free(path);
}

// One short word of letters: hardly a key is without a digit, nor an address that has one in it.
static bool is_plain(const char *text) {
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-");
    return length <= PLAIN_LIMIT && text[length] == '\0';
}

// What is set of a server may be a key, or the address of one with a password, in a wrong place.
static bool may_be_secret(const struct config_row *row, const struct json *value) {
    bool is_text = json_is_string(value);
    return row->sensitive && !json_is_number(value) && !json_is_bool(value) &&
           !(is_text && is_plain(json_string(value, "")));
}

// In one line, cut.
static void append_shown(const struct config_row *row, const struct json *value, struct str *out) {
    struct str whole;
    str_init(&whole);
    json_print(value, &whole);
    size_t length = utf8_floor(str_slice(&whole), SHOWN_LIMIT);
    if (may_be_secret(row, value)) {
        str_append_string(out,
                          row->type == CONFIG_TEXT && !json_is_string(value) ? "no text" : "something else");
    } else {
        str_append_slice(out, slice_sub(str_slice(&whole), 0, length));
        str_append_string(out, length < whole.length ? "..." : "");
    }
    str_free(&whole);
}

// The settings may have come with a repository: neither the number of its names nor their length may cost time.
static void append_name(const char *name, struct str *out) {
    struct slice whole = slice_of_string(name);
    str_append_slice(out, slice_sub(whole, 0, utf8_floor(whole, SHOWN_LIMIT)));
    for (size_t i = 0; i < out->length; i++) {
        out->data[i] = (unsigned char)out->data[i] < ' ' || out->data[i] == 0x7F ? '?' : out->data[i];
    }
}

static void report_language(struct walk *walk, const char *shown) {
    const char *meant = walk->language_meant ? walk->language_meant(shown) : NULL;
    if (meant && ++walk->unknown <= UNKNOWN_LIMIT) {
        struct err warning;
        err_set(&warning, ERR_NOT_FOUND, "unknown language %s in languages (%s): did you mean %s?", shown,
                origin_text(walk->origin), meant);
        say(&walk->sink, &warning);
    }
}

static void report_choice(struct walk *walk, const struct config_row *row, const char *shown) {
    if (!config_row_has_choice(row, shown) && ++walk->unknown <= UNKNOWN_LIMIT) {
        struct err warning;
        err_set(&warning, ERR_NOT_FOUND, "unknown name %s in %s (%s): it must be one of %s", shown, row->key,
                origin_text(walk->origin), row->choices);
        say(&walk->sink, &warning);
    }
}

// Editors know languages that we do not: of these only what seems mistyped is told of.
static void report_switches(struct walk *walk, const struct config_row *row, const struct json *value) {
    const struct json *said = row->type == CONFIG_SWITCHES ? json_first(value) : NULL;
    for (; said; said = json_next(said)) {
        struct str shown;
        str_init(&shown);
        append_name(json_key(said), &shown);
        if (row->choices) {
            report_choice(walk, row, shown.data);
        } else {
            report_language(walk, shown.data);
        }
        str_free(&shown);
    }
}

static void accept_value(struct walk *walk, const struct config_row *row, const struct json *value) {
    if (row->sensitive && walk->origin != CONFIG_USER_FILE) {
        refuse(walk, row);
        return;
    }
    struct err warning;
    struct str want;
    str_init(&want);
    if (config_row_allows(row, value, &want)) {
        json_free(walk->layer[config_row_index(row)]);
        walk->layer[config_row_index(row)] = json_copy(value);
        report_switches(walk, row, value);
    } else {
        struct str shown;
        str_init(&shown);
        append_shown(row, value, &shown);
        err_set(&warning, ERR_INVALID, "%s (%s) is ignored: it is %s, and must be %s", row->key,
                origin_text(walk->origin), shown.data, want.data);
        say(&walk->sink, &warning);
        str_free(&shown);
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

static void report_unknown(struct walk *walk, const char *key) {
    struct err warning;
    struct str shown;
    if (++walk->unknown > UNKNOWN_LIMIT) {
        return;
    }
    str_init(&shown);
    append_name(key, &shown);
    const char *nearest = config_row_nearest(shown.data), *origin = origin_text(walk->origin);
    if (nearest) {
        err_set(&warning, ERR_NOT_FOUND, "unknown setting %s (%s): did you mean %s?", shown.data, origin,
                nearest);
    } else {
        err_set(&warning, ERR_NOT_FOUND,
                "unknown setting %s (%s): docs/configuration.md lists those there are", shown.data, origin);
    }
    say(&walk->sink, &warning);
    str_free(&shown);
}

static void walk_member(struct walk *walk, const char *key, const struct json *value, int depth) {
    const struct config_row *row = config_row_find(key);
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
static const struct json *effective(const struct config *config, const struct config_row *row,
                                    enum config_origin *origin) {
    for (int layer = LAYERS - 1; layer > CONFIG_DEFAULT; layer--) {
        const struct json *value = config->store->layers[layer][config_row_index(row)];
        if (value) {
            *origin = (enum config_origin)layer;
            return value;
        }
    }
    *origin = CONFIG_DEFAULT;
    return NULL;
}

static void show(struct config *config, const struct config_row *row) {
    enum config_origin origin;
    const struct json *value = effective(config, row, &origin);
    if (row->member == CONFIG_NO_MEMBER) {
        return; // is_on reads the layers
    }
    char *member = (char *)config + row->member;
    switch (row->type) {
    case CONFIG_BOOL:
        *(bool *)(void *)member = json_bool(value, row->number != 0);
        break;
    case CONFIG_TEXT:
        *(const char **)(void *)member = json_string(value, row->text);
        break;
    case CONFIG_COUNT:
        *(uint32_t *)(void *)member = (uint32_t)json_number(value, row->number);
        break;
    case CONFIG_FRACTION:
        *(double *)(void *)member = json_number(value, row->number);
        break;
    case CONFIG_SWITCHES:
        break;
    }
}

static void show_all(struct config *config) {
    size_t count;
    const struct config_row *rows = config_rows(&count);
    for (size_t i = 0; i < count; i++) {
        show(config, &rows[i]);
    }
}

static void clear_layer(struct config *config, enum config_origin origin) {
    size_t count;
    config_rows(&count);
    for (size_t i = 0; i < count; i++) {
        json_free(config->store->layers[origin][i]);
        config->store->layers[origin][i] = NULL;
    }
}

struct config *config_new(void) {
    struct config *config = mem_zero(1, sizeof *config);
    config->store = mem_zero(1, sizeof *config->store);
    size_t count;
    config_rows(&count);
    for (int layer = 0; layer < LAYERS; layer++) {
        config->store->layers[layer] = mem_zero(count, sizeof(struct json *));
    }
    config->model.group = "model";
    config->fallback.group = "fallback";
    config->embedder.group = "embedder";
    show_all(config);
    return config;
}

void config_free(struct config *config) {
    if (config) {
        for (int layer = 0; layer < LAYERS; layer++) {
            clear_layer(config, (enum config_origin)layer);
            free(config->store->layers[layer]);
        }
        free(config->store);
        free(config);
    }
}

void config_know_languages(struct config *config, const char *(*meant)(const char *name)) {
    config->store->language_meant = meant;
}

void config_merge(struct config *config, const struct json *object, enum config_origin origin,
                  void (*listener)(void *context, const char *line), void *context) {
    struct walk walk = {.layer = config->store->layers[origin],
                        .origin = origin,
                        .sink = {listener, context},
                        .language_meant = config->store->language_meant};
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

// Of the switches under a key, the one of that name; NULL: the default.
static const struct json *effective_switch(const struct config *config, const char *key, const char *name,
                                           enum config_origin *origin) {
    size_t slot = config_row_index(config_row_find(key));
    for (int layer = LAYERS - 1; layer > CONFIG_DEFAULT; layer--) {
        const struct json *said = json_get(config->store->layers[layer][slot], name);
        if (said) {
            *origin = (enum config_origin)layer;
            return said;
        }
    }
    *origin = CONFIG_DEFAULT;
    return NULL;
}

bool config_language_enabled(const struct config *config, const char *language) {
    enum config_origin origin;
    return json_bool(effective_switch(config, "languages", language, &origin), true);
}

enum config_origin config_language_origin(const struct config *config, const char *language) {
    enum config_origin origin;
    effective_switch(config, "languages", language, &origin);
    return origin;
}

bool config_source_enabled(const struct config *config, const char *source, bool otherwise) {
    enum config_origin origin;
    return json_bool(effective_switch(config, "retrieval.sources", source, &origin), otherwise);
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
    size_t slot = config_row_index(config_row_find("languages"));
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

bool config_has_key(const char *key) {
    return config_row_find(key) != NULL;
}

const char *config_origin_name(const struct config *config, const char *key) {
    const struct config_row *row = config_row_find(key);
    enum config_origin origin = CONFIG_DEFAULT;
    if (row) {
        effective(config, row, &origin);
    }
    return origin_text(origin);
}

struct json *config_describe(const struct config *config) {
    struct json *all = json_object();
    size_t count;
    const struct config_row *rows = config_rows(&count);
    for (size_t i = 0; i < count; i++) {
        enum config_origin origin;
        const struct json *value = effective(config, &rows[i], &origin);
        struct json *entry = json_set(all, rows[i].key, json_object());
        json_set(entry, "value", value ? config_row_show(&rows[i], value) : config_row_default(&rows[i]));
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
