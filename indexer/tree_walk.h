// tree_walk.h - a tree's nodes, at half the cost of tree-sitter's own cursor or less.
//
// The public cursor takes 65 ns a node, a twelfth of what parsing takes, most
// of it for points, counts and hidden levels that nobody here asks for. These
// two read the tree as tree-sitter stores it (lib/src/subtree.h), which is
// no public interface: it holds for the exact version in third_party alone.
// tests/unit/indexer/tree_walk_test.c compares them with the public cursor.
//
// Ownership: the list of children is the caller's, to free with tree_children_free; all zero is an empty one.
// Threads:   any, as long as nobody edits the tree.
// Errors:    none.
// Limits:    none; the levels wait on the heap.
#ifndef HUNCH_INDEXER_TREE_WALK_H
#define HUNCH_INDEXER_TREE_WALK_H

#include <stddef.h>
#include <stdint.h>
#include <tree_sitter/api.h>

// Parents before children, in the order of the text. symbol: as stored, one of the language's. The node's byte
// offsets are right, its points are not.
typedef void tree_visit(void *context, TSNode node, uint8_t mark);

// Calls visit for the nodes whose symbol has a mark that is not 0. marks: one for each symbol of the language.
void tree_walk(TSNode root, const uint8_t *marks, TSSymbol symbols, tree_visit *visit, void *context);

struct tree_child {
    TSNode node;     // its byte offsets are right, its points are not
    TSFieldId field; // that its parent has it in; 0: none
};

struct tree_children {
    struct tree_child *items;
    size_t count;
    size_t capacity;
    struct tree_levels *levels; // room for the work, kept from call to call
};

// Adds the visible children of the node behind those that are in the list. True if there is one.
bool tree_children_add(struct tree_children *self, TSNode node);
void tree_children_free(struct tree_children *self);

#endif
