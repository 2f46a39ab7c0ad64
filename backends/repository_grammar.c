// repository_grammar.c - see repository_grammar.h.
//
// Each word of a path is likely behind the few before it; what the line as a whole is, no context says that is short
// enough to have been seen. `= get(a)` is followed by ` {`, as `if x := get(a)` was once. So a line is looked at
// from its end leftwards, over its tokens, as soon as a word comes that only some lines have.
//
// The words that begin something with a block, or a function that is a value, mean that in all languages that have
// them; so they are one list, and a line with any of them may have whatever it likes.
#include "backends/repository_grammar.h"

#include "backends/repository_lexer.h"

static const char *const BLOCK_WORDS[] = {
    "async",    "await",    "case",   "catch", "class",   "constructor", "decltype", "def",
    "default",  "delegate", "do",     "elif",  "else",    "enum",        "except",   "extends",
    "extern",   "finally",  "fn",     "fixed", "for",     "foreach",     "func",     "function",
    "get",      "go",       "if",     "impl",  "import",  "interface",   "lambda",   "lock",
    "loop",     "macro",    "match",  "mod",   "module",  "namespace",   "new",      "operator",
    "record",   "requires", "select", "set",   "static",  "struct",      "switch",   "synchronized",
    "template", "trait",    "try",    "type",  "typedef", "union",       "unsafe",   "using",
    "when",     "where",    "while",  "with"};

static bool is_line_end(uint32_t id) {
    return token_is_line(id) || id == TOKEN_FILE;
}

static struct slice word_at(const struct document *document, const uint32_t *ids, uint32_t at) {
    return encoder_word(&document->encoder, ids[at]);
}

static bool is_word(struct slice word, const char *text) {
    return slice_equal(word, slice_of_string(text));
}

static bool is_block_word(struct slice word) {
    return slice_is_among(word, BLOCK_WORDS, sizeof BLOCK_WORDS / sizeof *BLOCK_WORDS);
}

static bool is_quote(struct slice word) {
    return word.length == 1 && strchr("\"'`", word.data[0]);
}

// --- leftwards ---

struct look {
    const struct document *document;
    const uint32_t *ids;
    uint32_t at; // of the word before which it stands
    int depth;   // of brackets that close behind here
    char quote;  // in which it stands
};

// A quote behind a backslash ends nothing, but for a backslash that is itself behind one.
static bool is_escaped(const struct look *look) {
    uint32_t at = look->at;
    while (at > 0 && is_word(word_at(look->document, look->ids, at - 1), "\\")) {
        at--;
    }
    return (look->at - at) % 2 == 1;
}

static bool is_quote_at(const struct look *look, struct slice word) {
    return is_quote(word) && (!look->quote || look->quote == word.data[0]) && !is_escaped(look);
}

// To the next word on the left that stands in no quote; false at the beginning of what is known.
static bool look_left(struct look *look, struct slice *word) {
    while (look->at > 0) {
        uint32_t id = look->ids[--look->at];
        *word = encoder_word(&look->document->encoder, id);
        if (is_line_end(id)) {
            look->quote = '\0';
            return true;
        }
        if (is_quote_at(look, *word)) {
            look->quote = look->quote ? '\0' : word->data[0];
            return true;
        }
        if (!look->quote) {
            look->depth += word->length == 1 && strchr(")]}", word->data[0]);
            look->depth -= word->length == 1 && strchr("([{", word->data[0]);
            return true;
        }
    }
    return false;
}

// --- blocks in braces ---

// Behind the ) that stands last, is what opened with it a call's, or at least no type's or function's?
static bool closes_call(const struct document *document, const uint32_t *ids, uint32_t count) {
    struct look look = {.document = document, .ids = ids, .at = count};
    struct slice word;
    while (look_left(&look, &word)) {
        if (look.depth == 0) {
            return look.at > 0 && token_is_name(ids[look.at - 1]) &&
                   !is_word(word_at(document, ids, look.at - 1), "return");
        }
    }
    return false;
}

// Is the block opened within parentheses that hold nothing that has one?
static bool is_in_call(const struct document *document, const uint32_t *ids, uint32_t count) {
    struct look look = {.document = document, .ids = ids, .at = count};
    struct slice word;
    while (look_left(&look, &word)) {
        if (look.depth < 0) {
            return true;
        }
        if (is_block_word(word)) {
            return false;
        }
    }
    return false;
}

static bool is_comparison(struct slice word) {
    return word.length >= 2 && word.data[word.length - 1] == '=' && strchr("=!", word.data[0]);
}

// Does the line assign, and say nothing of a block? Not if it began out of sight, nor as the rest of a condition. What is
// assigned may be a type with its members in braces, unless it is compared, or a condition follows.
static bool is_assignment(const struct document *document, const uint32_t *ids, uint32_t count,
                          bool compares) {
    struct look look = {.document = document, .ids = ids, .at = count};
    struct slice word;
    bool assigns = false, is_rest = false;
    while (look_left(&look, &word)) {
        if (is_line_end(ids[look.at])) {
            return assigns && compares && !is_rest;
        }
        compares |=
            look.depth == 0 && (is_comparison(word) || is_word(word, ";")); // `x := f(); x {` is half an if
        if (is_block_word(word) || look.depth < 0) {
            return false;
        }
        assigns |= look.depth == 0 && (is_word(word, "=") || is_word(word, ":=") || is_word(word, "return"));
        is_rest = is_word(word, "&&") || is_word(word, "||");
    }
    return false;
}

// Is what stands before the ) of a line that begins with `func (`, as of a Go method that has no name yet?
static bool is_receiver(const struct document *document, const uint32_t *ids, uint32_t count) {
    struct look look = {.document = document, .ids = ids, .at = count};
    struct slice word;
    while (look_left(&look, &word) && !is_line_end(ids[look.at])) {
        if (look.depth == 0) {
            return look.at >= 2 && is_word(word_at(document, ids, look.at - 1), "func") &&
                   is_line_end(ids[look.at - 2]);
        }
    }
    return false;
}

// Is the name at the end what a function returns, behind its parameters: `f(a) int`, `f(a): T`?
static bool is_result(const struct document *document, const uint32_t *ids, uint32_t count) {
    uint32_t at = count - 1;
    at -= at > 0 &&
          (is_word(word_at(document, ids, at - 1), ":") || is_word(word_at(document, ids, at - 1), "->"));
    return at > 0 && is_word(word_at(document, ids, at - 1), ")") && closes_call(document, ids, at);
}

static bool may_open(const struct document *document, const struct brackets *brackets, const uint32_t *ids,
                     uint32_t count) {
    char open = brackets->count > 0 ? brackets->open[brackets->count - 1] : '\0';
    if (!brackets->semicolons || count < 2) {
        return true;
    }
    if (token_is_name(ids[count - 1])) {
        return !is_assignment(document, ids, count, is_result(document, ids, count));
    }
    if (!is_word(word_at(document, ids, count - 1), ")")) {
        return true;
    }
    if (open == '?') {
        return !is_in_call(document, ids, count);
    }
    if (!open && !brackets->more && is_receiver(document, ids, count)) {
        return false;
    }
    return !closes_call(document, ids, count) ||
           !(open == ')' || open == ']' ? is_in_call(document, ids, count)
                                        : is_assignment(document, ids, count, true));
}

// --- blocks behind a colon ---

// Of the first id it is not known what stands before.
static bool is_line_over(const struct look *look) {
    uint32_t id = look->ids[look->at];
    bool goes_on = look->at > 0 && is_word(word_at(look->document, look->ids, look->at - 1), "\\");
    return is_line_end(id) && look->depth == 0 && !goes_on && (look->at > 0 || id == TOKEN_FILE);
}

// `if a: b = 1; c = 2` has three.
static bool begins_statement(const struct look *look, struct slice before, bool is_colon) {
    return is_line_over(look) ||
           (look->depth == 0 && (is_word(before, ";") || (!is_colon && is_word(before, ":"))));
}

// Outside of brackets: what is left of the sign are names and their members, or a line with a block.
static bool may_be_given(const struct document *document, const uint32_t *ids, uint32_t count,
                         bool is_colon) {
    struct look look = {.document = document, .ids = ids, .at = count};
    struct slice word;
    bool is_target = true, behind_name = false;
    while (look_left(&look, &word)) {
        if (begins_statement(&look, word, is_colon)) {
            return is_target;
        }
        if (look.depth < 0 || is_word(word, "lambda") || is_word(word, "type") ||
            (is_colon && is_block_word(word))) {
            return true;
        }
        bool is_name = look.depth == 0 && token_is_name(ids[look.at]);
        is_target &= !(is_name && behind_name);
        is_target &= !is_colon || is_name || look.depth > 0 || is_word(word, ".") || is_word(word, "[");
        behind_name = is_name;
    }
    return true;
}

// Within parentheses a colon stands where a function is defined, and nowhere else but in smaller ones.
static bool may_be_typed(const struct document *document, const uint32_t *ids, uint32_t count) {
    struct look look = {.document = document, .ids = ids, .at = count};
    struct slice word;
    while (look_left(&look, &word) && look.depth >= 0) {
        if (is_word(word, "lambda")) {
            return true;
        }
    }
    return look.at < 2 || !token_is_name(ids[look.at - 1]) ||
           is_word(word_at(document, ids, look.at - 2), "def");
}

static bool may_stand(const struct document *document, const struct brackets *brackets, const uint32_t *ids,
                      uint32_t count, bool is_colon) {
    char open = brackets->count > 0 ? brackets->open[brackets->count - 1] : '\0';
    if (!brackets->colons || brackets->more) {
        return true;
    }
    return !open ? may_be_given(document, ids, count, is_colon)
                 : !is_colon || open != ')' || may_be_typed(document, ids, count);
}

// --- methods ---

// Python's and Rust's stand in a class or an impl, and so not at the left margin: of 31,700 functions there, in installed
// packages and the task sets' repositories, 127 had one. What is typed is the person's own choice.
static bool may_be_self(const struct document *document, const uint32_t *ids, uint32_t count) {
    uint32_t at = count;
    while (at > 0 &&
           (is_word(word_at(document, ids, at - 1), "&") || is_word(word_at(document, ids, at - 1), "mut"))) {
        at--;
    }
    bool is_parameter =
        at >= 3 && is_word(word_at(document, ids, at - 1), "(") &&
        (is_word(word_at(document, ids, at - 3), "def") || is_word(word_at(document, ids, at - 3), "fn"));
    return !is_parameter || document->indentation.length > 0 || ids[count] == document->typed_id;
}

// The line above the end of the text, which it is taken from; false if there is none.
static bool take_line(struct slice *text, struct slice *line) {
    if (text->length == 0) {
        return false;
    }
    size_t start = slice_line_start(*text, text->length - 1);
    *line = slice_sub(*text, start, text->length - 1);
    text->length = start;
    return true;
}

static bool has(struct slice line, const char *text) {
    return slice_find(line, slice_of_string(text), 0) != (size_t)-1;
}

// Would a function here be a method, that is none of the class itself? The nearest one in the block tells, or what the block is of.
static bool is_in_class(const struct document *document) {
    struct slice above = document->above, whole;
    bool is_marked = true; // all lines so far are right above, as decorators are
    above.length = slice_line_start(above, above.length);
    while (take_line(&above, &whole)) {
        struct slice line = slice_trim(whole);
        size_t indentation = slice_indentation(whole);
        if (line.length > 0 && indentation < document->indentation.length) {
            return slice_starts_with(line, SLICE_LITERAL("class "));
        }
        is_marked &= line.length > 0 && line.data[0] == '@';
        if (is_marked && has(line, "static")) {
            return false;
        }
        bool is_beside = indentation == document->indentation.length;
        if (is_beside && has(line, "def ") && (has(line, "(self") || has(line, "(cls"))) {
            return true;
        }
    }
    return false;
}

// What a method of Python begins its parameters with: of 25,900 in installed packages and the task sets' repositories, static ones
// aside, 294 have another one. What is typed is the person's own choice.
static bool may_be_first(const struct document *document, const uint32_t *ids, uint32_t count,
                         struct slice word) {
    bool is_first = count >= 3 && is_word(word_at(document, ids, count - 1), "(") &&
                    is_word(word_at(document, ids, count - 3), "def");
    bool is_usual = slice_starts_with(word, SLICE_LITERAL("self")) ||
                    slice_ends_with(word, SLICE_LITERAL("cls")) || is_word(word, "mcs");
    bool is_typed = document->typed.length > 0 && slice_starts_with(word, document->typed);
    return !is_first || is_usual || is_typed || document->indentation.length == 0 || !is_in_class(document);
}

bool grammar_allows(const struct document *document, const struct brackets *brackets, const uint32_t *ids,
                    uint32_t count) {
    struct slice word = word_at(document, ids, count - 1);
    if (!brackets_are_in_code(brackets)) {
        return true;
    }
    if (is_word(word, "{")) {
        return may_open(document, brackets, ids, count - 1);
    }
    if (is_word(word, "self")) {
        return may_be_self(document, ids, count - 1);
    }
    if (brackets->colons && !may_be_first(document, ids, count - 1, word)) {
        return false;
    }
    bool is_colon = is_word(word, ":");
    return (!is_colon && !is_word(word, "=")) || may_stand(document, brackets, ids, count - 1, is_colon);
}
