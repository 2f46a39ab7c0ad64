// edits.h - places of other open documents that were changed lately and speak of what the cursor's lines do.
//
// Who has just renamed a parameter or added a field over there is likely to need it here. A place counts if
// it shares names with the lines above the cursor: two, or one long enough to mean something by itself.
//
// Ownership: results lie in the caller's array and point into the snapshot.
// Threads:   any; the snapshot is pinned.
// Errors:    none. Limits: the caller's; EDITS_LINES lines of a place are shown, with one above and below.
#ifndef HUNCH_RETRIEVAL_EDITS_H
#define HUNCH_RETRIEVAL_EDITS_H

#include "retrieval/query.h"

enum { EDITS_LINES = 8 };

struct edit {
    struct snapshot_file file;
    struct text *text; // of its document, borrowed
    uint32_t start_line, end_line;
    float score; // how many names they share
};

// The latest first; none of the document asked from.
size_t edits_find(const struct snapshot *snapshot, const struct query *query, size_t limit, struct edit *out);

#endif
