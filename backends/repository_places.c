// repository_places.c - see repository_places.h.
//
// The open file changes with every key, so nothing of it is sorted as the
// repository is: it is read once a line and asked a few dozen times. Its places
// are found by the nearest word alone, and what stands before that is compared
// one by one. What stands below a line is the same for all its places, and for
// all questions, so that is found once.
#include "backends/repository_places.h"

// Of some positions in a row, none of which is a file's beginning.
static void count_places(const struct document *document, uint32_t from, uint32_t to, uint32_t *starts) {
    const uint32_t *numbers = document->numbers.items;
    for (uint32_t i = from; i < to; i++) {
        starts[numbers[i - 1] + 2]++;
    }
}

static void list_places(const struct document *document, uint32_t from, uint32_t to, struct places *places) {
    const uint32_t *numbers = document->numbers.items;
    uint32_t *starts = places->starts, *positions = places->positions;
    for (uint32_t i = from; i < to; i++) {
        positions[starts[numbers[i - 1] + 1]++] = i;
    }
}

static void find_places(struct places *places, const struct document *document) {
    uint32_t count = (uint32_t)document->tokens.count;
    places->starts = mem_zero(document->words.count + 2, sizeof *places->starts);
    places->positions = mem_alloc((count + 1) * sizeof *places->positions);
    places->depths = mem_alloc(count + 1);
    places->deeper = mem_alloc((count + 1) * sizeof *places->deeper);
    places->by_depth = mem_alloc((count + 1) * sizeof *places->by_depth);
    count_places(document, 1, document->cursor, places->starts);
    count_places(document, document->cursor + 1, count, places->starts);
    for (size_t i = 0; i < document->words.count; i++) {
        places->starts[i + 2] += places->starts[i + 1];
    }
    list_places(document, 1, document->cursor, places);
    list_places(document, document->cursor + 1, count, places);
}

// Of the positions of one line; most lines end before what agrees with nothing.
static void note_below(unsigned char *below, uint32_t start, uint32_t end, uint32_t agree) {
    uint32_t near = end - start > PLACE_LINE ? end - PLACE_LINE : start;
    if (agree > 0) {
        memset(below + near, (int)agree, end - near);
    }
}

// Each line's end once, instead of at every place that is visited.
static void look_below(struct places *places, const struct document *document,
                       const struct surroundings *here) {
    uint32_t end = (uint32_t)document->tokens.count;
    const uint32_t *tokens = document->tokens.items;
    const struct place_text text = {packed_view(tokens), end, NULL};
    uint32_t agree = 0;
    places->below = mem_zero((size_t)end + 1, 1);
    for (uint32_t i = end; i-- > 0;) {
        if (token_id(tokens[i]) <= TOKEN_LINE_SHALLOWER) {
            note_below(places->below, i + 1, end, agree);
            end = i;
            agree = place_below(here, &text, i);
            places->below[i] = (unsigned char)agree;
        }
    }
}

void places_init(struct places *places, const struct document *document, const struct surroundings *here) {
    *places = (struct places){0};
    find_places(places, document);
    look_below(places, document, here);
}

void places_fini(struct places *places) {
    free(places->below);
    free(places->starts);
    free(places->positions);
    free(places->depths);
    free(places->deeper);
    free(places->by_depth);
}

// How many tokens before a place agree with the context, the first two of which do.
static uint32_t depth_of(const uint32_t *nearest, uint32_t limit, const uint32_t *place) {
    uint32_t depth = 2;
    while (depth < limit && token_id(place[-(ptrdiff_t)depth - 1]) == nearest[-(ptrdiff_t)depth - 1]) {
        depth++;
    }
    return depth;
}

// How many of the nearest tokens may agree: a file's beginning is the last that does.
static uint32_t depth_limit(const uint32_t *nearest, size_t length) {
    uint32_t limit = 1;
    while (limit < PLACES_DEEPEST && limit < length && nearest[-(ptrdiff_t)limit] != TOKEN_FILE) {
        limit++;
    }
    return limit;
}

struct place_range {
    uint32_t low, high; // of the positions
};

// Lists the places of one token alone, which most are, and sets the others apart. Returns how many these are.
static uint32_t part(struct places *places, const uint32_t *tokens, struct place_range range,
                     uint32_t second) {
    uint32_t *flat = places->by_depth, *deeper = places->deeper, deeper_count = 0;
    for (uint32_t i = range.low; i < range.high; i++) { // without a branch that nobody can foretell
        uint32_t position = places->positions[i], agrees = token_id(tokens[position - 2]) == second;
        *flat = deeper[deeper_count] = position;
        flat += 1 - agrees;
        deeper_count += agrees;
    }
    return deeper_count;
}

// Lists these behind those of one token. Returns how many tokens agree at most.
static uint32_t list_deeper(struct places *places, const uint32_t *tokens, const uint32_t *nearest,
                            uint32_t limit, uint32_t count) {
    uint32_t deepest = 1, *starts = places->depth_starts;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t depth = depth_of(nearest, limit, tokens + places->deeper[i]);
        places->depths[i] = (unsigned char)depth;
        starts[depth + 1]++;
        deepest = depth > deepest ? depth : deepest;
    }
    for (uint32_t depth = 2; depth <= PLACES_DEEPEST; depth++) {
        starts[depth + 1] += starts[depth];
    }
    for (uint32_t i = 0; i < count; i++) {
        places->by_depth[starts[places->depths[i]]++] = places->deeper[i];
    }
    return deepest;
}

uint32_t places_narrow(struct places *places, const struct document *document, const uint32_t *context,
                       size_t length) {
    uint32_t number = length > 0 ? document_number(document, context[length - 1]) : DOCUMENT_NO_WORD;
    memset(places->depth_starts, 0, sizeof places->depth_starts);
    if (number == DOCUMENT_NO_WORD || places->starts[number] == places->starts[number + 1]) {
        return 0;
    }
    const struct place_range range = {places->starts[number], places->starts[number + 1]};
    const uint32_t *nearest = context + length, *tokens = document->tokens.items;
    uint32_t limit = depth_limit(nearest, length), count = range.high - range.low, deeper = 0;
    if (limit > 1) {
        deeper = part(places, tokens, range, nearest[-2]);
    } else {
        memcpy(places->by_depth, places->positions + range.low, count * sizeof *places->by_depth);
    }
    places->depth_starts[1] = places->depth_starts[2] = count - deeper;
    return list_deeper(places, tokens, nearest, limit, deeper);
}
