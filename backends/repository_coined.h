// repository_coined.h - whether a new name that is being typed is surely not written to its end yet.
//
// Ownership: nothing is kept. Threads: as the encoder's. Errors: none: what cannot be told may be the end.
// Limits:    a part of more than COINED_PART letters is looked for as it is written alone.
//
// Invariants (tests quote the numbers):
//   C1  a name of several parts may end with a part that is itself a word of the repository, in any case of letters
//   C2  a name of one part may end anywhere
#ifndef HUNCH_BACKENDS_REPOSITORY_COINED_H
#define HUNCH_BACKENDS_REPOSITORY_COINED_H

#include "backends/repository_tokens.h"

enum { COINED_PART = 32 };

bool coined_is_half(const struct encoder *encoder, struct slice name);

#endif
