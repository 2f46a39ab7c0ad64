// names.c - see names.h.
#include "indexer/names.h"

#include "base/glob.h"

struct slice names_last(const char *path) {
    const char *slash = strrchr(path, '/');
    return slice_of_string(slash ? slash + 1 : path);
}

struct slice names_lower(struct slice name, char buffer[NAMES_LIMIT]) {
    name = slice_sub(name, name.length > NAMES_LIMIT ? name.length - NAMES_LIMIT : 0, name.length);
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        buffer[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return slice_of(buffer, name.length);
}

struct slice names_extension(struct slice name) {
    for (size_t i = name.length; i > 0; i--) {
        if (name.data[i - 1] == '.') {
            return slice_sub(name, i, name.length);
        }
    }
    return slice_of("", 0);
}

static int compare(struct slice name, const char *item) {
    size_t length = strlen(item);
    int order = memcmp(name.data, item, name.length < length ? name.length : length);
    return order ? order : name.length < length ? -1 : name.length > length;
}

bool names_hold(struct names names, struct slice name) {
    size_t low = 0, high = names.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(name, names.items[middle]);
        if (order == 0) {
            return true;
        }
        low = order > 0 ? middle + 1 : low;
        high = order > 0 ? high : middle;
    }
    return false;
}

// A byte of a pattern that stands for itself, wherever it stands.
static bool is_plain(char c) {
    return !strchr("*?[]\\", c);
}

// Most patterns are ruled out by their first or last byte; the matcher takes ten times as long.
static bool may_match(const char *pattern, struct slice name) {
    if (!pattern[0] || (is_plain(pattern[0]) && pattern[0] != name.data[0])) {
        return false;
    }
    char last = pattern[strlen(pattern) - 1];
    return !is_plain(last) || last == name.data[name.length - 1];
}

bool names_match(struct names patterns, struct slice name) {
    for (size_t i = 0; i < patterns.count && name.length; i++) {
        const char *pattern = patterns.items[i];
        if (may_match(pattern, name) && glob_match(slice_of_string(pattern), name, GLOB_NAME)) {
            return true;
        }
    }
    return false;
}
