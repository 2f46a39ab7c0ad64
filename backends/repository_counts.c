// repository_counts.c - see repository_counts.h.
//
// A query walks the context leftwards, narrowing a range of every source's
// order until nothing is left. Each depth then votes, the deepest first, by
// Witten and Bell's rule p_d = (c + T p_(d-1)) / (N + T): N places with T
// different next words claim N / (N + T) of the probability that deeper ones
// left, and what is left goes one token shallower. So one place in the whole
// repository with thirty equal tokens before it outweighs a hundred with two,
// but a lone coincidence does not claim everything.
//
// Places count by where they are: the open file, its folder, elsewhere.
#include "backends/repository_counts.h"

#include "backends/repository_tune.h"

enum { SLOTS = 8192, DEEPEST = 24 };

struct slot {
    uint32_t id;
    uint32_t query; // of which query this slot holds a word
    uint32_t space;
    uint32_t depth; // serial number of the depth that `weight` belongs to
    double space_lead;
    double weight;
    double probability;
};

struct source {
    const uint32_t *tokens, *order;
    uint32_t order_count;
    const struct token_segment *segment; // NULL: the open document
    float *weights;                      // of the segment's files
    struct order_range ranges[DEEPEST + 1];
    uint32_t depth;
};

struct counts {
    struct source sources[COUNTS_SOURCES];
    uint32_t *document_order;
    struct counts_document document;
    struct slot *slots;
    uint32_t query, depth;
    uint32_t *used; // slots of this query
    uint32_t used_count;
    uint32_t *touched; // slots of this depth
    uint32_t touched_count;
    struct counted *words;
    struct counts_answer answer;
};

static float file_weight(const struct counts *counts, const struct segment_file *file, bool dead,
                         uint64_t folder, const char *extension) {
    if (dead || strcmp(file->path, counts->document.path) == 0) {
        return 0;
    }
    double weight = file->folder == folder ? TUNE(folder, 2.0) : 1.0;
    const char *own = strrchr(file->path, '.');
    weight *= strcmp(own ? own : "", extension) == 0 ? 1.0 : TUNE(foreign, 0.5);
    return (float)(file->taint == TAINT_VENDORED ? weight * 0.5 : weight);
}

static void add_segment(struct counts *counts, struct source *source, const struct token_segment *segment,
                        const unsigned char *dead) {
    uint64_t folder = corpus_folder_hash(counts->document.path);
    const char *extension = strrchr(counts->document.path, '.');
    *source = (struct source){segment->tokens, segment->order, segment->order_count, segment, NULL, {{0}}, 0};
    source->weights = mem_zero(segment->file_count + 1, sizeof *source->weights);
    for (uint32_t i = 0; i < segment->file_count; i++) {
        source->weights[i] =
            file_weight(counts, &segment->files[i], dead[i], folder, extension ? extension : "");
    }
}

struct counts *counts_new(const struct generation *generation, const struct counts_document *document) {
    struct counts *counts = mem_zero(1, sizeof *counts);
    counts->document = *document;
    for (uint32_t i = 0; i < SEGMENT_COUNT; i++) {
        add_segment(counts, &counts->sources[i], generation->segments[i], generation->dead[i]);
    }
    counts->document_order = mem_zero(document->count + 1, sizeof *counts->document_order);
    uint32_t sorted = order_sort(document->tokens, document->count, counts->document_order);
    counts->sources[SEGMENT_COUNT] =
        (struct source){document->tokens, counts->document_order, sorted, NULL, NULL, {{0}}, 0};
    counts->slots = mem_zero(SLOTS, sizeof *counts->slots);
    counts->used = mem_zero(COUNTS_WORDS, sizeof *counts->used);
    counts->touched = mem_zero(COUNTS_WORDS, sizeof *counts->touched);
    counts->words = mem_zero(COUNTS_WORDS, sizeof *counts->words);
    return counts;
}

void counts_free(struct counts *counts) {
    if (!counts) {
        return;
    }
    for (uint32_t i = 0; i < COUNTS_SOURCES; i++) {
        free(counts->sources[i].weights);
    }
    free(counts->document_order);
    free(counts->slots);
    free(counts->used);
    free(counts->touched);
    free(counts->words);
    free(counts);
}

// The slot of a word, made if there is room; NULL if not.
static struct slot *slot_of(struct counts *counts, uint32_t id) {
    uint32_t at = (id * 2654435761u) % SLOTS;
    while (counts->slots[at].query == counts->query && counts->slots[at].id != id) {
        at = (at + 1) % SLOTS;
    }
    struct slot *slot = &counts->slots[at];
    if (slot->query != counts->query) {
        if (counts->used_count == COUNTS_WORDS) {
            return NULL;
        }
        *slot = (struct slot){.id = id, .query = counts->query};
        counts->used[counts->used_count++] = at;
    }
    return slot;
}

// The space most places have, by Boyer and Moore's majority vote.
static void vote_space(struct slot *slot, uint32_t space, double weight) {
    if (slot->space == space || slot->space_lead <= 0) {
        slot->space_lead = slot->space == space ? slot->space_lead + weight : weight;
        slot->space = space;
    } else {
        slot->space_lead -= weight;
    }
}

static void count_place(struct counts *counts, uint32_t token, double weight) {
    struct slot *slot = weight > 0 ? slot_of(counts, token_id(token)) : NULL;
    if (!slot) {
        return;
    }
    if (slot->depth != counts->depth) {
        slot->depth = counts->depth;
        slot->weight = 0;
        counts->touched[counts->touched_count++] = (uint32_t)(slot - counts->slots);
    }
    slot->weight += weight;
    if (slot->probability == 0 || slot->space_lead > 0) {
        vote_space(slot, token_space(token), weight);
    }
}

static double place_weight(const struct counts *counts, const struct source *source, uint32_t position) {
    if (source->segment) {
        return (double)source->weights[token_segment_file_at(source->segment, position)];
    }
    double distance = position < counts->document.cursor ? counts->document.cursor - position
                                                         : position - counts->document.cursor;
    return TUNE(own, 3.0) + TUNE(near, 4.0) / (1.0 + distance / TUNE(reach, 200.0));
}

static double count_source(struct counts *counts, const struct source *source, uint32_t depth) {
    if (depth > source->depth) {
        return 0;
    }
    struct order_range range = source->ranges[depth];
    uint32_t hits = range.high - range.low, step = hits / COUNTS_HITS + 1;
    double total = 0;
    for (uint32_t i = range.low; i < range.high; i += step) {
        uint32_t position = source->order[i];
        double weight = place_weight(counts, source, position);
        count_place(counts, source->tokens[position], weight);
        total += weight;
    }
    return total;
}

static uint32_t narrow_source(struct source *source, const uint32_t *context, size_t length) {
    source->ranges[0] = (struct order_range){0, source->order_count};
    source->depth = 0;
    for (uint32_t depth = 1; depth <= DEEPEST && depth <= length; depth++) {
        uint32_t id = context[length - depth];
        struct order_range range =
            order_narrow(source->tokens, source->order, source->ranges[depth - 1], depth, id);
        if (range.low == range.high) {
            break;
        }
        source->ranges[depth] = range;
        source->depth = depth;
        if (id == TOKEN_FILE) {
            break;
        }
    }
    return source->depth;
}

// Does this depth have places that the next deeper one has not?
static bool adds_places(const struct counts *counts, uint32_t depth) {
    for (uint32_t i = 0; i < COUNTS_SOURCES; i++) {
        const struct source *source = &counts->sources[i];
        if (depth == source->depth ||
            (depth < source->depth && source->ranges[depth].high - source->ranges[depth].low >
                                          source->ranges[depth + 1].high - source->ranges[depth + 1].low)) {
            return true;
        }
    }
    return false;
}

// One depth's vote; returns the probability it leaves to shallower ones.
static double vote(struct counts *counts, uint32_t depth, double left) {
    counts->depth++;
    counts->touched_count = 0;
    double total = 0;
    for (uint32_t i = 0; i < COUNTS_SOURCES; i++) {
        total += count_source(counts, &counts->sources[i], depth);
    }
    if (total <= 0) {
        return left;
    }
    if (counts->answer.depth == 0) {
        counts->answer.depth = depth;
        counts->answer.support = total;
    }
    double escape = (double)counts->touched_count * TUNE(escape, 1.0);
    for (uint32_t i = 0; i < counts->touched_count; i++) {
        struct slot *slot = &counts->slots[counts->touched[i]];
        slot->probability += left * slot->weight / (total + escape);
    }
    return left * escape / (total + escape);
}

static int by_probability(const void *a, const void *b) {
    const struct counted *x = a, *y = b;
    if (x->probability != y->probability) {
        return x->probability > y->probability ? -1 : 1;
    }
    return x->id < y->id ? -1 : x->id > y->id;
}

const struct counts_answer *counts_query(struct counts *counts, const uint32_t *context, size_t length) {
    counts->query++;
    counts->used_count = 0;
    counts->answer = (struct counts_answer){.words = counts->words};
    uint32_t deepest = 0;
    for (uint32_t i = 0; i < COUNTS_SOURCES; i++) {
        uint32_t depth = narrow_source(&counts->sources[i], context, length);
        deepest = depth > deepest ? depth : deepest;
    }
    double left = 1;
    for (uint32_t depth = deepest; depth > 0 && left > 0.002; depth--) {
        if (adds_places(counts, depth)) {
            left = vote(counts, depth, left);
        }
    }
    counts->answer.residual = left;
    for (uint32_t i = 0; i < counts->used_count; i++) {
        const struct slot *slot = &counts->slots[counts->used[i]];
        counts->words[i] = (struct counted){slot->id, slot->space, slot->probability};
    }
    counts->answer.count = counts->used_count;
    qsort(counts->words, counts->used_count, sizeof *counts->words, by_probability);
    return &counts->answer;
}

double counts_probability(const struct counts_answer *answer, uint32_t id) {
    for (uint32_t i = 0; i < answer->count; i++) {
        if (answer->words[i].id == id) {
            return answer->words[i].probability;
        }
    }
    return 0;
}
