// window.c - see window.h.
#include "completion/window.h"

#include "base/hash.h"
#include "base/map.h"
#include "base/utf8.h"
#include "completion/region.h"

void window_init(struct window *window) {
    *window = (struct window){0};
    str_init(&window->suffix);
}

void window_free(struct window *window) {
    str_free(&window->suffix);
}

// --- the prefix ---

static uint64_t line_hash(struct slice text, size_t start) {
    struct slice line = slice_sub(text, start, slice_line_end(text, start));
    return hash_bytes(line.data, line.length);
}

// Is the old cut at `start` now, and does it still serve?
static bool serves(const struct window *window, struct slice document, size_t start, size_t cursor,
                   size_t budget) {
    bool fits = start <= cursor && cursor - start <= budget && (start == 0 || (cursor - start) * 3 >= budget);
    return fits && line_hash(document, start) == window->cut_line;
}

static size_t cut_anew(struct slice document, size_t cursor, size_t budget) {
    if (cursor <= budget) {
        return 0;
    }
    size_t over = cursor - budget, step = budget / 4;
    return region_cut(slice_sub(document, 0, cursor), over + step / 2, over + step + step / 2);
}

struct slice window_prefix(struct window *window, struct slice document, size_t cursor, size_t budget) {
    // An edit above the cut has moved it by as much as the document grew.
    size_t moved = window->cut + document.length - window->document_length;
    if (serves(window, document, window->cut, cursor, budget)) {
        moved = window->cut;
    } else if (moved > document.length || !serves(window, document, moved, cursor, budget)) {
        moved = cut_anew(document, cursor, budget);
    }
    window->cut = moved;
    window->document_length = document.length;
    window->cut_line = line_hash(document, moved);
    return slice_sub(document, moved, cursor);
}

// --- the suffix ---

// The next line that says something, with its end; empty at the text's end. `from` moves behind it.
static struct slice next_line(struct slice text, size_t *from) {
    while (*from < text.length) {
        struct slice line = slice_sub(text, *from, slice_line_end(text, *from));
        *from += line.length + 1;
        if (slice_trim(line).length) {
            return line;
        }
    }
    return slice_of(text.data, 0);
}

// Do they begin alike? The rest of the cursor's line counts even if it is empty.
static bool begins_alike(struct slice old, struct slice now) {
    size_t old_at = slice_line_end(old, 0), now_at = slice_line_end(now, 0);
    bool same = slice_equal(slice_sub(old, 0, old_at), slice_sub(now, 0, now_at));
    for (int i = 0; i < WINDOW_TRUE_LINES && same; i++) {
        same = slice_equal(next_line(old, &old_at), next_line(now, &now_at));
    }
    return same;
}

static void note_lines(struct slice text, struct map *lines) {
    struct slice line;
    for (size_t at = 0; (line = next_line(text, &at)).length;) {
        map_insert(lines, hash_bytes(line.data, line.length), 1);
    }
}

// Bytes of the lines of text that the other has not.
static size_t own_bytes(struct slice text, struct slice other) {
    struct map lines;
    struct slice line;
    size_t own = 0;
    map_init(&lines);
    note_lines(other, &lines);
    for (size_t at = 0; (line = next_line(text, &at)).length;) {
        own += map_get(&lines, hash_bytes(line.data, line.length)) ? 0 : line.length + 1;
    }
    map_free(&lines);
    return own;
}

static bool differs_little(struct slice old, struct slice now) {
    size_t longer = old.length > now.length ? old.length : now.length;
    size_t shorter = old.length + now.length - longer;
    size_t own = own_bytes(old, now) + own_bytes(now, old); // lines that repeat others do not show in it
    return (own > longer - shorter ? own : longer - shorter) * 10 < longer;
}

// To the end of the last line that fits, unless that leaves less than half.
static struct slice cut_suffix(struct slice text, size_t budget) {
    if (text.length <= budget) {
        return text;
    }
    for (size_t end = budget; end > budget / 2; end--) {
        if (text.data[end - 1] == '\n') {
            return slice_sub(text, 0, end);
        }
    }
    return slice_sub(text, 0, utf8_floor(text, budget));
}

struct slice window_suffix(struct window *window, struct slice document, size_t cursor, size_t wanted,
                           size_t most) {
    struct slice whole = slice_sub(document, cursor, document.length);
    struct slice now = cut_suffix(whole, wanted < most ? wanted : most);
    struct slice old = str_slice(&window->suffix);
    if (slice_equal(old, now) ||
        (old.length <= most && begins_alike(old, whole) && differs_little(old, now))) {
        return old;
    }
    str_clear(&window->suffix);
    str_append_slice(&window->suffix, now);
    return str_slice(&window->suffix);
}
