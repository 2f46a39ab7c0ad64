// str.h - a borrowed view of bytes (slice) and a growing buffer (str).
//
// A slice is pointer and length, never NUL-terminated by contract. A str owns
// its bytes and keeps a NUL behind them, so str.data can go to a C function;
// str.data is never NULL after str_init.
//
// Ownership: str_free releases; str_detach hands the bytes to the caller.
// Threads:   one owner at a time.
// Errors:    none (see mem.h).
// Limits:    none of its own; callers that read outside input check first.
#ifndef HUNCH_BASE_STR_H
#define HUNCH_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

struct slice {
    const char *data;
    size_t length;
};

#define SLICE_LITERAL(text) ((struct slice){(text), sizeof(text) - 1})

static inline struct slice slice_of(const char *data, size_t length) {
    return (struct slice){data, length};
}
static inline struct slice slice_of_string(const char *text) {
    return (struct slice){text, strlen(text)};
}
static inline bool slice_equal(struct slice a, struct slice b) {
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}
// A NUL, which strchr would find at the end of any text, is in none.
static inline bool byte_is_among(char c, const char *bytes) {
    return c != '\0' && strchr(bytes, c);
}
static inline bool slice_is_among(struct slice text, const char *const *list, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (slice_equal(text, slice_of_string(list[i]))) {
            return true;
        }
    }
    return false;
}
// Of ASCII letters.
static inline bool slice_equal_any_case(struct slice a, struct slice b) {
    return a.length == b.length && (a.length == 0 || strncasecmp(a.data, b.data, a.length) == 0);
}
static inline bool slice_starts_with(struct slice text, struct slice head) {
    return text.length >= head.length && (head.length == 0 || memcmp(text.data, head.data, head.length) == 0);
}
static inline bool slice_ends_with(struct slice text, struct slice end) {
    return text.length >= end.length &&
           (end.length == 0 || memcmp(text.data + text.length - end.length, end.data, end.length) == 0);
}
// How many blanks and tabs a line begins with.
static inline size_t slice_indentation(struct slice line) {
    size_t at = 0;
    while (at < line.length && (line.data[at] == ' ' || line.data[at] == '\t')) {
        at++;
    }
    return at;
}
// text[start, end); both are clamped to the slice.
struct slice slice_sub(struct slice text, size_t start, size_t end);
// Without ASCII white space at both ends.
struct slice slice_trim(struct slice text);
// Index of the first occurrence of needle at or after `from`, or (size_t)-1.
size_t slice_find(struct slice text, struct slice needle, size_t from);
// ASCII letters, digits and "_": what words of code are made of in most languages.
static inline bool slice_is_word_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
// As slice_find, but not in the middle of such a word.
size_t slice_find_word(struct slice text, struct slice word, size_t from);
// How many of its bytes are this one: with '\n', the number of the line that follows.
size_t slice_count(struct slice text, char byte);
// Where the line that holds the byte at `at` (at most the length) starts, and where it ends: at its newline or the
// text's end.
size_t slice_line_start(struct slice text, size_t at);
size_t slice_line_end(struct slice text, size_t at);
// How many bytes both begin with, and how many both end with.
size_t slice_common_head(struct slice a, struct slice b);
size_t slice_common_tail(struct slice a, struct slice b);

// How many letters must change, come, go or change places with the next to make one word the other, case aside.
size_t str_distance(const char *a, const char *b);
// Of words tried one after another, which was meant by what was typed: the nearest so far (NULL: none), or this one.
// What has more wrong letters than right ones means none.
const char *str_nearer(const char *typed, const char *nearest, const char *word);

// What a noun ends in that is counted so: "1 file", "2 files".
static inline const char *str_plural(uint64_t count) {
    return count == 1 ? "" : "s";
}

struct str {
    char *data;
    size_t length;
    size_t capacity; // without the NUL; 0 while data is the shared empty string
};

void str_init(struct str *str);
void str_free(struct str *str); // leaves an empty, usable str
void str_clear(struct str *str);
void str_reserve(struct str *str, size_t extra);
void str_append(struct str *str, const void *bytes, size_t length);
void str_append_slice(struct str *str, struct slice slice);
void str_append_string(struct str *str, const char *text);
void str_append_char(struct str *str, char c);
void str_append_format(struct str *str, const char *format, ...) __attribute__((format(printf, 2, 3)));
void str_truncate(struct str *str, size_t length); // no-op if already shorter
// Replaces [start, end) by bytes; the positions are clamped.
void str_splice(struct str *str, size_t start, size_t end, const void *bytes, size_t length);
char *str_detach(struct str *str); // heap, NUL-terminated; str is empty afterwards
static inline struct slice str_slice(const struct str *str) {
    return (struct slice){str->data, str->length};
}

#endif
