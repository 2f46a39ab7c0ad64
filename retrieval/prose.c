// prose.c - see prose.h.
#include "retrieval/prose.h"

#include <string.h>

struct prose_marks prose_marks_of(const struct language *language) {
    return (struct prose_marks){slice_of_string(language_line_comment(language)),
                                language_has_apostrophes(language)};
}

static size_t skip_to(struct slice text, size_t at, const char *end) {
    size_t found = slice_find(text, slice_of_string(end), at);
    return found == (size_t)-1 ? text.length : found + strlen(end);
}

static bool is_quote(char byte) {
    return byte == '"' || byte == '\'' || byte == '`';
}

// A ' begins the text: is it of a name? Else it quotes a character or an escape.
static bool is_apostrophe(struct slice text) {
    size_t next = 2;
    while (next < text.length && ((unsigned char)text.data[next] & 0xC0) == 0x80) {
        next++;
    }
    return next >= text.length || text.data[1] == '\'' || (text.data[1] != '\\' && text.data[next] != '\'');
}

// Behind the apostrophe and what follows of the name.
static size_t skip_name(struct slice text, size_t at) {
    do {
        at++;
    } while (at < text.length && prose_is_of_word(text.data[at]));
    return at;
}

// Behind the string that begins at `at`; one that does not end in its line is none. The line's end is not looked for
// ahead: it may be far, and a line of nothing but strings would be gone through from each of them.
static size_t skip_string(struct slice text, size_t at) {
    char quote = text.data[at];
    char triple[] = {quote, quote, quote, '\0'};
    if (slice_starts_with(slice_sub(text, at, text.length), slice_of_string(triple))) {
        return skip_to(text, at + 3, triple);
    }
    for (size_t i = at + 1; i < text.length && (quote == '`' || text.data[i] != '\n'); i++) {
        if (text.data[i] == quote) {
            return i + 1;
        }
        bool is_escape = text.data[i] == '\\' && i + 1 < text.length && text.data[i + 1] != '\n';
        i += is_escape;
    }
    return at + 1;
}

// An escaped quote outside of strings begins none; a line of nothing else would be gone through from each of them.
static size_t skip_escape(struct slice text, size_t at) {
    bool is_escape = text.data[at] == '\\' && at + 1 < text.length &&
                     (is_quote(text.data[at + 1]) || text.data[at + 1] == '\\');
    return is_escape ? at + 2 : at;
}

size_t prose_skip(struct slice text, size_t at, struct prose_marks marks) {
    struct slice rest = slice_sub(text, at, text.length), comment = marks.comment;
    if (comment.length && slice_starts_with(rest, comment)) {
        return slice_line_end(text, at);
    }
    if (comment.data[0] == '/' && slice_starts_with(rest, SLICE_LITERAL("/*"))) {
        return skip_to(text, at + 2, "*/");
    }
    if (comment.length == 0 && slice_starts_with(rest, SLICE_LITERAL("(*"))) {
        return skip_to(text, at + 2, "*)");
    }
    if (marks.has_apostrophes && text.data[at] == '\'' && is_apostrophe(rest)) {
        return skip_name(text, at);
    }
    return is_quote(text.data[at]) ? skip_string(text, at) : skip_escape(text, at);
}

size_t prose_end(struct slice text, size_t from, size_t at, struct prose_marks marks) {
    while (from < at) {
        size_t behind = prose_skip(text, from, marks);
        from = behind > from ? behind : from + 1;
    }
    return from;
}
