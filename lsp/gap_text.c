// gap_text.c - see gap_text.h.
#include "lsp/gap_text.h"

#include <stdlib.h>

enum { SPARE = 4096 };

static size_t line_count(const struct gap_text *gap) {
    return gap->starts_before + gap->starts_behind;
}

static void init_lines(struct gap_text *gap, const struct line_index *lines) {
    gap->starts_before = lines->starts.count;
    gap->starts_capacity = lines->starts.count + SPARE;
    gap->starts = mem_alloc(gap->starts_capacity * sizeof *gap->starts);
    memcpy(gap->starts, lines->starts.items, gap->starts_before * sizeof *gap->starts);
}

void gap_text_init(struct gap_text *gap, struct slice text, const struct line_index *lines) {
    *gap = (struct gap_text){.before = text.length, .capacity = text.length + SPARE};
    gap->bytes = mem_alloc(gap->capacity);
    if (text.length) {
        memcpy(gap->bytes, text.data, text.length);
    }
    init_lines(gap, lines);
}

void gap_text_free(struct gap_text *gap) {
    free(gap->bytes);
    free(gap->starts);
    *gap = (struct gap_text){0};
}

static char byte_at(const struct gap_text *gap, size_t at) {
    return gap->bytes[at < gap->before ? at : gap->capacity - gap_text_length(gap) + at];
}

// Of a line behind the gap, the first of them being 0.
static size_t start_behind(const struct gap_text *gap, size_t line) {
    return gap_text_length(gap) - gap->starts[gap->starts_capacity - gap->starts_behind + line];
}

static size_t start_of(const struct gap_text *gap, size_t line) {
    if (line < gap->starts_before) {
        return gap->starts[line];
    }
    return line < line_count(gap) ? start_behind(gap, line - gap->starts_before) : gap_text_length(gap);
}

static void move_starts(struct gap_text *gap, size_t at) {
    size_t length = gap_text_length(gap);
    while (gap->starts_before && gap->starts[gap->starts_before - 1] > at) {
        uint32_t start = gap->starts[--gap->starts_before];
        gap->starts[gap->starts_capacity - ++gap->starts_behind] = (uint32_t)(length - start);
    }
    while (gap->starts_behind && start_behind(gap, 0) <= at) {
        uint32_t start = (uint32_t)start_behind(gap, 0);
        gap->starts_behind--;
        gap->starts[gap->starts_before++] = start;
    }
}

static void move_gap(struct gap_text *gap, size_t at) {
    move_starts(gap, at);
    char *behind = gap->bytes + gap->capacity - gap->behind;
    if (at < gap->before) {
        size_t moved = gap->before - at;
        memmove(behind - moved, gap->bytes + at, moved);
        gap->behind += moved;
    } else {
        size_t moved = at - gap->before;
        memmove(gap->bytes + gap->before, behind, moved);
        gap->behind -= moved;
    }
    gap->before = at;
}

// Makes the gaps wide enough for so many bytes and lines more.
static void widen(struct gap_text *gap, size_t bytes, size_t lines) {
    size_t length = gap_text_length(gap);
    if (gap->capacity - length < bytes) {
        size_t capacity = 2 * gap->capacity + bytes;
        gap->bytes = mem_resize(gap->bytes, capacity, 1);
        memmove(gap->bytes + capacity - gap->behind, gap->bytes + gap->capacity - gap->behind, gap->behind);
        gap->capacity = capacity;
    }
    if (gap->starts_capacity - line_count(gap) < lines) {
        size_t capacity = 2 * gap->starts_capacity + lines;
        gap->starts = mem_resize(gap->starts, capacity, sizeof *gap->starts);
        memmove(gap->starts + capacity - gap->starts_behind,
                gap->starts + gap->starts_capacity - gap->starts_behind,
                gap->starts_behind * sizeof *gap->starts);
        gap->starts_capacity = capacity;
    }
}

static struct slice line_of(struct gap_text *gap, size_t line) {
    size_t start = start_of(gap, line), end = start_of(gap, line + 1);
    if (start < gap->before && gap->before < end) {
        move_gap(gap, start);
    }
    while (end > start && (byte_at(gap, end - 1) == '\n' || byte_at(gap, end - 1) == '\r')) {
        end--;
    }
    size_t skipped = start < gap->before ? 0 : gap->capacity - gap_text_length(gap);
    return slice_of(gap->bytes + skipped + start, end - start);
}

size_t gap_text_byte(struct gap_text *gap, struct position position, enum position_encoding encoding) {
    if (position.line >= line_count(gap)) {
        return gap_text_length(gap);
    }
    size_t inside = position_in_line(line_of(gap, position.line), position.character, encoding);
    return start_of(gap, position.line) + inside;
}

// As in position.c: whether a line starts at a byte depends on it and the one before.
static bool starts_line(const struct gap_text *gap, size_t at) {
    char before = byte_at(gap, at - 1);
    return before == '\n' || (before == '\r' && !(at < gap_text_length(gap) && byte_at(gap, at) == '\n'));
}

void gap_text_replace(struct gap_text *gap, size_t start, size_t end, struct slice text) {
    move_gap(gap, start);
    while (gap->starts_behind && start_behind(gap, 0) <= end) {
        gap->starts_behind--;
    }
    if (start && gap->starts[gap->starts_before - 1] == start) {
        gap->starts_before--;
    }
    gap->behind -= end - start;
    widen(gap, text.length, text.length + 1);
    if (text.length) {
        memcpy(gap->bytes + gap->before, text.data, text.length);
    }
    gap->before += text.length;
    for (size_t at = start ? start : 1; at <= start + text.length; at++) {
        if (starts_line(gap, at)) {
            gap->starts[gap->starts_before++] = (uint32_t)at;
        }
    }
}

struct slice gap_text_whole(struct gap_text *gap, struct line_index *lines) {
    move_gap(gap, gap_text_length(gap));
    lines->starts.count = 0;
    vec_reserve(&lines->starts, gap->starts_before);
    memcpy(lines->starts.items, gap->starts, gap->starts_before * sizeof *gap->starts);
    lines->starts.count = gap->starts_before;
    return slice_of(gap->bytes, gap->before);
}
