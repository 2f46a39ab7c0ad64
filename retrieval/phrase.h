// phrase.h - a search's text as it stands: code or a message, to be found word for word.
//
// A phrase is its words and signs in their order. White space between them does
// not count, but that words stay apart: "for(;;)" and "for (;;)" are the same.
// Where a text is broken over lines, as comments and long messages are, so may
// the phrase be: quotes, "*", "//", "#", "+" and "\" around the line's end are passed over, if they are few.
// A pair of quotes around all of the phrase is none of it.
//
// Ownership: views into the text given to phrase_init.
// Threads:   any; pure.
// Errors:    none; a text of white space and quotes has no tokens, and is found nowhere.
// Limits:    a phrase of more than PHRASE_TOKENS tokens has none.
#ifndef HUNCH_RETRIEVAL_PHRASE_H
#define HUNCH_RETRIEVAL_PHRASE_H

#include "base/str.h"

#include <stdint.h>

enum { PHRASE_TOKENS = 96 };

struct phrase {
    struct slice tokens[PHRASE_TOKENS]; // words, or a sign each
    uint32_t count;
    uint32_t word_count;
    bool has_signs;
    bool is_quoted;
    bool is_whole;    // it must not begin or end in the middle of a word
    bool is_of_parts; // a name, so it may where a part of a longer name begins or ends
};

struct phrase_match {
    size_t start, end; // bytes
    bool is_exact;     // in the same case
    bool is_whole;     // does not begin or end in the middle of a word
};

void phrase_init(struct phrase *phrase, struct slice text);
// The first match that begins in text[from, to), and may end behind it. Its case does not matter.
bool phrase_find(const struct phrase *phrase, struct slice text, size_t from, size_t to,
                 struct phrase_match *match);

#endif
