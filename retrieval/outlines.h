// outlines.h - the members of a type whose name stands near the cursor.
//
// Ownership: results lie in the caller's array.
// Threads:   any; the snapshot is pinned.
// Errors:    none.
// Limits:    one type, within OUTLINES_LINES lines above the cursor; the caller's number of members, of those that
//            stand in the type's own file.
#ifndef HUNCH_RETRIEVAL_OUTLINES_H
#define HUNCH_RETRIEVAL_OUTLINES_H

#include "retrieval/definitions.h"

enum { OUTLINES_LINES = 10 };

// Members of the type of what stands left of the ".", if that is known, else of the type named nearest above the
// cursor; of none that the open file defines itself. The type itself comes first, then its members in the file's
// order, those that are private last. Returns how many.
size_t outlines_find(const struct snapshot *snapshot, const struct query *query,
                     const struct imports *imports, const struct snapshot_file *self, size_t limit,
                     struct definition *out);

#endif
