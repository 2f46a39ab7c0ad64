// repository_place.h - how much the surroundings of one place in the corpus resemble those of the cursor.
//
// Ownership: all borrowed. Threads: any; pure. Errors: none. Limits: PLACE_WALK tokens to the left.
#ifndef HUNCH_BACKENDS_REPOSITORY_PLACE_H
#define HUNCH_BACKENDS_REPOSITORY_PLACE_H

#include "backends/repository_tokens.h"
#include "base/packed.h"

enum { PLACE_WALK = 24, PLACE_MISSES = 3, PLACE_LINE = 32 };

struct surroundings {
    const uint32_t *context; // word ids, nearest last
    size_t context_count;
    uint32_t reach;   // how many of the nearest are compared: PLACE_WALK, or those behind a TOKEN_FILE
    uint32_t skipped; // how many of the nearest are not among the known ones, see place_compare
    const uint32_t
        *ahead; // word ids that follow the cursor, a line end first; none if text stands right of it
    size_t ahead_count;
};

struct place {
    uint32_t id;     // the word that stands there, in the cursor's names
    uint32_t space;  // its class
    bool renamed;    // that word is not the one that stands there
    uint32_t agree;  // tokens to the left that agree
    uint32_t differ; // and names among them that do not
    uint32_t below;  // words below the place's line that agree with those below the cursor's
};

// Where places are compared: the text, and of every position place_below, or NULL if that is not known.
struct place_text {
    struct packed tokens;
    uint32_t count;
    const unsigned char *below;
};

// The token at position must not be TOKEN_FILE, and a TOKEN_FILE must stand somewhere before it; known: so many tokens
// left of the skipped ones agree for sure.
struct place place_compare(const struct surroundings *here, const struct place_text *text, uint32_t position,
                           uint32_t known);
// The same without what stands below.
struct place place_left(const struct surroundings *here, const struct place_text *text, uint32_t position,
                        uint32_t known);
// How many words from the line end behind the position on agree with those below the cursor's line; 0 too if that end
// is more than PLACE_LINE tokens away.
uint32_t place_below(const struct surroundings *here, const struct place_text *text, uint32_t position);

#endif
