// patterns.h - what symbols.scm, imports.scm and chunks.scm look for, and where it stands in a tree.
//
// The files are written in tree-sitter's query language, of which this reads a
// part: nodes by type, "literals", _ and (_), [choices], field: and !field, the
// anchor ".", "?", @captures, several nodes side by side in parentheses, and the
// predicates #eq?, #any-of? and #not-any-of?. Not: * and +, supertypes, patterns
// that begin with a wildcard, and field:, "." and "?" of a pattern's first node
// or of one alternative.
//
// Why not tree-sitter's own queries: to make one, it works out for every step
// what the grammar allows to follow, 20 to 340 ms a language; and to run one, it
// visits nodes at three times the cost. Here a file is read in a fraction of a
// millisecond, and only what a pattern asks for is visited. The matches are the
// same: tests/unit/indexer/patterns_test.c compares them.
//
// Ownership: patterns_new gives them, patterns_free takes them; the texts are to outlive them.
// Threads:   unchanging once made; a matcher belongs to one thread.
// Errors:    NULL if a text has a mistake; *mistake gets what follows it.
// Limits:    named below; more than that is a mistake. Matches are not limited, but by `stop`.
#ifndef HUNCH_INDEXER_PATTERNS_H
#define HUNCH_INDEXER_PATTERNS_H

#include "base/str.h"

#include <stdint.h>
#include <tree_sitter/api.h>

enum {
    PATTERN_CAPTURES = 32, // names of captures
    MATCH_CAPTURES = 16,   // captured nodes of one pattern
};

struct patterns;

struct patterns *patterns_new(const TSLanguage *language, const char *const *texts, size_t text_count,
                              const char **mistake);
void patterns_free(struct patterns *patterns);
size_t patterns_capture_count(const struct patterns *patterns);
const char *patterns_capture_name(const struct patterns *patterns, size_t capture);
// The name of the capture of the first pattern that is a single node of this type; NULL: none.
const char *patterns_kind(const struct patterns *patterns, TSSymbol symbol);

struct pattern_match {
    uint32_t pattern; // counted through all texts
    uint32_t count;
    struct {
        uint32_t capture;
        TSNode node;
    } items[MATCH_CAPTURES]; // parents before children, in the order of the text
};

// patterns_match.c
struct pattern_matcher;

struct pattern_matcher *pattern_matcher_new(void);
void pattern_matcher_free(struct pattern_matcher *matcher);

struct pattern_search {
    const struct patterns *patterns;
    struct slice text; // what the nodes' bytes are, for predicates
    // take gets each match. stop is asked now and then; when it says so, the search ends.
    void (*take)(void *context, const struct pattern_match *match);
    bool (*stop)(void *context);
    void *context;
};

// Matches whose first node is `node` itself or one of its children.
void patterns_search(struct pattern_matcher *matcher, const struct pattern_search *search, TSNode node);

#endif
