// names.h - is a file's name on a list?
//
// Lists are sorted, so that a look-up costs a few comparisons however long
// they grow: each file of a repository is looked up in several.
//
// Ownership: none; everything is borrowed for the call.
// Threads:   any; pure.
// Errors:    none.
// Limits:    of a name over NAMES_LIMIT bytes (no file system has them) the end is looked at.
#ifndef HUNCH_INDEXER_NAMES_H
#define HUNCH_INDEXER_NAMES_H

#include "base/str.h"

enum { NAMES_LIMIT = 255 };

// Sorted by bytes (strcmp), lower case.
struct names {
    const char *const *items;
    size_t count;
};

#define NAMES_OF(array) ((struct names){(array), sizeof(array) / sizeof((array)[0])})

// The last part of a path.
struct slice names_last(const char *path);
// In lower case (ASCII), in the buffer.
struct slice names_lower(struct slice name, char buffer[NAMES_LIMIT]);
// What follows the last dot; empty without one.
struct slice names_extension(struct slice name);
bool names_hold(struct names names, struct slice name);
// The same with patterns as in base/glob.h, one by one: for the few that are more than a name or an end. None is empty.
bool names_match(struct names patterns, struct slice name);

#endif
