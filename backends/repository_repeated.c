// repository_repeated.c - see repository_repeated.h.
//
// The likeliest line is often one that has just been written: whatever stands around the cursor agrees with it, as it did when
// that line was written. While 4,200 lines were typed, 901 of 180,285 answers were the nearest line above or below, and 2 of these
// right. Where two such lines stand already it is a list or a table, whose next line is often the same.
//
// And what a block has named once, in a declaration, a `case` or a list with names, it does not name again: of 432 such answers
// that were 5 % sure or more none was right. A name or member that is assigned again is another matter.
#include "backends/repository_repeated.h"

#include "backends/repository_lexer.h"

enum { SHORTEST_LINE = 4, NEIGHBOURS = 2 };

// What such a line has before its `=` or `:` may be there any number of times. Rust's `let` may declare a name anew.
static const char *const SEVERAL[] = {"and",     "assert",    "await",  "elif",   "else",   "for",
                                      "if",      "in",        "let",    "match",  "not",    "or",
                                      "private", "protected", "public", "return", "switch", "template",
                                      "where",   "while",     "with",   "yield"};

// --- lines ---

// The text without its last line that has something, which is `*line`; false if there is none.
static bool take_above(struct slice *text, struct slice *line) {
    while (text->length > 0) {
        size_t start = slice_line_start(*text, text->length - 1);
        *line = slice_sub(*text, start, text->length - 1);
        text->length = start;
        if (slice_trim(*line).length > 0) {
            return true;
        }
    }
    return false;
}

// The same with its first one.
static bool take_below(struct slice *text, struct slice *line) {
    while (text->length > 0) {
        size_t end = slice_line_end(*text, 0);
        *line = slice_sub(*text, 0, end);
        *text = slice_sub(*text, end + 1, text->length);
        if (slice_trim(*line).length > 0) {
            return true;
        }
    }
    return false;
}

typedef bool take_line(struct slice *text, struct slice *line);

static struct slice lines_above(const struct document *document) {
    return slice_sub(document->above, 0, slice_line_start(document->above, document->above.length));
}

static struct slice lines_below(const struct document *document) {
    struct slice below = document->suffix;
    return slice_sub(below, slice_line_end(below, 0) + 1, below.length);
}

// --- whole lines ---

// How many of the nearest lines are this one; is_next: is the very next?
static uint32_t count_same(struct slice text, take_line *take, const struct document *document,
                           struct slice line, bool *is_next) {
    struct slice other;
    uint32_t count = 0;
    for (int i = 0; i < NEIGHBOURS && take(&text, &other); i++) {
        bool is_same =
            slice_equal(slice_trim(other), line) && slice_indentation(other) == document->indentation.length;
        *is_next |= is_same && i == 0;
        count += is_same;
    }
    return count;
}

static bool has_word(struct slice line) {
    size_t at = 0;
    while (at < line.length && !lexer_is_word_byte(line.data[at])) {
        at++;
    }
    return at < line.length;
}

static bool is_neighbour(const struct document *document, struct slice line) {
    bool is_next = false;
    if (line.length < SHORTEST_LINE || !has_word(line)) {
        return false;
    }
    uint32_t count = count_same(lines_above(document), take_above, document, line, &is_next) +
                     count_same(lines_below(document), take_below, document, line, &is_next);
    return is_next && count == 1;
}

// --- left sides ---

static bool is_among(char c, const char *bytes) {
    return c != '\0' && strchr(bytes, c);
}

static struct slice first_word(struct slice line) {
    size_t at = 0;
    while (at < line.length && lexer_is_word_byte(line.data[at])) {
        at++;
    }
    return slice_sub(line, 0, at);
}

static char byte_at(struct slice line, size_t at) {
    return at < line.length ? line.data[at] : '\0';
}

// Where the left side ends whose sign is at `at`; 0: it has none.
static size_t end_at_sign(struct slice line, size_t at, bool declares) {
    char before = byte_at(line, at - 1), next = byte_at(line, at + 1);
    if (line.data[at] == ':') {
        bool is_case = slice_equal(first_word(line), SLICE_LITERAL("case"));
        return next == '=' ? at + 2 : is_case || next == ' ' ? at + 1 : 0;
    }
    if (next == '=' || is_among(before, "+-*/|&^%<>!.?~")) {
        return 0;
    }
    bool is_element =
        line.data[line.length - 1] == ',' && slice_find(line, SLICE_LITERAL("("), at) == (size_t)-1;
    return next == '>' ? at + 2 : declares || is_element ? at + 1 : 0;
}

// 0: it has no left side, or one that says nothing.
static size_t end_of_left(struct slice line) {
    bool declares = false; // two words side by side
    struct slice first = first_word(line);
    if (first.length == 0 || slice_is_among(first, SEVERAL, sizeof SEVERAL / sizeof *SEVERAL)) {
        return 0;
    }
    for (size_t at = first.length; at < line.length; at++) {
        char c = line.data[at];
        if (c == ':' && byte_at(line, at + 1) == ':') {
            at++;
        } else if (c == '=' || c == ':') {
            return end_at_sign(line, at, declares);
        } else if (!lexer_is_word_byte(c) && !is_among(c, " .,*&[]<>-")) {
            return 0;
        }
        declares |= lexer_is_word_byte(c) && line.data[at - 1] == ' ' && byte_at(line, at - 2) != ',';
    }
    return 0;
}

// `#if`, `#[cfg(unix)]`.
static bool is_condition(struct slice text) {
    return text.data[0] == '#' && text.length > 1 && text.data[1] != ' ';
}

static bool block_has(struct slice text, take_line *take, const struct document *document,
                      struct slice left) {
    struct slice line;
    for (int i = 0; i < REPEATED_LINES && take(&text, &line); i++) {
        size_t indentation = slice_indentation(line);
        struct slice trimmed = slice_trim(line);
        if (indentation < document->indentation.length || is_condition(trimmed)) {
            return false;
        }
        if (indentation == document->indentation.length && slice_starts_with(trimmed, left)) {
            return true;
        }
    }
    return false;
}

// Without the sign at its end, and blanks before that.
static size_t length_of_named(struct slice left) {
    while (left.length > 0 && is_among(left.data[left.length - 1], ":=> ")) {
        left.length--;
    }
    return left.length;
}

// What is named already is the person's own choice.
static size_t repeated_left(const struct document *document, struct slice line) {
    struct slice trimmed = slice_trim(line), left = slice_sub(trimmed, 0, end_of_left(trimmed));
    size_t before = (size_t)(trimmed.data - line.data);
    bool is_new = before + length_of_named(left) > document->cursor_line.length;
    return left.length > 0 && is_new &&
                   (block_has(lines_above(document), take_above, document, left) ||
                    block_has(lines_below(document), take_below, document, left))
               ? before + left.length
               : 0;
}

size_t repeated_part(const struct document *document, struct slice line, bool is_code) {
    size_t left = is_code ? repeated_left(document, line) : 0;
    return left > 0 ? left : is_neighbour(document, slice_trim(line)) ? line.length : 0;
}
