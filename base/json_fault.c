// json_fault.c - see json_fault.h.
//
// Reads token by token and always knows what may come next; the brackets that
// are open wait on a stack. A bracket that was forgotten is noticed at the end
// only, when others have closed in its place. But people indent: the first closing
// one that stands below another column than what it closes tells which was forgotten.
#include "base/json_fault.h"

#include <stdlib.h>

enum { DEPTH = 200, LONGEST_NUMBER = 64, INDENTED = 400 }; // nobody indents by more bytes
static const size_t NOWHERE = SIZE_MAX;

enum awaited { VALUE, KEY, COLON, MORE, END }; // MORE: a comma or a closing bracket

struct reading {
    struct slice text;
    size_t at;
    size_t last; // the token before this one, its last byte
    enum awaited awaited;
    bool is_first; // in its bracket
    size_t open[DEPTH];
    size_t depth;
    size_t askew; // a bracket that seems to be closed by another's
    size_t fault;
    const char *words;
};

static bool fail(struct reading *reading, size_t at, const char *words) {
    reading->fault = at;
    reading->words = words;
    return false;
}

static char byte_at(const struct reading *reading, size_t at) {
    return at < reading->text.length ? reading->text.data[at] : '\0';
}

static bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0';
}

// Over white space and comments.
static bool skip(struct reading *reading) {
    while (reading->at < reading->text.length) {
        char next = byte_at(reading, reading->at + 1);
        if (is_space(byte_at(reading, reading->at))) {
            reading->at++;
        } else if (byte_at(reading, reading->at) == '/' && next == '/') {
            reading->at = slice_line_end(reading->text, reading->at);
        } else if (byte_at(reading, reading->at) == '/' && next == '*') {
            size_t end = slice_find(reading->text, SLICE_LITERAL("*/"), reading->at + 2);
            if (end == (size_t)-1) {
                return fail(reading, reading->at, "this comment is never closed");
            }
            reading->at = end + 2;
        } else {
            break;
        }
    }
    return true;
}

static bool is_escape(const struct reading *reading, size_t at) {
    char c = byte_at(reading, at);
    bool is_good = c && strchr("\"\\/bfnrtu", c) != NULL;
    for (size_t i = 1; c == 'u' && i <= 4; i++) {
        char digit = byte_at(reading, at + i);
        is_good = is_good && digit && strchr("0123456789abcdefABCDEF", digit) != NULL;
    }
    return is_good;
}

static bool read_string(struct reading *reading) {
    size_t start = reading->at++;
    for (char c; (c = byte_at(reading, reading->at)) != '"'; reading->at++) {
        if (reading->at >= reading->text.length || c == '\n') {
            return fail(reading, start, "this text has no closing quote");
        }
        if (c == '\\' && !is_escape(reading, ++reading->at)) {
            return fail(reading, reading->at, "no such escape; a backslash itself is written \\\\");
        }
    }
    reading->at++;
    return true;
}

static bool is_word(struct slice word) {
    char number[LONGEST_NUMBER], *end = number;
    if (slice_equal(word, SLICE_LITERAL("true")) || slice_equal(word, SLICE_LITERAL("false")) ||
        slice_equal(word, SLICE_LITERAL("null"))) {
        return true;
    }
    if (word.length == 0 || word.length >= sizeof number || !strchr("-0123456789", word.data[0])) {
        return false;
    }
    memcpy(number, word.data, word.length);
    number[word.length] = '\0';
    strtod(number, &end);
    return *end == '\0';
}

static bool read_word(struct reading *reading) {
    size_t start = reading->at;
    while (slice_is_word_byte(byte_at(reading, reading->at)) ||
           (byte_at(reading, reading->at) && strchr("+-.", byte_at(reading, reading->at)))) {
        reading->at++;
    }
    return is_word(slice_sub(reading->text, start, reading->at)) ||
           fail(reading, start, "a value is true, false, null, a number, or text in double quotes");
}

// Of the line that the byte is on; NOWHERE: something else stands before it there, or too much, as in a file that is one
// line, which would be gone through again for each of its brackets.
static size_t indentation(struct slice text, size_t at, bool is_alone) {
    size_t from = at > INDENTED ? at - INDENTED : 0;
    struct slice near = slice_sub(text, from, at);
    size_t start = slice_line_start(near, near.length), end = start;
    while (end < near.length && is_space(near.data[end])) {
        end++;
    }
    bool is_cut = from > 0 && start == 0;
    return is_cut || (is_alone && end < near.length) ? NOWHERE : end - start;
}

static void note_askew(struct reading *reading, size_t open) {
    size_t here = indentation(reading->text, reading->at, true);
    size_t there = here == NOWHERE ? NOWHERE : indentation(reading->text, open, false);
    if (reading->askew == NOWHERE && there != NOWHERE && here != there) {
        reading->askew = open;
    }
}

static bool close_bracket(struct reading *reading) {
    size_t open = reading->depth ? reading->open[reading->depth - 1] : NOWHERE;
    char fitting = byte_at(reading, open) == '{' ? '}' : ']';
    if (open == NOWHERE || byte_at(reading, reading->at) != fitting) {
        return fail(reading, reading->at, "this bracket does not close what is open");
    }
    note_askew(reading, open);
    reading->depth--;
    reading->at++;
    reading->awaited = reading->depth ? MORE : END;
    return true;
}

static bool open_bracket(struct reading *reading) {
    if (reading->depth == DEPTH) {
        return fail(reading, reading->at, NULL);
    }
    reading->awaited = byte_at(reading, reading->at) == '{' ? KEY : VALUE;
    reading->is_first = true;
    reading->open[reading->depth++] = reading->at++;
    return true;
}

static bool is_closing(char c) {
    return c == '}' || c == ']';
}

static bool read_value(struct reading *reading, char c) {
    if (c == '{' || c == '[') {
        return open_bracket(reading);
    }
    if (is_closing(c) && byte_at(reading, reading->last) == ',') {
        return fail(reading, reading->last, "nothing follows this comma");
    }
    if (is_closing(c) || c == ',') {
        return fail(reading, reading->last, "a value is missing");
    }
    reading->awaited = reading->depth ? MORE : END;
    return c == '"' ? read_string(reading) : read_word(reading);
}

static bool read_key(struct reading *reading, char c) {
    if (c == '}' && byte_at(reading, reading->last) == ',') {
        return fail(reading, reading->last, "nothing follows this comma");
    }
    if (c != '"') {
        return fail(reading, reading->at, "a name in double quotes belongs here");
    }
    reading->awaited = COLON;
    return read_string(reading);
}

static bool read_sign(struct reading *reading, char c, char wanted, enum awaited next, const char *missing) {
    if (c != wanted) {
        return fail(reading, reading->last, missing);
    }
    reading->at++;
    reading->awaited = next;
    return true;
}

static bool read_token(struct reading *reading) {
    char c = byte_at(reading, reading->at);
    bool may_close = reading->awaited == MORE || (reading->is_first && reading->depth);
    reading->is_first = false;
    if (may_close && is_closing(c)) {
        return close_bracket(reading);
    }
    switch (reading->awaited) {
    case VALUE:
        return read_value(reading, c);
    case KEY:
        return read_key(reading, c);
    case COLON:
        return read_sign(reading, c, ':', VALUE, "a : is missing behind the name");
    case MORE: {
        bool is_object = byte_at(reading, reading->open[reading->depth - 1]) == '{';
        return read_sign(reading, c, ',', is_object ? KEY : VALUE, "a comma is missing");
    }
    default:
        return fail(reading, reading->at, "there is more behind the end");
    }
}

static void read_all(struct reading *reading) {
    while (skip(reading) && reading->at < reading->text.length) {
        if (!read_token(reading)) {
            return;
        }
        reading->last = reading->at - 1;
    }
    if (!reading->words && reading->depth) {
        size_t open = reading->askew == NOWHERE ? reading->open[reading->depth - 1] : reading->askew;
        fail(reading, open,
             byte_at(reading, open) == '{' ? "this { is never closed" : "this [ is never closed");
    }
}

struct json_fault json_fault_find(struct slice text) {
    struct slice mark = SLICE_LITERAL("\xEF\xBB\xBF"); // some editors begin a file with it
    struct reading reading = {.text = text, .askew = NOWHERE};
    reading.at = slice_starts_with(text, mark) ? mark.length : 0;
    read_all(&reading);
    return (struct json_fault){1 + slice_count(slice_sub(text, 0, reading.fault), '\n'), reading.words};
}
