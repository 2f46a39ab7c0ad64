// repository_places.c - see repository_places.h.
//
// The open file changes with every key, so nothing of it is sorted as the
// repository is: it is read once a line and asked a few dozen times. Its places
// are found by the nearest word alone, and what stands before that is compared
// one by one. What stands below a line is the same for all its places, and for
// all questions, so that is found once.
#include "backends/repository_places.h"

static void find_places(struct places *places, const struct document *document) {
    uint32_t count = (uint32_t)document->tokens.count;
    const uint32_t *tokens = document->tokens.items, *numbers = document->numbers.items;
    places->starts = mem_zero(document->words.count + 2, sizeof *places->starts);
    places->positions = mem_alloc((count + 1) * sizeof *places->positions);
    places->depths = mem_alloc(count + 1);
    places->by_depth = mem_alloc((count + 1) * sizeof *places->by_depth);
    for (uint32_t i = 1; i < count; i++) {
        places->starts[numbers[i - 1] + 2] += token_id(tokens[i]) != TOKEN_FILE;
    }
    for (size_t i = 0; i < document->words.count; i++) {
        places->starts[i + 2] += places->starts[i + 1];
    }
    for (uint32_t i = 1; i < count; i++) {
        if (token_id(tokens[i]) != TOKEN_FILE) {
            places->positions[places->starts[numbers[i - 1] + 1]++] = i;
        }
    }
}

// Each line's end once, instead of at every place that is visited.
static void look_below(struct places *places, const struct document *document,
                       const struct surroundings *here) {
    uint32_t count = (uint32_t)document->tokens.count, end = count;
    const struct place_text text = {packed_view(document->tokens.items), count, NULL};
    unsigned char agree = 0;
    places->below = mem_zero((size_t)count + 1, 1);
    for (uint32_t i = count; i-- > 0;) {
        if (token_id(document->tokens.items[i]) <= TOKEN_LINE_SHALLOWER) {
            end = i;
            agree = (unsigned char)place_below(here, &text, i);
        }
        places->below[i] = end - i <= PLACE_LINE ? agree : 0;
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
    free(places->by_depth);
}

// How many tokens before a place agree with the context, the first of which does.
static uint32_t depth_of(const uint32_t *nearest, uint32_t limit, const uint32_t *place) {
    uint32_t depth = 1;
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

uint32_t places_narrow(struct places *places, const struct document *document, const uint32_t *context,
                       size_t length) {
    uint32_t number = length > 0 ? document_number(document, context[length - 1]) : DOCUMENT_NO_WORD;
    memset(places->depth_starts, 0, sizeof places->depth_starts);
    if (number == DOCUMENT_NO_WORD) {
        return 0;
    }
    const uint32_t *nearest = context + length, *tokens = document->tokens.items;
    uint32_t low = places->starts[number], high = places->starts[number + 1], deepest = 0;
    uint32_t limit = depth_limit(nearest, length);
    for (uint32_t i = low; i < high; i++) {
        uint32_t depth = depth_of(nearest, limit, tokens + places->positions[i]);
        places->depths[i] = (unsigned char)depth;
        places->depth_starts[depth + 1]++;
        deepest = depth > deepest ? depth : deepest;
    }
    for (uint32_t depth = 0; depth <= PLACES_DEEPEST; depth++) {
        places->depth_starts[depth + 1] += places->depth_starts[depth];
    }
    for (uint32_t i = low; i < high; i++) {
        places->by_depth[places->depth_starts[places->depths[i]]++] = places->positions[i];
    }
    return deepest;
}
