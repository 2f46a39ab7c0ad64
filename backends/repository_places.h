// repository_places.h - the places of the open document behind each word, and of these those that agree with a context.
//
// Ownership: places_init / places_fini; the document is borrowed until then.
// Threads:   one at a time. Errors: none. Limits: PLACES_DEEPEST tokens of a context are compared.
#ifndef HUNCH_BACKENDS_REPOSITORY_PLACES_H
#define HUNCH_BACKENDS_REPOSITORY_PLACES_H

#include "backends/repository_document.h"
#include "backends/repository_place.h"

enum { PLACES_DEEPEST = 24 };

struct places {
    uint32_t *starts; // by the word's number, one more than there are: of its positions
    uint32_t *positions;
    unsigned char *below; // of every position, see place_text
    // Of the context asked for last: those of depth d are by_depth[depth_starts[d - 1]] up to [depth_starts[d] - 1].
    uint32_t *by_depth, depth_starts[PLACES_DEEPEST + 2];
    uint32_t *deeper;      // those of more than one token, in no other order than of the text
    unsigned char *depths; // of these
};

void places_init(struct places *places, const struct document *document, const struct surroundings *here);
void places_fini(struct places *places);
// Sorts those behind the context (word ids, the nearest last) by how many tokens agree; returns how many at most.
uint32_t places_narrow(struct places *places, const struct document *document, const uint32_t *context,
                       size_t length);

#endif
