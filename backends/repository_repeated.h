// repository_repeated.h - whether a line says what the lines around it say already.
//
// Ownership: all is borrowed. Threads: as the document's. Errors: none: what cannot be told is not repeated.
// Limits:    blocks are told by indentation, REPEATED_NEAR bytes to either side, since all of a text may be empty lines.
//
// Invariants (tests quote the numbers):
//   R1  a line with a word is repeated if it stands right above or below, blank lines aside, as far left, unless it stands twice
//       among the two lines above and the two below
//   R2  a line is repeated if the same block has one with the same left side, and that ends behind the cursor: all up to the
//       first `:=` or `=>`, up to `=` where something is declared by it, and up to `:` if a blank follows or it is a `case`; not
//       where a border stands between (a condition of the preprocessor, an attribute, `---`, a fence); nor in quotes or comments
//   R3  a line stands once if the same block has the very same line, and the document its text nowhere else; not where a border
//       stands between; not one of less than three bytes, nor one that begins with a bracket that closes
#ifndef HUNCH_BACKENDS_REPOSITORY_REPEATED_H
#define HUNCH_BACKENDS_REPOSITORY_REPEATED_H

#include "backends/repository_document.h"

enum { REPEATED_NEAR = 8 << 10 };

// line: the cursor's, as it would be; is_code: what is new of it begins in no quote or comment, and its language is known. Returns
// how much of it is enough to say that it is repeated, 0 if it is not.
size_t repeated_part(const struct document *document, struct slice line, bool is_code);
// line: the cursor's, as it would be, of no comment. Does it stand there once, so that it may come again, but seldom does?
bool repeated_once(const struct document *document, struct slice line);

#endif
