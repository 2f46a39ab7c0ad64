// phrase.c - see phrase.h.
#include "retrieval/phrase.h"

#include "retrieval/prose.h"

#include <string.h>

enum {
    GAP = 512,      // bytes at most between two tokens
    GAP_SIGNS = 16, // of them signs: a ruler of slashes would be gone through from each of them
};

static bool is_space(char byte) {
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static char to_lower(char byte) {
    return byte >= 'A' && byte <= 'Z' ? (char)(byte + ('a' - 'A')) : byte;
}

// --- what is asked for ---

static struct slice without_quotes(struct slice text, bool *had_some) {
    bool is_quote = text.length > 2 && memchr("\"'`", text.data[0], 3) != NULL;
    *had_some = is_quote && text.data[text.length - 1] == text.data[0];
    return *had_some ? slice_trim(slice_sub(text, 1, text.length - 1)) : text;
}

static size_t token_end(struct slice text, size_t at) {
    size_t end = at + 1;
    while (prose_is_of_word(text.data[at]) && end < text.length && prose_is_of_word(text.data[end])) {
        end++;
    }
    return end;
}

void phrase_init(struct phrase *phrase, struct slice text) {
    *phrase = (struct phrase){0};
    text = without_quotes(slice_trim(text), &phrase->is_quoted);
    for (size_t at = 0; at < text.length;) {
        size_t end = token_end(text, at);
        if (is_space(text.data[at])) {
            at++;
            continue;
        }
        if (phrase->count == PHRASE_TOKENS) {
            *phrase = (struct phrase){0};
            return;
        }
        bool is_word = prose_is_of_word(text.data[at]);
        phrase->tokens[phrase->count++] = slice_sub(text, at, end);
        phrase->word_count += is_word;
        phrase->has_signs |= !is_word;
        at = end;
    }
}

// --- where it stands ---

static size_t skip_space(struct slice text, size_t at) {
    for (size_t end = at + GAP; at < text.length && at < end && is_space(text.data[at]); at++) {
    }
    return at;
}

// Behind the white space, and what ends and begins a line of a comment or string, if there is a line's end.
static size_t skip_line_break(struct slice text, size_t at) {
    size_t start = at, signs = 0;
    size_t end = start + GAP < text.length ? start + GAP : text.length;
    while (at < end &&
           (is_space(text.data[at]) || (memchr("\"*/#+\\", text.data[at], 6) && signs++ < GAP_SIGNS))) {
        at++;
    }
    return memchr(text.data + start, '\n', at - start) ? at : start;
}

// Does the token stand there? A word ends where the text's does, unless the phrase is cut there.
static bool stands(struct slice text, size_t at, struct slice token, bool may_go_on, bool *is_exact) {
    if (text.length - at < token.length) {
        return false;
    }
    for (size_t i = 0; i < token.length; i++) {
        char byte = text.data[at + i];
        if (to_lower(byte) != to_lower(token.data[i])) {
            return false;
        }
        *is_exact &= byte == token.data[i];
    }
    size_t end = at + token.length;
    bool goes_on = prose_is_of_word(token.data[0]) && end < text.length && prose_is_of_word(text.data[end]);
    return may_go_on || !goes_on;
}

static bool match_at(const struct phrase *phrase, struct slice text, size_t at, struct phrase_match *match) {
    *match = (struct phrase_match){.start = at, .is_exact = true, .is_whole = true};
    for (uint32_t i = 0; i < phrase->count; i++) {
        struct slice token = phrase->tokens[i];
        bool is_last = i + 1 == phrase->count;
        size_t next = i ? skip_space(text, at) : at;
        // Two words side by side in the phrase are apart in the text, too.
        bool is_run_on =
            i && next == at && prose_is_of_word(text.data[at - 1]) && prose_is_of_word(token.data[0]);
        if (is_run_on || !stands(text, next, token, is_last, &match->is_exact)) {
            next = i ? skip_line_break(text, at) : at;
            if (next == at || !stands(text, next, token, is_last, &match->is_exact)) {
                return false;
            }
        }
        at = next + token.length;
    }
    bool is_cut_before = match->start && prose_is_of_word(text.data[match->start]) &&
                         prose_is_of_word(text.data[match->start - 1]);
    bool is_cut_behind =
        at < text.length && prose_is_of_word(text.data[at - 1]) && prose_is_of_word(text.data[at]);
    match->is_whole = !is_cut_before && !is_cut_behind;
    match->end = at;
    return match->is_whole || !phrase->is_whole;
}

// The first place from `at` on of the byte in either case; `to` if there is none.
static size_t find_byte(struct slice text, size_t at, size_t to, char byte) {
    char lower = to_lower(byte);
    if (lower < 'a' || lower > 'z') {
        const char *found = at < to ? memchr(text.data + at, byte, to - at) : NULL;
        return found ? (size_t)(found - text.data) : to;
    }
    while (at < to && to_lower(text.data[at]) != lower) {
        at++;
    }
    return at;
}

bool phrase_find(const struct phrase *phrase, struct slice text, size_t from, size_t to,
                 struct phrase_match *match) {
    if (phrase->count == 0) {
        return false;
    }
    to = to < text.length ? to : text.length;
    for (size_t at = from; (at = find_byte(text, at, to, phrase->tokens[0].data[0])) < to; at++) {
        if (match_at(phrase, text, at, match)) {
            return true;
        }
    }
    return false;
}
