// tree_memory.h - memory for a tree that is looked at and dropped.
//
// A tree weighs twenty times its text in hundreds of thousands of nodes. In a
// process with threads the allocator takes and gives back a lock for each, at
// a twentieth of what parsing takes, and as much again goes into giving them
// back one by one. Between tree_memory_begin and tree_memory_end all that
// tree-sitter allocates on this thread comes from a few large blocks instead,
// which are empty again at the end, whatever lies in them.
//
// Ownership: tree_memory_free takes what tree_memory_new gave.
// Threads:   one at a time. Only what tree-sitter does on that thread between begin and end is concerned: parsers,
//            trees and cursors made before must not be used there, those made there not elsewhere. Parsers are to be
//            deleted before the end: what a grammar's scanner holds is of the C library's allocator.
// Errors:    none (see mem.h).
// Limits:    TREE_MEMORY_KEPT bytes stay with it from tree to tree, until tree_memory_give_back.
#ifndef HUNCH_INDEXER_TREE_MEMORY_H
#define HUNCH_INDEXER_TREE_MEMORY_H

enum { TREE_MEMORY_KEPT = 8 << 20 };

struct tree_memory;

struct tree_memory *tree_memory_new(void);
void tree_memory_free(struct tree_memory *self);

void tree_memory_begin(struct tree_memory *self);
void tree_memory_end(struct tree_memory *self);

void tree_memory_give_back(struct tree_memory *self); // for who expects no tree soon

#endif
