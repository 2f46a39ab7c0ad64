// walk.h - finds the files below a folder that the index should hold.
//
// Goes through the folders in order of name, reads the ignore files on the way
// down, and reports regular files that no rule excludes and that may be text.
// Links are never followed, be they to files or folders: what they point to is
// either below the root and found anyway, or none of our business.
//
// Ownership: paths are borrowed for the call; walk_run keeps nothing.
// Threads:   any; on_file is called on the caller's thread.
// Errors:    a missing or unreadable root fails; trouble deeper down is counted.
// Limits:    files of SOURCE_SIZE_LIMIT bytes; paths of WALK_PATH_LIMIT bytes, longer ones are counted and
//            left out.
#ifndef HUNCH_INDEXER_WALK_H
#define HUNCH_INDEXER_WALK_H

#include "base/cancel.h"
#include "base/err.h"
#include "indexer/source.h"

enum { WALK_PATH_LIMIT = 4000 };

struct walk_stats {
    uint64_t files;             // reported
    struct skip_counts skipped; // files and folders, by reason
    enum skip first_rule;       // of the first that a rule in a file excludes; SKIP_NOT if none does
};

// Can this be indexed? err names the folder, the cause and the way out.
int walk_check_root(const char *root, struct err *err);
// 0, ERR_CANCELLED, or what walk_check_root says.
int walk_run(const char *root, const struct cancel *cancel,
             void (*on_file)(void *context, const char *path, const struct source_stat *status),
             void *context, struct walk_stats *stats, struct err *err);
// Is the path below the root, by no link, and does no rule exclude it? It need not exist.
bool walk_allows(const char *root, const char *path, const char **reason);
// Of a path what has nothing to do with rules: SKIP_OUTSIDE, SKIP_LONG_PATH, SKIP_BEHIND_LINK, SKIP_NOT.
enum skip walk_judge_path(const char *root, const char *path);
// Does the name or the size of a file that no rule excludes?
enum skip walk_judge_file(const char *path, int64_t size);
// Would the walk report this path, if it exists? status (may be NULL) is zeroed when it does not.
bool walk_includes(const char *root, const char *path, struct source_stat *status, const char **reason);

#endif
