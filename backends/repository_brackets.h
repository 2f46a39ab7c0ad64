// repository_brackets.h - which brackets are open at a place, whatever the language.
//
// Ownership: a value; `comment` is borrowed.
// Threads:   any, one at a time for each. Errors: none.
// Limits:    BRACKETS_DEEP open ones are remembered, the innermost.
//
// Invariants (tests quote the numbers):
//   R1  a text may be read in pieces of whole lexemes
//   R2  what stands in quotes, in a regular expression or in a comment is no bracket; no quote begins in the last two
//   R3  above the cursor, a bracket that closes nothing leaves all open that is
//   R4  a semicolon in a parenthesis ends it, in a language of statements with semicolons, but for `for (` and `try (`
//   R5  nor is it all that follows `if (...)` there
//   R6  in a language of texts between backticks these go on on the next line, and no bracket in them counts but in code that
//       stands in them
#ifndef HUNCH_BACKENDS_REPOSITORY_BRACKETS_H
#define HUNCH_BACKENDS_REPOSITORY_BRACKETS_H

#include "indexer/language.h"

#include <stdint.h>

enum { BRACKETS_DEEP = 64, BRACKETS_BEFORE = 8 };

struct brackets {
    const char *comment;          // what begins one that ends with its line
    bool apostrophes;             // see language_has_apostrophes
    bool unpaired;                // see language_has_unpaired: anything may be closed
    bool semicolons, long_quotes; // see language_has_semicolons, language_has_long_quotes
    bool colons;                  // see language_has_colons
    bool backticks, templates;    // see language_has_backticks, language_has_templates
    bool patterns;                // see language_has_patterns
    bool more;                    // there may be open ones that are not remembered
    // The bracket that closes each open one, the innermost last; ';' of a parenthesis with statements, '?' of an `if`'s, '`' of code
    // in a text between backticks.
    char open[BRACKETS_DEEP];
    uint32_t count, before_line; // how many are open, and how many of them since before this line
    bool behind_condition;       // what was closed last was an `if`'s parenthesis
    char quote, last; // the open quote, the / of a regular expression, or 0; and the byte read last
    uint32_t quoted;  // characters in the quote so far
    bool begins_code; // the last byte does, in a text between backticks, if a { follows
    bool in_set;      // of a regular expression: a / in [] does not end it
    bool escaped, in_line_comment, in_block_comment;
    char text;     // the quote of a text of several lines, which three open, or a backtick; or 0
    uint32_t same; // how often the last byte stands there
    char before[BRACKETS_BEFORE]; // the bytes read last
};

// cut: the text that will be read is only the last part of it.
void brackets_init(struct brackets *brackets, const struct language *language, bool cut);
// False: something in the text closes what is not the innermost open one, or ends a statement in a parenthesis or
// behind an `if`'s.
bool brackets_read(struct brackets *brackets, struct slice text);
// May a line end here? Not in a quote or a regular expression that ends with it.
bool brackets_may_end_line(const struct brackets *brackets);
// Is something open that the line itself opened, with a value last: where nobody breaks a line?
bool brackets_are_within(const struct brackets *brackets);
// Does code stand here, not a quote or a comment?
bool brackets_are_in_code(const struct brackets *brackets);
// Is a parenthesis or a square bracket the innermost that is open, or may it be?
bool brackets_are_in_parenthesis(const struct brackets *brackets);

#endif
