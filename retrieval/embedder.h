// embedder.h - the built-in embedder: a chunk's sub-word terms, hashed into a short vector.
//
// Every term points in a pseudo-random direction given by its hash; a text is
// the sum of its terms' directions, rarer terms longer. Texts that share rare
// words point the same way. No model file, and a vector costs a microsecond.
//
// Ownership: none; results are plain data.
// Threads:   any; pure.
// Errors:    none; a text without terms is the zero vector.
// Limits:    vectors are comparable as far as the rarities they were made with agree.
#ifndef HUNCH_RETRIEVAL_EMBEDDER_H
#define HUNCH_RETRIEVAL_EMBEDDER_H

#include "indexer/record.h"
#include "retrieval/rarity.h"
#include "retrieval/vectors.h"

void embedder_embed_row(const struct rarity *rarity, const struct term *row, uint32_t count,
                        struct vector *out);
// The same, one weighted term at a time: values[VECTOR_DIMENSIONS] starts at zero and is quantised at the
// end.
void embedder_add(const struct rarity *rarity, uint32_t hash, float weight, float *values);

#endif
