// binding.h - whether a name gets its meaning where it stands: a function, a type or a variable within a function.
//
// What stands inside of functions is no definition of the index, so such a name is found where the text has it, and most
// places only use it. Those that bind it look alike in most languages: a word before it that says so (`let`, `def`,
// `class`), an assignment that begins a statement, or a type before it and the statement's end behind.
//
// Ownership: views into the text.
// Threads:   any; pure.
// Errors:    none. It is told by one line, without a parser: a function's parameter is not known, nor is a pattern.
// Limits:    of the line 400 bytes on either side are read, however long it is.
#ifndef HUNCH_RETRIEVAL_BINDING_H
#define HUNCH_RETRIEVAL_BINDING_H

#include "base/str.h"
#include "indexer/language.h"

// Of the name at text[start, end), which is in code. language: NULL if none is known, then nothing binds.
bool binding_is_at(struct slice text, size_t start, size_t end, const struct language *language);

#endif
