// symbols_doc.c - the first line of a definition's doc comment.
//
// The comment stands directly above the definition, with nothing but
// attributes between them; Python's stands inside, as the first thing of the
// body. Both are looked for in the text: one look at the line above tells most
// definitions that they have none, and no node is asked. What the language's
// line comment is, its language.json says; block comments are C's.
#include "base/utf8.h"
#include "indexer/syntax_internal.h"

struct lines {
    struct slice text;
    size_t floor; // no line that begins before is looked at
};

// The line above the one that begins at `start`, trimmed; its own start goes to *start. Empty at the floor.
static struct slice line_above(const struct lines *lines, size_t *start) {
    if (*start <= lines->floor) {
        return slice_of(NULL, 0);
    }
    size_t end = *start - 1;
    *start = slice_line_start(lines->text, end);
    return slice_trim(slice_sub(lines->text, *start, end));
}

static bool ends_with(struct slice text, struct slice end) {
    return text.length >= end.length &&
           memcmp(text.data + text.length - end.length, end.data, end.length) == 0;
}

static bool is_attribute(struct slice line) {
    return slice_starts_with(line, SLICE_LITERAL("#[")) || slice_starts_with(line, SLICE_LITERAL("@")) ||
           (slice_starts_with(line, SLICE_LITERAL("[")) && ends_with(line, SLICE_LITERAL("]")));
}

// Without the signs that make it a comment: "/// x", "* x", "## x", "-- | x" and "@brief x" say x.
static struct slice bare(struct slice line) {
    line = slice_trim(line);
    if (ends_with(line, SLICE_LITERAL("*/"))) {
        line.length -= 2;
    }
    size_t at = 0;
    while (at < line.length && line.data[at] && strchr("/*!#-;|%\" \t", line.data[at])) {
        at++;
    }
    line = slice_trim(slice_sub(line, at, line.length));
    if (slice_starts_with(line, SLICE_LITERAL("@brief ")) ||
        slice_starts_with(line, SLICE_LITERAL("\\brief "))) {
        line = slice_trim(slice_sub(line, 7, line.length));
    }
    return line;
}

static bool says_something(struct slice line) {
    for (size_t i = 0; i < line.length; i++) {
        unsigned char c = (unsigned char)line.data[i];
        if (((c | 32) >= 'a' && (c | 32) <= 'z') || c >= 0x80) {
            return true;
        }
    }
    return false;
}

// The first line of [start, end) that says something.
static struct slice first_words(struct slice text, size_t start, size_t end) {
    while (start < end) {
        const char *newline = memchr(text.data + start, '\n', end - start);
        size_t stop = newline ? (size_t)(newline - text.data) : end;
        struct slice words = bare(slice_sub(text, start, stop));
        if (says_something(words)) {
            return words;
        }
        start = stop + 1;
    }
    return slice_of(NULL, 0);
}

// Where the block comment begins that ends on the line at `start`; -1 if there is code before it on its line.
static size_t block_start(const struct lines *lines, size_t start, struct slice line) {
    size_t at = (size_t)(line.data - lines->text.data) + line.length - 2;
    while (at > lines->floor && memcmp(lines->text.data + at - 1, "/*", 2) != 0) {
        at--;
    }
    if (at == lines->floor) {
        return (size_t)-1;
    }
    at--;
    size_t first = at < start ? slice_line_start(lines->text, at) : start;
    return slice_trim(slice_sub(lines->text, first, at)).length ? (size_t)-1 : at;
}

static struct slice doc_above(const struct extraction *extraction, uint32_t definition) {
    struct slice text = extraction->text, nothing = {0};
    struct lines lines = {text, definition > DOC_SCAN ? definition - DOC_SCAN : 0};
    size_t start = slice_line_start(text, definition);
    if (slice_trim(slice_sub(text, start, definition)).length) {
        return nothing;
    }
    struct slice line = line_above(&lines, &start);
    while (line.length && is_attribute(line)) {
        line = line_above(&lines, &start);
    }
    if (line.length == 0) {
        return nothing;
    }
    size_t end = (size_t)(line.data - text.data) + line.length;
    if (ends_with(line, SLICE_LITERAL("*/"))) {
        size_t first = block_start(&lines, start, line);
        return first == (size_t)-1 ? nothing : first_words(text, first, end);
    }
    size_t first = end;
    bool has_comments = extraction->comment[0] != '\0';
    while (has_comments && line.length && slice_starts_with(line, slice_of_string(extraction->comment))) {
        first = start;
        line = line_above(&lines, &start);
    }
    return first_words(text, first, end);
}

// Of a body that begins with a string in triple quotes.
static struct slice doc_inside(const struct extraction *extraction, TSNode body) {
    struct slice text = node_text(extraction, body);
    text = slice_sub(text, 0, DOC_SCAN);
    size_t at = 0;
    while (at < text.length && memchr("rRuU", text.data[at], 4)) {
        at++;
    }
    text = slice_sub(text, at, text.length);
    bool is_quoted =
        slice_starts_with(text, SLICE_LITERAL("\"\"\"")) || slice_starts_with(text, SLICE_LITERAL("'''"));
    if (!is_quoted || strcmp(ts_node_type(body), "block") != 0) {
        return slice_of(NULL, 0);
    }
    size_t end = slice_find(text, slice_of(text.data, 3), 3);
    return first_words(text, 3, end == (size_t)-1 ? text.length : end);
}

const char *symbol_doc(const struct extraction *extraction, uint32_t start, TSNode body) {
    struct slice doc = ts_node_is_null(body) ? slice_of(NULL, 0) : doc_inside(extraction, body);
    if (doc.length == 0) {
        doc = doc_above(extraction, start);
    }
    if (doc.length > DOC_MAX) {
        doc = slice_trim(slice_sub(doc, 0, utf8_floor(doc, DOC_MAX)));
    }
    return doc.length ? arena_copy(&extraction->record->arena, doc) : "";
}
