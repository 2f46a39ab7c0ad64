// region.c - see region.h.
//
// By indent: from the cursor upwards, each line that is less indented than all
// below it encloses the cursor. The outermost of them that is no type's or
// namespace's head is taken for the function. Lines that stand at the margin
// without meaning anything by it (preprocessor, labels, comments, lone
// brackets) do not count.
#include "completion/region.h"

#include "base/utf8.h"

#include <ctype.h>

enum { COMMENT_REACH = 4096, TAB = 8, FEWEST_HEADER_BYTES = 4, TYPE_WORDS_SEEN = 4 };

// The line that starts there, without its end.
static struct slice line_at(struct slice text, size_t start) {
    return slice_sub(text, start, slice_line_end(text, start));
}

static size_t indent_of(struct slice line) {
    size_t column = 0;
    for (size_t i = 0; i < line.length && (line.data[i] == ' ' || line.data[i] == '\t'); i++) {
        column = line.data[i] == '\t' ? (column / TAB + 1) * TAB : column + 1;
    }
    return column;
}

// --- what a line is, trimmed ---

static bool is_closer(struct slice line) {
    return line.length && (strchr("})]", line.data[0]) || slice_equal(line, SLICE_LITERAL("end")) ||
                           slice_starts_with(line, SLICE_LITERAL("end;")));
}

// Does a block begin behind it? What also closes something then goes on with what began above.
static bool is_opener(struct slice line) {
    return line.length && strchr("{:(", line.data[line.length - 1]);
}

static bool is_comment(struct slice line) {
    static const char *const opens[] = {"//", "/*", "*", "--", "# ", ";;"};
    for (size_t i = 0; i < sizeof opens / sizeof *opens; i++) {
        if (slice_starts_with(line, slice_of_string(opens[i]))) {
            return true;
        }
    }
    return false;
}

static bool is_condition(struct slice line) { // of the preprocessor: it stands at the margin everywhere
    return slice_starts_with(line, SLICE_LITERAL("#if")) || slice_starts_with(line, SLICE_LITERAL("#el")) ||
           slice_starts_with(line, SLICE_LITERAL("#endif"));
}

static bool is_label(struct slice line) {
    size_t i = 0;
    while (i < line.length && (isalnum((unsigned char)line.data[i]) || line.data[i] == '_')) {
        i++;
    }
    return i > 0 && i + 1 == line.length && line.data[i] == ':';
}

static bool says_nothing(struct slice line) {
    return line.length == 0 || slice_equal(line, SLICE_LITERAL("{")) || line.data[0] == '#' ||
           is_comment(line) || is_label(line);
}

// A word that heads a type or namespace even with a parenthesis behind it, or (the later ones) without.
static bool is_type_word(struct slice word, bool parenthesis) {
    static const char *const always[] = {"class",  "interface", "namespace", "module",
                                         "impl",   "trait",     "mod",       "object",
                                         "record", "protocol",  "extension", "package"};
    static const char *const alone[] = {"struct", "enum", "union", "extern", "type"};
    for (size_t i = 0; i < sizeof always / sizeof *always; i++) {
        if (slice_equal(word, slice_of_string(always[i]))) {
            return true;
        }
    }
    for (size_t i = 0; !parenthesis && i < sizeof alone / sizeof *alone; i++) {
        if (slice_equal(word, slice_of_string(alone[i]))) {
            return true;
        }
    }
    return false;
}

static bool heads_type(struct slice line) {
    bool parenthesis = line.length && memchr(line.data, '(', line.length);
    size_t at = 0;
    for (int word = 0; word < TYPE_WORDS_SEEN && at < line.length; word++) {
        size_t start = at;
        while (at < line.length && isalpha((unsigned char)line.data[at])) {
            at++;
        }
        if (is_type_word(slice_sub(line, start, at), parenthesis)) {
            return true;
        }
        if (at < line.length && line.data[at] != ' ') {
            return false;
        }
        at++;
    }
    return false;
}

// --- the definition, by indent ---

// What stands right above a definition and belongs to it.
static bool leads_definition(struct slice line) {
    return is_comment(line) || (line.length && line.data[0] == '@') ||
           slice_starts_with(line, SLICE_LITERAL("#["));
}

// The first of the lines from there upwards, without a gap, that belong together.
static size_t top_of(struct slice text, size_t start, bool (*belongs)(struct slice line)) {
    while (start > 0) {
        size_t above = slice_line_start(text, start - 1);
        if (!belongs(slice_trim(line_at(text, above)))) {
            break;
        }
        start = above;
    }
    return start;
}

static bool is_of_paragraph(struct slice line) {
    return line.length && !is_closer(line);
}

// An empty line has no say: it still belongs to what is above it.
static size_t skip_empty(struct slice text, size_t cursor) {
    size_t start = slice_line_start(text, cursor);
    while (start > 0 && slice_trim(line_at(text, start)).length == 0) {
        start = slice_line_start(text, start - 1);
    }
    return start;
}

// Outside of any definition: the first line without a gap above the cursor that is no comment.
static size_t paragraph_head(struct slice text, size_t start) {
    size_t head = top_of(text, start, is_of_paragraph);
    while (head < start && leads_definition(slice_trim(line_at(text, head)))) {
        head += line_at(text, head).length + 1;
    }
    return head;
}

static size_t start_by_indent(struct slice text, size_t cursor) {
    size_t start = skip_empty(text, cursor);
    size_t level = indent_of(line_at(text, start)) + is_closer(slice_trim(line_at(text, start)));
    size_t found = (size_t)-1;
    size_t first = cursor > REGION_REACH ? cursor - REGION_REACH : 0;
    for (size_t at = start; at > first && level > 0;) {
        at = slice_line_start(text, at - 1);
        struct slice whole = line_at(text, at);
        struct slice line = slice_trim(whole);
        size_t indent = indent_of(whole);
        if (indent >= level || says_nothing(line) || (is_closer(line) && is_opener(line))) {
            continue;
        }
        level = indent;
        if (!is_closer(line) && !heads_type(line)) {
            found = at;
        }
    }
    return found == (size_t)-1 ? paragraph_head(text, start) : found;
}

// --- the definition, by the index ---

static size_t next_line(struct slice text, size_t at) {
    size_t newline = slice_find(text, SLICE_LITERAL("\n"), at);
    return newline == (size_t)-1 ? text.length + 1 : newline + 1;
}

static size_t start_of_line(struct slice text, uint32_t line) {
    size_t at = 0;
    for (; line > 0 && at < text.length; line--) {
        at = next_line(text, at);
    }
    return at < text.length ? at : text.length;
}

// (size_t)-1: it knows of no function there, or of one that the text has no more.
static size_t start_by_record(struct slice text, size_t cursor, const struct record *record) {
    uint32_t line = (uint32_t)slice_count(slice_sub(text, 0, cursor), '\n');
    for (uint32_t i = record->symbol_count; i-- > 0;) {
        const struct symbol *symbol = &record->symbols[i];
        bool around = symbol->name_line <= line && line <= symbol->end_line;
        if (around && (symbol->kind == SYMBOL_FUNCTION || symbol->kind == SYMBOL_METHOD)) {
            size_t start = start_of_line(text, symbol->name_line);
            struct slice name = slice_of_string(symbol->name);
            return slice_find(line_at(text, start), name, 0) != (size_t)-1 ? start : (size_t)-1;
        }
    }
    return (size_t)-1;
}

struct region region_at(struct slice text, size_t cursor, const struct record *record) {
    cursor = cursor < text.length ? cursor : text.length;
    size_t start = record ? start_by_record(text, cursor, record) : (size_t)-1;
    if (start == (size_t)-1 || start > cursor) {
        start = start_by_indent(text, cursor);
    }
    return (struct region){top_of(text, start, leads_definition), slice_trim(line_at(text, start))};
}

bool region_same(const struct region *before, const struct region *now) {
    return before->start == now->start ||
           (now->header.length >= FEWEST_HEADER_BYTES && slice_equal(before->header, now->header));
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n';
}

// Does a comment of several lines open there? It stands apart, unlike the end of a path in a string.
static bool opens_comment(struct slice text, size_t at) {
    bool apart = (at == 0 || is_blank(text.data[at - 1])) &&
                 (at + 2 == text.length || is_blank(text.data[at + 2]) || text.data[at + 2] == '*');
    return apart && text.data[at] == '/' && text.data[at + 1] == '*';
}

bool region_in_comment(struct slice text, size_t cursor) {
    if (is_comment(slice_trim(line_at(text, slice_line_start(text, cursor))))) {
        return true;
    }
    size_t first = cursor > COMMENT_REACH ? cursor - COMMENT_REACH : 0;
    for (size_t at = cursor; at >= first + 2; at--) {
        if (text.data[at - 2] == '*' && text.data[at - 1] == '/') {
            return false;
        }
        if (opens_comment(text, at - 2)) {
            return true;
        }
    }
    return false;
}

// --- cutting ---

// The lower the better.
static size_t badness(struct slice text, size_t start, struct slice line) {
    bool after_blank = start < 2 || text.data[start - 2] == '\n';
    return indent_of(line) * 2 + !after_blank;
}

size_t region_cut(struct slice text, size_t from, size_t to) {
    size_t best = (size_t)-1, least = (size_t)-1;
    to = to < text.length ? to : text.length;
    for (size_t start = slice_line_start(text, from < to ? from : to); start <= to;) {
        struct slice whole = line_at(text, start);
        struct slice line = slice_trim(whole);
        if (start >= from && line.length && !is_closer(line) && !is_condition(line) && !is_label(line) &&
            badness(text, start, whole) < least) {
            least = badness(text, start, whole);
            best = start;
        }
        start += whole.length + 1;
    }
    return best == (size_t)-1 ? utf8_floor(text, to) : best;
}
