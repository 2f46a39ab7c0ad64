// editing.h - what the editor has open, and where its documents were changed lately; part of a snapshot.
//
// A change is known by the lines it left behind: two texts of a document are
// compared from both ends, and what differs between is the place. A place that
// the next change touches or nearly touches is the same one, as typing goes on
// there; places of a document move with the lines above them. A change of very
// many lines is a reload or a reformatting, which says nothing of what
// somebody has in mind.
//
// Ownership: editing_after gives one reference; editing_release drops one.
// Threads:   immutable: any number of readers.
// Errors:    none.
// Limits:    EDITING_OPEN documents and EDITING_PLACES places, the latest; a place of EDITING_LINES lines.
//
// Invariants (tests/unit/retrieval/editing_test.c quotes the numbers):
//   E1  the latest place comes first
//   E2  a place's lines are those of its text, which is its document's latest
//   E3  no place is of a document that is not open
#ifndef HUNCH_RETRIEVAL_EDITING_H
#define HUNCH_RETRIEVAL_EDITING_H

#include "base/text.h"

#include <stdint.h>

enum { EDITING_OPEN = 64, EDITING_PLACES = 16, EDITING_LINES = 40, EDITING_NEARBY = 2 };

struct editing_place {
    char *path;
    struct text *text;             // the document as it reads now
    uint32_t start_line, end_line; // 0-based, inclusive
};

struct editing {
    atomic_int references;
    uint64_t open[EDITING_OPEN]; // hashes of paths, the one changed last comes first
    uint32_t open_count;
    struct editing_place places[EDITING_PLACES];
    uint32_t place_count;
};

// After a document was opened (old NULL), changed or closed (now NULL). before NULL: nothing was open.
struct editing *editing_after(const struct editing *before, const char *path, struct text *old,
                              struct text *now);
struct editing *editing_retain(struct editing *editing); // NULL is allowed
void editing_release(struct editing *editing);           // NULL is allowed
bool editing_is_open(const struct editing *editing, const char *path);

#endif
