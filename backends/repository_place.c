// repository_place.c - see repository_place.h.
//
// People repeat themselves with other names: `a.width = b.width;` stands below
// `a.height = b.height;`. So the comparison walks on over a few names that
// differ, remembers which name stood for which, and if the place's next word is
// one of them, takes the cursor's name for it.
#include "backends/repository_place.h"

enum { LINE_WALK = 32 };

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

static void walk_left(const struct surroundings *here, struct packed tokens, uint32_t position,
                      uint32_t known, struct place *place) {
    const uint32_t *nearest = here->context + here->context_count;
    uint32_t next = place->id, left = here->reach - here->skipped;
    bool settled = false;
    known = known < left ? known : left;
    for (uint32_t i = 1; i <= here->reach; i++) {
        if (i == here->skipped + 1) {
            place->agree += known;
            i += known;
            if (i > here->reach) {
                break;
            }
        }
        uint32_t there = token_id(packed_get(tokens, (size_t)position - i)), own = nearest[-(ptrdiff_t)i];
        if (there == own) {
            place->agree++;
        } else if (place->differ < PLACE_MISSES && token_is_name(there) && token_is_name(own)) {
            place->differ++;
        } else {
            break;
        }
        if (there == next && !settled) {
            settled = true; // the nearest one decides
            place->renamed = there != own && !(i > here->skipped && is_known(here, known, next));
            place->id = place->renamed ? own : next;
        }
    }
}

static uint32_t walk_below(const struct surroundings *here, struct packed tokens, uint32_t count,
                           uint32_t position) {
    uint32_t at = position, end = count - position > LINE_WALK ? position + LINE_WALK : count;
    while (at < end && token_id(packed_get(tokens, at)) > TOKEN_LINE_SHALLOWER) {
        at++;
    }
    uint32_t below = 0;
    for (; below < here->ahead_count && at < count; below++, at++) {
        if (token_id(packed_get(tokens, at)) != here->ahead[below]) {
            break;
        }
    }
    return below;
}

struct place place_compare(const struct surroundings *here, struct packed tokens, uint32_t count,
                           uint32_t position, uint32_t known) {
    uint32_t token = packed_get(tokens, position);
    struct place place = {.id = token_id(token), .space = token_space(token)};
    walk_left(here, tokens, position, known, &place);
    place.below = here->ahead_count > 0 ? walk_below(here, tokens, count, position) : 0;
    return place;
}
