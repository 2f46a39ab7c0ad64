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
// What a function's name stands behind. Not `function`: TypeScript's may be declared several times.
static const char *const DEFINERS[] = {"def", "fn", "func"};
// Go's, and Python's that are registered for a type each.
static const char *const NAMES_OF_SEVERAL[] = {"init", "_"};

static bool is_among(struct slice word, const char *const *list, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (slice_equal(word, slice_of_string(list[i]))) {
            return true;
        }
    }
    return false;
}

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
    return is_among(word, BLOCK_WORDS, sizeof BLOCK_WORDS / sizeof *BLOCK_WORDS);
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

static bool may_open(const struct document *document, const struct brackets *brackets, const uint32_t *ids,
                     uint32_t count) {
    char open = brackets->count > 0 ? brackets->open[brackets->count - 1] : '\0';
    if (!brackets->semicolons || count < 2) {
        return true;
    }
    if (token_is_name(ids[count - 1])) {
        return !is_assignment(document, ids, count, false);
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

// --- names that are taken ---

static size_t indentation_of(struct slice line) {
    size_t at = 0;
    while (at < line.length && (line.data[at] == ' ' || line.data[at] == '\t')) {
        at++;
    }
    return at;
}

// Words and a pub(crate) may stand before, but no quote: prose has functions, too.
static bool begins_definition(struct slice text) {
    for (size_t i = 0; i < text.length; i++) {
        if (!lexer_is_word_byte(text.data[i]) && !strchr(" ()", text.data[i])) {
            return false;
        }
    }
    return text.length == 0 || text.data[text.length - 1] == ' ';
}

// Does the line define this function, with more of it to come?
static bool defines(struct slice line, struct slice definer, struct slice name) {
    size_t at = slice_find_word(line, name, 0);
    if (at >= line.length || at <= definer.length || line.data[at - 1] != ' ') {
        return false;
    }
    size_t before = at - 1 - definer.length;
    return slice_equal(slice_sub(line, before, at - 1), definer) &&
           begins_definition(slice_sub(line, 0, before)) && strchr("{:(", line.data[line.length - 1]);
}

struct function {
    struct slice definer, name;
    size_t indentation;
};

// Lines read one after the other.
struct reading {
    bool is_taken; // the function is in the block that they end in
    // The last ones say that there are several: an overload, a property's setter, a condition.
    bool is_several;
};

static bool says_several(struct slice line, struct slice name) {
    return slice_find(line, name, 0) < line.length ||
           slice_find(line, SLICE_LITERAL("overload"), 0) < line.length ||
           slice_find(line, SLICE_LITERAL("cfg"), 0) < line.length;
}

// Returns whether it is of the block that the lines before it are of.
static bool read_line(struct reading *reading, struct slice line, const struct function *function) {
    size_t indentation = indentation_of(line);
    struct slice text = slice_trim(line);
    if (text.length == 0) {
        return true;
    }
    if (indentation < function->indentation) {
        *reading = (struct reading){0};
        return false;
    }
    reading->is_taken |= indentation == function->indentation && !reading->is_several &&
                         defines(text, function->definer, function->name);
    bool is_mark = text.data[0] == '@' || text.data[0] == '#';
    reading->is_several = is_mark && (reading->is_several || says_several(text, function->name));
    return true;
}

static struct slice line_at(struct slice text, size_t start) {
    return slice_sub(text, start, slice_line_end(text, start));
}

static struct reading read_lines(struct slice text, const struct function *function) {
    struct reading reading = {0};
    for (size_t at = 0; at < text.length; at = slice_line_end(text, at) + 1) {
        read_line(&reading, line_at(text, at), function);
    }
    return reading;
}

static bool is_taken_below(struct slice text, const struct function *function) {
    struct reading reading = {0};
    for (size_t at = 0; at < text.length; at = slice_line_end(text, at) + 1) {
        if (reading.is_taken || !read_line(&reading, line_at(text, at), function)) {
            break;
        }
    }
    return reading.is_taken;
}

// Does a function's name come that may be of no other one?
static bool names_function(const struct language *language, const struct function *function) {
    return is_among(function->definer, DEFINERS, sizeof DEFINERS / sizeof *DEFINERS) &&
           !is_among(function->name, NAMES_OF_SEVERAL, sizeof NAMES_OF_SEVERAL / sizeof *NAMES_OF_SEVERAL) &&
           !language_has_overloads(language);
}

bool grammar_is_taken(const struct document *document, const struct language *language, const uint32_t *ids,
                      uint32_t count) {
    struct function function = {.definer = count > 1 ? word_at(document, ids, count - 2) : slice_of("", 0),
                                .name = word_at(document, ids, count - 1),
                                .indentation = document->indentation.length};
    if (!token_is_name(ids[count - 1]) || !names_function(language, &function)) {
        return false;
    }
    struct slice above = document->above, below = document->suffix;
    above.length = slice_line_start(above, above.length);
    below = slice_sub(below, slice_line_end(below, 0) + 1, below.length);
    struct reading reading = read_lines(above, &function);
    return !reading.is_several && (reading.is_taken || is_taken_below(below, &function));
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
    bool is_colon = is_word(word, ":");
    return (!is_colon && !is_word(word, "=")) || may_stand(document, brackets, ids, count - 1, is_colon);
}
