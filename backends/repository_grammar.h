// repository_grammar.h - which word nobody would write at a line's place, by rules that hold in whole families of languages.
//
// Ownership: all is borrowed. Threads: as the document's. Errors: none: what cannot be told is allowed.
// Limits:    what a line says is known as far back as the ids go.
//
// Invariants (tests quote the numbers):
//   G1  in a language of statements with semicolons no block opens behind a call in a parenthesis that is still open, or
//       behind one whose result is assigned or returned, or its type (`x := f(a) int {`), or a name behind a comparison or
//       semicolon there, unless a word that may have one stands there; nor behind the receiver of a Go method
//   G2  where a colon opens blocks, there is one, or an assignment, only behind what may have it
//   G3  a function at the left margin has no parameter `self`
//   G4  a method of Python begins its parameters with `self` or the class, unless it is static
#ifndef HUNCH_BACKENDS_REPOSITORY_GRAMMAR_H
#define HUNCH_BACKENDS_REPOSITORY_GRAMMAR_H

#include "backends/repository_brackets.h"
#include "backends/repository_document.h"

// ids: what stands before the place, line ends included, and then the word in question, of which there is one at least.
// brackets: of what stands before the place.
bool grammar_allows(const struct document *document, const struct brackets *brackets, const uint32_t *ids,
                    uint32_t count);

#endif
