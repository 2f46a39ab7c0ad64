// rules.h - an ordered list of ignore rules, with git's semantics of a line and of a match.
//
// Later rules are stronger. A rule holds for paths below the folder of its
// file, so the first `base` bytes of a path are not looked at. Rules come and
// go like a stack: cutting `count` forgets the later ones.
//
// Ownership: rules point into the text that was added, which outlives them; rules_free releases the list.
// Threads:   one owner at a time.
// Errors:    a malformed pattern matches nothing, as in git.
// Limits:    none of its own; the reader of ignore files has one.
#ifndef HUNCH_INDEXER_RULES_H
#define HUNCH_INDEXER_RULES_H

#include "base/str.h"

#include <stdint.h>

struct rule {
    struct slice written; // the line without what does not count at its end
    struct slice pattern; // without '!' and the slashes at both ends
    uint32_t literal;     // bytes of the pattern before the first special one
    uint32_t base;        // length of the folder's path and its '/'
    uint32_t line;        // counted from 1
    uint32_t source;      // the owner's number of the file
    bool negated;
    bool folders_only;
    bool any_depth;  // no '/' in it: looks at the name alone
    bool ends_plain; // `*` and no other special byte: the name's end alone
};

struct rules {
    struct rule *items;
    size_t count;
    size_t capacity;
};

void rules_add(struct rules *rules, struct slice text, uint32_t base, uint32_t source);
// The rule that decides about a path and its last part; NULL if none speaks of it.
const struct rule *rules_last_match(const struct rules *rules, struct slice path, struct slice name,
                                    bool is_folder);
void rules_free(struct rules *rules);

#endif
