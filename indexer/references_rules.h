// references_rules.h - what counts as a reference in a language: references.scm, compiled.
//
// A pattern is one chain of nested nodes, each but the first with or without
// the field that it hangs on, the innermost captured:
//
//   (type_identifier) @type
//   (call_expression function: (field_expression field: (field_identifier) @call))
//
// So little of tree-sitter's query language needs no query: a table by node
// type says where a chain begins, and a walk over the tree does the rest.
//
// Ownership: references_rules_new gives them, references_rules_free takes them.
// Threads:   unchanging once made.
// Errors:    NULL if the text has a mistake; *mistake gets where.
// Limits:    REFERENCES_DEPTH nodes a chain, REFERENCES_RULES chains.
#ifndef HUNCH_INDEXER_REFERENCES_RULES_H
#define HUNCH_INDEXER_REFERENCES_RULES_H

#include "indexer/record.h"

#include <tree_sitter/api.h>

enum { REFERENCES_DEPTH = 5, REFERENCES_RULES = 64 };

struct references_step {
    TSSymbol symbol;
    TSFieldId field; // of the node before; 0: any of its children
};

struct references_rule {
    struct references_step steps[REFERENCES_DEPTH];
    uint8_t length;
    uint8_t next; // 1 + the number of another rule with the same first node, or 0
    enum reference_kind kind;
};

struct references_rules {
    struct references_rule items[REFERENCES_RULES];
    uint8_t count;
    TSSymbol symbols; // as many as the language has
    uint8_t *first;   // by symbol: 1 + the number of the first rule that begins with it, or 0
};

struct references_rules *references_rules_new(const TSLanguage *language, const char *text, size_t *mistake);
void references_rules_free(struct references_rules *rules);

#endif
