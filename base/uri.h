// uri.h - file URIs and paths.
//
// Ownership: returned strings are heap, the caller frees.
// Threads:   any.
// Errors:    uri_to_path gives NULL for what is no local absolute path: another scheme (untitled:, git:,
//            vscode-notebook-cell:, ...), another host, a NUL, a broken escape.
// Limits:    4,096 bytes of path.
#ifndef HUNCH_BASE_URI_H
#define HUNCH_BASE_URI_H

#include <stddef.h>

// file:///a%20b -> "/a b"; "." and ".." are taken out. `?` and `#` unescaped count as part of the name:
// editors send no queries.
char *uri_to_path(const char *uri);
char *uri_from_path(const char *path); // of an absolute path
// The part of path below root ("" for the root itself), borrowed from path; NULL if it is not below.
const char *uri_path_below(const char *path, const char *root);

#endif
