// repository_coined.h - whether a name that is being typed is surely not written to its end yet.
//
// Ownership: nothing is kept. Threads: as the encoder's. Errors: none: what cannot be told may be the end.
// Limits:    a part of more than COINED_PART letters is looked for as it is written alone.
//
// Invariants (tests quote the numbers):
//   C1  a name of several parts may end with a part that is itself a word of the repository, in any case of letters
//   C2  a name of one part may end anywhere
//   C3  a name that is used, not declared, has not ended while it stands nowhere in the document and others of its begin so
#ifndef HUNCH_BACKENDS_REPOSITORY_COINED_H
#define HUNCH_BACKENDS_REPOSITORY_COINED_H

#include "backends/repository_document.h"

enum { COINED_PART = 32 };

// Of one that is declared.
bool coined_is_half(const struct encoder *encoder, struct slice name);
// Of the one that is typed, where it is used.
bool coined_is_half_used(const struct document *document);

#endif
