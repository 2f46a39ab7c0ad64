// surroundings.h - which names and lines a document has around the cursor, kept from one keystroke to the next.
//
// At the next keystroke nearly all of a document is what it was, and to read it
// anew took a fifth of a query's time in a long one. So what stands above and
// below the cursor's line is kept, with the bytes it was read from: as long as
// those are below again, and above with perhaps more behind them, only what is
// new is read, and the cursor's line.
//
// Ownership: surroundings_new / surroundings_free; the texts read are copied.
// Threads:   one owner at a time.
// Errors:    none; any bytes will do.
// Limits:    SURROUNDINGS_MENTIONS names each of import statements, of the cursor's line and of what is below. It
//            takes as many bytes as the text read last and about as many again.
//
// Invariants (tests/unit/retrieval/surroundings_test.c quotes the numbers):
//   O1  whatever was read before, what is told is what a new one would tell
#ifndef HUNCH_RETRIEVAL_SURROUNDINGS_H
#define HUNCH_RETRIEVAL_SURROUNDINGS_H

#include "retrieval/known_lines.h"

struct surroundings;

// Of a text, in bytes from its beginning, ascending.
struct surroundings_place {
    size_t line; // where the cursor's line starts
    size_t word; // where the identifier that ends at the cursor starts; the cursor if none
    size_t cursor;
    size_t line_end;
};

struct surroundings *surroundings_new(void);
void surroundings_free(struct surroundings *surroundings); // NULL is allowed
void surroundings_read(struct surroundings *surroundings, struct slice text, struct surroundings_place place);

// Where a name is said.
enum {
    SAID_ABOVE = 1,    // the cursor, but for import statements
    SAID_IMPORTED = 2, // by one of those
    SAID_BELOW = 4,
    SAID_KEYWORD = 8, // it is no name
    SAID_LINES_AT = 8 // from this bit on: lines below
};
// Of a name's segment_exact_key; 0: nowhere.
uint64_t surroundings_said(const struct surroundings *surroundings, uint32_t key);
// To the nearest occurrence below, of what surroundings_said returned with SAID_BELOW.
static inline uint64_t surroundings_lines_below(uint64_t said) {
    return said >> SAID_LINES_AT;
}

enum { SURROUNDINGS_MENTIONS = 3000 };
// Names that are said by imports, then those from the cursor on, as segment_name_key; some more than once.
struct surroundings_names {
    uint32_t *items;
    size_t count, capacity;
};
const struct surroundings_names *surroundings_mentions(const struct surroundings *surroundings);
const struct known_lines *surroundings_lines(const struct surroundings *surroundings);

#endif
