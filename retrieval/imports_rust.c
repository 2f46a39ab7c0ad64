// imports_rust.c - what Rust's `use` and `mod` lead to; see imports_internal.h.
//
// A path is followed from the crate's root, the own module, the one above, or a
// crate of the repository (by the name in its Cargo.toml), module by module as
// far as there are files. Where nothing is found that way every word is taken
// for a module's name, the nearest file of that name for the one meant.
#include "retrieval/imports_internal.h"

#include "retrieval/paths.h"

static bool is_path_word(struct slice word) {
    static const char *const words[] = {"crate", "self", "super", "std", "core", "alloc", "as", "pub"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (slice_equal(word, slice_of_string(words[i]))) {
            return true;
        }
    }
    return false;
}

static bool add_module(struct resolution *r, struct slice name) {
    return imports_add_nearest(r, SPELLING_MODULE, name, slice_of(NULL, 0));
}

// A crate's name is often its folder's with the project's name in front: grep_matcher in crates/matcher.
static void add_crate(struct resolution *r, struct slice name) {
    if (add_module(r, name)) {
        return;
    }
    size_t cut = slice_find(name, SLICE_LITERAL("_"), 0);
    if (cut != (size_t)-1 && cut + 1 < name.length) {
        add_module(r, slice_sub(name, cut + 1, name.length));
    }
}

static size_t word_length(struct slice text) {
    size_t length = 0;
    while (length < text.length &&
           (text.data[length] == '_' || (text.data[length] >= '0' && text.data[length] <= '9') ||
            ((text.data[length] | 32) >= 'a' && (text.data[length] | 32) <= 'z'))) {
        length++;
    }
    return length;
}

// The folder that holds a file's child modules: src for src/main.rs and src/lib.rs, src/a for src/a.rs and
// src/a/mod.rs.
static struct slice own_modules(struct slice path) {
    struct slice stem = paths_stem(path);
    bool is_folders = slice_equal(stem, SLICE_LITERAL("mod")) || slice_equal(stem, SLICE_LITERAL("lib")) ||
                      slice_equal(stem, SLICE_LITERAL("main"));
    return is_folders ? paths_folder(path) : imports_without_extension(path);
}

static bool is_crate_root(struct resolution *r, struct slice folder) {
    static const char *const roots[] = {"lib.rs", "main.rs", NULL};
    struct snapshot_file at;
    for (int i = 0; roots[i]; i++) {
        paths_join(&r->second, folder, slice_of_string(roots[i]));
        if (snapshot_find(r->snapshot, str_slice(&r->second), &at)) {
            return true;
        }
    }
    return false;
}

static struct slice crate_root(struct resolution *r) {
    struct slice folder = r->folder;
    while (folder.length && !is_crate_root(r, folder)) {
        folder = paths_folder(folder);
    }
    return folder;
}

// The crate of this name in the repository: where its modules lie, copied to *out.
static bool find_crate(struct resolution *r, struct slice name, struct str *out) {
    for (uint32_t i = 0; i < r->snapshot->module_count; i++) {
        const struct module *module = &r->snapshot->modules[i];
        if (module->kind == MANIFEST_CARGO && slice_equal(slice_of_string(module->prefix), name)) {
            paths_join(out, slice_of_string(module->folder), SLICE_LITERAL("src"));
            return true;
        }
    }
    return false;
}

// Where the first word of a path leads, copied to *out; false if that is not known.
static bool rust_start(struct resolution *r, struct slice word, struct str *out) {
    str_clear(out);
    if (slice_equal(word, SLICE_LITERAL("crate"))) {
        str_append_slice(out, crate_root(r));
        return true;
    }
    if (slice_equal(word, SLICE_LITERAL("self"))) {
        str_append_slice(out, own_modules(r->path));
        return true;
    }
    if (slice_equal(word, SLICE_LITERAL("super"))) {
        str_append_slice(out, paths_folder(own_modules(r->path)));
        return true;
    }
    return find_crate(r, word, out);
}

// Follows `crate::a::b::{...}` along folders as far as modules go. The last module found is the one meant.
static bool follow_rust(struct resolution *r, struct slice target) {
    static const char *const tails[] = {".rs", "/mod.rs", NULL};
    static const char *const heads[] = {"/lib.rs", "/mod.rs", "/main.rs", ".rs", NULL};
    size_t length = word_length(target);
    struct str folder, last;
    str_init(&folder);
    str_init(&last);
    bool found = rust_start(r, slice_sub(target, 0, length), &folder);
    bool is_module = false;
    while (found && length + 2 < target.length && target.data[length] == ':') {
        struct slice rest = slice_sub(target, length + 2, target.length);
        struct slice word = slice_sub(rest, 0, word_length(rest));
        length += 2 + word.length;
        if (slice_equal(word, SLICE_LITERAL("super"))) {
            struct slice outer = paths_folder(str_slice(&folder));
            folder.length = outer.length;
            continue;
        }
        paths_join(&last, str_slice(&folder), word);
        size_t known = r->imports->files.count;
        if (word.length == 0 || !imports_add_tails(r, str_slice(&last), tails)) {
            break;
        }
        is_module = r->imports->files.count > known || is_module;
        str_clear(&folder);
        str_append_slice(&folder, str_slice(&last));
    }
    if (found && !is_module) {
        is_module = imports_add_tails(r, str_slice(&folder), heads);
    }
    str_free(&folder);
    str_free(&last);
    return is_module;
}

// Where the path cannot be followed every word of it may be a module.
static void guess_rust(struct resolution *r, struct slice target) {
    bool first = true;
    for (size_t i = 0; i < target.length; i++) {
        struct slice rest = slice_sub(target, i, target.length);
        struct slice word = slice_sub(rest, 0, word_length(rest));
        i += word.length;
        if (word.length && !is_path_word(word)) {
            if (first) {
                add_crate(r, word);
            } else {
                add_module(r, word);
            }
        }
        first = first && word.length == 0;
    }
}

void imports_resolve_rust(struct resolution *r, struct slice target) {
    bool is_path = slice_find(target, SLICE_LITERAL("::"), 0) != (size_t)-1;
    static const char *const tails[] = {".rs", "/mod.rs", NULL};
    paths_join(&r->guess, own_modules(r->path), target); // mod x;
    if (!is_path && imports_add_tails(r, str_slice(&r->guess), tails)) {
        return;
    }
    if (!follow_rust(r, target)) {
        guess_rust(r, target);
    }
}
