// search_place.h - the places in files that a search's text names: src/x.c:120, a compiler's line, a stack trace.
//
// People paste what a compiler, a test or a trace said: a path with a line's
// number behind it, in one of a dozen notations, among other words. Without a
// number only the whole text may be a path: words with a dot or a slash in them are plenty.
//
// Ownership: paths are views into the text.
// Threads:   any; pure.
// Errors:    none; what is no place is passed over. Whether there is such a file is not known here.
// Limits:    SEARCH_PLACES places and lines of seven digits; the rest is passed over.
#ifndef HUNCH_RETRIEVAL_SEARCH_PLACE_H
#define HUNCH_RETRIEVAL_SEARCH_PLACE_H

#include "base/str.h"

#include <stdint.h>

enum { SEARCH_PLACES = 16 };

struct search_place {
    struct slice path; // as written, with its folders, ending and whatever stands for them
    uint32_t line;     // from 1; 0: none is named
    bool is_all;       // the text names nothing else
};

// In the order of the text. Returns how many.
size_t search_place_read(struct slice text, struct search_place places[SEARCH_PLACES]);

#endif
