// block.h - the retrieved block of a document's prompts: kept byte for byte while it serves, else changed as far
// behind as can be.
//
// What retrieval finds shifts a little with every keystroke; a block that
// followed it would make the model's server read nearly all of each prompt
// anew. So a block stays as it is unless (the first that applies)
//
//   - the cursor left its function, and of the BLOCK_TOP best that retrieval found more than a quarter is
//     missing: it is made anew;
//   - the retrieval it was made of had been cut short, and this one was not: it is made anew;
//   - an item is stale: its file is gone, or has changed and no longer holds what the item shows, or it is a
//     chunk most of whose lines stand in the text around the cursor by now. Items before the first stale one
//     stay, what follows is filled anew;
//   - one of the best that are missing is news (novelty.h): all of them are put at the end, or, if there is no
//     room for them, the block is made anew.
//
// In a comment only the first three apply. Best last, as models weigh the end most, and the signatures of a
// file together, which leaves room for half as many again; in it the members of a type together, below its name:
//
//     Account:
//         int withdraw(int cents)
//
// Ownership: a block copies what it keeps. Threads: one owner at a time. Errors: none.
// Limits:    block_bytes() is at most the budget given last, whatever the history.
//
// Invariants (tests/unit/completion/block_test.c quotes the numbers):
//   B1  the same calls give the same items
//   B2  no item twice; at most the budget
//   B3  BLOCK_KEPT: every item is where it was; BLOCK_GROWN: new ones stand behind them
//   B4  no item is stale, as far as the index knows
#ifndef HUNCH_COMPLETION_BLOCK_H
#define HUNCH_COMPLETION_BLOCK_H

#include "backends/fim.h"
#include "base/vec.h"
#include "retrieval/context.h"

enum { BLOCK_TOP = 12, BLOCK_FILE_BYTES = 32, BLOCK_INDENT = 4 };
// FILE_BYTES: a file's head and end, beside its path; INDENT: of members

enum block_fate {
    BLOCK_KEPT,
    BLOCK_GROWN,    // news stand behind what it was
    BLOCK_MENDED,   // anew from a stale item on
    BLOCK_MOVED,    // anew: another region, or nothing was there
    BLOCK_CROWDED,  // anew: there was no room for news, or for itself
    BLOCK_COMPLETED // anew: the retrieval before had been cut short
};

struct block_item {
    const char *path;
    const char *scope; // see context_item
    struct slice text;
    enum context_source source;
    uint64_t key;       // of path, scope and text
    uint64_t file_hash; // of the file that the item was seen in; 0: not known
};

struct block {
    struct arena arena;
    VEC(struct block_item) items; // in the prompt's order
    bool cut_short;
};

// What the index knows of files now.
struct block_files {
    struct record *(*find)(void *self,
                           const char *path); // a reference, NULL: no such file. NULL: nothing is known
    void *self;
};

struct block_query {
    const struct context *context; // just retrieved
    bool cut_short;                // by the deadline
    bool same_region;              // as in the call before
    size_t budget;                 // bytes
    size_t fill;                   // of them may be filled at once; the rest is for what appears later
    struct slice around;           // the document's text that the prompt shows, about
    size_t cursor;                 // in it
    struct block_files files;
};

void block_init(struct block *block);
void block_free(struct block *block);
enum block_fate block_update(struct block *block, const struct block_query *query);
size_t block_bytes(const struct block *block); // at least what its files take in a prompt
// Marks the items that the block has; returns how many it has not.
uint32_t block_mark(const struct block *block, struct context *context);
// The files to show, in order; signatures of one path that follow each other share one. Texts are the block's or
// the arena's.
struct fim_file *block_layout(const struct block *block, struct arena *arena, size_t *count);
const char *block_fate_name(enum block_fate fate);

#endif
