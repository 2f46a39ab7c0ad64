// source.h - one source file: reading it, and judging whether and how it counts.
//
// Not every file is worth indexing. A name can tell that it is no text, data
// or a tool's output; so can the size and the content, of which more is asked
// if the file is of no known language. Generated, vendored and test code is
// taken and marked, so that ranking can prefer the user's own.
// docs/indexing.md has all of it for users.
//
// Ownership: text is the caller's.
// Threads:   any.
// Errors:    source_read gives a code and a reason; nothing is logged here.
// Limits:    the constants below, with what they guard against.
#ifndef HUNCH_INDEXER_SOURCE_H
#define HUNCH_INDEXER_SOURCE_H

#include "indexer/record.h"
#include "indexer/skip.h"

enum {
    SOURCE_SIZE_LIMIT = 1024 * 1024,     // hand-written files stay far below; data tables do not
    SOURCE_UNKNOWN_LIMIT = 128 * 1024,   // of no known language: data, more often than not
    SOURCE_BINARY_WINDOW = 8 * 1024,     // a NUL byte in here means binary
    SOURCE_ENCODING_WINDOW = 16 * 1024,  // in here is counted what is not UTF-8 ...
    SOURCE_ENCODING_PERCENT = 30,        // ... which comments in another encoding may be, up to here ...
    SOURCE_ENCODING_PERCENT_UNKNOWN = 5, // ... or here without a known language
    SOURCE_KEY_WINDOW = 16 * 1024,       // in here a private key's first line is looked for
    SOURCE_LINE_LIMIT = 20000,           // a longer line: minified or data
    SOURCE_DENSE_SIZE = 50 * 1024,       // beyond this size ...
    SOURCE_DENSE_SIZE_UNKNOWN = 8 * 1024,
    SOURCE_DENSE_LINE = 500,        // ... such an average line means minified
    SOURCE_GENERATED_WINDOW = 1536, // generators sign in the first lines
};

struct source_stat {
    int64_t size;
    int64_t mtime_ns; // when content or status changed last
    bool is_folder;
    bool is_file; // regular, not a link
    bool is_link;
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
// Appends its bytes [start, end), if its status still is `known` (then its content is, too); false otherwise.
bool source_read_part(const char *root, const char *path, const struct source_stat *known, uint32_t start,
                      uint32_t end, struct str *text);
// What an open file holds, appended; ERR_TOO_LARGE, ERR_IO.
int source_read_bytes(int file, size_t limit, struct str *text);
// Does the name alone rule a file out? SKIP_NOT if it does not.
enum skip source_judge_name(const char *path);
// Does its size?
enum skip source_judge_size(const char *path, int64_t size);
// Does its content?
enum skip source_judge_text(const char *path, struct slice text);
enum taint source_taint(const char *path, struct slice text);

#endif
