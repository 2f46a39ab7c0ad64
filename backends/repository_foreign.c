// repository_foreign.c - see repository_foreign.h.
//
// What other files say behind a few words may need what they declare above: a local, a parameter, a type that is imported there.
// The ranking knows that such a name stands nowhere in this file; how sure the line is does not. While 4,200 lines were typed,
// 1,159 answers used a name that is known as something else, a function that is not called, a field of no object or a type where none
// is meant: 40 % of them were said to be right, and 16 % were.
//
// A call of a function that the file has not called so far, or of a method, is about as likely as it says, and so is a name that
// no definition is known for, most often of the standard library.
//
// A name that ends at the cursor and that nothing knows is most often not written to its end, though each of its letters might be the
// last one (repository_coined.c says when it surely is not): of 790 such answers 27 % were right, and 49 % were said to be.
#include "backends/repository_foreign.h"

#include "backends/repository_lexer.h"
#include "backends/repository_relevance.h"

#include <math.h>

// What a name is for the line.
enum role {
    ROLE_FAMILIAR,
    ROLE_USED,    // known as something else than a value, or to have members
    ROLE_CAPITAL, // not known
    ROLE_FIELD,
    ROLE_MEMBER, // not known
    ROLE_COUNT
};

// What each leaves of the odds, fitted while 1,400 lines of seven repositories were typed.
static const double OF_LINE[ROLE_COUNT] = {1, 0.2, 0.4, 0.5, 1};
static const double OF_HEAD[ROLE_COUNT] = {1, 0.12, 1, 0.12, 0.12};

// A word of a path.
struct named {
    struct slice word, left, right; // and its neighbours
    uint32_t id, before;
    bool is_typed;
};

static bool is_number(struct slice word) {
    return word.data[0] >= '0' && word.data[0] <= '9';
}

static bool is_sign(struct slice word, const char *sign) {
    return slice_equal(word, slice_of_string(sign));
}

static bool has_members(struct slice sign) {
    static const char *const signs[] = {".", "->", "?.", "::"};
    return slice_is_among(sign, signs, sizeof signs / sizeof *signs);
}

static bool stands_left(const struct document *document, uint32_t id) {
    for (size_t i = 0; i < document->line.count; i++) {
        if (document->line.items[i] == id) {
            return true;
        }
    }
    return false;
}

// Nearest first, where most are. The document counts the word that is typed among its own.
static bool stands_in_text(const struct document *document, uint32_t id) {
    for (size_t i = document->tokens.count; i > 0; i--) {
        if (token_id(document->tokens.items[i - 1]) == id) {
            return true;
        }
    }
    return false;
}

// What is typed is the person's own choice.
static bool is_foreign(const struct document *document, uint32_t id) {
    return token_is_name(id) && id != document->typed_id && !stands_left(document, id) &&
           document_number(document, id) == DOCUMENT_NO_WORD;
}

// Few lines have one, and the others are read no further.
static bool has_foreign(const struct document *document, const struct beam_path *path) {
    for (uint32_t i = 0; i < path->count; i++) {
        if (is_foreign(document, path->ids[path->context + i])) {
            return true;
        }
    }
    return false;
}

static const struct backend_hint *hint_of(const struct document *document, struct slice word) {
    for (size_t i = 0; i < document->hint_count; i++) {
        if (slice_equal(word, slice_of_string(document->hints[i].name))) {
            return &document->hints[i];
        }
    }
    return NULL;
}

// Of what is neither called nor declared.
static enum role role_of_used(const struct named *name, const struct backend_hint *hint) {
    if (hint) {
        bool is_value = hint->kind == SYMBOL_CONSTANT || hint->kind == SYMBOL_VARIABLE;
        return is_value ? ROLE_FAMILIAR : ROLE_USED;
    }
    bool is_capital = name->word.data[0] >= 'A' && name->word.data[0] <= 'Z';
    return has_members(name->right) ? ROLE_USED : is_capital ? ROLE_CAPITAL : ROLE_FAMILIAR;
}

static enum role role_of(const struct document *document, const struct named *name) {
    static const char *const signs[] = {"(", "!", "=", ":=", ":"};
    const struct backend_hint *hint = hint_of(document, name->word);
    if (is_number(name->word)) {
        return ROLE_FAMILIAR;
    }
    if (has_members(name->left) && !is_sign(name->right, "(")) {
        return !hint ? ROLE_MEMBER : hint->kind == SYMBOL_FIELD ? ROLE_FIELD : ROLE_FAMILIAR;
    }
    bool is_other = slice_is_among(name->right, signs, sizeof signs / sizeof *signs) ||
                    relevance_declares_behind(document, name->before);
    return is_other ? ROLE_FAMILIAR : role_of_used(name, hint);
}

static struct named name_at(const struct document *document, const struct beam_path *path, uint32_t i) {
    const struct encoder *encoder = &document->encoder;
    const uint32_t *ids = path->ids + path->context;
    uint32_t before = path->context + i > 0 ? ids[(ptrdiff_t)i - 1] : TOKEN_FILE;
    return (struct named){.word = encoder_word(encoder, ids[i]),
                          .left = encoder_word(encoder, before),
                          .right = i + 1 < path->count ? encoder_word(encoder, ids[i + 1]) : slice_of("", 0),
                          .id = ids[i],
                          .before = before,
                          .is_typed = i == 0 && document->typed.length > 0};
}

static double part_left(const struct document *document, const struct brackets *at_cursor,
                        const struct beam_path *path, const double *of_role) {
    struct brackets brackets = *at_cursor;
    double part = 1;
    if (!has_foreign(document, path)) {
        return 1;
    }
    for (uint32_t i = 0; i < path->count; i++) {
        struct named name = name_at(document, path, i);
        if (i > 0) {
            brackets_read(&brackets, lexer_space_text(token_space(path->tokens[i])));
        }
        if (brackets_are_in_code(&brackets) && is_foreign(document, name.id)) {
            part = fmin(part, of_role[role_of(document, &name)]);
        }
        size_t typed = name.is_typed ? document->typed.length : 0;
        brackets_read(&brackets, slice_sub(name.word, typed, name.word.length));
    }
    return part;
}

double foreign_part(const struct document *document, const struct brackets *brackets,
                    const struct beam_path *path) {
    return part_left(document, brackets, path, OF_LINE);
}

double foreign_head_part(const struct document *document, const struct brackets *brackets,
                         const struct beam_path *path) {
    return part_left(document, brackets, path, OF_HEAD);
}

bool foreign_ends_name(const struct document *document, const struct beam_path *path) {
    struct named name = name_at(document, path, 0);
    return name.is_typed && name.id == document->typed_id && token_is_name(name.id) &&
           !is_number(name.word) && !stands_left(document, name.id) && !stands_in_text(document, name.id) &&
           !hint_of(document, name.word);
}
