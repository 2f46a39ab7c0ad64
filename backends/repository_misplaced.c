// repository_misplaced.c - see repository_misplaced.h.
//
// `return nil, err` is likely wherever an error was compared with nil, whatever the function there has for results: the word
// `func` is far above the cursor, and a context of some words does not reach it. So the line that opens the function is looked
// for, as the nearest ones above that are indented less, and what stands behind its parameters is compared with what is returned.
//
// `}` is likely wherever lines were written, since a block may end behind most of them, and on an empty line within finished code
// it is what nobody wants: of 1,487 lines shown on 2,097 such lines 661 began with a bracket that closes. There the text below says so
// by its indentation. Of 158,000 lines of brackets alone in the repositories of the task sets 345 stand between lines of one depth,
// most of them in quotes; of 8,800 lines as `} else {` 28 at the left margin, 25 of them in scripts, whose `if` is there, too.
//
// `else:` is likely behind most blocks, whatever opened them; of 50,287 such clauses in real Python 45 have no block of their own by
// the rule here, most of them in quotes.
//
// Where the line goes on right of the cursor, as behind a condition that is put before another one, a line's usual end would take
// the bracket away that stands there for it, and a call that is begun there would swallow what follows.
//
// A line that is not over, or has a function of its own, says nothing; nor does one that opens a block where it is not clear
// whether that is a function.
#include "backends/repository_misplaced.h"

#include "backends/repository_lexer.h"

enum { UNKNOWN_RESULTS = -1, RIGHT_READ = 256 /* bytes right of the cursor */ };

struct results {
    int count;
    bool named;
};

static struct slice from(struct slice text, size_t at) {
    return slice_trim(slice_sub(text, at, text.length));
}

static bool has_word(struct slice text, const char *word) {
    return slice_find_word(text, slice_of_string(word), 0) != (size_t)-1;
}

static struct slice first_word(struct slice text) {
    size_t at = 0;
    while (at < text.length && lexer_is_word_byte(text.data[at])) {
        at++;
    }
    return slice_sub(text, 0, at);
}

static char last_of(struct slice text) {
    return text.length > 0 ? text.data[text.length - 1] : '\0';
}

// --- lines above ---

struct climb {
    struct slice above; // up to the line that was read last
    size_t indentation; // of that
    bool has_labels;    // which stand as far left as what is around their block
};

static struct climb climb_from(const struct document *document) {
    struct slice above = document->above;
    return (struct climb){slice_sub(above, 0, slice_line_start(above, above.length)),
                          document->indentation.length, false};
}

static bool is_label(struct slice line) {
    return last_of(line) == ':' && first_word(line).length + 1 == line.length;
}

// To the next line above that is indented less; false if there is none.
static bool climb_on(struct climb *climb, struct slice *line) {
    while (climb->above.length > 0 && climb->indentation > 0) {
        size_t start = slice_line_start(climb->above, climb->above.length - 1);
        struct slice whole = slice_sub(climb->above, start, climb->above.length - 1);
        climb->above.length = start;
        *line = slice_trim(whole);
        bool is_told = line->length > 0 && !(climb->has_labels && is_label(*line));
        if (is_told && slice_indentation(whole) < climb->indentation) {
            climb->indentation = slice_indentation(whole);
            return true;
        }
    }
    return false;
}

// Anything else there is a function, or what began above may be one, or it is of a text of several lines, as is prose that
// begins with one of the words.
static bool opens_no_function(struct slice line) {
    static const char *const words[] = {"case", "class", "elif",  "else", "except", "finally",
                                        "for",  "if",    "match", "try",  "while",  "with"};
    return last_of(line) == ':' && slice_is_among(first_word(line), words, sizeof words / sizeof *words);
}

static bool is_in_def(const struct document *document) {
    struct climb climb = climb_from(document);
    struct slice line;
    while (climb_on(&climb, &line)) {
        if (!opens_no_function(line)) {
            return true;
        }
    }
    return climb.indentation > 0;
}

// --- values ---

static size_t end_of_quote(struct slice text, size_t at) {
    char quote = text.data[at++];
    while (at < text.length && text.data[at] != quote) {
        at += text.data[at] == '\\' && quote != '`' ? 2 : 1;
    }
    return at;
}

// How many there are between commas, up to a bracket that closes what was not opened here, which is `*end`, or the text's end;
// UNKNOWN_RESULTS where more is open there, or a quote.
static int count_values(struct slice text, size_t *end) {
    int depth = 0, count = 1;
    size_t at = 0;
    for (; at < text.length && (depth > 0 || !byte_is_among(text.data[at], ")]}")); at++) {
        char c = text.data[at];
        depth += byte_is_among(c, "([{");
        depth -= byte_is_among(c, ")]}");
        count += c == ',' && depth == 0;
        at = byte_is_among(c, "\"'`") ? end_of_quote(text, at) : at;
    }
    *end = at;
    return depth > 0 || at > text.length ? UNKNOWN_RESULTS : slice_sub(text, 0, at).length == 0 ? 0 : count;
}

// Behind what a bracket at the text's beginning encloses; false if there is none, or it is not closed.
static bool pass_brackets(struct slice *text) {
    size_t end = 0;
    if (text->length == 0 || !byte_is_among(text->data[0], "([")) {
        return false;
    }
    struct slice inside = slice_sub(*text, 1, text->length);
    count_values(inside, &end);
    *text = from(inside, end + 1);
    return end < inside.length;
}

static void pass_word(struct slice *text) {
    *text = slice_sub(*text, first_word(*text).length, text->length);
}

// --- Go's functions ---

// `int, error` are types alone; `n int` is named, as may be what has a blank otherwise.
static bool has_names(struct slice results) {
    for (size_t i = 1; i < results.length; i++) {
        if (results.data[i] == ' ' && results.data[i - 1] != ',') {
            return true;
        }
    }
    return false;
}

// No list of functions, as `[]func() error{f, g}`, nor what else goes on behind a type.
static bool is_type(struct slice text) {
    size_t brace = slice_find(text, SLICE_LITERAL("{"), 0);
    struct slice head = slice_trim(slice_sub(text, 0, brace));
    return text.length > 0 && (lexer_is_word_byte(text.data[0]) || byte_is_among(text.data[0], "(*[<")) &&
           (brace == (size_t)-1 || slice_ends_with(head, SLICE_LITERAL("struct")) ||
            slice_ends_with(head, SLICE_LITERAL("interface")));
}

static struct results results_in(struct slice text) {
    size_t end = 0;
    if (text.length > 0 && !is_type(text)) {
        return (struct results){UNKNOWN_RESULTS, false};
    }
    if (text.length == 0 || text.data[0] != '(') {
        int count = count_values(text, &end);
        return (struct results){end == text.length && count <= 1 ? count : UNKNOWN_RESULTS, false};
    }
    struct slice inside = slice_sub(text, 1, text.length);
    int count = count_values(inside, &end);
    bool is_all = end + 1 == inside.length; // not a function that is the result
    bool named = has_names(slice_sub(inside, 0, end));
    return (struct results){is_all ? count : UNKNOWN_RESULTS, named};
}

// Behind the parameters of the first function that the line has, to the block that it opens; false if it opens none.
static bool pass_parameters(struct slice *line) {
    size_t first = slice_find_word(*line, SLICE_LITERAL("func"), 0);
    if (last_of(*line) != '{' || slice_find(*line, SLICE_LITERAL("//"), 0) < first) {
        return false;
    }
    struct slice text = slice_sub(*line, first + strlen("func"), line->length - 1);
    bool is_literal = text.length > 0 && text.data[0] == '(';
    text = slice_trim(text);
    if (!is_literal && text.length > 0 && text.data[0] == '(' && !pass_brackets(&text)) {
        return false; // of a receiver
    }
    if (!is_literal) {
        pass_word(&text);
    }
    if (text.length > 0 && text.data[0] == '[' && !pass_brackets(&text)) {
        return false;
    }
    *line = text;
    return pass_brackets(line);
}

// Where parameters took several lines only the last one tells, and only if it cannot be a condition's.
static struct results results_behind(struct slice line) {
    struct slice text = from(slice_sub(line, 0, line.length - 1), 1);
    bool is_told = is_type(text) && last_of(line) == '{';
    return is_told ? results_in(text) : (struct results){UNKNOWN_RESULTS, false};
}

static struct results results_around(const struct document *document) {
    struct climb climb = climb_from(document);
    climb.has_labels = true;
    struct slice line;
    while (climb_on(&climb, &line)) {
        if (has_word(line, "func")) {
            return pass_parameters(&line) ? results_in(line) : (struct results){UNKNOWN_RESULTS, false};
        }
        if (line.data[0] == ')') {
            return results_behind(line);
        }
    }
    return (struct results){UNKNOWN_RESULTS, false};
}

// UNKNOWN_RESULTS if the line is not over.
static int count_returned(struct slice values) {
    size_t end = 0;
    if (has_word(values, "func") || slice_find(values, SLICE_LITERAL("//"), 0) != (size_t)-1 ||
        byte_is_among(last_of(values), "([{,.=+-*/%&|^<>!:")) {
        return UNKNOWN_RESULTS;
    }
    int count = count_values(values, &end);
    return end < values.length ? UNKNOWN_RESULTS : count;
}

static bool may_be_returned(const struct document *document, struct slice values) {
    int count = count_returned(values);
    if (count == UNKNOWN_RESULTS) {
        return true;
    }
    struct results results = results_around(document);
    return results.count == UNKNOWN_RESULTS || count == results.count || (count == 0 && results.named) ||
           (count == 1 && results.count > 1 && last_of(values) == ')');
}

// --- brackets ---

// Closing ones, and at the end what ends a statement or an element.
static bool is_closing(struct slice text) {
    size_t at = 0;
    while (at < text.length && byte_is_among(text.data[at], ")]}")) {
        at++;
    }
    return at > 0 && (at == text.length || (at + 1 == text.length && byte_is_among(text.data[at], ";,")));
}

// The nearest line with text above the cursor's, with its indentation.
static struct slice line_above(const struct document *document) {
    struct slice above = document->above;
    size_t end = slice_line_start(above, above.length);
    while (end > 0) {
        size_t start = slice_line_start(above, end - 1);
        struct slice line = slice_sub(above, start, end - 1);
        if (slice_trim(line).length > 0) {
            return line;
        }
        end = start;
    }
    return slice_of("", 0);
}

static struct slice line_below(const struct document *document) {
    struct slice text = document->suffix;
    for (size_t at = slice_line_end(text, 0) + 1; at < text.length; at = slice_line_end(text, at) + 1) {
        struct slice line = slice_sub(text, at, slice_line_end(text, at));
        if (slice_trim(line).length > 0) {
            return line;
        }
    }
    return slice_of("", 0);
}

// Has it a bracket that it does not close, or a label at its end; or does it go on with what has one, as in lists whose lines
// begin with commas?
static bool opens(struct slice line) {
    size_t open = 0;
    for (size_t i = 0; i < line.length; i++) {
        open += byte_is_among(line.data[i], "([{");
        open -= open > 0 && byte_is_among(line.data[i], ")]}");
    }
    return open > 0 || last_of(line) == ':' || (line.length > 0 && line.data[0] == ',');
}

static bool is_in_block(const struct document *document) {
    struct slice above = line_above(document), below = line_below(document);
    size_t before = slice_indentation(above), behind = slice_indentation(below);
    bool is_alike = slice_common_head(above, below) >= before; // not blanks in one and tabs in the other
    bool goes_deeper = behind > before || !opens(slice_trim(above));
    return before > 0 && is_alike && goes_deeper && !byte_is_among(below.data[behind], ")]}");
}

// What goes on behind a block, as `} else {` does, at the left margin.
static bool goes_on_at_margin(const struct document *document, struct slice text) {
    static const char *const words[] = {"catch", "else", "finally", "while"};
    struct slice rest = from(text, 1);
    return document->indentation.length == 0 && text.length > 0 && text.data[0] == '}' &&
           slice_is_among(first_word(rest), words, sizeof words / sizeof *words);
}

// Is the block at the left margin around the line above one that may go on so?
static bool may_go_on(const struct document *document) {
    static const char *const words[] = {"do", "else", "if", "try"};
    struct climb climb = climb_from(document);
    struct slice line = slice_of("", 0);
    climb.indentation = slice_indentation(line_above(document));
    while (climb_on(&climb, &line)) {
    }
    return climb.indentation > 0 || (line.length > 0 && line.data[0] == '}') ||
           slice_is_among(first_word(line), words, sizeof words / sizeof *words);
}

static bool is_closing_amiss(const struct document *document, struct slice text) {
    return is_in_block(document) &&
           (is_closing(text) || (goes_on_at_margin(document, text) && !may_go_on(document)));
}

// --- Python's clauses ---

struct clause {
    const char *word, *behind[7]; // what it may stand behind, NULL at the end
};

static const struct clause *clause_of(struct slice word) {
    static const struct clause clauses[] = {
        {"elif", {"if", "elif"}},
        {"else", {"if", "elif", "for", "while", "async", "try", "except"}},
        {"except", {"try", "except"}},
        {"finally", {"try", "except", "else"}},
    };
    for (size_t i = 0; i < sizeof clauses / sizeof *clauses; i++) {
        if (slice_equal(word, slice_of_string(clauses[i].word))) {
            return &clauses[i];
        }
    }
    return NULL;
}

static bool may_stand_behind(const struct clause *clause, struct slice line) {
    for (size_t i = 0; i < sizeof clause->behind / sizeof *clause->behind && clause->behind[i]; i++) {
        if (slice_equal(first_word(line), slice_of_string(clause->behind[i]))) {
            return true;
        }
    }
    return byte_is_among(line.data[0], ")]}"); // the end of a condition
}

// Is the nearest line above that is indented as the cursor's is, or less, one that the clause goes on from?
static bool has_its_block(const struct document *document, const struct clause *clause) {
    size_t indentation = document->indentation.length;
    struct climb climb = climb_from(document);
    struct slice line;
    climb.indentation++;
    while (climb_on(&climb, &line)) {
        if (line.data[0] != '#') {
            return climb.indentation == indentation && may_stand_behind(clause, line);
        }
        climb.indentation = indentation + 1;
    }
    return document->cut;
}

size_t misplaced_part(const struct document *document, const struct language *language, struct slice line) {
    struct slice text = slice_trim(line);
    if (document->line_start && text.length > 0 && byte_is_among(text.data[0], ")]}")) {
        return is_closing_amiss(document, text) ? (size_t)(text.data - line.data) + 1 : 0;
    }
    size_t start = (size_t)(text.data - line.data), word = first_word(text).length;
    const struct clause *clause = language_has_colons(language) ? clause_of(first_word(text)) : NULL;
    bool is_typed = start + word <= document->cursor_line.length; // the person's own choice
    if (clause) {
        return is_typed || has_its_block(document, clause) ? 0 : start + word;
    }
    if (!slice_equal(first_word(text), SLICE_LITERAL("return"))) {
        return 0;
    }
    if (language_has_colons(language)) {
        return is_typed || is_in_def(document) ? 0 : start + word;
    }
    bool has_results = strcmp(language_id(language), "go") == 0;
    return has_results && !may_be_returned(document, from(text, word)) ? start + text.length : 0;
}

static bool fits_right(const struct brackets *open, struct slice text, struct slice right) {
    struct brackets brackets = *open;
    return !brackets_read(&brackets, text) || brackets_read(&brackets, right);
}

static size_t taken_bracket(const struct brackets *open, struct slice text, struct slice right) {
    if (fits_right(open, text, right) || !fits_right(open, slice_of("", 0), right)) {
        return 0;
    }
    size_t part = 1;
    while (part < text.length && fits_right(open, slice_sub(text, 0, part), right)) {
        part++;
    }
    return part;
}

static struct brackets brackets_behind(const struct brackets *open, struct slice text, struct slice right) {
    struct brackets brackets = *open;
    brackets_read(&brackets, text);
    brackets_read(&brackets, right);
    return brackets;
}

// Does it open a bracket or a quote that what stands right of it does not close? All of the text says so.
static size_t left_open(const struct brackets *open, struct slice text, struct slice right) {
    struct slice rest = slice_trim(right);
    struct brackets first = brackets_behind(open, text, slice_sub(rest, 0, 2));
    bool is_code = !first.in_line_comment && !first.in_block_comment && last_of(rest) != '\\';
    struct brackets with = brackets_behind(open, text, rest);
    struct brackets without = brackets_behind(open, slice_of("", 0), rest);
    bool opens = with.count > without.count || (with.quote && !without.quote);
    return is_code && opens && !open->unpaired ? text.length : 0;
}

static bool is_second_call(const struct document *document, struct slice text, struct slice right) {
    struct slice left = str_slice(&document->cursor_line);
    return left.length > 0 && lexer_is_word_byte(left.data[left.length - 1]) && text.length > 0 &&
           text.data[0] == '(' && right.length > 0 && right.data[0] == '(';
}

size_t misplaced_beside(const struct document *document, const struct brackets *brackets, struct slice text) {
    size_t end = slice_line_end(document->suffix, 0);
    struct slice right = slice_sub(document->suffix, 0, end < RIGHT_READ ? end : RIGHT_READ);
    if (is_second_call(document, text, right)) {
        return 1;
    }
    size_t taken = taken_bracket(brackets, text, right);
    return taken > 0 ? taken : left_open(brackets, text, right);
}
