// context.h - the context item: one piece of the repository that a prompt may hold, and the list of them.
//
// What retrieval finds, the prompt compiler eats, `why` prints and hunch/context answers.
//
// Ownership: a struct context owns everything its items point to (its arena).
// Threads:   one owner at a time.
// Errors:    none. Limits: the query's budget; CONTEXT_NAMES names.
#ifndef HUNCH_RETRIEVAL_CONTEXT_H
#define HUNCH_RETRIEVAL_CONTEXT_H

#include "indexer/record.h"

enum context_source {
    CONTEXT_DEFINITION,
    CONTEXT_SIGNATURE,
    CONTEXT_OUTLINE,
    CONTEXT_CALLER,
    CONTEXT_LEXICAL,
    CONTEXT_VECTOR,
    CONTEXT_EDIT,
    CONTEXT_NEIGHBOUR, // no items of its own: chunks of other open documents rank higher
    CONTEXT_SOURCES
};

enum { CONTEXT_NAMES = 128 };

// Sets of sources are bit masks.
#define CONTEXT_BIT(source) (UINT32_C(1) << (source))
static const uint32_t CONTEXT_USUAL = CONTEXT_BIT(CONTEXT_DEFINITION) | CONTEXT_BIT(CONTEXT_SIGNATURE) |
                                      CONTEXT_BIT(CONTEXT_LEXICAL) | CONTEXT_BIT(CONTEXT_EDIT) |
                                      CONTEXT_BIT(CONTEXT_NEIGHBOUR);
static const uint32_t CONTEXT_NOTHING = CONTEXT_BIT(CONTEXT_SOURCES); // for whoever wants none at all

struct context_item {
    const char *path;              // below the root
    uint32_t start_line, end_line; // 0-based, inclusive: the lines of the file that the item shows
    uint32_t start_byte, end_byte;
    struct slice text; // what the prompt would hold; may be shorter than the lines (a one-line signature)
    const char *scope; // the type whose member that signature is and does not name; NULL: none
    enum context_source source;
    double score;
    uint32_t tokens; // estimated
    enum taint taint;
    bool in_prompt; // of the prompt that was compiled with it: that shows it
};

// A definition that the code at the cursor may name, for models that choose among words.
struct context_name {
    const char *name, *scope, *signature; // as in struct symbol
    const char *before, *after; // names that are defined right above and below in the same scope; "": none
    enum symbol_kind kind;
    bool of_receiver; // a member of what may be the type of the thing left of the "."
    bool is_named;    // on the cursor's line or the one above
    bool is_own;      // a function of the open file itself, near the cursor
    float score;      // of signatures_rank; of what is named or own 0
    float uses;       // log of 1 + how many chunks say the name; of what is named or own 0
};

struct context {
    struct arena arena;
    struct context_item *items; // best first
    uint32_t count;
    struct context_name *names; // named ones, own ones, then what signatures rank, best first
    uint32_t name_count;
    uint64_t generation; // of the snapshot asked
    double definitions_ms, signatures_ms, lexical_ms, vectors_ms, total_ms;
};

void context_init(struct context *context);
void context_free(struct context *context);
const char *context_source_name(enum context_source source);
// Does an item of it show lines of a file as they stand there, rather than a signature?
bool context_shows_lines(enum context_source source);

#endif
