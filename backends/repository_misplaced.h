// repository_misplaced.h - whether a line is out of place: returns what its function cannot, or closes a block that goes on.
//
// Ownership: all is borrowed. Threads: as the document's. Errors: none: what cannot be told is in its place.
// Limits:    as far as the document is read above. Functions are told by indentation, and by their first lines.
//
// Invariants (tests quote the numbers):
//   M1  in Python nothing is returned but in a `def`
//   M2  in Go as many values are returned as the function has results; none at all also where these have names, and one
//       call in place of several
//   M3  no line of closing brackets alone stands between lines of one block: where the next line with text is indented as the
//       last one is, or more, and closes nothing itself; unless that last one is at the left margin, or opens something: has
//       a bracket that it does not close, ends as a label does, or begins with a comma
//   M4  nor there, at the left margin, what goes on behind a block, as `} else {`, unless what is open at the margin may go on so
//   M5  in Python `else`, `elif`, `except` and `finally` stand right behind a block that may go on so, as far left as it begins
//   M6  what stands right of the cursor closes as much as it did without the text
//       and no bracket or quote is left open for it at the line's end; unless a comment stands there, or a line's continuation
//   M7  no other parenthesis comes between a function's name and its own
#ifndef HUNCH_BACKENDS_REPOSITORY_MISPLACED_H
#define HUNCH_BACKENDS_REPOSITORY_MISPLACED_H

#include "backends/repository_brackets.h"
#include "backends/repository_document.h"
#include "indexer/language.h"

// line: the cursor's, as it would be, of code. Returns how much of it is enough to say that it is out of place, 0 if it is not.
size_t misplaced_part(const struct document *document, const struct language *language, struct slice line);
// text: for the cursor, right of which its line goes on. Returns how much of it is enough to say so, 0 if it is not.
size_t misplaced_beside(const struct document *document, const struct brackets *brackets, struct slice text);

#endif
