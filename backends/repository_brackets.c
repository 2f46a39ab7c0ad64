// repository_brackets.c - see repository_brackets.h.
//
// Whether a line parses cannot be told while it is written: the text below may be of another time, and the line the
// first of a construct. Judged by a parser's errors, one right line in ten would be refused where commits
// add lines. But a bracket that closes what is not open is wrong in any case, and is seen without a parser.
//
// The text above may be at odds with that itself (both branches of an #if open a block, a pattern has a lone
// bracket). So a closing one there ends all that was opened since its own kind was last, and is passed over if none
// of its kind is open. Likewise a semicolon ends the parentheses that it stands in, where statements have them.
#include "backends/repository_brackets.h"

#include "backends/repository_lexer.h"

// How a parenthesis is remembered that no ) is enough for: one of statements, and an `if`'s. And code's brace in a text.
enum { OF_STATEMENTS = ';', OF_CONDITION = '?', OF_TEXT = '`' };
// So far the end of a regular expression that begins a line is looked for.
enum { LONGEST_PATTERN = 256 };

void brackets_init(struct brackets *brackets, const struct language *language, bool cut) {
    *brackets = (struct brackets){.comment = language_line_comment(language),
                                  .apostrophes = language_has_apostrophes(language),
                                  .unpaired = language_has_unpaired(language),
                                  .semicolons = language_has_semicolons(language),
                                  .long_quotes = language_has_long_quotes(language),
                                  .colons = language_has_colons(language),
                                  .backticks = language_has_backticks(language),
                                  .templates = language_has_templates(language),
                                  .patterns = language_has_patterns(language),
                                  .more = cut};
}

static void open_bracket(struct brackets *brackets, char closer) {
    if (brackets->count == BRACKETS_DEEP) {
        memmove(brackets->open, brackets->open + 1, BRACKETS_DEEP - 1);
        brackets->count--;
        brackets->before_line -= brackets->before_line > 0;
        brackets->more = true;
    }
    brackets->open[brackets->count++] = closer;
}

static void shut(struct brackets *brackets, uint32_t count) {
    brackets->count = count;
    brackets->before_line = brackets->before_line < count ? brackets->before_line : count;
}

// Was it the innermost?
static bool close_bracket(struct brackets *brackets, char closer) {
    uint32_t count = brackets->count;
    brackets->behind_condition = false;
    for (uint32_t i = count; i-- > 0;) {
        char open = brackets->open[i];
        if (open == closer || (closer == ')' && (open == OF_STATEMENTS || open == OF_CONDITION)) ||
            (closer == '}' && open == OF_TEXT)) {
            brackets->behind_condition = open == OF_CONDITION;
            brackets->quote = open == OF_TEXT ? '`' : '\0';
            brackets->quoted = 2; // not its first ones
            shut(brackets, i);
            return i + 1 == count;
        }
    }
    return count == 0 && brackets->more;
}

// The last of the bytes before text[at], which may have been read in another piece.
static void look_back(const struct brackets *brackets, struct slice text, size_t at,
                      char before[BRACKETS_BEFORE]) {
    size_t own = at < BRACKETS_BEFORE ? at : BRACKETS_BEFORE;
    memmove(before, brackets->before + own, BRACKETS_BEFORE - own);
    if (own > 0) {
        memcpy(before + BRACKETS_BEFORE - own, text.data + at - own, own);
    }
}

// Where the blanks begin that end those bytes.
static size_t skip_blanks(const char before[BRACKETS_BEFORE]) {
    size_t end = BRACKETS_BEFORE;
    while (end > 0 && (before[end - 1] == ' ' || before[end - 1] == '\t')) {
        end--;
    }
    return end;
}

static bool ends_with_word(const char before[BRACKETS_BEFORE], size_t end, const char *word) {
    size_t length = strlen(word);
    return end > length && memcmp(before + end - length, word, length) == 0 &&
           !lexer_is_word_byte(before[end - length - 1]);
}

// What will close a parenthesis that opens at text[at]? Most are told by the byte before them to be no `for (`, `try (` or `if (`.
static char closer_of(const struct brackets *brackets, struct slice text, size_t at) {
    char before[BRACKETS_BEFORE];
    if (at > 0 && !strchr(" ryf", text.data[at - 1])) {
        return ')';
    }
    look_back(brackets, text, at, before);
    size_t end = skip_blanks(before);
    if (ends_with_word(before, end, "for") || ends_with_word(before, end, "try")) {
        return OF_STATEMENTS;
    }
    return ends_with_word(before, end, "if") ? OF_CONDITION : ')';
}

static bool is_body_missing(const struct brackets *brackets, struct slice text, size_t at) {
    char before[BRACKETS_BEFORE];
    if (!brackets->behind_condition) {
        return false;
    }
    look_back(brackets, text, at, before);
    size_t end = skip_blanks(before);
    return end > 0 && before[end - 1] == ')';
}

// Did it stand in no parenthesis, nor for all that an `if` is to do?
static bool end_statement(struct brackets *brackets, struct slice text, size_t at) {
    uint32_t count = brackets->count;
    if (!brackets->semicolons) {
        return true;
    }
    while (brackets->count > 0 && (brackets->open[brackets->count - 1] == ')' ||
                                   brackets->open[brackets->count - 1] == OF_CONDITION)) {
        shut(brackets, brackets->count - 1);
    }
    return brackets->count == count && !is_body_missing(brackets, text, at);
}

// A ' behind a letter is of a word as "don't" is, but for those that may stand before a quote.
static bool begins_quote(const struct brackets *brackets, char c) {
    return c != '\'' || !lexer_is_word_byte(brackets->last) || strchr("bBfFrRuUL", brackets->last);
}

// Three at once are of a text of several lines, each of which is read as code is.
static void begin_quote(struct brackets *brackets, char c) {
    bool is_third = brackets->last == c && brackets->quoted == 1;
    brackets->quote = is_third || !begins_quote(brackets, c) ? '\0' : c;
    brackets->quoted = 0;
}

// `#` begins no comment within a word, as in a private field's name.
static bool begins_comment(const struct brackets *brackets, struct slice rest) {
    const char *comment = brackets->comment; // "" where a language has none
    return comment[0] == rest.data[0] && slice_starts_with(rest, slice_of_string(comment)) &&
           (comment[1] || strchr(" \t\n\r", brackets->last));
}

static bool begins_block(const struct brackets *brackets, struct slice rest) {
    return rest.data[0] == '/' && slice_starts_with(rest, SLICE_LITERAL("/*")) &&
           strcmp(brackets->comment, "//") == 0;
}

// An apostrophe of a name, as of Rust's 'static, is not closed behind the next character.
static bool is_of_name(const struct brackets *brackets, char c) {
    return brackets->apostrophes && brackets->quote == '\'' && brackets->quoted == 1 && c != '\'';
}

// Behind these a value begins rather than a division; so it does at a line's begin if it ends there, too, and is no tag's end.
static bool begins_pattern(const struct brackets *brackets, struct slice text, size_t at) {
    char before[BRACKETS_BEFORE];
    look_back(brackets, text, at, before);
    size_t end = skip_blanks(before);
    char last = end > 0 ? before[end - 1] : '\n';
    if (last == '\n' || last == '\0') {
        struct slice line = slice_sub(text, at + 1, at + 1 + LONGEST_PATTERN);
        line = slice_sub(line, 0, slice_line_end(line, 0));
        return !slice_starts_with(line, SLICE_LITERAL(">")) && memchr(line.data, '/', line.length);
    }
    return strchr("(,=:[!&|?{;", last) || (last == '>' && end > 1 && before[end - 2] == '=') ||
           ends_with_word(before, end, "return") || ends_with_word(before, end, "case");
}

static void end_quote(struct brackets *brackets) {
    brackets->text = brackets->text == '`' ? '\0' : brackets->text;
    brackets->quote = '\0';
}

static void read_quoted(struct brackets *brackets, char c) {
    bool is_escaped = brackets->escaped,
         is_raw = brackets->quote == '`' && brackets->backticks && !brackets->templates;
    bool is_code = brackets->begins_code && brackets->last == '$' && c == '{';
    brackets->begins_code = c == '$' && brackets->quote == '`' && brackets->templates && !is_escaped;
    if (is_code) {
        open_bracket(brackets, OF_TEXT);
        end_quote(brackets);
        return;
    }
    brackets->escaped = !is_escaped && c == '\\' && !is_raw;
    brackets->quoted +=
        !brackets->escaped && ((unsigned char)c & 0xC0) != 0x80; // bytes of one character are one
    if (!is_escaped && brackets->quote == '/') {
        brackets->in_set = c == '[' || (brackets->in_set && c != ']');
    }
    if (c == brackets->quote && !is_escaped && !brackets->in_set) {
        end_quote(brackets);
    }
}

// Inside of a quote or a comment; it may be over then.
static bool is_quoted(struct brackets *brackets, char c) {
    if (brackets->in_block_comment) {
        brackets->in_block_comment = !(c == '/' && brackets->last == '*');
        return true;
    }
    if (brackets->quote && is_of_name(brackets, c)) {
        brackets->quote = '\0';
    } else if (brackets->quote) {
        read_quoted(brackets, c);
        return true;
    }
    return brackets->in_line_comment;
}

// Three quotes open a text and close it, whatever stands in it; an apostrophe there opens none.
static void note_text(struct brackets *brackets, char c) {
    bool is_other = brackets->quote && brackets->quote != c;
    if (c != '"' && c != '\'') {
        return;
    }
    brackets->same = c == brackets->last ? brackets->same + 1 : 1;
    if (brackets->same != 3 || (!brackets->text && is_other)) {
        return;
    }
    brackets->text = brackets->text == c ? '\0' : brackets->text ? brackets->text : c;
    brackets->same = 0;
}

static void begin_pattern(struct brackets *brackets, struct slice text, size_t at) {
    bool is_comment = brackets->in_line_comment || brackets->in_block_comment;
    if (text.data[at] == '/' && brackets->patterns && !is_comment && begins_pattern(brackets, text, at)) {
        brackets->quote = '/';
        brackets->quoted = 0;
    }
}

static bool read_code(struct brackets *brackets, struct slice text, size_t at) {
    struct slice rest = slice_sub(text, at, text.length);
    char c = text.data[at];
    switch (c) {
    case '(':
        open_bracket(brackets, closer_of(brackets, text, at));
        return true;
    case '[':
        open_bracket(brackets, ']');
        return true;
    case '{':
        open_bracket(brackets, '}');
        return true;
    case ')':
    case ']':
    case '}':
        return close_bracket(brackets, c) || brackets->unpaired;
    case '"':
    case '`':
    case '\'':
        begin_quote(brackets, c);
        return true;
    case ';':
        return end_statement(brackets, text, at);
    default:
        brackets->in_line_comment = begins_comment(brackets, rest);
        brackets->in_block_comment = begins_block(brackets, rest);
        begin_pattern(brackets, text, at);
        return true;
    }
}

// Of which of these a byte says something.
enum { IN_CODE = 1, IN_BLOCK = 2, IN_QUOTE = 4 };
static const unsigned char TELLING[256] = {['('] = IN_CODE,
                                           [')'] = IN_CODE,
                                           ['['] = IN_CODE | IN_QUOTE,
                                           [']'] = IN_CODE | IN_QUOTE,
                                           ['{'] = IN_CODE | IN_QUOTE,
                                           ['$'] = IN_QUOTE,
                                           ['}'] = IN_CODE,
                                           [';'] = IN_CODE,
                                           ['`'] = IN_CODE | IN_QUOTE,
                                           ['/'] = IN_CODE | IN_BLOCK | IN_QUOTE,
                                           ['\\'] = IN_QUOTE,
                                           ['"'] = IN_CODE | IN_BLOCK | IN_QUOTE,
                                           ['\''] = IN_CODE | IN_BLOCK | IN_QUOTE,
                                           ['\n'] = IN_CODE | IN_BLOCK | IN_QUOTE};

// The kind of what stands there, whose plain bytes may be passed over; 0: none may. A quote's first ones count.
static unsigned kind_of(const struct brackets *brackets) {
    return brackets->in_block_comment                   ? IN_BLOCK
           : !brackets->quote                           ? IN_CODE
           : brackets->quoted > 1 && !brackets->escaped ? IN_QUOTE
                                                        : 0;
}

// To the next byte that may say something: most of a text is passed over at a glance.
static size_t pass_over(struct brackets *brackets, struct slice text, size_t from) {
    size_t at = from;
    unsigned kind = kind_of(brackets);
    char comment = kind == IN_CODE ? brackets->comment[0] : '\n';
    if (brackets->in_line_comment && !brackets->text) { // a text's quotes may close it there
        size_t end = slice_find(text, SLICE_LITERAL("\n"), at);
        at = end == (size_t)-1 ? text.length : end;
    } else if (kind > 0) {
        while (at < text.length && !(TELLING[(unsigned char)text.data[at]] & kind) &&
               text.data[at] != comment) {
            at++;
        }
    }
    brackets->last = at > from ? text.data[at - 1] : brackets->last;
    return at;
}

static void begin_line(struct brackets *brackets) {
    bool goes_on = brackets->quote == '`' && brackets->backticks;
    brackets->in_line_comment = brackets->escaped = brackets->in_set = false;
    brackets->text = goes_on ? '`' : brackets->text;
    brackets->quote = goes_on ? '`' : '\0';
    brackets->before_line = brackets->count;
}

bool brackets_read(struct brackets *brackets, struct slice text) {
    bool fits = true;
    for (size_t i = pass_over(brackets, text, 0); i < text.length; i = pass_over(brackets, text, i + 1)) {
        char c = text.data[i];
        note_text(brackets, c);
        if (c == '\n') {
            begin_line(brackets);
        } else if (!is_quoted(brackets, c)) {
            fits &= read_code(brackets, text, i);
        }
        brackets->last = c;
    }
    look_back(brackets, text, text.length, brackets->before);
    return fits;
}

bool brackets_may_end_line(const struct brackets *brackets) {
    bool ends_with_line = brackets->quote == '"' || (brackets->quote == '\'' && !brackets->apostrophes);
    return brackets->quote != '/' && (!ends_with_line || brackets->long_quotes || brackets->unpaired);
}

bool brackets_are_within(const struct brackets *brackets) {
    bool is_value = lexer_is_word_byte(brackets->last) || strchr(")]}\"'`", brackets->last);
    return is_value && brackets->count > brackets->before_line && !brackets->unpaired &&
           brackets->open[brackets->count - 1] != '}';
}

bool brackets_are_in_code(const struct brackets *brackets) {
    return !brackets->quote && !brackets->text && !brackets->in_line_comment && !brackets->in_block_comment;
}

bool brackets_are_in_parenthesis(const struct brackets *brackets) {
    return brackets->count > 0 ? brackets->open[brackets->count - 1] != '}' : brackets->more;
}
