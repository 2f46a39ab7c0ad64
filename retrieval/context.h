// context.h - the context item: one piece of the repository that a prompt may hold, and the list of them.
//
// What retrieval finds, the prompt compiler eats, `why` prints and hunch/context answers.
//
// Ownership: a struct context owns everything its items point to (its arena).
// Threads:   one owner at a time.
// Errors:    none. Limits: the query's budget.
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
};

struct context {
    struct arena arena;
    struct context_item *items; // best first
    uint32_t count;
    uint64_t generation; // of the snapshot asked
    double definitions_ms, signatures_ms, lexical_ms, vectors_ms, total_ms;
};

void context_init(struct context *context);
void context_free(struct context *context);
const char *context_source_name(enum context_source source);
// Does an item of it show lines of a file as they stand there, rather than a signature?
bool context_shows_lines(enum context_source source);

#endif
