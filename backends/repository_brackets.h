// repository_brackets.h - which brackets are open at a place, whatever the language.
//
// Ownership: a value; `comment` is borrowed.
// Threads:   any, one at a time for each. Errors: none.
// Limits:    BRACKETS_DEEP open ones are remembered, the innermost.
//
// Invariants (tests quote the numbers):
//   R1  a text may be read in pieces of whole lexemes
//   R2  what stands in quotes or in a comment is no bracket
//   R3  above the cursor, a bracket that closes nothing leaves all open that is
#ifndef HUNCH_BACKENDS_REPOSITORY_BRACKETS_H
#define HUNCH_BACKENDS_REPOSITORY_BRACKETS_H

#include "indexer/language.h"

#include <stdint.h>

enum { BRACKETS_DEEP = 64 };

struct brackets {
    const char *comment;      // what begins one that ends with its line
    bool apostrophes;         // see language_has_apostrophes
    bool unpaired;            // see language_has_unpaired: anything may be closed
    bool more;                // there may be open ones that are not remembered
    char open[BRACKETS_DEEP]; // the bracket that closes each, the innermost last
    uint32_t count;
    char quote, last; // the open quote or 0, and the byte read last
    uint32_t quoted;  // characters in the quote so far
    bool escaped, in_line_comment, in_block_comment;
};

// cut: the text that will be read is only the last part of it.
void brackets_init(struct brackets *brackets, const struct language *language, bool cut);
// False: something in the text closes what is not the innermost open one.
bool brackets_read(struct brackets *brackets, struct slice text);

#endif
