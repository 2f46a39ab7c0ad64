// repository_relevance.c - see repository_relevance.h.
//
// The same words stand in places of different kinds. A function that was never
// called has its definition for all that is known of it: `f(` is followed by
// `int fd, int val) {`. A name that a comment speaks of is followed by `is set
// when`. However alike such places are, they say nothing of the cursor's.
//
// What stands before `f(` tells a call from a definition. Behind a name it is
// declared (`int f(`, `def f(`, `fn f(`), in nearly every language, but not
// behind the few words that work as operators do; these mean the same in all
// languages that have them, so they are one list. Behind an operator, an open
// parenthesis or a comma it is called. That holds for all that follows on the line, of which a definition has `a, b int) int {`
// where a call has `a, b)`; but a definition is not only like others: in C++ they are headed `T A::f(`.
#include "backends/repository_relevance.h"

#include "indexer/language.h"

static const char *const OPERATORS[] = {
    "and",   "assert", "await",  "case",  "co_await", "co_return", "co_yield",   "defer",  "delete", "do",
    "elif",  "else",   "from",   "go",    "goto",     "if",        "import",     "in",     "is",     "match",
    "new",   "not",    "of",     "or",    "raise",    "return",    "instanceof", "sizeof", "switch", "then",
    "throw", "typeof", "unless", "until", "when",     "while",     "yield"};

// The first was tuned on the development tasks, which move little with it. What is C says nothing of TypeScript, unless
// nothing else is known: at 0.1 its lines still came first where the file's own language had few.
static const double OTHER_KIND = 0.5, OTHER_LANGUAGE = 1e-6, NO_LANGUAGE = 0.05;

static struct slice word_of(const struct document *document, uint32_t id) {
    return encoder_word(&document->encoder, id);
}

// --- calls ---

static bool is_operator(struct slice word) {
    for (size_t i = 0; i < sizeof OPERATORS / sizeof *OPERATORS; i++) {
        if (slice_equal(word, slice_of_string(OPERATORS[i]))) {
            return true;
        }
    }
    return false;
}

// The slot that holds an operator's id, or would.
static inline const uint32_t *operator_slot(const struct relevance *relevance, uint32_t id) {
    uint32_t at = (id * 2654435761u) >> 25;
    while (relevance->operators[at] && relevance->operators[at] != id) {
        at = (at + 1) % RELEVANCE_OPERATORS;
    }
    return &relevance->operators[at];
}

static void note_operators(struct relevance *relevance) {
    _Static_assert(RELEVANCE_OPERATORS == 1 << (32 - 25), "a slot for every hash");
    for (size_t i = 0; i < sizeof OPERATORS / sizeof *OPERATORS; i++) {
        uint32_t id = encoder_find(&relevance->document->encoder, slice_of_string(OPERATORS[i]));
        relevance->operators[operator_slot(relevance, id) - relevance->operators] = id;
    }
}

bool relevance_declares_behind(const struct document *document, uint32_t id) {
    return token_is_name(id) && !is_operator(word_of(document, id));
}

// Not `::`, behind which C++ defines members.
static bool is_member_sign(struct slice word) {
    return slice_equal(word, SLICE_LITERAL(".")) || slice_equal(word, SLICE_LITERAL("->")) ||
           slice_equal(word, SLICE_LITERAL("?."));
}

// A sign before a name that is called. `*` and `&` may be of the type that a definition begins with; `:=` and `&&` are not.
static bool is_before_call(struct slice sign) {
    return sign.length > 0 && (strchr("=(,!+-/%?|<[", sign.data[0]) || sign.data[sign.length - 1] == '=' ||
                               slice_equal(sign, SLICE_LITERAL("&&")));
}

// How many tokens stand behind the nearest parenthesis that opens on the context's line; 0 if none does.
static uint32_t tokens_behind(const struct relevance *relevance, const uint32_t *context, size_t length) {
    uint32_t limit = length < RELEVANCE_LINE ? (uint32_t)length : RELEVANCE_LINE;
    for (uint32_t i = 0; i < limit && context[length - 1 - i] >= TOKEN_FIRST_WORD; i++) {
        if (context[length - 1 - i] == relevance->opening) {
            return i;
        }
    }
    return 0;
}

static enum call call_at(const struct document *document, const uint32_t *context, size_t length) {
    if (length < 3 || !token_is_name(context[length - 2]) ||
        is_operator(word_of(document, context[length - 2])) ||
        !slice_equal(word_of(document, context[length - 1]), SLICE_LITERAL("("))) {
        return CALL_NONE;
    }
    uint32_t id = context[length - 3];
    struct slice before = word_of(document, id);
    if (relevance_declares_behind(document, id)) {
        return CALL_DEFINITION;
    }
    bool is_call =
        token_is_line(id) ? document->indentation.length > 0 : token_is_name(id) || is_before_call(before);
    return is_member_sign(before) ? CALL_MEMBER : is_call ? CALL_FUNCTION : CALL_NONE;
}

// Does the place do otherwise with its `name(` than the context with its own? It is asked of every place, so it goes by
// ids: words are far away.
static bool is_other_call(const struct relevance *relevance, struct packed tokens, uint32_t position) {
    uint32_t id = position < 3 ? TOKEN_FILE : token_id(packed_get(tokens, position - 3));
    bool is_defined = token_is_name(id) && *operator_slot(relevance, id) == 0;
    if (relevance->call == CALL_DEFINITION) {
        return !is_defined && (id == TOKEN_FILE || (id != relevance->star && id != relevance->ampersand));
    }
    bool is_member_defined = relevance->call == CALL_MEMBER && // `f(a) {` in a class, `func (x T) f(`
                             (token_is_line(id) || (id != TOKEN_FILE && id == relevance->closing));
    return is_defined || is_member_defined;
}

// --- comments ---

struct walk {
    uint32_t last; // the id it came from
    bool is_comment;
};

// A walk leftwards comes to this id: does it go on? Not at a line's end, nor when the line turned out to be a comment.
static inline bool walk_on(const struct relevance *relevance, uint32_t id, struct walk *walk) {
    bool is_end = id < TOKEN_FIRST_WORD;
    walk->is_comment = is_end ? walk->last != 0 && walk->last == relevance->middle
                              : id == relevance->comment || id == relevance->block;
    walk->last = id;
    return !is_end && !walk->is_comment;
}

static bool context_is_comment(const struct relevance *relevance, const uint32_t *context, size_t length) {
    struct walk walk = {0};
    size_t i = 1, limit = length < RELEVANCE_LINE ? length : RELEVANCE_LINE;
    while (i <= limit && walk_on(relevance, context[length - i], &walk)) {
        i++;
    }
    return walk.is_comment;
}

static bool place_is_comment(const struct relevance *relevance, struct packed tokens, uint32_t position) {
    struct walk walk = {0};
    uint32_t i = 1, limit = position < RELEVANCE_LINE ? position : RELEVANCE_LINE;
    while (i <= limit && walk_on(relevance, token_id(packed_get(tokens, position - i)), &walk)) {
        i++;
    }
    return walk.is_comment;
}

// --- both ---

void relevance_init(struct relevance *relevance, const struct document *document, const char *path) {
    const char *comment = language_line_comment(language_of_path(path));
    bool has_blocks = strcmp(comment, "//") == 0;
    const char *extension = strrchr(path, '.');
    *relevance = (struct relevance){.document = document,
                                    .extension = extension ? extension : "",
                                    .family = language_family(language_of_path(path)),
                                    .comment = encoder_find(&document->encoder, slice_of_string(comment))};
    relevance->opening = encoder_find(&document->encoder, SLICE_LITERAL("("));
    relevance->closing = encoder_find(&document->encoder, SLICE_LITERAL(")"));
    relevance->star = encoder_find(&document->encoder, SLICE_LITERAL("*"));
    relevance->ampersand = encoder_find(&document->encoder, SLICE_LITERAL("&"));
    note_operators(relevance);
    if (has_blocks) {
        relevance->block = encoder_find(&document->encoder, SLICE_LITERAL("/*"));
        relevance->middle = relevance->star;
    }
}

// What is in no known language may be prose, of which code has little, or a dialect.
double relevance_of_file(const struct relevance *relevance, const struct segment_file *file) {
    const char *extension = strrchr(file->path, '.');
    if (strcmp(extension ? extension : "", relevance->extension) == 0) {
        return 1;
    }
    if (!relevance->family[0] || strcmp(file->family, relevance->family) == 0) {
        return OTHER_KIND;
    }
    return file->family[0] ? OTHER_LANGUAGE : NO_LANGUAGE;
}

void relevance_ask(struct relevance *relevance, const uint32_t *context, size_t length) {
    relevance->behind = tokens_behind(relevance, context, length);
    relevance->call = call_at(relevance->document, context, length - relevance->behind);
    relevance->is_code = relevance->comment != 0 && length > 0 && token_is_name(context[length - 1]) &&
                         !context_is_comment(relevance, context, length);
}

// Two names side by side are what comments are made of, so only there it is looked for one. Of other names any call tells
// what stands in one, but nothing of what is declared in a definition; nor does the name's own one, of all that follows in a call.
bool relevance_has(const struct relevance *relevance, struct packed tokens, uint32_t position,
                   uint32_t depth) {
    if (relevance->is_code && token_is_name(token_id(packed_get(tokens, position))) &&
        place_is_comment(relevance, tokens, position)) {
        return false;
    }
    uint32_t behind = relevance->behind;
    bool is_asked = relevance->call == CALL_DEFINITION
                        ? behind == 0
                        : relevance->call != CALL_NONE && depth > 1 + behind; // of the same name
    return !is_asked || !is_other_call(relevance, tokens, position - behind);
}
