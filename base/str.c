// str.c - see str.h.
#include "base/str.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { STRIDE = 64 }; // bytes compared at once

// Every empty str points here; it is never written to because capacity is 0.
static char empty[1] = "";

struct slice slice_sub(struct slice text, size_t start, size_t end) {
    if (end > text.length) {
        end = text.length;
    }
    if (start > end) {
        start = end;
    }
    return slice_of(text.data ? text.data + start : text.data, end - start);
}

static bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct slice slice_trim(struct slice text) {
    while (text.length && is_space(text.data[0])) {
        text.data++;
        text.length--;
    }
    while (text.length && is_space(text.data[text.length - 1])) {
        text.length--;
    }
    return text;
}

size_t slice_find(struct slice text, struct slice needle, size_t from) {
    if (from > text.length || needle.length > text.length - from) {
        return (size_t)-1;
    }
    if (needle.length == 0) {
        return from;
    }
    const char *found = memmem(text.data + from, text.length - from, needle.data, needle.length);
    return found ? (size_t)(found - text.data) : (size_t)-1;
}

static bool is_inside_word(struct slice text, size_t at) {
    return at > 0 && at < text.length && slice_is_word_byte(text.data[at - 1]) &&
           slice_is_word_byte(text.data[at]);
}

size_t slice_find_word(struct slice text, struct slice word, size_t from) {
    size_t at = slice_find(text, word, from);
    while (at != (size_t)-1 && (is_inside_word(text, at) || is_inside_word(text, at + word.length))) {
        at = slice_find(text, word, at + 1);
    }
    return at;
}

// In runs that a byte can count: so sixteen are compared at once.
size_t slice_count(struct slice text, char byte) {
    size_t count = 0;
    for (size_t start = 0; start < text.length; start += UINT8_MAX) {
        size_t length = text.length - start < UINT8_MAX ? text.length - start : UINT8_MAX;
        uint8_t here = 0;
        for (size_t i = 0; i < length; i++) {
            here = (uint8_t)(here + (text.data[start + i] == byte));
        }
        count += here;
    }
    return count;
}

size_t slice_line_start(struct slice text, size_t at) {
    const char *newline = at > 0 ? memrchr(text.data, '\n', at) : NULL;
    return newline ? (size_t)(newline + 1 - text.data) : 0;
}

size_t slice_line_end(struct slice text, size_t at) {
    const char *newline = at < text.length ? memchr(text.data + at, '\n', text.length - at) : NULL;
    return newline ? (size_t)(newline - text.data) : text.length;
}

size_t slice_common_head(struct slice a, struct slice b) {
    size_t limit = a.length < b.length ? a.length : b.length, at = 0;
    while (at + STRIDE <= limit && memcmp(a.data + at, b.data + at, STRIDE) == 0) {
        at += STRIDE;
    }
    while (at < limit && a.data[at] == b.data[at]) {
        at++;
    }
    return at;
}

size_t slice_common_tail(struct slice a, struct slice b) {
    size_t limit = a.length < b.length ? a.length : b.length, length = 0;
    while (length + STRIDE <= limit &&
           memcmp(a.data + a.length - length - STRIDE, b.data + b.length - length - STRIDE, STRIDE) == 0) {
        length += STRIDE;
    }
    while (length < limit && a.data[a.length - 1 - length] == b.data[b.length - 1 - length]) {
        length++;
    }
    return length;
}

void str_init(struct str *str) {
    *str = (struct str){empty, 0, 0};
}

void str_free(struct str *str) {
    if (str->capacity) {
        free(str->data);
    }
    str_init(str);
}

void str_clear(struct str *str) {
    str_truncate(str, 0);
}

void str_reserve(struct str *str, size_t extra) {
    size_t need = str->length + extra;
    if (need <= str->capacity && str->capacity) {
        return;
    }
    size_t capacity = str->capacity ? str->capacity + str->capacity / 2 : 64;
    if (capacity < need) {
        capacity = need;
    }
    bool first = str->capacity == 0;
    str->data = mem_resize(first ? NULL : str->data, capacity + 1, 1);
    str->data[str->length] = '\0';
    str->capacity = capacity;
}

void str_append(struct str *str, const void *bytes, size_t length) {
    if (length == 0) {
        return;
    }
    str_reserve(str, length);
    memcpy(str->data + str->length, bytes, length);
    str->length += length;
    str->data[str->length] = '\0';
}

void str_append_slice(struct str *str, struct slice slice) {
    str_append(str, slice.data, slice.length);
}
void str_append_string(struct str *str, const char *text) {
    str_append(str, text, strlen(text));
}
void str_append_char(struct str *str, char c) {
    str_append(str, &c, 1);
}

void str_append_format(struct str *str, const char *format, ...) {
    va_list arguments;
    va_list again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length > 0) {
        str_reserve(str, (size_t)length);
        vsnprintf(str->data + str->length, (size_t)length + 1, format, again);
        str->length += (size_t)length;
    }
    va_end(again);
}

void str_truncate(struct str *str, size_t length) {
    if (length < str->length) {
        str->length = length;
        str->data[length] = '\0';
    }
}

void str_splice(struct str *str, size_t start, size_t end, const void *bytes, size_t length) {
    end = end > str->length ? str->length : end;
    start = start > end ? end : start;
    str_reserve(str, length);
    memmove(str->data + start + length, str->data + end, str->length - end);
    if (length) {
        memcpy(str->data + start, bytes, length);
    }
    str->length += length - (end - start);
    str->data[str->length] = '\0';
}

char *str_detach(struct str *str) {
    char *data = str->capacity ? str->data : mem_copy_string("");
    str_init(str);
    return data;
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

static bool is_same_letter(char a, char b) {
    return strncasecmp(&a, &b, 1) == 0;
}

// Levenshtein's, and two letters exchanged are one mistake. Of the second word what is behind its first letters is left
// out.
size_t str_distance(const char *a, const char *b) {
    enum { COMPARED = 63 };
    size_t rows[3][COMPARED + 1] = {{0}}; // of the last three letters of `a`, in turns
    size_t width = smaller(strlen(b), COMPARED), i = 0;
    for (size_t j = 0; j <= width; j++) {
        rows[0][j] = j;
    }
    for (; a[i]; i++) {
        const size_t *before = rows[(i + 2) % 3], *previous = rows[i % 3];
        size_t *row = rows[(i + 1) % 3];
        row[0] = i + 1;
        for (size_t j = 0; j < width; j++) {
            size_t change = previous[j] + !is_same_letter(a[i], b[j]);
            row[j + 1] = smaller(change, smaller(previous[j + 1], row[j]) + 1);
            if (i && j && is_same_letter(a[i], b[j - 1]) && is_same_letter(a[i - 1], b[j])) {
                row[j + 1] = smaller(row[j + 1], before[j - 1] + 1);
            }
        }
    }
    return rows[i % 3][width];
}

const char *str_nearer(const char *typed, const char *nearest, const char *word) {
    size_t distance = str_distance(typed, word);
    bool is_near = 2 * distance <= strlen(typed);
    return is_near && (!nearest || distance < str_distance(typed, nearest)) ? word : nearest;
}
