// repository_source.c - see repository_source.h.
//
// A question looks for the end of its context in all of a segment, which takes two dozen looks at memory far away, and then
// deeper and deeper in ever less of it. Most questions of a line, and of the next one, end in the same few words. So
// where these stand is remembered as long as the segment stays, and with it what its files weigh.
#include "backends/repository_source.h"

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

uint32_t source_narrow(const struct source *source, const uint32_t *context, size_t length,
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
