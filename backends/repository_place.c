// repository_place.c - see repository_place.h.
//
// People repeat themselves with other names: `a.width = b.width;` stands below
// `a.height = b.height;`. So the comparison walks on over a few names that
// differ, remembers which name stood for which, and if the place's next word is
// one of them, takes the cursor's name for it.
#include "backends/repository_place.h"

// Among the tokens that are known to agree?
static bool is_known(const struct surroundings *here, uint32_t known, uint32_t id) {
    const uint32_t *nearest = here->context + here->context_count - here->skipped;
    for (uint32_t i = 1; i <= known; i++) {
        if (nearest[-(ptrdiff_t)i] == id) {
            return true;
        }
    }
    return false;
}

// The word ids of a token array one after the other, in either direction.
struct reader {
    const unsigned char *bytes;
    size_t bit;
    uint32_t bits, mask;
};

static inline struct reader reader_at(struct packed tokens, uint32_t position) {
    return (struct reader){tokens.bytes, (size_t)position * tokens.bits, tokens.bits, tokens.mask};
}

static inline uint32_t token_here(const struct reader *reader) {
    uint64_t word;
    memcpy(&word, reader->bytes + reader->bit / 8, sizeof word);
    return (uint32_t)(word >> reader->bit % 8) & reader->mask;
}

static inline uint32_t id_before(struct reader *reader) {
    reader->bit -= reader->bits;
    return token_id(token_here(reader));
}

static inline bool are_names(uint32_t a, uint32_t b) {
    return token_is_name(a) && token_is_name(b);
}

static inline void walk_left(const struct surroundings *here, struct reader reader, uint32_t known,
                             struct place *place) {
    const uint32_t *nearest = here->context + here->context_count;
    const uint32_t next = place->id, skipped = here->skipped, reach = here->reach;
    uint32_t agree = 0, differ = 0;
    bool settled = false;
    known = known < reach - skipped ? known : reach - skipped;
    for (uint32_t i = 1; i <= reach; i++) {
        if (i == skipped + 1) {
            agree += known;
            i += known;
            reader.bit -= (size_t)known * reader.bits;
            if (i > reach) {
                break;
            }
        }
        uint32_t there = id_before(&reader), own = nearest[-(ptrdiff_t)i];
        if (there == own) {
            agree++;
        } else if (differ < PLACE_MISSES && are_names(there, own)) {
            differ++;
        } else {
            break;
        }
        if (there == next && !settled) {
            settled = true; // the nearest one decides
            place->renamed = there != own && !(i > skipped && is_known(here, known, next));
            place->id = place->renamed ? own : next;
        }
    }
    place->agree = agree;
    place->differ = differ;
}

static inline uint32_t walk_below(const struct surroundings *here, struct reader reader, uint32_t left) {
    uint32_t walk = left > PLACE_LINE ? PLACE_LINE : left, at = 0, below = 0;
    while (at < walk && token_id(token_here(&reader)) > TOKEN_LINE_SHALLOWER) {
        at++;
        reader.bit += reader.bits;
    }
    for (; below < here->ahead_count && at < left; below++, at++) {
        if (token_id(token_here(&reader)) != here->ahead[below]) {
            break;
        }
        reader.bit += reader.bits;
    }
    return below;
}

uint32_t place_below(const struct surroundings *here, const struct place_text *text, uint32_t position) {
    return here->ahead_count > 0 ? walk_below(here, reader_at(text->tokens, position), text->count - position)
                                 : 0;
}

struct place place_left(const struct surroundings *here, const struct place_text *text, uint32_t position,
                        uint32_t known) {
    struct reader reader = reader_at(text->tokens, position);
    uint32_t token = token_here(&reader);
    struct place place = {.id = token_id(token), .space = token_space(token)};
    walk_left(here, reader, known, &place);
    return place;
}

struct place place_compare(const struct surroundings *here, const struct place_text *text, uint32_t position,
                           uint32_t known) {
    struct place place = place_left(here, text, position, known);
    place.below = text->below ? text->below[position] : place_below(here, text, position);
    return place;
}
