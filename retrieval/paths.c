// paths.c - see paths.h.
#include "retrieval/paths.h"

// Position of the last `c` in text, or text.length if there is none.
static size_t last_of(struct slice text, char c) {
    for (size_t i = text.length; i > 0; i--) {
        if (text.data[i - 1] == c) {
            return i - 1;
        }
    }
    return text.length;
}

struct slice paths_folder(struct slice path) {
    size_t at = last_of(path, '/');
    return slice_of(path.data, at < path.length ? at : 0);
}

struct slice paths_base(struct slice path) {
    size_t at = last_of(path, '/');
    return at < path.length ? slice_sub(path, at + 1, path.length) : path;
}

struct slice paths_stem(struct slice path) {
    struct slice base = paths_base(path);
    size_t dot = last_of(base, '.');
    return dot > 0 ? slice_sub(base, 0, dot) : base;
}

struct slice paths_extension(struct slice path) {
    struct slice base = paths_base(path);
    size_t dot = last_of(base, '.');
    return dot > 0 ? slice_sub(base, dot, base.length) : slice_of(base.data, 0);
}

static bool cut_head(struct slice *text, const char *head) {
    struct slice wanted = slice_of_string(head);
    if (text->length <= wanted.length || !slice_starts_with(*text, wanted)) {
        return false;
    }
    *text = slice_sub(*text, wanted.length, text->length);
    return true;
}

static bool cut_tail(struct slice *text, const char *tail) {
    size_t length = strlen(tail);
    if (text->length <= length || memcmp(text->data + text->length - length, tail, length) != 0) {
        return false;
    }
    text->length -= length;
    return true;
}

struct slice paths_plain_stem(struct slice path) {
    static const char *const tails[] = {"_test", "_tests", ".test", ".spec", "-test", "Tests", "Test"};
    struct slice stem = paths_stem(path);
    if (cut_head(&stem, "test_") || cut_head(&stem, "test-")) {
        return stem;
    }
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        if (cut_tail(&stem, tails[i])) {
            return stem;
        }
    }
    return stem;
}

struct slice paths_module(struct slice path) {
    struct slice stem = paths_stem(path), folder = paths_folder(path);
    bool is_root = slice_equal(stem, SLICE_LITERAL("lib")) || slice_equal(stem, SLICE_LITERAL("main"));
    if (!is_root && !slice_equal(stem, SLICE_LITERAL("mod"))) {
        return stem;
    }
    if (is_root && slice_equal(paths_base(folder), SLICE_LITERAL("src"))) {
        folder = paths_folder(folder);
    }
    return folder.length ? paths_base(folder) : stem;
}

bool paths_is_below(struct slice folder, struct slice path) {
    return folder.length == 0 || (slice_starts_with(path, folder) &&
                                  (path.length == folder.length || path.data[folder.length] == '/'));
}

bool paths_ends_with(struct slice path, struct slice tail) {
    if (tail.length > path.length) {
        return false;
    }
    if (tail.length == 0) {
        return true;
    }
    size_t start = path.length - tail.length;
    return slice_equal(slice_sub(path, start, path.length), tail) &&
           (start == 0 || path.data[start - 1] == '/');
}

// Adds one component to out; false when ".." climbs above the root.
static bool join_component(struct str *out, struct slice part) {
    if (part.length == 0 || slice_equal(part, SLICE_LITERAL("."))) {
        return true;
    }
    if (!slice_equal(part, SLICE_LITERAL(".."))) {
        if (out->length) {
            str_append_char(out, '/');
        }
        str_append_slice(out, part);
        return true;
    }
    if (out->length == 0) {
        return false;
    }
    str_truncate(out, paths_folder(str_slice(out)).length);
    return true;
}

void paths_join(struct str *out, struct slice folder, struct slice relative) {
    str_clear(out);
    struct slice sources[] = {folder, relative};
    for (size_t i = 0; i < 2; i++) {
        size_t start = 0;
        while (start <= sources[i].length) {
            size_t end = slice_find(sources[i], SLICE_LITERAL("/"), start);
            end = end < sources[i].length ? end : sources[i].length;
            if (!join_component(out, slice_sub(sources[i], start, end))) {
                str_clear(out);
                return;
            }
            start = end + 1;
        }
    }
}

static uint32_t count_slashes(struct slice path) {
    uint32_t count = 0;
    for (size_t i = 0; i < path.length; i++) {
        count += path.data[i] == '/';
    }
    return count;
}

uint32_t paths_distance(struct slice a, struct slice b) {
    size_t shared = 0;
    while (shared < a.length && shared < b.length && a.data[shared] == b.data[shared]) {
        shared++;
    }
    return count_slashes(slice_sub(a, shared, a.length)) + count_slashes(slice_sub(b, shared, b.length));
}
