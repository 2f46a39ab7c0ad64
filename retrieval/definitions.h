// definitions.h - the definitions of the names on the cursor's line and just above it.
//
// Ownership: results lie in the caller's array.
// Threads:   any; the snapshot is pinned.
// Errors:    none; a name without a definition elsewhere gives nothing.
// Limits:    a name defined in more than DEFINITIONS_FILES places counts only where the open file imports it.
#ifndef HUNCH_RETRIEVAL_DEFINITIONS_H
#define HUNCH_RETRIEVAL_DEFINITIONS_H

#include "retrieval/imports.h"
#include "retrieval/query.h"

enum { DEFINITIONS_FILES = 12, DEFINITIONS_LINES = 2 };

struct definition {
    uint32_t segment, id; // of the symbol
    float score;          // 1 for the name nearest to the cursor, less for those before it
};

// One definition for each name, the nearest name first. Names that the open file defines itself are left
// out: the model sees them.
size_t definitions_find(const struct snapshot *snapshot, const struct query *query,
                        const struct imports *imports, const struct snapshot_file *self, size_t limit,
                        struct definition *out);
// The definition of that name, by the same rules; false if there is none or the open file defines the name itself. kinds:
// bits of enum symbol_kind.
bool definitions_of(const struct snapshot *snapshot, const struct query *query, struct slice name,
                    uint32_t kinds, const struct imports *imports, const struct snapshot_file *self,
                    struct definition *out);

#endif
