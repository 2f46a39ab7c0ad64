// repository_calls.c - see repository_calls.h.
//
// A name that was never called has its definition for a model: `f(` is followed
// by `int fd, int val) {` wherever it stands. What stands before the name tells
// the two apart. Behind a name it is declared (`int f(`, `def f(`, `fn f(`), in
// nearly every language, but not behind the few words that work as operators
// do; these mean the same in all languages that have them, so they are one
// list. Behind an operator, an open parenthesis or a comma it is called.
#include "backends/repository_calls.h"

static const char *const OPERATORS[] = {
    "and",   "assert", "await",  "case",  "co_await", "co_return", "co_yield",   "defer",  "delete", "do",
    "elif",  "else",   "from",   "go",    "goto",     "if",        "import",     "in",     "is",     "match",
    "new",   "not",    "of",     "or",    "raise",    "return",    "instanceof", "sizeof", "switch", "then",
    "throw", "typeof", "unless", "until", "when",     "while",     "yield"};

static struct slice word_of(const struct document *document, uint32_t id) {
    return encoder_word(&document->encoder, id);
}

static bool is_operator(struct slice word) {
    for (size_t i = 0; i < sizeof OPERATORS / sizeof *OPERATORS; i++) {
        if (slice_equal(word, slice_of_string(OPERATORS[i]))) {
            return true;
        }
    }
    return false;
}

bool calls_declare_behind(const struct document *document, uint32_t id) {
    return token_is_name(id) && !is_operator(word_of(document, id));
}

// Not `::`, behind which C++ defines members.
static bool is_member_sign(struct slice word) {
    return slice_equal(word, SLICE_LITERAL(".")) || slice_equal(word, SLICE_LITERAL("->")) ||
           slice_equal(word, SLICE_LITERAL("?."));
}

// A sign before a name that is called. `*` and `&` may be of the type that a definition begins with.
static bool is_before_call(struct slice sign) {
    return sign.length > 0 && strchr("=(,!+-/%?|<", sign.data[0]);
}

enum call calls_at(const struct document *document, const uint32_t *context, size_t length) {
    if (length < 3 || !token_is_name(context[length - 2]) ||
        !slice_equal(word_of(document, context[length - 1]), SLICE_LITERAL("("))) {
        return CALL_NONE;
    }
    uint32_t id = context[length - 3];
    struct slice before = word_of(document, id);
    bool is_call = token_is_line(id)   ? document->indentation.length > 0
                   : token_is_name(id) ? is_operator(before)
                                       : is_before_call(before);
    return is_member_sign(before) ? CALL_MEMBER : is_call ? CALL_FUNCTION : CALL_NONE;
}

bool calls_are_defined(const struct document *document, enum call call, struct packed tokens,
                       uint32_t position) {
    uint32_t id = position < 3 ? TOKEN_FILE : token_id(packed_get(tokens, position - 3));
    bool is_member_defined = call == CALL_MEMBER && // `f(a) {` in a class, `func (x T) f(`
                             (token_is_line(id) || slice_equal(word_of(document, id), SLICE_LITERAL(")")));
    return is_member_defined || calls_declare_behind(document, id);
}
