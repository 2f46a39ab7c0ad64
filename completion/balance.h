// balance.h - does a suggestion close a bracket that nothing opened?
//
// A model that counts tokens loses count of brackets; a person sees at once
// that `foo(a))` has one too many. Strings are skipped as well as one can
// without a parser; comments are not, their brackets mostly pair up.
//
// Ownership: none. Threads: any; pure. Errors: none.
// Limits:    looks at the last 4 KB before the cursor: a bracket or a string opened further up counts as not open; and at the
//            first 4 KB behind it, where a line is weighed.
#ifndef HUNCH_COMPLETION_BALANCE_H
#define HUNCH_COMPLETION_BALANCE_H

#include "base/str.h"

// Is every ) ] } in text matched by an opener in it or in before? Behind a `;` on the cursor's line a brace
// must have been opened on that line.
bool balance_holds(struct slice before, struct slice text);

// How many bytes at the head of `rest`, which stands right of the cursor, text closes by itself, in the same order: brackets
// that it closes without having opened them, and the string that `before` leaves open. `a);` before `)`: 1; `a", b)` in
// `"` before `")`: 2.
size_t balance_closes(struct slice before, struct slice text, struct slice rest);

// How many bytes of text come before it first closes what `rest`, right of the cursor, closes already: a bracket that text has not
// opened, or the string that `before` leaves open. `a) + b` before `) + c`: 1.
size_t balance_kept(struct slice before, struct slice text, struct slice rest);

// Does the cursor's line, with text between what is left and right of the cursor, leave no more brackets and quotes open, and
// close no more that it does not open, than with the other text?
bool balance_as_good(struct slice before, struct slice text, struct slice other, struct slice rest);

// Where in `before` the bracket is open that `closer`, one of ) ] }, would close; (size_t)-1: nowhere within the limit.
size_t balance_opener(struct slice before, char closer);

#endif
