// licence.h - where the licence that a file begins with ends: it says nothing of the file.
//
// Ownership: views. Threads: any; pure.
// Errors:    none; a text that begins with no licence, or one that never ends, ends at 0.
// Limits:    a licence is told by the first word of the comment: "Copyright", "Licensed", "SPDX-", "(c)".
#ifndef HUNCH_RETRIEVAL_LICENCE_H
#define HUNCH_RETRIEVAL_LICENCE_H

#include "base/str.h"
#include "indexer/language.h"

// Where the first line begins that is of no licence, nor empty behind one. language: NULL if none is known.
size_t licence_end(struct slice text, const struct language *language);

#endif
