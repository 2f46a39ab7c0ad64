// excerpt.h - the few lines of a definition or passage that show best why a search found it.
//
// The line with the name comes first, then those where the search's text begins word for word, then those that say most
// of what was asked, in the order of the file. That text is marked, elsewhere the words that were asked for are.
//
// Ownership: lines and marks live in the caller's arena; texts are views into `text`.
// Threads:   one owner at a time; pure.
// Errors:    none; no text, no lines.
// Limits:    a line is cut at EXCERPT_LINE_BYTES, and has EXCERPT_MARKS marks.
#ifndef HUNCH_RETRIEVAL_EXCERPT_H
#define HUNCH_RETRIEVAL_EXCERPT_H

#include "retrieval/search_words.h"

enum { EXCERPT_LINE_BYTES = 240, EXCERPT_MARKS = 24, EXCERPT_LINES = 40 };

struct excerpt_mark {
    uint32_t start, end; // bytes of the line's text
};

struct excerpt_line {
    uint32_t number; // 0-based
    struct slice text;
    struct excerpt_mark *marks;
    uint32_t mark_count;
};

struct excerpt_range {
    uint32_t first, last; // lines to choose from, 0-based, inclusive
    uint32_t name_line;   // always taken; UINT32_MAX: there is none
    bool is_whole;        // its first lines are, whatever they say
};

// The first line of the range where the search's text begins as it stands (words->phrase); UINT32_MAX: none does.
uint32_t excerpt_phrase_line(const struct search_words *words, struct slice text, struct excerpt_range range);
// At most `limit` lines (EXCERPT_LINES at most) of the file's text, by ascending number. *count gets how many.
struct excerpt_line *excerpt_choose(const struct search_words *words, struct slice text,
                                    struct excerpt_range range, uint32_t limit, struct arena *arena,
                                    uint32_t *count);

#endif
