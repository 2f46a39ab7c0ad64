// repository_hunks.h - where two versions of a text differ, in whole lines.
//
// Ownership: hunks point into the texts given. Threads: any. Errors: none.
// Limits:    HUNKS_LINES lines of each text, between what both begin and end with: of more it is only said that
//            there are more than `limit`, and `out` is left as it is.
#ifndef HUNCH_BACKENDS_REPOSITORY_HUNKS_H
#define HUNCH_BACKENDS_REPOSITORY_HUNKS_H

#include "base/str.h"

enum { HUNKS_LINES = 20000 };

struct hunk {
    struct slice before, now; // lines, with their ends; one of them may be empty, and says where then
};

// From top to bottom, at most `limit`; returns how many there are, which may be more.
size_t hunks_find(struct slice before, struct slice now, struct hunk *out, size_t limit);

#endif
