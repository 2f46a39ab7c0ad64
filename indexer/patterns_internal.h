// patterns_internal.h - patterns as patterns.c reads them and patterns_match.c follows them.
//
// Ownership: all arrays are the struct's. Threads: unchanging once made. Errors: none.
// Limits:    65535 nodes and patterns.
#ifndef HUNCH_INDEXER_PATTERNS_INTERNAL_H
#define HUNCH_INDEXER_PATTERNS_INTERNAL_H

#include "base/arena.h"
#include "base/vec.h"
#include "indexer/patterns.h"

enum { NODE_CAPTURES = 2, NODE_WITHOUT = 2 };

enum pattern_shape {
    PATTERN_TYPE,   // (identifier) or "class"
    PATTERN_NAMED,  // (_)
    PATTERN_ANY,    // _
    PATTERN_CHOICE, // [...]
};

// Nodes are numbered from 1; 0 is none.
struct pattern_node {
    enum pattern_shape shape;
    TSSymbol symbol;
    TSFieldId field;                 // that it must bear; 0: any
    TSFieldId without[NODE_WITHOUT]; // fields that none of its children may bear
    uint8_t captures[NODE_CAPTURES];
    uint8_t capture_count;
    bool is_immediate; // no named node stands before it
    bool is_last;      // nor behind it
    bool is_optional;
    bool captures_within; // it, or what is in it
    uint16_t inner;       // its first child; of a choice the first alternative
    uint16_t next;        // its next sibling
};

struct pattern_test {
    uint32_t capture;
    bool is_negated;
    struct slice *texts;
    size_t text_count;
};

struct pattern {
    uint16_t root; // the first of them
    uint16_t first_test, test_count;
};

struct patterns {
    const TSLanguage *language;
    TSSymbol symbols; // as many as the language has; one more stands for ERROR
    VEC(struct pattern_node) nodes;
    VEC(struct pattern) items;
    VEC(struct pattern_test) tests;
    VEC(const char *) captures;
    uint16_t *begin; // by symbol: where in `order` the patterns are that can begin with it; ends at the next
    uint16_t *order;
    struct arena arena;
};

static inline TSSymbol patterns_row(const struct patterns *patterns, TSSymbol symbol) {
    return symbol < patterns->symbols ? symbol : patterns->symbols;
}

#endif
