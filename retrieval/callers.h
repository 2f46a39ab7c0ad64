// callers.h - where the function that is being written is called.
//
// Whoever writes a signature, or the first lines of a body, is told by the calls what goes in and what is
// expected to come out.
//
// Ownership: results lie in the caller's array.
// Threads:   any; the snapshot is pinned.
// Errors:    none; nothing if the cursor is not at the head of a function, or its name says too little.
// Limits:    the caller's; the best CALLERS_CHUNKS chunks that say the name are looked at.
#ifndef HUNCH_RETRIEVAL_CALLERS_H
#define HUNCH_RETRIEVAL_CALLERS_H

#include "retrieval/query.h"

enum { CALLERS_CHUNKS = 40, CALLERS_BODY_LINES = 2 };

struct caller {
    struct snapshot_file file;
    uint32_t line; // of the call
    float score;
};

// record: of the open document; line: the cursor's. One call a file, code before tests, near ones first.
size_t callers_find(const struct snapshot *snapshot, const struct query *query, const struct record *record,
                    uint32_t line, const struct snapshot_file *self, size_t limit, struct caller *out);

#endif
