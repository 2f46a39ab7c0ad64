// repository_taken.h - whether a line declares or imports what the block around the cursor has already.
//
// Ownership: all is borrowed. Threads: as the document's. Errors: none: what cannot be told is not taken.
// Limits:    blocks are told by indentation, as far as the document is read; 64 conditions within each other.
//
// Invariants (tests quote the numbers):
//   T1  a function's name is taken if the same block has a function of that name, in a language without overloads, unless
//       what stands above either says that there are several
//   T2  a line is taken if it declares something, in a language of braces, and the same block has the very same line, unless
//       what stands above either says that there are several, or that one is in a branch of an #if that this one is not in
//   T3  a type or a Go method is taken if its name ends behind the cursor, and the same block has such a type, or a method of
//       that receiver, of that name, unless as with T2; not a type of C or C++, nor what no language is known for
//   T4  an import of one line is taken if the same block has the very same line, unless as with T2
#ifndef HUNCH_BACKENDS_REPOSITORY_TAKEN_H
#define HUNCH_BACKENDS_REPOSITORY_TAKEN_H

#include "backends/repository_document.h"
#include "indexer/language.h"

// The last of the ids, of which there is one at least, is a function's name, and taken.
bool taken_name(const struct document *document, const struct language *language, const uint32_t *ids,
                uint32_t count);
// line: the cursor's, as it would be, of code. Returns how much of it is enough to say what it declares, 0 if it is not taken.
size_t taken_line(const struct document *document, const struct language *language, struct slice line);

#endif
