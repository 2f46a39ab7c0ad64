// references_walk.h - every node of a tree, at a fifth of the cost of tree-sitter's own cursor.
//
// The public cursor takes 65 ns a node, a twelfth of what parsing takes, most
// of it for points, fields and hidden levels that nobody here asks for. This
// walk reads the tree as tree-sitter stores it (lib/src/subtree.h), which is
// no public interface: it holds for the exact version in third_party alone.
// tests/unit/indexer/references_test.c compares it with the public cursor.
//
// Ownership: none.
// Threads:   any, as long as nobody edits the tree.
// Errors:    none.
// Limits:    none; the levels wait on the heap.
#ifndef HUNCH_INDEXER_REFERENCES_WALK_H
#define HUNCH_INDEXER_REFERENCES_WALK_H

#include <stdint.h>
#include <tree_sitter/api.h>

// Parents before children, in the order of the text. symbol: as stored, one of the language's. The node's byte
// offsets are right, its points are not.
typedef void references_visit(void *context, TSNode node, uint8_t mark);

// Calls visit for the nodes whose symbol has a mark that is not 0. marks: one for each symbol of the language.
void references_walk(TSNode root, const uint8_t *marks, TSSymbol symbols, references_visit *visit,
                     void *context);

#endif
