// postprocess.c - see postprocess.h. The rules for ranges were measured on VS Code, Neovim and Emacs.
#include "completion/postprocess.h"

#include "completion/balance.h"

#include <string.h>

// A whole suggested line that stands right above is dropped only from this length on, as "i++;" may well come twice; one that
// stands right below sooner, for who opens a line before "break;" wants something else.
enum { SHORTEST_LIKE_ABOVE = 8, SHORTEST_LIKE_BELOW = 4 };
// Every length is tried, on the loop's thread; no model repeats this much of a line by mistake.
enum { LONGEST_OVERLAP = 4096, MOST_OWN_CLOSERS = 4 };

static bool is_word(char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (unsigned char)c >= 0x80;
}

bool postprocess_mid_word(struct slice document, size_t cursor) {
    return cursor > 0 && cursor < document.length && is_word(document.data[cursor - 1]) &&
           is_word(document.data[cursor]);
}

static struct slice rest_of_line(struct slice document, size_t cursor) {
    struct slice rest = slice_sub(document, cursor, document.length);
    rest = slice_sub(rest, 0, slice_line_end(rest, 0));
    while (rest.length && (rest.data[rest.length - 1] == '\r' || rest.data[rest.length - 1] == ' ' ||
                           rest.data[rest.length - 1] == '\t')) {
        rest.length--;
    }
    return rest;
}

static bool only_closers(struct slice rest) {
    for (size_t i = 0; i < rest.length; i++) {
        if (!byte_is_among(rest.data[i], ")]}>\"'`;,: ")) {
            return false;
        }
    }
    return true;
}

uint32_t postprocess_line_limit(struct slice document, size_t cursor, uint32_t wanted) {
    return only_closers(rest_of_line(document, cursor)) ? wanted : 1;
}

size_t postprocess_closers(struct slice document, size_t cursor) {
    struct slice rest = rest_of_line(document, cursor);
    return only_closers(rest) ? rest.length : 0;
}

static struct slice first_lines(struct slice text, uint32_t lines) {
    size_t at = 0;
    for (uint32_t line = 0; line < lines; line++) {
        size_t end = slice_find(text, SLICE_LITERAL("\n"), at);
        if (end == (size_t)-1) {
            return text;
        }
        at = end + 1;
    }
    return slice_sub(text, 0, at - 1);
}

static struct slice trim_end(struct slice text) {
    while (text.length && byte_is_among(text.data[text.length - 1], " \t\r\n")) {
        text.length--;
    }
    return text;
}

// White space, with a continuation mark at most: the right margin of somebody else's macro.
static bool is_padding(struct slice text) {
    struct slice rest = slice_trim(text);
    return rest.length == 0 || (rest.length == 1 && rest.data[0] == '\\');
}

// Do they meet within a word?
static bool is_glued(struct slice text, struct slice rest) {
    return text.length > 0 && rest.length > 0 && is_word(text.data[text.length - 1]) && is_word(rest.data[0]);
}

// Is it of whole words, in both?
static bool is_whole(struct slice text, struct slice rest, size_t length) {
    struct slice before = slice_sub(text, 0, text.length - length);
    return !is_glued(before, slice_sub(rest, 0, length)) &&
           !is_glued(slice_sub(rest, 0, length), slice_sub(rest, length, rest.length));
}

// The longest tail of text that is also a head of rest.
static size_t overlap(struct slice text, struct slice rest) {
    size_t longest = text.length < rest.length ? text.length : rest.length;
    longest = longest < LONGEST_OVERLAP ? longest : LONGEST_OVERLAP;
    for (size_t length = longest; length > 0; length--) {
        if (memcmp(text.data + text.length - length, rest.data, length) == 0 &&
            is_whole(text, rest, length)) {
            return length;
        }
    }
    return 0;
}

static struct slice line_below(struct slice document, size_t cursor) {
    size_t at = slice_line_end(document, cursor);
    while (at < document.length && memchr(" \t\n\v\f\r", document.data[at], 6)) {
        at++;
    }
    return slice_trim(slice_sub(document, at, slice_line_end(document, at)));
}

static struct slice line_above(struct slice document, size_t start) {
    struct slice line = {NULL, 0};
    while (start > 0 && line.length == 0) {
        size_t end = start - 1;
        start = slice_line_start(document, end);
        line = slice_trim(slice_sub(document, start, end));
    }
    return line;
}

static struct slice indentation_at(struct slice document, size_t at) {
    struct slice line = slice_sub(document, slice_line_start(document, at), document.length);
    size_t length = 0;
    while (length < line.length && (line.data[length] == ' ' || line.data[length] == '\t')) {
        length++;
    }
    return slice_sub(line, 0, length);
}

// "}  // namespace x" closes no block that is indented like it within.
static bool closes_namespace(struct slice line) {
    return slice_find(line, SLICE_LITERAL("// namespace"), 0) != (size_t)-1 ||
           slice_find(line, SLICE_LITERAL("extern \"C\""), 0) != (size_t)-1;
}

// Of a line of closing brackets: the one below, indented as what it closes, begins with the same. "} else {" may come before it.
static bool is_closed_below(struct slice document, size_t start, struct slice line, struct slice below) {
    bool is_closer = only_closers(line) && byte_is_among(line.data[0], ")]}");
    if (!is_closer || !below.length || below.data[0] != line.data[0] || closes_namespace(below)) {
        return false;
    }
    size_t opener = balance_opener(slice_sub(document, 0, start), line.data[0]);
    return opener != (size_t)-1 &&
           slice_equal(indentation_at(document, opener),
                       indentation_at(document, (size_t)(below.data - document.data)));
}

static bool is_comment(struct slice text) {
    static const char *const signs[] = {"//", "/*", "#", "--"};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (slice_starts_with(text, slice_of_string(signs[i]))) {
            return true;
        }
    }
    return false;
}

// As an item of a list a line may come twice; a comment behind it makes no difference.
static bool is_like_below(struct slice line, struct slice below) {
    if (line.length < SHORTEST_LIKE_BELOW || line.data[line.length - 1] == ',' || only_closers(line) ||
        !slice_starts_with(below, line)) {
        return false;
    }
    struct slice more = slice_sub(below, line.length, below.length), comment = slice_trim(more);
    return comment.length == 0 || (comment.data > more.data && is_comment(comment));
}

// Would the suggestion, as a line of its own, say again what the line above or below says, blank ones aside?
static bool repeats_neighbour(const struct postprocess_query *query, struct slice text) {
    struct slice document = query->document;
    size_t start = slice_line_start(document, query->cursor);
    struct slice line = slice_trim(first_lines(text, 1));
    if (slice_trim(slice_sub(document, start, query->cursor)).length || line.length == 0) {
        return false;
    }
    struct slice below = line_below(document, query->cursor);
    return (line.length >= SHORTEST_LIKE_ABOVE && slice_equal(line, line_above(document, start))) ||
           is_like_below(line, below) || is_closed_below(document, start, line, below);
}

static size_t word_start(struct slice document, size_t cursor) {
    while (cursor > 0 && is_word(document.data[cursor - 1])) {
        cursor--;
    }
    return cursor;
}

static bool has_bracket(struct slice text) {
    for (size_t i = 0; i < text.length; i++) {
        if (byte_is_among(text.data[i], ")]}")) {
            return true;
        }
    }
    return false;
}

static bool opens_nothing(struct slice text) {
    return balance_opener(text, ')') == (size_t)-1 && balance_opener(text, ']') == (size_t)-1 &&
           balance_opener(text, '}') == (size_t)-1;
}

static struct slice left_of_cursor(const struct postprocess_query *query) {
    return slice_sub(query->document, 0, query->cursor);
}

// How much of what closes right of the cursor the text says again. A bracket at its end may also close one of its own.
static size_t repeated_closers(const struct postprocess_query *query, struct slice text, struct slice rest) {
    size_t closed = balance_closes(left_of_cursor(query), text, rest);
    size_t tail = overlap(text, rest);
    bool is_tail =
        !has_bracket(slice_sub(rest, closed, tail)) || opens_nothing(slice_sub(text, 0, text.length - tail));
    return tail > closed && is_tail ? tail : closed;
}

// Of other text right of the cursor: how much of it the text ends with. Brackets at the head of that may close the text's own.
static size_t repeated_tail(const struct postprocess_query *query, struct slice text, struct slice rest) {
    struct slice before = left_of_cursor(query);
    size_t tail = overlap(text, rest);
    for (size_t own = 0; own < tail && own < MOST_OWN_CLOSERS; own++) {
        struct slice head = slice_sub(text, 0, text.length - (tail - own));
        // Closers may be alike by chance; more that is alike may say again what the line lacked a bracket for.
        bool is_chance = only_closers(slice_sub(rest, own, tail));
        if (is_chance ? opens_nothing(head) && balance_as_good(before, head, text, rest)
                      : balance_as_good(before, head, text, rest) ||
                            balance_as_good(before, head, SLICE_LITERAL(""), rest)) {
            return tail - own;
        }
        if (!has_bracket(slice_sub(rest, own, own + 1))) {
            break;
        }
    }
    return 0;
}

// What closes right of the cursor stays, unless all of it is said again, or as much as the text ends with; before other text,
// unless what the text closes it opens again, as `a).b(` does.
static struct slice leave_closers(const struct postprocess_query *query, struct slice text,
                                  struct slice rest) {
    bool stays = rest.length == 0;
    if (only_closers(rest)) {
        size_t closed = repeated_closers(query, text, rest);
        bool is_end = closed > 0 && text.length > 0 && text.data[text.length - 1] == rest.data[closed - 1];
        stays = stays || is_end || slice_trim(slice_sub(rest, closed, rest.length)).length == 0;
    } else {
        stays = balance_as_good(left_of_cursor(query), text, SLICE_LITERAL(""), rest);
    }
    size_t kept = stays ? text.length : balance_kept(left_of_cursor(query), text, rest);
    return kept < text.length ? trim_end(slice_sub(text, 0, kept)) : text;
}

// Does a sentence end with text's last word, the dot aside? A word stands before that, and no sign; right of the cursor a word, a
// quote or a comment's end.
static bool is_sentence(struct slice text, struct slice rest) {
    size_t start = word_start(text, text.length);
    struct slice next = slice_trim(rest);
    return start > 0 && text.data[start - 1] == ' ' &&
           (start == 1 || is_word(text.data[start - 2]) || text.data[start - 2] == ',') && next.length > 0 &&
           (is_word(next.data[0]) || byte_is_among(next.data[0], "\"'`*"));
}

// A member's sign before what is no name, `.(T)` and `::{a, b}` aside. A number may end in a dot, and more dots are a sign of
// their own.
static struct slice trim_member_sign(struct slice text, struct slice rest) {
    static const char *const signs[] = {".", "::", "->"};
    if (rest.length == 0 || is_word(rest.data[0]) || byte_is_among(rest.data[0], "([{<.*")) {
        return text;
    }
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        struct slice sign = slice_of_string(signs[i]);
        if (text.length > sign.length && slice_ends_with(text, sign)) {
            struct slice before = slice_sub(text, 0, text.length - sign.length);
            char last = before.data[before.length - 1];
            bool is_name = (is_word(last) && !(last >= '0' && last <= '9')) || last == ')' || last == ']';
            return is_name && !(i == 0 && is_sentence(before, rest)) ? before : text;
        }
    }
    return text;
}

// No statement ends within brackets that stay right of it, nor does a block begin before what ends one.
static struct slice trim_statement_end(const struct postprocess_query *query, struct slice text,
                                       struct slice rest) {
    struct slice left = slice_trim(slice_sub(rest, repeated_closers(query, text, rest), rest.length));
    if (left.length == 0) {
        return text;
    }
    const char *ends = left.data[0] == ';' ? "{; " : "; ";
    while (text.length && byte_is_among(text.data[text.length - 1], ends)) {
        text.length--;
    }
    return text;
}

static void choose_range(const struct postprocess_query *query, struct slice rest, struct slice text,
                         struct arena *arena, struct postprocess_result *out) {
    struct slice document = query->document;
    out->replace_start = out->replace_end = query->cursor;
    if (rest.length == 0) {
        out->replace_start = word_start(document, query->cursor);
    } else if (only_closers(rest)) {
        out->replace_end = query->cursor + repeated_closers(query, text, rest);
    }
    size_t head = query->cursor - out->replace_start;
    char *bytes = arena_alloc(arena, head + text.length + 1);
    if (head) {
        memcpy(bytes, document.data + out->replace_start, head);
    }
    memcpy(bytes + head, text.data, text.length);
    out->text = slice_of(bytes, head + text.length);
    out->shown = slice_sub(out->text, head, out->text.length);
}

enum outcome postprocess(const struct postprocess_query *query, struct slice raw, struct arena *arena,
                         struct postprocess_result *out) {
    struct slice rest = rest_of_line(query->document, query->cursor);
    bool closers = only_closers(rest);
    struct slice text = first_lines(raw, closers ? query->max_lines : 1);
    text = trim_end(text);
    bool says_nothing = is_padding(text);
    if (closers) {
        text = trim_statement_end(query, text, rest);
    } else {
        text = slice_sub(text, 0, text.length - repeated_tail(query, text, rest));
        text = is_glued(trim_end(text), rest) ? text : trim_end(text);
    }
    text = trim_member_sign(leave_closers(query, text, rest), rest);
    if (says_nothing || is_glued(text, rest)) {
        return OUTCOME_NOTHING;
    }
    // Nothing new if all that it says stands right of the cursor.
    if (is_padding(text) || slice_equal(slice_trim(text), slice_trim(rest)) ||
        repeats_neighbour(query, text)) {
        return OUTCOME_REPEATS;
    }
    if (!balance_holds(left_of_cursor(query), text)) {
        return OUTCOME_UNBALANCED;
    }
    choose_range(query, rest, text, arena, out);
    return OUTCOME_SHOWN;
}
