// embedder_hashed.h - the built-in embedder: a text's sub-word terms, hashed into a short vector.
//
// Every term points in a pseudo-random direction given by its hash; a text is
// the sum of its terms' directions, rarer terms longer. Texts that share rare
// words point the same way. No model file, and a vector costs microseconds.
//
// Ownership: embedder_hashed_new / embedder_close.
// Threads:   those of embedder.h.
// Errors:    none; a text without terms is the zero vector, and so is any before something was learned.
// Limits:    learns again how rare words are when twice as much is indexed.
#ifndef HUNCH_RETRIEVAL_EMBEDDER_HASHED_H
#define HUNCH_RETRIEVAL_EMBEDDER_HASHED_H

#include "retrieval/embedder.h"

struct embedder *embedder_hashed_new(void);

#endif
