// receivers.h - from the names that may be the type of what stands left of the "." to those behind them.
//
// A typedef's fields are those of its struct, a class has its base's members,
// what a function returns has its type's. All of that stands in one-line
// signatures: of the names that the query found (query.h), each one's definition
// is looked up, and what its signature says beside the parameters is added. `self`
// and `this` are of the type around the cursor.
//
// Ownership: names added are the records'; the snapshot stays pinned as long as the query is used.
// Threads:   one owner of the query; the snapshot is pinned.
// Errors:    none.
// Limits:    RECEIVERS_NAMES names in all, RECEIVERS_ROUNDS steps from the text; names with more than RECEIVERS_PLACES
//            definitions say nothing.
#ifndef HUNCH_RETRIEVAL_RECEIVERS_H
#define HUNCH_RETRIEVAL_RECEIVERS_H

#include "retrieval/definitions.h"

enum { RECEIVERS_NAMES = 32, RECEIVERS_ROUNDS = 2, RECEIVERS_PLACES = 256 };

// own: the open file's record, NULL if there is none; line: the cursor's, in the whole file.
void receivers_follow(const struct snapshot *snapshot, struct query *query, const struct imports *imports,
                      const struct snapshot_file *self, const struct record *own, uint32_t line);

#endif
