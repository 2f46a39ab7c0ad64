// repository_coined.c - see repository_coined.h.
//
// Where a function is being named, `() {` is likely behind every letter of its name, and right behind the last. But names are made
// of words: while `should_return_thr` is typed, `thr` is none. While 4,200 lines were typed, a new name stood before what was
// shown at 2,449 keys, most of them within it. Of 670 whose last part was no word of the repository 2 % were the last key of
// the name, and of 320 whose last part had one letter or two.
//
// Where a name is used, other files may know half of it for a whole one: behind `return lim` comes `;` there. While the same lines
// were typed, 98 answers ended a word so that stood nowhere else in the file, where others begin so; one of them was right.
#include "backends/repository_coined.h"

enum { SHORTEST_WORD = 3 };

static bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c) {
    return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

// `HTTPServer`: at the S.
static size_t part_start(struct slice name) {
    size_t at = name.length;
    while (at > 0 && is_lower(name.data[at - 1])) {
        at--;
    }
    if (at > 0 && at < name.length && is_upper(name.data[at - 1])) {
        return at - 1;
    }
    while (at > 0 && at == name.length && is_upper(name.data[at - 1])) {
        name.length = --at;
    }
    return at;
}

static char in_case(char c, bool upper) {
    return !upper && is_upper(c)           ? (char)(c - 'A' + 'a')
           : upper && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A')
                                           : c;
}

// thr, Thr, THR.
static bool is_word_in_any_case(const struct encoder *encoder, struct slice part) {
    char copy[COINED_PART];
    for (int upper = 0; upper < 3 && part.length <= sizeof copy; upper++) {
        for (size_t i = 0; i < part.length; i++) {
            copy[i] = in_case(part.data[i], upper == 2 || (upper == 1 && i == 0));
        }
        if (encoder_find(encoder, slice_of(copy, part.length))) {
            return true;
        }
    }
    return encoder_find(encoder, part) != 0;
}

bool coined_is_half(const struct encoder *encoder, struct slice name) {
    size_t start = part_start(name), first = 0;
    while (first < start && name.data[first] == '_') {
        first++;
    }
    struct slice part = slice_sub(name, start, name.length);
    bool ends_with_digit = part.length == 0 && name.length > 0 && name.data[name.length - 1] != '_';
    return start > first && !ends_with_digit &&
           (part.length < SHORTEST_WORD || !is_word_in_any_case(encoder, part));
}

static bool stands_in(const struct token_list *tokens, uint32_t id, uint32_t space_bits) {
    for (size_t i = 0; i < tokens->count; i++) {
        if (tokens->items[i] >> space_bits == id) {
            return true;
        }
    }
    return false;
}

// Does a longer name of the document begin so? The reading has met others that are in it no more.
static bool begins_another(const struct document *document, struct slice name) {
    const struct words *words = reading_words(document->reading);
    for (size_t i = 0; i < words->items.count; i++) {
        struct slice other = words->items.items[i].text;
        if (document->encoder.met_ids[i] != 0 && other.length > name.length &&
            slice_starts_with(other, name)) {
            return true;
        }
    }
    return false;
}

bool coined_is_half_used(const struct document *document) {
    bool is_number = document->typed.length > 0 && document->typed.data[0] <= '9';
    return token_is_name(document->typed_id) && !is_number &&
           !stands_in(&document->tokens, document->typed_id, TOKEN_SPACE_BITS) &&
           !stands_in(&document->line, document->typed_id, 0) && begins_another(document, document->typed);
}
