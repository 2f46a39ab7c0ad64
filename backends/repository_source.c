// repository_source.c - see repository_source.h.
//
// A question looks for the end of its context in all of a segment, which takes two dozen looks at memory far away, and then
// deeper and deeper in ever less of it. Most questions of a line, and of the next one, end in the same few words. So
// where these stand is remembered as long as the segment stays, and with it what its files weigh.
#include "backends/repository_source.h"

#include "base/hash.h"

enum { CONTEXTS = 256 };

struct narrowed {
    struct context {
        uint64_t key;   // 0: none
        uint32_t bound; // to which overlays
        struct order_range ranges[SEGMENT_COUNT][PLACES_DEEPEST + 1];
        uint32_t depths[SEGMENT_COUNT];
    } items[CONTEXTS];
    uint32_t bound; // how often the overlays changed
};

void source_fini(struct source *source) {
    free(source->weights);
    free(source->firsts);
}

void source_bind(struct source *source, const struct generation *generation, uint32_t which, bool is_same) {
    const struct token_segment *segment = generation->segments[which];
    if (!is_same) {
        source_fini(source);
        *source = (struct source){.weights = mem_zero((size_t)segment->file_count + 1, sizeof(float)),
                                  .firsts = mem_zero(SOURCE_FIRSTS, sizeof(struct first))};
    }
    source->text = (struct place_text){segment->tokens, segment->count, NULL};
    source->order = segment->order;
    source->order_count = segment->order_count;
    source->segment = segment;
    source->dead = generation->dead[which];
}

static struct order_range narrow_first(const struct source *source, struct order_range all, uint32_t id) {
    struct first *first = &source->firsts[id % SOURCE_FIRSTS];
    if (first->id != id || first->range.low == first->range.high) {
        *first = (struct first){id, order_narrow(source->text.tokens, source->order, all, 1, id)};
    }
    return first->range;
}

// ranges has PLACES_DEEPEST + 1. Returns the depth of the longest match.
static uint32_t narrow(const struct source *source, const uint32_t *context, size_t length,
                       struct order_range *ranges) {
    ranges[0] = (struct order_range){0, source->order_count};
    for (uint32_t depth = 1; depth <= PLACES_DEEPEST && depth <= length; depth++) {
        uint32_t id = context[length - depth];
        ranges[depth] = depth == 1
                            ? narrow_first(source, ranges[0], id)
                            : order_narrow(source->text.tokens, source->order, ranges[depth - 1], depth, id);
        if (ranges[depth].low == ranges[depth].high) {
            return depth - 1;
        }
        if (id == TOKEN_FILE) {
            return depth;
        }
    }
    return length < PLACES_DEEPEST ? (uint32_t)length : PLACES_DEEPEST;
}

struct narrowed *narrowed_new(void) {
    return mem_zero(1, sizeof(struct narrowed));
}

void narrowed_forget(struct narrowed *narrowed, bool is_same) {
    for (uint32_t i = 0; i < CONTEXTS && !is_same; i++) {
        narrowed->items[i].key = 0;
    }
    narrowed->bound++;
}

void sources_narrow(struct source *sources, struct narrowed *narrowed, const uint32_t *context,
                    size_t length) {
    size_t last = length < PLACES_DEEPEST ? length : PLACES_DEEPEST;
    uint64_t key = hash_bytes(context + length - last, last * sizeof *context) | 1;
    struct context *known = &narrowed->items[(key >> 32) % CONTEXTS];
    for (uint32_t i = 0; i < SEGMENT_COUNT; i++) {
        if (known->key != key || (i == SEGMENT_OVERLAY && known->bound != narrowed->bound)) {
            known->depths[i] = narrow(&sources[i], context, length, known->ranges[i]);
        }
        sources[i].ranges = known->ranges[i];
        sources[i].depth = known->depths[i];
    }
    known->key = key;
    known->bound = narrowed->bound;
}
