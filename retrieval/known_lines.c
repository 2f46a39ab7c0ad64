// known_lines.c - see known_lines.h.
#include "retrieval/known_lines.h"

#include "base/hash.h"

enum { SHORT_LINE = 4 };
enum { BYTES_PER_LINE = 48 };   // usually, when each is counted once
static const double MOST = 0.7; // of the lines, from which on a text says nothing new

// The next line that tells something, trimmed; empty at the end of the text.
static struct slice next_line(struct slice text, size_t *at) {
    while (*at < text.length) {
        const char *newline = memchr(text.data + *at, '\n', text.length - *at);
        size_t end = newline ? (size_t)(newline - text.data) : text.length;
        struct slice line = slice_trim(slice_sub(text, *at, end));
        *at = end + 1;
        if (line.length >= SHORT_LINE) {
            return line;
        }
    }
    return slice_of("", 0);
}

void known_lines_init(struct known_lines *known, struct slice text) {
    map_init(&known->hashes);
    known_lines_reserve(known, text.length);
    known_lines_add(known, text);
}

void known_lines_reserve(struct known_lines *known, size_t bytes) {
    map_reserve(&known->hashes, bytes / BYTES_PER_LINE);
}

void known_lines_add_line(struct known_lines *known, struct slice line) {
    if (line.length >= SHORT_LINE) {
        map_insert(&known->hashes, hash_bytes(line.data, line.length), 1);
    }
}

void known_lines_add(struct known_lines *known, struct slice text) {
    size_t at = 0;
    for (struct slice line = next_line(text, &at); line.length; line = next_line(text, &at)) {
        known_lines_add_line(known, line);
    }
}

void known_lines_forget(struct known_lines *known, struct slice line) {
    line = slice_trim(line);
    map_remove(&known->hashes, hash_bytes(line.data, line.length));
}

void known_lines_free(struct known_lines *known) {
    map_free(&known->hashes);
}

bool known_lines_have(const struct known_lines *known, struct slice line) {
    return map_get(&known->hashes, hash_bytes(line.data, line.length)) != NULL;
}

bool known_lines_cover(const struct known_lines *known, struct slice text) {
    uint32_t all = 0, there = 0;
    size_t at = 0;
    for (struct slice line = next_line(text, &at); line.length; line = next_line(text, &at)) {
        all++;
        there += known_lines_have(known, line);
    }
    return (double)there >= MOST * (double)all;
}
