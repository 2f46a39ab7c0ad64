// source.h - one source file: reading it, and judging whether and how it counts.
//
// Not every file of a known language is worth indexing. Binary content,
// minified bundles and lock files are refused with a reason; generated,
// vendored and test code is taken and marked, so that ranking can prefer the
// user's own.
//
// Ownership: reasons are static strings; text is the caller's.
// Threads:   any.
// Errors:    source_read gives a code and a reason; nothing is logged here.
// Limits:    the constants below, with what they guard against.
#ifndef HUNCH_INDEXER_SOURCE_H
#define HUNCH_INDEXER_SOURCE_H

#include "indexer/record.h"

enum {
    SOURCE_SIZE_LIMIT = 1024 * 1024, // hand-written files stay far below; data tables do not
    SOURCE_BINARY_WINDOW = 8 * 1024, // a NUL byte in here means binary
    SOURCE_LINE_LIMIT = 20000,       // a longer line: minified or data
    SOURCE_DENSE_SIZE = 50 * 1024,   // beyond this size ...
    SOURCE_DENSE_LINE = 500,         // ... such an average line means minified
    SOURCE_GENERATED_WINDOW = 1536,  // generators sign in the first lines
};

struct source_stat {
    int64_t size;
    int64_t mtime_ns; // when content or status changed last
    bool is_folder;
    bool is_file; // regular, not a link
};

// Opens what lies at path below the root, by no link: a folder on the way may have become one since it was
// looked at, and its files are none of ours. -1 and errno otherwise; ENOTDIR or ELOOP for a link.
int source_open(const char *root, const char *path, int flags);
// Of the thing itself, links are not followed. ERR_NOT_FOUND, ERR_IO.
int source_stat(const char *root, const char *path, struct source_stat *status);
int source_stat_in(int folder, const char *name, struct source_stat *status);
// The whole file, and its status as of the reading. mtime_ns is 0 when the file is so young that a further
// change could leave the same time on it. ERR_NOT_FOUND, ERR_INVALID (a link or special file),
// ERR_TOO_LARGE, ERR_IO.
int source_read(const char *root, const char *path, struct str *text, struct source_stat *status);
// Why the name alone rules a file out (unknown language, lock file); NULL if it does not.
const char *source_refuse_name(const char *path);
// Why its content does; NULL if it does not.
const char *source_refuse_text(struct slice text);
enum taint source_taint(const char *path, struct slice text);

#endif
