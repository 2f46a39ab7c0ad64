// walk.h - finds the files below a folder that the index should hold.
//
// Goes through the folders in order of name, reads the ignore files on the way
// down, and reports regular files of known languages that no rule excludes.
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
    uint64_t files;   // reported
    uint64_t ignored; // files and folders that a rule excludes
    uint64_t refused; // by name: unknown language, lock file
    uint64_t skipped; // links, sockets, pipes, devices, too long a path
    uint64_t too_large;
    uint64_t unreadable;       // folders that could not be opened or files without a status
    const char *ignore_reason; // of the first exclusion
};

// Can this be indexed? err names the folder, the cause and the way out.
int walk_check_root(const char *root, struct err *err);
// 0, ERR_CANCELLED, or what walk_check_root says.
int walk_run(const char *root, const struct cancel *cancel,
             void (*on_file)(void *context, const char *path, const struct source_stat *status),
             void *context, struct walk_stats *stats, struct err *err);
// Is the path below the root, by no link, and does no rule exclude it? It need not exist.
bool walk_allows(const char *root, const char *path, const char **reason);
// Would the walk report this path, if it exists? status (may be NULL) is zeroed when it does not.
bool walk_includes(const char *root, const char *path, struct source_stat *status, const char **reason);

#endif
