// glob.h - matches a path against a pattern the way git's ignore files do.
//
// `*` any bytes but '/', `?` one byte but '/', `[a-z]`, `[!a]`, `[[:alpha:]]` one byte of a set but '/',
// `\x` the byte x itself, `**` alone between slashes any number of folders. Bytes, not characters: a `?`
// matches one byte of a UTF-8 sequence, as in git.
//
// Ownership: none; both slices are borrowed for the call.
// Threads:   any; pure.
// Errors:    a malformed pattern (an unclosed set, a trailing backslash) matches nothing.
// Limits:    no recursion; time grows with pattern * text * slashes in the worst case.
#ifndef HUNCH_BASE_GLOB_H
#define HUNCH_BASE_GLOB_H

#include "base/str.h"

enum glob_mode {
    GLOB_NAME, // '/' is a byte like others (for single names)
    GLOB_PATH, // '/' is matched by a '/' or a `**` only
};

bool glob_match(struct slice pattern, struct slice text, enum glob_mode mode);
// How many bytes at the pattern's start have no special meaning.
size_t glob_literal_length(struct slice pattern);

#endif
