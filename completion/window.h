// window.h - which part of the document a prompt shows, so that it moves seldom.
//
// The prefix is shown from a cut that stays where it is in the text until the
// budget is spent or less than a third of it used; then it moves by about a
// quarter of the budget, to the head of a definition or block (region_cut).
//
// The suffix is shown to a line's end. The one shown last is shown again if
//   - the rest of the cursor's line and the WINDOW_TRUE_LINES lines that say something behind it are the same: a
//     model must never see behind the cursor what was deleted there, or what stands before it by now;
//   - and of the two, by lines, less than a tenth differs: bytes of lines that only one of them has, or of
//     length, if they differ in that by more, against the longer.
//
// Ownership: a window copies what it keeps. Threads: one owner at a time. Errors: none.
// Limits:    prefix and suffix are at most as long as their budgets.
//
// Invariants (tests/unit/completion/window_test.c quotes the numbers):
//   W1  the prefix ends at the cursor, the suffix begins there
//   W2  the first lines of the suffix are those of the document
#ifndef HUNCH_COMPLETION_WINDOW_H
#define HUNCH_COMPLETION_WINDOW_H

#include "base/str.h"

#include <stdint.h>

enum { WINDOW_TRUE_LINES = 3 };

struct window {
    size_t cut;             // where the prefix starts
    size_t document_length; // when it was cut
    uint64_t cut_line;      // hash of the line that starts there
    struct str suffix;
};

void window_init(struct window *window);
void window_free(struct window *window);
// The part of document[0, cursor) to show.
struct slice window_prefix(struct window *window, struct slice document, size_t cursor, size_t budget);
// What to show for document[cursor, end): at most `most` bytes, about `wanted` if it has to be chosen anew. The
// slice is the window's, until the next call.
struct slice window_suffix(struct window *window, struct slice document, size_t cursor, size_t wanted,
                           size_t most);

#endif
