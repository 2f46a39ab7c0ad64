// explain.h - whether a path is in the index and why, for `hunch index --explain`.
//
// Goes the way of the walk for one path, and of the parser for what it holds:
// the same functions judge, so the answer is what the index does. The path
// need not exist; then its name and the rules alone decide.
//
// Ownership: explanation_free releases what explain_path filled in.
// Threads:   any.
// Errors:    none: a file that cannot be read is out for that reason.
// Limits:    see walk.h and source.h.
#ifndef HUNCH_INDEXER_EXPLAIN_H
#define HUNCH_INDEXER_EXPLAIN_H

#include "indexer/ignore.h"
#include "indexer/record.h"

enum explain_kind { EXPLAIN_FILE, EXPLAIN_FOLDER, EXPLAIN_OTHER, EXPLAIN_MISSING };

struct explanation {
    enum explain_kind kind;
    bool is_folder;            // or would be
    enum skip skip;            // SKIP_NOT: it is in
    struct ignore_story story; // the rule that excludes it or takes it back, if one does
    int64_t size;              // of a file
    struct record *record;     // of a file that is in, as the index has it (parsed now); NULL otherwise
};

// path is below the root, "" for the root itself; a '/' at its end makes a missing one a folder.
void explain_path(const char *root, const char *path, struct explanation *explanation);
void explanation_free(struct explanation *explanation);
// Is the record's text cut along its syntax, or by lines?
bool explain_by_syntax(const struct record *record);

#endif
