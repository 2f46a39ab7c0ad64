// binding.c - see binding.h.
#include "retrieval/binding.h"

#include <string.h>

enum { REACH = 400 }; // bytes of the line on either side of the name: nobody binds it farther in

// What stands before a name that it binds.
static const char BINDERS[] = " def fn func function fun let var val local ";
// What may, but stands before a name that it uses, too: `struct point *p`, `const Point &p`.
static const char LOOSE_BINDERS[] = " class interface trait type struct union enum const ";
static const char BEFORE_WORDS[] = " class interface trait type "; // `class a extends b`, `type a struct`
// What begins a statement that binds nothing, though a name and the statement's end may follow.
static const char USERS[] =
    " return goto throw delete case raise del yield await else not import from using package break continue "
    "defer go co_return co_yield assert print echo export new use in is and or ";

static bool is_among(const char *list, struct slice word) {
    return word.length && slice_find_word(slice_of_string(list), word, 0) != (size_t)-1;
}

static struct slice last_word(struct slice text) {
    text = slice_trim(text);
    size_t start = text.length;
    while (start > 0 && slice_is_word_byte(text.data[start - 1])) {
        start--;
    }
    return slice_sub(text, start, text.length);
}

static struct slice first_word(struct slice text) {
    size_t end = 0;
    while (end < text.length && slice_is_word_byte(text.data[end])) {
        end++;
    }
    return slice_sub(text, 0, end);
}

// --- a word before it ---

static bool is_bound_loosely(struct slice binder, struct slice behind) {
    char next = behind.length ? behind.data[0] : '\n';
    return !strchr("*&),;>.}", next) && (is_among(BEFORE_WORDS, binder) || !slice_is_word_byte(next));
}

static bool has_binder(struct slice before, struct slice behind) {
    struct slice binder = last_word(before);
    if (slice_equal(binder, SLICE_LITERAL("mut"))) { // `let mut a`, but not `&mut a`
        binder = last_word(slice_of(before.data, (size_t)(binder.data - before.data)));
    }
    return is_among(BINDERS, binder) ||
           (is_among(LOOSE_BINDERS, binder) && is_bound_loosely(binder, slice_trim(behind)));
}

// --- an assignment ---

static size_t skip(struct slice text, size_t at, const char *others) {
    while (at < text.length && (slice_is_word_byte(text.data[at]) || strchr(others, text.data[at]))) {
        at++;
    }
    return at;
}

static size_t skip_blanks(struct slice text, size_t at) {
    while (at < text.length && text.data[at] == ' ') {
        at++;
    }
    return at;
}

// Other names may be between it and the "=", and a type behind a colon.
static bool is_assigned(struct slice behind) {
    size_t at = skip_blanks(behind, 0);
    while (at < behind.length && behind.data[at] == ',') {
        at = skip_blanks(behind, skip(behind, skip_blanks(behind, at + 1), ""));
    }
    struct slice sign = slice_sub(behind, at, behind.length);
    if (slice_starts_with(sign, SLICE_LITERAL(":="))) {
        return true;
    }
    if (sign.length && sign.data[0] == ':') {
        at = skip(behind, at + 1, " ,.[]|<>");
        sign = slice_sub(behind, at, behind.length);
    }
    bool is_apart = at > 0 && sign.length && behind.data[at - 1] == ' '; // `f(name=value)` is none
    return is_apart && sign.data[0] == '=' && (sign.length < 2 || !strchr("=>~", sign.data[1]));
}

// --- what begins the statement ---

// Nothing, other names, or a type; *has_type tells of the last.
static bool begins_statement(struct slice before, bool *has_type) {
    struct slice head = slice_trim(before);
    *has_type = false;
    for (size_t i = 0; i < head.length; i++) {
        bool is_double = head.data[i] == ':' && i + 1 < head.length && head.data[i + 1] == ':';
        i += is_double;
        if (!is_double && !slice_is_word_byte(head.data[i]) && !strchr(" ,*&<>[]$", head.data[i])) {
            return false;
        }
    }
    bool has_word = first_word(head).length > 0;
    bool is_list = head.length && head.data[head.length - 1] == ',';
    bool is_apart = before.length && !slice_is_word_byte(before.data[before.length - 1]);
    *has_type = has_word && !is_list && is_apart && !is_among(LOOSE_BINDERS, head); // `struct point;`
    return (head.length == 0 || has_word || head.data[0] == '$') && !is_among(USERS, first_word(head));
}

static bool ends_declaration(struct slice behind) {
    behind = slice_trim(behind);
    return behind.length && strchr(";[,", behind.data[0]);
}

bool binding_is_at(struct slice text, size_t start, size_t end, const struct language *language) {
    if (!language || language_is_data(language)) {
        return false;
    }
    struct slice near = slice_sub(text, start > REACH ? start - REACH : 0, end + REACH);
    size_t in_near = (size_t)(text.data + start - near.data), end_in_near = in_near + (end - start);
    size_t line = slice_line_start(near, in_near);
    struct slice before = slice_sub(near, line, in_near);
    struct slice behind = slice_sub(near, end_in_near, slice_line_end(near, end_in_near));
    bool has_start = line > 0 || start <= REACH; // of a longer line it is not known what begins the statement
    bool has_type = false, is_first = has_start && begins_statement(before, &has_type);
    return has_binder(before, behind) || (is_first && is_assigned(behind)) ||
           (is_first && has_type && language_has_semicolons(language) && ends_declaration(behind));
}
