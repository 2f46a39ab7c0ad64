// repository_source.h - where places are looked for: one of the corpus' segments, or the open document.
//
// Ownership: source_bind / source_fini for a segment; the generation is borrowed until the next source_bind. The document's
//            is a value of its text alone.
// Threads:   one at a time. Errors: none. Limits: PLACES_DEEPEST tokens of a context; SOURCE_FIRSTS words are remembered.
#ifndef HUNCH_BACKENDS_REPOSITORY_SOURCE_H
#define HUNCH_BACKENDS_REPOSITORY_SOURCE_H

#include "backends/repository_corpus.h"
#include "backends/repository_order.h"
#include "backends/repository_place.h"
#include "backends/repository_places.h"

enum { SOURCE_FIRSTS = 1024 };

// The places behind one word, looked for in all of a segment: what is asked for ends in the same few dozen words.
struct first {
    uint32_t id;
    struct order_range range; // low == high: not known
};

struct source {
    struct place_text text;
    struct packed order;
    uint32_t order_count;
    const struct token_segment *segment; // NULL: the open document, which has no order
    const unsigned char *dead;
    float *weights;                   // of the segment's files; 0: not known yet
    const struct order_range *ranges; // by depth, those of the context
    uint32_t depth;
    struct first *firsts;
};

// is_same: the segment is the one it was, and the same of its files are superseded but for the open one, so what is known
// of it stays.
void source_bind(struct source *source, const struct generation *generation, uint32_t which, bool is_same);
void source_fini(struct source *source);

// Where contexts that were asked for stand: a question needs those of its context without the nearest word, too, which was
// asked for before it on the same path.
struct narrowed;
struct narrowed *narrowed_new(void); // freed with free
// is_same: only where they stand in the overlays.
void narrowed_forget(struct narrowed *narrowed, bool is_same);
// Where a context stands in each of the SEGMENT_COUNT segments.
void sources_narrow(struct source *sources, struct narrowed *narrowed, const uint32_t *context,
                    size_t length);

#endif
