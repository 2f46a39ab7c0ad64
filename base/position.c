// position.c - see position.h.
//
// Whether a line starts at byte p depends on the bytes p - 1 and p alone: the
// one before is LF, or it is CR and no LF follows.
#include "base/position.h"

#include "base/utf8.h"

static bool starts_line(struct slice text, size_t at) {
    char before = text.data[at - 1];
    return before == '\n' || (before == '\r' && !(at < text.length && text.data[at] == '\n'));
}

// The index of the first start >= byte.
static size_t lower_bound(const struct line_index *index, size_t byte) {
    size_t low = 0;
    size_t high = index->starts.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (index->starts.items[middle] < byte) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

// The first byte at or behind `at` that ends a line, or the text's length.
static size_t find_end(struct slice text, size_t at, bool has_returns) {
    if (!has_returns) {
        const char *found = at < text.length ? memchr(text.data + at, '\n', text.length - at) : NULL;
        return found ? (size_t)(found - text.data) : text.length;
    }
    while (at < text.length && text.data[at] != '\n' && text.data[at] != '\r') {
        at++;
    }
    return at;
}

void line_index_init(struct line_index *index, struct slice text) {
    *index = (struct line_index){0};
    vec_push(&index->starts, 0);
    bool has_returns = text.length && memchr(text.data, '\r', text.length);
    for (size_t at = find_end(text, 0, has_returns); at < text.length;
         at = find_end(text, at + 1, has_returns)) {
        if (starts_line(text, at + 1)) {
            vec_push(&index->starts, (uint32_t)at + 1);
        }
    }
}

void line_index_free(struct line_index *index) {
    vec_free(&index->starts);
}

uint32_t line_index_line_of(const struct line_index *index, size_t byte) {
    return (uint32_t)(lower_bound(index, byte + 1) - 1);
}

struct slice line_index_line(const struct line_index *index, struct slice text, uint32_t line,
                             size_t *start) {
    size_t begin = line < index->starts.count ? index->starts.items[line] : text.length;
    size_t end = line + 1u < index->starts.count ? index->starts.items[line + 1u] : text.length;
    while (end > begin && (text.data[end - 1] == '\n' || text.data[end - 1] == '\r')) {
        end--;
    }
    if (start) {
        *start = begin;
    }
    return slice_sub(text, begin, end);
}

static uint32_t units_of(uint32_t code, size_t length, enum position_encoding encoding) {
    if (encoding == POSITION_UTF8) {
        return (uint32_t)length;
    }
    return encoding == POSITION_UTF16 && code >= 0x10000 ? 2 : 1;
}

size_t position_in_line(struct slice line, uint32_t character, enum position_encoding encoding) {
    size_t at = 0;
    for (uint32_t units = 0; at < line.length && units < character;) {
        size_t left = character - units;
        size_t length = utf8_plain(slice_sub(line, at, left < line.length - at ? at + left : line.length));
        if (length) { // a minified file may be one line of megabytes
            at += length;
            units += (uint32_t)length;
            continue;
        }
        uint32_t code = utf8_decode(slice_sub(line, at, line.length), &length);
        units += units_of(code, length, encoding);
        if (units > character) {
            break;
        }
        at += length;
    }
    return at;
}

size_t position_to_byte(const struct line_index *index, struct slice text, struct position position,
                        enum position_encoding encoding) {
    if (position.line >= index->starts.count) {
        return text.length;
    }
    size_t start = 0;
    struct slice line = line_index_line(index, text, position.line, &start);
    return start + position_in_line(line, position.character, encoding);
}

uint32_t position_units(struct slice piece, enum position_encoding encoding) {
    uint32_t units = 0;
    size_t length = 1;
    for (size_t at = 0; at < piece.length; at += length) {
        length = utf8_plain(slice_sub(piece, at, piece.length));
        if (length) {
            units += (uint32_t)length;
            continue;
        }
        uint32_t code = utf8_decode(slice_sub(piece, at, piece.length), &length);
        units += units_of(code, length, encoding);
    }
    return units;
}

struct position position_from_byte(const struct line_index *index, struct slice text, size_t byte,
                                   enum position_encoding encoding) {
    size_t start = 0;
    uint32_t line = line_index_line_of(index, byte);
    struct slice whole = line_index_line(index, text, line, &start);
    size_t inside = byte > start ? byte - start : 0;
    inside = inside < whole.length ? utf8_floor(whole, inside) : whole.length;
    return (struct position){line, position_units(slice_sub(whole, 0, inside), encoding)};
}
