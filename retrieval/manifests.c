// manifests.c - see manifests.h.
#include "retrieval/manifests.h"

#include "base/json.h"
#include "retrieval/paths.h"

#include <stdlib.h>

struct reading {
    struct slice folder; // of the manifest
    manifests_emit *emit;
    void *context;
    int count;
};

enum manifest_kind manifests_kind(struct slice path) {
    struct slice base = paths_base(path);
    if (slice_equal(base, SLICE_LITERAL("go.mod"))) {
        return MANIFEST_GO;
    }
    if (slice_equal(base, SLICE_LITERAL("package.json"))) {
        return MANIFEST_NODE;
    }
    if (slice_equal(base, SLICE_LITERAL("Cargo.toml"))) {
        return MANIFEST_CARGO;
    }
    bool is_typescript = slice_equal(base, SLICE_LITERAL("tsconfig.json")) ||
                         slice_equal(base, SLICE_LITERAL("jsconfig.json"));
    return is_typescript ? MANIFEST_TYPESCRIPT : MANIFEST_NONE;
}

static void emit(struct reading *reading, struct slice name, struct slice folder) {
    if (name.length == 0 || reading->count++ >= MANIFEST_NAMES) {
        return;
    }
    struct str name_copy, folder_copy;
    str_init(&name_copy);
    str_init(&folder_copy);
    str_append_slice(&name_copy, name);
    str_append_slice(&folder_copy, folder);
    reading->emit(reading->context, name_copy.data, folder_copy.data);
    str_free(&name_copy);
    str_free(&folder_copy);
}

static struct slice next_line(struct slice text, size_t *at) {
    size_t end = slice_find(text, SLICE_LITERAL("\n"), *at);
    end = end < text.length ? end : text.length;
    struct slice line = slice_trim(slice_sub(text, *at, end));
    *at = end + 1;
    return line;
}

static void read_go(struct reading *reading, struct slice text) {
    for (size_t at = 0; at < text.length;) {
        struct slice line = next_line(text, &at);
        if (!slice_starts_with(line, SLICE_LITERAL("module ")) &&
            !slice_starts_with(line, SLICE_LITERAL("module\t"))) {
            continue;
        }
        struct slice name = slice_trim(slice_sub(line, 7, line.length));
        size_t stop = 0;
        while (stop < name.length && !strchr(" \t\r\"`", name.data[stop])) {
            stop++;
        }
        bool is_quoted = stop == 0 && name.length >= 2;
        emit(reading, is_quoted ? slice_sub(name, 1, name.length - 1) : slice_sub(name, 0, stop),
             reading->folder);
        return;
    }
}

// name = "grep-matcher" below [package]; in code it is grep_matcher.
static void read_cargo(struct reading *reading, struct slice text) {
    bool in_package = false;
    for (size_t at = 0; at < text.length;) {
        struct slice line = next_line(text, &at);
        if (slice_starts_with(line, SLICE_LITERAL("["))) {
            in_package = slice_equal(line, SLICE_LITERAL("[package]"));
        }
        if (!in_package || !slice_starts_with(line, SLICE_LITERAL("name"))) {
            continue;
        }
        size_t open = slice_find(line, SLICE_LITERAL("\""), 0);
        size_t close = open < line.length ? slice_find(line, SLICE_LITERAL("\""), open + 1) : line.length;
        if (close >= line.length) {
            continue;
        }
        struct str name;
        str_init(&name);
        str_append_slice(&name, slice_sub(line, open + 1, close));
        for (size_t i = 0; i < name.length; i++) {
            name.data[i] = name.data[i] == '-' ? '_' : name.data[i];
        }
        emit(reading, str_slice(&name), reading->folder);
        str_free(&name);
        return;
    }
}

// "@app/*": ["src/app/*"] as @app/ and src/app.
static void read_paths(struct reading *reading, const struct json *paths, struct slice base) {
    for (const struct json *path = json_first(paths); path; path = json_next(path)) {
        struct slice name = slice_of_string(json_key(path));
        struct slice target = slice_of_string(json_string(json_first(path), ""));
        bool is_wild = name.length && target.length && name.data[name.length - 1] == '*' &&
                       target.data[target.length - 1] == '*';
        if (target.length == 0 || name.length < 2) {
            continue;
        }
        struct str folder;
        str_init(&folder);
        paths_join(&folder, base, slice_sub(target, 0, target.length - is_wild));
        emit(reading, slice_sub(name, 0, name.length - is_wild), str_slice(&folder));
        str_free(&folder);
    }
}

static void read_json(struct reading *reading, struct slice text, enum manifest_kind kind) {
    struct json *json = json_parse_relaxed(text, NULL);
    if (kind == MANIFEST_NODE) {
        emit(reading, slice_of_string(json_get_string(json, "name", "")), reading->folder);
    } else {
        const struct json *options = json_get(json, "compilerOptions");
        struct str base;
        str_init(&base);
        paths_join(&base, reading->folder, slice_of_string(json_get_string(options, "baseUrl", ".")));
        read_paths(reading, json_get(options, "paths"), str_slice(&base));
        str_free(&base);
    }
    json_free(json);
}

void manifests_read(struct slice path, struct slice text, manifests_emit *emit_name, void *context) {
    struct reading reading = {.folder = paths_folder(path), .emit = emit_name, .context = context};
    text = slice_sub(text, 0, MANIFEST_BYTES);
    enum manifest_kind kind = manifests_kind(path);
    switch (kind) {
    case MANIFEST_GO:
        read_go(&reading, text);
        break;
    case MANIFEST_CARGO:
        read_cargo(&reading, text);
        break;
    case MANIFEST_NODE:
    case MANIFEST_TYPESCRIPT:
        read_json(&reading, text, kind);
        break;
    default:
        break;
    }
}
