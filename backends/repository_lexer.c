// repository_lexer.c - see repository_lexer.h.
//
// The model counts what follows what, in forty languages and in files that do
// not compile at the moment. So the lexer knows no language and has no state:
// strings and comments are words and signs like the rest, an unclosed quote
// changes nothing behind it, and any line can be lexed alone. Words take every
// byte above 127, which keeps UTF-8 letters together and damaged bytes whole.
// Line end and indentation are one lexeme because they are one decision of the
// person who types.
#include "backends/repository_lexer.h"

#include "indexer/lanes.h"

// What may be the second byte of a sign of two, by its first one.
static const char *const SECOND_BYTES[256] = {
    ['!'] = "=",   ['#'] = "#",  ['%'] = "=",   ['&'] = "&=", ['*'] = "=/*", ['+'] = "+=",
    ['-'] = ">-=", ['.'] = ".",  ['/'] = "=/*", [':'] = ":=", ['<'] = "=<-", ['='] = ">=",
    ['>'] = "=>",  ['?'] = "?.", ['^'] = "=",   ['|'] = "|="};
static const char *const LONG_SIGNS[] = {"...", "===", "!==", "<<=", ">>=", "**="};
enum { LONG_SIGN_COUNT = sizeof LONG_SIGNS / sizeof *LONG_SIGNS, LONG_SIGN = 3 };

// A set of bytes, a bit each: looked up at every byte of every text, where a chain of comparisons takes long.
struct byte_set {
    uint64_t bits[4];
};
#define BIT(c)            (UINT64_C(1) << ((c) % 64))
#define BITS(first, last) ((BIT(last) - BIT(first)) | BIT(last))
static const struct byte_set WORD_BYTES = {
    {BITS('0', '9') | BIT('$'), BITS('A', 'Z') | BITS('a', 'z') | BIT('_'), UINT64_MAX, UINT64_MAX}};
static const struct byte_set SPACES = {{BIT(' ') | BIT('\t') | BIT('\v') | BIT('\f')}};

static inline bool is_in(const struct byte_set *set, char c) {
    return set->bits[(unsigned char)c / 64] >> ((unsigned char)c % 64) & 1;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool lexer_is_word_byte(char c) {
    return is_in(&WORD_BYTES, c);
}

static bool is_space(char c) {
    return is_in(&SPACES, c);
}

// A carriage return counts as white space unless it begins a line end.
static bool is_space_at(struct slice text, size_t at) {
    char c = text.data[at];
    return is_space(c) || (c == '\r' && !(at + 1 < text.length && text.data[at + 1] == '\n'));
}

static bool is_line_end_at(struct slice text, size_t at) {
    return text.data[at] == '\n' || (text.data[at] == '\r' && !is_space_at(text, at));
}

static size_t skip_spaces(struct slice text, size_t at) {
    while (at < text.length && is_space_at(text, at)) {
        at++;
    }
    return at;
}

static size_t line_length(struct slice text, size_t start) {
    size_t at = start;
    while (at < text.length && is_line_end_at(text, at)) {
        at += text.data[at] == '\r' ? 2 : 1;
        at = skip_spaces(text, at);
    }
    return at - start;
}

static size_t number_length(struct slice text, size_t start, size_t end) {
    size_t at = start + 1;
    while (at < end) {
        bool point = text.data[at] == '.' && at + 1 < text.length && is_digit(text.data[at + 1]);
        if (!point && !lexer_is_word_byte(text.data[at])) {
            break;
        }
        at++;
    }
    return at - start;
}

// Of sixteen bytes, how many at their beginning are a word's.
static inline size_t word_bytes(lanes bytes) {
    lanes in_word = lanes_between(bytes, '0', '9') | lanes_between(bytes | ' ', 'a', 'z') |
                    lanes_are(bytes, '_') | lanes_are(bytes, '$') | bytes; // those above 127 are, too
    return (size_t)__builtin_ctzll(~lanes_top_bits(in_word));
}

static size_t word_length(struct slice text, size_t start) {
    size_t end = text.length - start > LEXER_WORD_LIMIT ? start + LEXER_WORD_LIMIT : text.length;
    if (is_digit(text.data[start])) {
        return number_length(text, start, end);
    }
    size_t at = start, found = LANES;
    while (found == LANES && end - at >= LANES) {
        found = word_bytes(lanes_load(text.data + at));
        at += found;
    }
    while (found == LANES && at < end && lexer_is_word_byte(text.data[at])) {
        at++;
    }
    return at - start;
}

// Does the sign of two bytes there go on?
static bool is_long_sign(struct slice text, size_t start) {
    struct slice sign = slice_sub(text, start, start + LONG_SIGN);
    for (size_t i = 0; i < LONG_SIGN_COUNT; i++) {
        if (slice_equal(sign, slice_of(LONG_SIGNS[i], LONG_SIGN))) {
            return true;
        }
    }
    return false;
}

static bool has_byte(const char *bytes, char c) {
    while (*bytes && *bytes != c) {
        bytes++;
    }
    return *bytes;
}

static size_t sign_length(struct slice text, size_t start) {
    const char *second = SECOND_BYTES[(unsigned char)text.data[start]];
    if (!second || start + 1 == text.length || !has_byte(second, text.data[start + 1])) {
        return 1;
    }
    return start + 2 < text.length && strchr("=.", text.data[start + 2]) && is_long_sign(text, start) ? 3 : 2;
}

bool lexer_next(struct slice text, size_t *at, struct lexeme *out) {
    if (*at >= text.length) {
        return false;
    }
    size_t start = skip_spaces(text, *at), length = 0;
    out->space = slice_of(text.data + *at, start - *at);
    if (start == text.length) {
        out->kind = LEXEME_END;
    } else if (is_in(&WORD_BYTES, text.data[start])) {
        out->kind = LEXEME_WORD;
        length = word_length(text, start);
    } else if (is_line_end_at(text, start)) {
        out->kind = LEXEME_LINE;
        length = line_length(text, start);
    } else {
        out->kind = LEXEME_SIGN;
        length = sign_length(text, start);
    }
    out->text = slice_of(text.data + start, length);
    *at = start + length;
    return true;
}

bool lexer_extends(struct slice lexeme) {
    if (lexeme.length == 0 || lexer_is_word_byte(lexeme.data[0])) {
        return lexeme.length > 0;
    }
    for (size_t i = 0; i < LONG_SIGN_COUNT; i++) {
        if (lexeme.length < LONG_SIGN && slice_starts_with(slice_of(LONG_SIGNS[i], LONG_SIGN), lexeme)) {
            return true;
        }
    }
    return lexeme.length == 1 && SECOND_BYTES[(unsigned char)lexeme.data[0]];
}

// 0: none, 1-9: that many spaces, 10-13: that many tabs less nine, 15: anything else.
enum { SPACE_LAST_RUN = 9, SPACE_LAST_TAB = 13, SPACE_OTHER = 15 };
static const char BLANKS[] = "         ";
static const char TABS[] = "\t\t\t\t";

uint32_t lexer_space_class(struct slice space) {
    if (space.length == 0) {
        return SPACE_NONE;
    }
    for (size_t i = 1; i < space.length; i++) {
        if (space.data[i] != space.data[0]) {
            return SPACE_OTHER;
        }
    }
    if (space.data[0] == ' ' && space.length <= SPACE_LAST_RUN) {
        return (uint32_t)space.length;
    }
    if (space.data[0] == '\t' && space.length <= SPACE_LAST_TAB - SPACE_LAST_RUN) {
        return (uint32_t)(SPACE_LAST_RUN + space.length);
    }
    return SPACE_OTHER;
}

struct slice lexer_space_text(uint32_t space_class) {
    if (space_class <= SPACE_LAST_RUN) {
        return slice_of(BLANKS, space_class);
    }
    if (space_class <= SPACE_LAST_TAB) {
        return slice_of(TABS, space_class - SPACE_LAST_RUN);
    }
    return slice_of(BLANKS, 1);
}

uint32_t lexer_indent(struct slice line) {
    size_t start = line.length;
    while (start > 0 && is_space(line.data[start - 1])) {
        start--;
    }
    uint32_t columns = 0;
    for (size_t i = start; i < line.length; i++) {
        columns = line.data[i] == '\t' ? (columns / 4 + 1) * 4 : columns + 1;
    }
    return columns;
}

bool lexer_has_blank_line(struct slice line) {
    size_t last = line.length, first = line.data[0] == '\r' ? 1 : 0;
    while (last > 0 && line.data[last - 1] != '\n') {
        last--;
    }
    return last > first + 1;
}
