// region.h - which definition the cursor is in, and where a text is best cut.
//
// The definition is the innermost function that the index knows around the
// cursor's line; where it knows none (no record, a language without grammar,
// syntax that is broken just now) lines and their indents tell. Both name a
// definition by the line that holds its name, so that one may take the other's
// place from one keystroke to the next.
//
// Ownership: slices borrow from the text. Threads: any; pure. Errors: none, any bytes will do.
// Limits:    looks at most REGION_REACH bytes above the cursor.
//
// Invariants (tests/unit/completion/region_test.c quotes the numbers):
//   D1  a region starts at a line's start, at or before the cursor
//   D2  it stays the same while its body, or its first line alone, or what is above it alone is edited
#ifndef HUNCH_COMPLETION_REGION_H
#define HUNCH_COMPLETION_REGION_H

#include "indexer/record.h"

enum { REGION_REACH = 256 * 1024 };

struct region {
    size_t start; // of the line with the definition's name; outside any, of the lines the cursor is among
    struct slice header; // that line, trimmed
};

// record: what is known of the document, NULL if nothing; it may be a little older than the text.
struct region region_at(struct slice text, size_t cursor, const struct record *record);
// Is it the same one in a later text?
bool region_same(const struct region *before, const struct region *now);
// Is the cursor in a line of comment, or in a comment of several lines that opened not far above?
bool region_in_comment(struct slice text, size_t cursor);
// The line start in [from, to] where a text is best cut: the least indented one, behind a blank line if there is
// a choice, neither inside a line nor at a closing bracket. `to` where no line starts.
size_t region_cut(struct slice text, size_t from, size_t to);

#endif
