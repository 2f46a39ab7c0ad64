// repository_counts.c - see repository_counts.h.
//
// A query walks the context leftwards, narrowing a range of every source's
// order until nothing is left. Then the places are visited once each, those
// with the longest match first, and every depth votes by Witten and Bell's rule
// p_d = (c + T p_(d-1)) / (N + T): N places with T different next words claim
// N / (N + T) of the probability that deeper ones left, and the rest goes one
// token shallower. One place with thirty equal tokens before it so outweighs a
// hundred with two, but a lone coincidence does not claim everything.
//
// Places count by where they are: the open file near the cursor, its folder,
// elsewhere. What else a visit teaches is gathered in struct counted, and
// repository_rank makes the final probability of it.
#include "backends/repository_counts.h"

#include "backends/repository_place.h"
#include "backends/repository_rank.h"

#include <math.h>

enum { SLOTS = 8192, DEEPEST = 24 };
// Tuned on the development tasks; the results move little with any of them.
static const double KERNEL = 0.6, NAME_LIKE = 0.3, BELOW_LIKE = 1.5;
static const double OTHER_NAME_SPACE = 1e-9;
static const double SAME_FOLDER = 2, OTHER_KIND = 0.5, VENDORED = 0.5;
static const double OPEN_FILE = 3, AT_CURSOR = 4, REACH = 200; // 3 far away, 7 at the cursor, 5 at 200 tokens

struct slot {
    uint32_t query; // of which query this slot holds a word
    double space_lead;
    double weight; // of all places visited so far
    double renamed;
    struct counted word;
};

struct source {
    const uint32_t *tokens, *order;
    uint32_t count, order_count;
    const struct token_segment *segment; // NULL: the open document
    float *weights;                      // of the segment's files
    struct order_range ranges[DEEPEST + 1];
    uint32_t depth;
};

struct counts {
    struct source sources[COUNTS_SOURCES];
    uint32_t *document_order;
    const struct document *document;
    struct rank *rank;
    struct surroundings here;
    double kernel[PLACE_WALK + 1], name_kernel[PLACE_MISSES + 1]; // weight of a place by its likeness
    struct slot *slots;
    uint32_t query;
    uint32_t skipped; // 1: the context's nearest name may be any name
    uint32_t *used;   // slots of this query
    uint32_t used_count;
    double total, soft, framed, sharp; // sums over the places visited
    struct counted *words;
    struct counts_answer answer;
};

static float file_weight(const struct segment_file *file, uint64_t folder, const char *extension) {
    double weight = file->folder == folder ? SAME_FOLDER : 1.0;
    const char *own = strrchr(file->path, '.');
    weight *= strcmp(own ? own : "", extension) == 0 ? 1.0 : OTHER_KIND;
    return (float)(file->taint == TAINT_VENDORED ? weight * VENDORED : weight);
}

static void add_segment(struct source *source, const struct token_segment *segment, const unsigned char *dead,
                        const char *path) {
    const char *extension = strrchr(path, '.');
    uint64_t folder = corpus_folder_hash(path);
    *source = (struct source){.tokens = segment->tokens,
                              .order = segment->order,
                              .count = segment->count,
                              .order_count = segment->order_count,
                              .segment = segment};
    source->weights = mem_zero(segment->file_count + 1, sizeof *source->weights);
    for (uint32_t i = 0; i < segment->file_count; i++) {
        const struct segment_file *file = &segment->files[i];
        bool hidden = dead[i] || (file->folder == folder && strcmp(file->path, path) == 0);
        source->weights[i] = hidden ? 0 : file_weight(file, folder, extension ? extension : "");
    }
}

struct counts *counts_new(const struct generation *generation, const struct document *document,
                          const char *path) {
    struct counts *counts = mem_zero(1, sizeof *counts);
    counts->document = document;
    for (uint32_t i = 0; i < SEGMENT_COUNT; i++) {
        add_segment(&counts->sources[i], generation->segments[i], generation->dead[i], path);
    }
    uint32_t length = (uint32_t)document->tokens.count;
    counts->document_order = mem_zero(length + 1, sizeof *counts->document_order);
    uint32_t sorted = order_sort(document->tokens.items, length, counts->document_order, NULL);
    counts->sources[SEGMENT_COUNT] = (struct source){.tokens = document->tokens.items,
                                                     .order = counts->document_order,
                                                     .count = length,
                                                     .order_count = sorted};
    counts->here.ahead = document->ahead;
    counts->here.ahead_count = document->right ? 0 : document->ahead_count;
    counts->rank = rank_new(document);
    for (uint32_t i = 0; i <= PLACE_WALK; i++) {
        counts->kernel[i] = exp(KERNEL * i);
    }
    for (uint32_t i = 0; i <= PLACE_MISSES; i++) {
        counts->name_kernel[i] = exp(KERNEL * NAME_LIKE * i);
    }
    counts->slots = mem_zero(SLOTS, sizeof *counts->slots);
    counts->used = mem_zero(COUNTS_WORDS, sizeof *counts->used);
    counts->words = mem_zero(COUNTS_WORDS + COUNTS_ADDED, sizeof *counts->words);
    return counts;
}

void counts_free(struct counts *counts) {
    if (!counts) {
        return;
    }
    for (uint32_t i = 0; i < COUNTS_SOURCES; i++) {
        free(counts->sources[i].weights);
    }
    rank_free(counts->rank);
    free(counts->document_order);
    free(counts->slots);
    free(counts->used);
    free(counts->words);
    free(counts);
}

// The slot of a word, made if there is room; NULL if not.
static struct slot *slot_of(struct counts *counts, uint32_t id) {
    uint32_t at = (id * 2654435761u) >> 19; // 13 bits
    while (counts->slots[at].query == counts->query && counts->slots[at].word.id != id) {
        at = (at + 1) % SLOTS;
    }
    struct slot *slot = &counts->slots[at];
    if (slot->query != counts->query) {
        if (counts->used_count == COUNTS_WORDS) {
            return NULL;
        }
        *slot = (struct slot){.query = counts->query, .word = {.id = id}};
        counts->used[counts->used_count++] = at;
    }
    return slot;
}

// The space most places have, by Boyer and Moore's majority vote. Places behind another name decide only where
// no other does: `if (` says nothing about `f(`.
static void vote_space(struct slot *slot, uint32_t space, double weight) {
    if (slot->word.space == space) {
        slot->space_lead += weight;
    } else if (slot->space_lead < weight) {
        slot->word.space = space;
        slot->space_lead = weight - slot->space_lead;
    } else {
        slot->space_lead -= weight;
    }
}

static double place_weight(const struct counts *counts, const struct source *source, uint32_t position) {
    if (source->segment) {
        return (double)source->weights[token_segment_file_at(source->segment, position)];
    }
    uint32_t cursor = counts->document->cursor;
    double distance = position < cursor ? cursor - position : position - cursor;
    return OPEN_FILE + AT_CURSOR / (1 + distance / REACH);
}

// Behind a name that stands where the cursor's name does; see counts_query.
static bool stands_behind_name(const struct source *source, uint32_t position) {
    return position < source->count && token_is_name(token_id(source->tokens[position - 1])) &&
           token_id(source->tokens[position]) != TOKEN_FILE;
}

static void visit(struct counts *counts, const struct source *source, uint32_t position, uint32_t depth,
                  double step) {
    position += counts->skipped;
    if (counts->skipped && !stands_behind_name(source, position)) {
        return;
    }
    depth = counts->skipped ? 0 : depth;
    double weight = place_weight(counts, source, position) * step;
    if (weight <= 0) {
        return;
    }
    struct place place = place_compare(&counts->here, source->tokens, source->count, position);
    struct slot *slot = slot_of(counts, place.id);
    if (!slot) {
        return;
    }
    struct counted *word = &slot->word;
    double like = place.agree + NAME_LIKE * place.differ;
    double soft = weight * counts->kernel[place.agree] * counts->name_kernel[place.differ];
    double framed = soft * counts->kernel[place.below];
    slot->weight += weight;
    slot->renamed += place.renamed ? weight : 0;
    vote_space(slot, place.space, counts->skipped ? soft * OTHER_NAME_SPACE : soft);
    word->soft += soft;
    word->framed += framed;
    word->sharp += framed * framed / weight;
    word->like = fmax(word->like, like);
    word->both = fmax(word->both, like + BELOW_LIKE * place.below);
    if (!source->segment) {
        uint32_t cursor = counts->document->cursor;
        double distance = position < cursor ? cursor - position : position - cursor;
        word->near = word->near > 0 ? fmin(word->near, distance) : distance;
    }
    word->own = fmax(word->own, source->segment ? 0 : depth);
    word->away = fmax(word->away, source->segment ? depth : 0);
    counts->total += weight;
    counts->soft += soft;
    counts->framed += framed;
    counts->sharp += framed * framed / weight;
}

static void narrow(struct source *source, const struct surroundings *here, uint32_t skipped) {
    size_t length = here->context_count - skipped;
    source->ranges[0] = (struct order_range){0, source->order_count};
    source->depth = 0;
    for (uint32_t depth = 1; depth <= DEEPEST && depth <= length; depth++) {
        uint32_t id = here->context[length - depth];
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
}

// The places of this depth that no deeper one has, evenly drawn if there are many. True if there are any.
static bool visit_depth(struct counts *counts, const struct source *source, uint32_t depth) {
    if (depth > source->depth) {
        return false;
    }
    struct order_range range = source->ranges[depth];
    struct order_range deeper = {range.high, range.high};
    if (depth < source->depth) {
        deeper = source->ranges[depth + 1];
    }
    uint32_t hits = (range.high - range.low) - (deeper.high - deeper.low), step = hits / COUNTS_HITS + 1;
    for (uint32_t i = range.low; i < deeper.low; i += step) {
        visit(counts, source, source->order[i], depth, step);
    }
    for (uint32_t i = deeper.high; i < range.high; i += step) {
        visit(counts, source, source->order[i], depth, step);
    }
    return hits > 0;
}

// One depth's vote; returns the probability it leaves to shallower ones.
static double vote(struct counts *counts, uint32_t depth, double left) {
    struct counts_answer *answer = &counts->answer;
    bool longest = answer->support <= 0;
    if (longest) {
        answer->depth = depth;
        answer->support = counts->total;
    }
    double escape = counts->used_count;
    for (uint32_t i = 0; i < counts->used_count; i++) {
        struct slot *slot = &counts->slots[counts->used[i]];
        slot->word.blend += left * slot->weight / (counts->total + escape);
        if (longest) {
            slot->word.deepest = slot->weight / counts->total;
        }
    }
    return left * escape / (counts->total + escape);
}

static void collect(struct counts *counts) {
    struct counts_answer *answer = &counts->answer;
    answer->words = counts->words;
    answer->count = counts->used_count;
    for (uint32_t i = 0; i < counts->used_count; i++) {
        const struct slot *slot = &counts->slots[counts->used[i]];
        struct counted *word = &counts->words[i];
        *word = slot->word;
        word->soft /= counts->soft;
        word->framed /= counts->framed;
        word->sharp /= counts->sharp;
        word->shallow = slot->weight / counts->total;
        word->renamed = slot->renamed / slot->weight;
    }
}

static void visit_all(struct counts *counts) {
    uint32_t deepest = 0;
    for (uint32_t i = 0; i < COUNTS_SOURCES; i++) {
        narrow(&counts->sources[i], &counts->here, counts->skipped);
        deepest = counts->sources[i].depth > deepest ? counts->sources[i].depth : deepest;
    }
    for (uint32_t depth = deepest; depth > 0; depth--) {
        bool any = false;
        for (uint32_t i = 0; i < COUNTS_SOURCES; i++) {
            any |= visit_depth(counts, &counts->sources[i], depth);
        }
        if (any && counts->total > 0) {
            counts->answer.residual = vote(counts, counts->skipped ? 0 : depth, counts->answer.residual);
        }
    }
}

// The nearest name often says little, being new or rare, but what stands before it does: so any name in its
// place counts as well, after all others.
struct counts_answer *counts_query(struct counts *counts, const uint32_t *context, size_t length) {
    counts->query++;
    counts->here.context = context;
    counts->here.context_count = length;
    counts->used_count = 0;
    counts->total = counts->soft = counts->framed = counts->sharp = 0;
    counts->answer = (struct counts_answer){.residual = 1};
    counts->skipped = 0;
    visit_all(counts);
    if (length > 1 && token_is_name(context[length - 1])) {
        counts->skipped = 1;
        visit_all(counts);
    }
    collect(counts);
    rank_words(counts->rank, context, length, &counts->answer);
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
