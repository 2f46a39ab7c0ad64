// repository_taken.c - see repository_taken.h.
//
// The likeliest line behind `func ` or `public void ` is often one that the file has: it is nearest, and agrees with all that
// stands around the cursor. Nobody declares it twice. So the lines of the open file are read, and its blocks told by their
// indentation, as everywhere here.
//
// What is declared stands behind another name, its type or the word that says what it is: `int x =`, `class X {`, `fn x(`. Or
// it is what a test is called, or a macro that declares, at the left margin, where nothing is called. While 4,200 lines were
// typed, what was shown changed at 3,339 keys for it (heads of such lines were shown then), and was right at 142 of these before.
//
// What declares nothing may come again: how often such a line does, and what else a block says once, repository_repeated.c tells.
#include "backends/repository_taken.h"

#include "backends/repository_lexer.h"

// What a function's name stands behind. Not `function`: TypeScript's may be declared several times.
static const char *const DEFINERS[] = {"def", "fn", "func"};
// Go's, and Python's that are registered for a type each.
static const char *const NAMES_OF_SEVERAL[] = {"init", "_"};
// A line that has one of these declares nothing, or nothing that may not be declared twice, as with Rust's `let`.
static const char *const STATEMENTS[] = {
    "and",      "assert",    "await",   "break",        "case",       "catch", "co_await", "co_return",
    "co_yield", "continue",  "defer",   "delete",       "do",         "echo",  "elif",     "else",
    "except",   "extern",    "finally", "for",          "foreach",    "from",  "go",       "goto",
    "if",       "impl",      "import",  "in",           "instanceof", "is",    "let",      "loop",
    "match",    "namespace", "new",     "not",          "of",         "or",    "raise",    "return",
    "select",   "sizeof",    "switch",  "synchronized", "template",   "then",  "throw",    "try",
    "typeof",   "unless",    "until",   "when",         "while",      "with",  "yield"};
// Between one of these and a brace a name may be left out, but for Go's `type A struct {`.
static const char *const NAMELESS[] = {"class", "enum", "interface", "struct", "union"};

// What a type's name stands behind that a file declares once. Not in C, where it is of the name wherever that is used.
static const char *const TYPES[] = {"class", "enum", "interface", "record", "struct", "trait", "type"};

#define IS_AMONG(word, list) slice_is_among(word, list, sizeof(list) / sizeof *(list))

// --- what is looked for ---

// A function, type or method by its name, or a line as a whole.
struct declared {
    struct slice definer, name;
    struct slice receiver; // a Go method's type, or empty
    struct slice line;     // trimmed; empty where a name is looked for
    size_t indentation;
};

static struct slice word_from(struct slice text, size_t at) {
    size_t end = at;
    while (end < text.length && lexer_is_word_byte(text.data[end])) {
        end++;
    }
    return slice_sub(text, at, end);
}

// The type and name of `func (a *A[T]) f(`; false if the line is none such.
static bool is_method(struct slice line, struct slice *receiver, struct slice *name) {
    size_t close = slice_find(line, SLICE_LITERAL(")"), 0), star = slice_find(line, SLICE_LITERAL("*"), 0);
    if (!slice_starts_with(line, SLICE_LITERAL("func (")) || close == (size_t)-1) {
        return false;
    }
    size_t space = slice_find(line, SLICE_LITERAL(" "), strlen("func ("));
    size_t start = star < close ? star + 1 : space < close ? space + 1 : strlen("func (");
    *receiver = word_from(line, start);
    *name = word_from(line, close + strlen(") "));
    return receiver->length > 0 && name->length > 0;
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

static bool declares(struct slice line, const struct declared *declared) {
    struct slice receiver, name;
    if (declared->receiver.length > 0) {
        return is_method(line, &receiver, &name) && slice_equal(receiver, declared->receiver) &&
               slice_equal(name, declared->name);
    }
    return declared->line.length > 0 ? slice_equal(line, declared->line)
                                     : defines(line, declared->definer, declared->name);
}

// --- lines read one after the other ---

struct reading {
    bool is_taken; // what is looked for is in the block that they end in
    // The last ones say that there are several: an overload, a property's setter, a condition.
    bool is_several;
    uint64_t before; // for each #if that is open, the innermost last, whether it was taken before that
    uint32_t depth;
};

static bool says_several(struct slice line, const struct declared *declared) {
    return (declared->name.length > 0 && slice_find(line, declared->name, 0) < line.length) ||
           slice_find(line, SLICE_LITERAL("overload"), 0) < line.length ||
           slice_find(line, SLICE_LITERAL("cfg"), 0) < line.length;
}

// What one branch declares another one may, too. Returns whether the line is of the branch that the lines before are of.
static bool read_condition(struct reading *reading, struct slice mark) {
    struct slice text = slice_trim(slice_sub(mark, 1, mark.length)); // `#  if`, too
    if (slice_starts_with(text, SLICE_LITERAL("if"))) {
        reading->before = reading->before << 1 | reading->is_taken;
        reading->depth++;
        return true;
    }
    bool is_end = slice_starts_with(text, SLICE_LITERAL("endif"));
    if (!is_end && !slice_starts_with(text, SLICE_LITERAL("el"))) {
        return true;
    }
    bool is_own = reading->depth == 0;
    reading->is_taken = reading->before & 1;
    reading->before >>= is_end;
    reading->depth -= is_end && !is_own;
    return !is_own;
}

// Returns whether it is of the block that the lines before it are of.
static bool read_line(struct reading *reading, struct slice line, const struct declared *declared) {
    size_t indentation = slice_indentation(line);
    struct slice text = slice_trim(line);
    if (text.length == 0) {
        return true;
    }
    if (text.data[0] == '#' && !read_condition(reading, text)) {
        return false;
    }
    if (indentation < declared->indentation) {
        *reading = (struct reading){0};
        return false;
    }
    reading->is_taken |=
        indentation == declared->indentation && !reading->is_several && declares(text, declared);
    bool is_mark = text.data[0] == '@' || text.data[0] == '#';
    reading->is_several = is_mark && (reading->is_several || says_several(text, declared));
    return true;
}

static struct slice line_at(struct slice text, size_t start) {
    return slice_sub(text, start, slice_line_end(text, start));
}

static struct reading read_lines(struct slice text, const struct declared *declared) {
    struct reading reading = {0};
    for (size_t at = 0; at < text.length; at = slice_line_end(text, at) + 1) {
        read_line(&reading, line_at(text, at), declared);
    }
    return reading;
}

static bool is_taken_below(struct slice text, const struct declared *declared) {
    struct reading reading = {0};
    for (size_t at = 0; at < text.length; at = slice_line_end(text, at) + 1) {
        if (reading.is_taken || !read_line(&reading, line_at(text, at), declared)) {
            break;
        }
    }
    return reading.is_taken;
}

// Where the line at `at` begins, with the marks right above it.
static size_t start_with_marks(struct slice text, size_t at) {
    size_t start = slice_line_start(text, at);
    while (start > 0) {
        size_t before = slice_line_start(text, start - 1);
        struct slice line = slice_trim(slice_sub(text, before, start - 1));
        if (line.length == 0 || !strchr("@#", line.data[0])) {
            break;
        }
        start = before;
    }
    return start;
}

// Most often it stands nowhere, so it is looked for before lines are read, and these from there on.
static bool is_taken(const struct document *document, const struct declared *declared) {
    struct slice above = document->above, below = document->suffix,
                 text = declared->line.length > 0 ? declared->line : declared->name;
    above.length = slice_line_start(above, above.length);
    below = slice_sub(below, slice_line_end(below, 0) + 1, below.length);
    size_t first = slice_find(above, text, 0);
    bool is_above = first != (size_t)-1, is_below = slice_find(below, text, 0) != (size_t)-1;
    if (!is_above && !is_below) {
        return false;
    }
    size_t start = start_with_marks(above, is_above ? first : above.length);
    struct reading reading = read_lines(slice_sub(above, start, above.length), declared);
    return !reading.is_several && (reading.is_taken || (is_below && is_taken_below(below, declared)));
}

// --- names ---

// Does a function's name come that may be of no other one?
static bool names_function(const struct language *language, const struct declared *function) {
    return IS_AMONG(function->definer, DEFINERS) && !IS_AMONG(function->name, NAMES_OF_SEVERAL) &&
           !language_has_overloads(language);
}

bool taken_name(const struct document *document, const struct language *language, const uint32_t *ids,
                uint32_t count) {
    const struct encoder *encoder = &document->encoder;
    struct declared function = {.definer =
                                    count > 1 ? encoder_word(encoder, ids[count - 2]) : slice_of("", 0),
                                .name = encoder_word(encoder, ids[count - 1]),
                                .indentation = document->indentation.length};
    return token_is_name(ids[count - 1]) && names_function(language, &function) &&
           is_taken(document, &function);
}

// --- lines ---

// A line read word by word.
struct look {
    struct slice line;
    size_t at;
    struct slice word;   // the last name, empty behind a sign
    uint32_t count;      // of words and signs so far
    bool is_type, typed; // a type may end here; a name came behind one
};

static bool is_type_end(char sign) {
    return strchr("*&>]", sign) != NULL;
}

// To the next sign that tells whether names before it are declared; false at the line's end or a statement's word.
static bool look_on(struct look *look, char *sign) {
    struct slice line = look->line;
    while (look->at < line.length) {
        size_t start = look->at;
        while (look->at < line.length && lexer_is_word_byte(line.data[look->at])) {
            look->at++;
        }
        if (look->at > start) {
            look->word = slice_sub(line, start, look->at);
            look->typed |= look->is_type;
            look->is_type = true;
            look->count++;
            if (IS_AMONG(look->word, STATEMENTS)) {
                return false;
            }
            continue;
        }
        *sign = line.data[look->at++];
        if (strchr(" \t", *sign)) {
            continue;
        }
        look->count++;
        if (strchr("(={[<;,:.\"'`", *sign)) {
            return true;
        }
        look->is_type &= is_type_end(*sign);
        look->word = slice_of("", 0);
    }
    return false;
}

static char last_of(struct slice line) {
    return line.length > 0 ? line.data[line.length - 1] : '\0';
}

// Behind the first word's parenthesis: Go's receiver, what a test is called, or what a macro declares at the left margin. An
// arrow is of a function that is given to a call.
static bool declares_by_call(const struct look *look, size_t indentation) {
    bool has_quote = look->at < look->line.length && strchr("\"'`", look->line.data[look->at]);
    bool has_arrow = slice_find(look->line, SLICE_LITERAL("=>"), 0) != (size_t)-1;
    return look->count == 2 && strchr("{)", last_of(look->line)) &&
           (has_quote || (indentation == 0 && !has_arrow));
}

// What says what the line declares ends here: the name, or a call's parenthesis. 0: it declares nothing.
static size_t end_of_declared(struct slice line, size_t indentation, const char *ends) {
    struct look look = {.line = line};
    char sign = 0;
    if (line.length == 0 || !lexer_is_word_byte(line.data[0]) || !strchr(ends, last_of(line))) {
        return 0;
    }
    while (look_on(&look, &sign)) {
        bool is_named = look.typed && look.word.length > 0 &&
                        (!IS_AMONG(look.word, NAMELESS) || slice_starts_with(line, SLICE_LITERAL("type ")));
        if (is_named && !strchr(".\"'`", sign)) {
            return (size_t)(look.word.data - line.data) + look.word.length;
        }
        if (sign == '(') {
            return declares_by_call(&look, indentation) ? look.at : 0;
        }
        if (!strchr("[<,:", sign)) {
            return 0;
        }
        look.is_type = false;
        look.word = slice_of("", 0);
    }
    return 0;
}

// Of Swift's `class func f()` and `class override var a`, a class has many.
static bool is_member(struct slice line) {
    return slice_find_word(line, SLICE_LITERAL("func"), 0) < line.length ||
           slice_find_word(line, SLICE_LITERAL("var"), 0) < line.length;
}

// Modifiers may stand before it, as may another of these words: `enum class A`, `record struct A`.
static bool is_type(struct slice line, struct slice *definer, struct slice *name) {
    size_t at = 0;
    while (at < line.length) {
        struct slice word = word_from(line, at);
        at += word.length;
        struct slice next =
            at < line.length && line.data[at] == ' ' ? word_from(line, at + 1) : slice_of("", 0);
        if (IS_AMONG(word, TYPES) && !IS_AMONG(next, TYPES)) {
            *definer = word;
            *name = next;
            return name->length > 0 && !is_member(line);
        }
        if (IS_AMONG(word, STATEMENTS) || at >= line.length || !strchr(" ()", line.data[at])) {
            return false;
        }
        at++;
    }
    return false;
}

// Where the name ends of a type or method that the line declares, and that is taken; 0: it is none such. What is typed already is
// the person's own choice.
static size_t taken_by_name(const struct document *document, const struct language *language,
                            struct slice line) {
    struct slice text = slice_trim(line);
    struct declared declared = {.indentation = document->indentation.length};
    bool has_types = language && strcmp(language_family(language), "c") != 0;
    bool is_named = has_types && (is_method(text, &declared.receiver, &declared.name) ||
                                  is_type(text, &declared.definer, &declared.name));
    size_t end = is_named ? (size_t)(declared.name.data - line.data) + declared.name.length : 0;
    return end > document->cursor_line.length && is_taken(document, &declared) ? end : 0;
}

// All of an import; what goes on in the next line may import something else.
static bool is_import(struct slice line) {
    static const char *const heads[] = {"#include ", "from ", "import ", "use ", "using "};
    if (line.length == 0 || strchr("({,\\", line.data[line.length - 1])) {
        return false;
    }
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        if (slice_starts_with(line, slice_of_string(heads[i]))) {
            return true;
        }
    }
    return false;
}

size_t taken_line(const struct document *document, const struct language *language, struct slice line) {
    struct declared declared = {.line = slice_trim(line), .indentation = document->indentation.length};
    if (language && is_import(declared.line)) {
        return is_taken(document, &declared) ? line.length : 0;
    }
    size_t named = taken_by_name(document, language, line);
    if (named > 0) {
        return named;
    }
    bool has_braces = language_has_semicolons(language) || (language && language_has_overloads(language));
    bool has_macros = declared.indentation == 0 && strcmp(language_family(language), "c") == 0;
    size_t end = has_braces
                     ? end_of_declared(declared.line, declared.indentation, has_macros ? "{;,(=)" : "{;,(=")
                     : 0;
    return end > 0 && is_taken(document, &declared) ? (size_t)(declared.line.data - line.data) + end : 0;
}
