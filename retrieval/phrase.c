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

static bool is_letter(char byte) {
    return (byte | 32) >= 'a' && (byte | 32) <= 'z';
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
    size_t end = at + token.length;
    struct slice here = slice_sub(text, at, end);
    if (!slice_equal_any_case(here, token)) {
        return false;
    }
    *is_exact = *is_exact && slice_equal(here, token);
    bool goes_on = prose_is_of_word(token.data[0]) && end < text.length && prose_is_of_word(text.data[end]);
    return may_go_on || !goes_on;
}

// Is there a word on both sides of the place?
static bool is_cut(struct slice text, size_t at) {
    return at > 0 && at < text.length && prose_is_of_word(text.data[at - 1]) &&
           prose_is_of_word(text.data[at]);
}

// Between two parts of a name: tcp_bind stands in uv_tcp_bind, tcpBind in uvTcpBind.
static bool is_between_parts(struct slice text, size_t at) {
    char before = text.data[at - 1], behind = text.data[at];
    bool is_hump = before >= 'a' && before <= 'z' && behind >= 'A' && behind <= 'Z';
    return before == '_' || behind == '_' || is_hump;
}

static bool may_be_cut(const struct phrase *phrase, struct slice text, size_t at) {
    return !phrase->is_whole || (phrase->is_of_parts && is_between_parts(text, at));
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
    bool is_cut_before = is_cut(text, match->start), is_cut_behind = is_cut(text, at);
    match->is_whole = !is_cut_before && !is_cut_behind;
    match->end = at;
    return (!is_cut_before || may_be_cut(phrase, text, match->start)) &&
           (!is_cut_behind || may_be_cut(phrase, text, at));
}

// The first place from `at` on of the byte in either case; `to` if there is none.
static size_t find_byte(struct slice text, size_t at, size_t to, char byte) {
    if (!is_letter(byte)) {
        const char *found = at < to ? memchr(text.data + at, byte, to - at) : NULL;
        return found ? (size_t)(found - text.data) : to;
    }
    while (at < to && (text.data[at] | 32) != (byte | 32)) {
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
