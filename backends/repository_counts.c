// repository_counts.c - see repository_counts.h.
//
// A query walks the context leftwards, narrowing a range of every segment's
// order until nothing is left; the open file has no order, and its places are
// compared one by one. Then the places are visited once each, those with the
// longest match first, and every depth votes by Witten and Bell's rule
// p_d = (c + T p_(d-1)) / (N + T): N places with T different next words claim
// N / (N + T) of the probability that deeper ones left, and the rest goes one
// token shallower. One place with thirty equal tokens before it so outweighs a
// hundred with two, but a lone coincidence does not claim everything.
//
// Places count by where they are: the open file near the cursor, its folder,
// elsewhere. What else a visit teaches is gathered in struct counted, and
// repository_rank makes the final probability of it.
//
// The time goes into waiting for memory, so the places are listed first, which
// lets the processor fetch them early; and a vote is not added to every word, but
// once to a sum of all, from which a word gets what was cast since each of its
// places was met.
#include "backends/repository_counts.h"

#include "backends/repository_answers.h"
#include "backends/repository_place.h"
#include "backends/repository_places.h"
#include "backends/repository_rank.h"
#include "backends/repository_relevance.h"
#include "backends/repository_source.h"

#include <math.h>

enum { SLOTS = 4096, SLOT_BITS = 12, DEEPEST = PLACES_DEEPEST, SOON = 8 };
// How many places are looked at, of one depth and source. The open file is the best witness, and near to hand; with
// more places elsewhere, or fewer there, the development tasks do not come out better.
enum { HITS = 64, HITS_ONE_TOKEN = 32, HITS_ANY_NAME = 24, LOCAL_HITS = 192, LOCAL_HITS_ANY_NAME = 48 };
enum { VISITS = DEEPEST * (SEGMENT_COUNT * (HITS + 2) + LOCAL_HITS + 1) };
_Static_assert((int)SLOTS >= 2 * (int)COUNTS_WORDS && SLOTS == 1 << SLOT_BITS, "a slot is found soon");
// Tuned on the development tasks; the results move little with any of them.
static const double KERNEL = 0.6, NAME_LIKE = 0.3, BELOW_LIKE = 1.5;
static const double OTHER_NAME_SPACE = 1e-9;
static const double SAME_FOLDER = 2, VENDORED = 0.5;
static const double OPEN_FILE = 3, AT_CURSOR = 4, REACH = 200; // 3 far away, 7 at the cursor, 5 at 200 tokens
static const float HIDDEN = -1;                                // a file's weight

struct slot {
    uint32_t query; // of which query this slot holds a word
    uint32_t id, word;
};

// What is known of a word while places are visited, beside its evidence.
struct tally {
    double weight;  // of all its places
    double renamed; // of those that say so by renaming
    double space_lead;
    double missed; // the weight of each place times the votes cast before it was met
};

struct visit {
    uint32_t position;
    uint32_t depth;
    double weight; // of all the places it stands for; before it is known, how many these are
    const struct source *source;
};

struct counts {
    struct source sources[COUNTS_SOURCES];
    struct places local;
    const struct document *document;
    const char *path; // of the open file
    uint64_t folder;
    struct rank *rank;
    struct relevance relevance;
    struct surroundings here; // its `skipped` is 1 while the context's nearest name may be any name
    double kernel[PLACE_WALK + 1], name_kernel[PLACE_MISSES + 1]; // weight of a place by its likeness
    struct narrowed *narrowed;
    struct visit *visits;
    uint32_t visit_count;
    struct slot *slots;
    uint32_t query;
    struct counted *words;
    struct tally *tallies; // of the words
    uint32_t seen;
    uint32_t *likeliest;
    double total, soft, framed, sharp; // sums over the places visited
    double votes;                      // of each unit of weight
    struct counts_answer answer;
    struct answers *kept; // NULL: they are not
    uint32_t hints;       // how often there were new ones
    uint32_t recalled;    // words of the answer that is ranked anew, those at hand included
};

static float file_weight(const struct counts *counts, const struct source *source, uint32_t index) {
    const struct segment_file *file = &source->segment->files[index];
    if (source->dead[index] || (file->folder == counts->folder && strcmp(file->path, counts->path) == 0)) {
        return HIDDEN;
    }
    double weight = file->folder == counts->folder ? SAME_FOLDER : 1.0;
    weight *= relevance_of_file(&counts->relevance, file);
    return (float)(file->taint == TAINT_VENDORED ? weight * VENDORED : weight);
}

// is_same: all but the overlay of the open file.
static void bind_sources(struct counts *counts, const struct generation *generation, bool is_same) {
    for (uint32_t i = 0; i < SEGMENT_COUNT; i++) {
        source_bind(&counts->sources[i], generation, i, is_same && i != SEGMENT_OVERLAY);
    }
    narrowed_forget(counts->narrowed, is_same);
}

static void bind_document(struct counts *counts, const struct generation *generation,
                          const struct document *document, const char *path) {
    counts->document = document;
    counts->path = path;
    counts->folder = corpus_folder_hash(path);
    counts->here.ahead = document->ahead;
    counts->here.ahead_count = document->right ? 0 : document->ahead_count;
    places_init(&counts->local, document, &counts->here);
    counts->sources[SEGMENT_COUNT].text = (struct place_text){
        packed_view(document->tokens.items), (uint32_t)document->tokens.count, counts->local.below};
    counts->rank = rank_new(document, generation, path);
    relevance_init(&counts->relevance, document, path);
}

static void let_document_go(struct counts *counts) {
    rank_free(counts->rank);
    places_fini(&counts->local);
    answers_free(counts->kept);
    counts->kept = NULL;
}

struct counts *counts_new(const struct generation *generation, const struct document *document,
                          const char *path) {
    struct counts *counts = mem_zero(1, sizeof *counts);
    counts->narrowed = narrowed_new();
    bind_sources(counts, generation, false);
    bind_document(counts, generation, document, path);
    for (uint32_t i = 0; i <= PLACE_WALK; i++) {
        counts->kernel[i] = exp(KERNEL * i);
    }
    for (uint32_t i = 0; i <= PLACE_MISSES; i++) {
        counts->name_kernel[i] = exp(KERNEL * NAME_LIKE * i);
    }
    counts->visits = mem_alloc(VISITS * sizeof *counts->visits);
    counts->slots = mem_zero(SLOTS, sizeof *counts->slots);
    counts->words = mem_alloc((COUNTS_WORDS + COUNTS_ADDED) * sizeof *counts->words);
    counts->tallies = mem_alloc(COUNTS_WORDS * sizeof *counts->tallies);
    counts->likeliest = mem_alloc((COUNTS_WORDS + COUNTS_ADDED) * sizeof *counts->likeliest);
    return counts;
}

void counts_free(struct counts *counts) {
    if (!counts) {
        return;
    }
    let_document_go(counts);
    for (uint32_t i = 0; i < COUNTS_SOURCES; i++) {
        source_fini(&counts->sources[i]);
    }
    free(counts->narrowed);
    free(counts->visits);
    free(counts->slots);
    free(counts->words);
    free(counts->tallies);
    free(counts->likeliest);
    free(counts);
}

void counts_renew(struct counts *counts, const struct generation *generation, const struct document *document,
                  const char *path, bool is_same) {
    let_document_go(counts);
    bind_sources(counts, generation, is_same);
    bind_document(counts, generation, document, path);
}

void counts_keep(struct counts *counts) {
    counts->kept = counts->kept ? counts->kept : answers_new();
}

void counts_follow(struct counts *counts, const struct generation *generation, bool new_hints) {
    bind_sources(counts, generation, true);
    rank_follow(counts->rank, generation);
    if (new_hints) {
        rank_renew_hints(counts->rank);
        counts->hints++;
    }
}

// The slot that holds a word, or would.
static struct slot *slot_of(const struct counts *counts, uint32_t id) {
    uint32_t at = (id * 2654435761u) >> (32 - SLOT_BITS);
    while (counts->slots[at].query == counts->query && counts->slots[at].id != id) {
        at = (at + 1) % SLOTS;
    }
    return &counts->slots[at];
}

// The index of a word, which is added if there is room; COUNTS_NONE if not.
static uint32_t word_of(struct counts *counts, uint32_t id) {
    struct slot *slot = slot_of(counts, id);
    if (slot->query != counts->query) {
        if (counts->seen == COUNTS_WORDS) {
            return COUNTS_NONE;
        }
        *slot = (struct slot){counts->query, id, counts->seen};
        counts->words[counts->seen] = (struct counted){.id = id};
        counts->tallies[counts->seen] = (struct tally){0};
        counts->seen++;
    }
    return slot->word;
}

// The space most places have, by Boyer and Moore's majority vote. Places behind another name decide only where
// no other does: `if (` says nothing about `f(`.
static void vote_space(struct counted *word, struct tally *tally, uint32_t space, double weight) {
    if (word->space == space) {
        tally->space_lead += weight;
    } else if (tally->space_lead < weight) {
        word->space = space;
        tally->space_lead = weight - tally->space_lead;
    } else {
        tally->space_lead -= weight;
    }
}

static double distance_to_cursor(const struct counts *counts, uint32_t position) {
    uint32_t cursor = counts->document->cursor;
    return position < cursor ? cursor - position : position - cursor;
}

static double place_weight(const struct counts *counts, const struct source *source, uint32_t position) {
    if (!source->segment) {
        return OPEN_FILE + AT_CURSOR * REACH / (REACH + distance_to_cursor(counts, position));
    }
    uint32_t file = token_segment_file_at(source->segment, position);
    if (source->weights[file] == 0) {
        source->weights[file] = file_weight(counts, source, file);
    }
    return (double)source->weights[file];
}

// Behind a name that stands where the cursor's name does; see counts_query.
static bool stands_behind_name(const struct source *source, uint32_t position) {
    return token_is_name(token_id(packed_get(source->text.tokens, position - 1))) &&
           token_id(packed_get(source->text.tokens, position)) != TOKEN_FILE;
}

static inline double larger(double a, double b) {
    return a > b ? a : b;
}

static void note_depth(const struct counts *counts, const struct visit *visit, uint32_t position,
                       struct counted *word) {
    double depth = counts->here.skipped ? 0 : visit->depth;
    if (visit->source->segment) {
        word->away = larger(word->away, depth);
        return;
    }
    double distance = distance_to_cursor(counts, position);
    word->near = word->near > 0 && word->near < distance ? word->near : distance;
    word->own = larger(word->own, depth);
}

// Does the place say anything of the cursor's?
static bool counts_here(const struct counts *counts, const struct visit *visit) {
    const struct source *source = visit->source;
    return visit->weight > 0 && (!counts->here.skipped || stands_behind_name(source, visit->position)) &&
           relevance_has(&counts->relevance, source->text.tokens, visit->position,
                         visit->depth + counts->here.skipped);
}

static void visit_place(struct counts *counts, const struct visit *visit) {
    const struct source *source = visit->source;
    uint32_t position = visit->position;
    double weight = visit->weight;
    struct place place = place_compare(&counts->here, &source->text, position, visit->depth);
    uint32_t index = word_of(counts, place.id);
    if (index == COUNTS_NONE) {
        return;
    }
    struct counted *word = &counts->words[index];
    struct tally *tally = &counts->tallies[index];
    double like = place.agree + NAME_LIKE * place.differ, below = counts->kernel[place.below];
    double soft = weight * counts->kernel[place.agree] * counts->name_kernel[place.differ];
    double framed = soft * below, sharp = framed * (framed / weight);
    tally->weight += weight;
    tally->missed += weight * counts->votes;
    tally->renamed += place.renamed ? weight : 0;
    vote_space(word, tally, place.space, counts->here.skipped ? soft * OTHER_NAME_SPACE : soft);
    word->soft += soft;
    word->framed += framed;
    word->sharp += sharp;
    word->like = larger(word->like, like);
    word->both = larger(word->both, like + BELOW_LIKE * place.below);
    note_depth(counts, visit, position, word);
    counts->total += weight;
    counts->soft += soft;
    counts->framed += framed;
    counts->sharp += sharp;
}

static void list_local(struct counts *counts, const struct source *source, uint32_t depth) {
    const struct places *local = &counts->local;
    uint32_t low = local->depth_starts[depth - 1], high = local->depth_starts[depth]; // each moved to its end
    uint32_t skipped = counts->here.skipped;
    uint32_t step = (high - low) / (skipped ? LOCAL_HITS_ANY_NAME : LOCAL_HITS) + 1;
    for (uint32_t i = low; i < high; i += step) {
        counts->visits[counts->visit_count++] =
            (struct visit){local->by_depth[i] + skipped, depth, step, source};
    }
}

static void list(struct counts *counts, const struct source *source, uint32_t depth, uint32_t step,
                 struct order_range range) {
    for (uint32_t i = range.low; i < range.high; i += step) {
        uint32_t position = packed_get(source->order, i) + counts->here.skipped;
        counts->visits[counts->visit_count++] = (struct visit){position, depth, step, source};
        __builtin_prefetch(&source->segment->blocks[position / SEGMENT_BLOCK]);
    }
}

// The places of this depth that no deeper one has, evenly drawn if there are many.
static void list_depth(struct counts *counts, const struct source *source, uint32_t depth) {
    if (depth > source->depth) {
        return;
    }
    if (!source->segment) {
        list_local(counts, source, depth);
        return;
    }
    struct order_range range = source->ranges[depth];
    struct order_range deeper = {range.high, range.high};
    if (depth < source->depth) {
        deeper = source->ranges[depth + 1];
    }
    uint32_t limit = counts->here.skipped ? HITS_ANY_NAME : depth == 1 ? HITS_ONE_TOKEN : HITS;
    uint32_t hits = (range.high - range.low) - (deeper.high - deeper.low), step = hits / limit + 1;
    list(counts, source, depth, step, (struct order_range){range.low, deeper.low});
    list(counts, source, depth, step, (struct order_range){deeper.high, range.high});
}

static void list_all(struct counts *counts) {
    size_t length = counts->here.context_count - counts->here.skipped;
    uint32_t deepest = 0;
    counts->visit_count = 0;
    sources_narrow(counts->sources, counts->narrowed, counts->here.context, length);
    counts->sources[SEGMENT_COUNT].depth =
        places_narrow(&counts->local, counts->document, counts->here.context, length);
    for (uint32_t i = 0; i < COUNTS_SOURCES; i++) {
        deepest = counts->sources[i].depth > deepest ? counts->sources[i].depth : deepest;
    }
    for (uint32_t depth = deepest; depth > 0; depth--) {
        for (uint32_t i = 0; i < COUNTS_SOURCES; i++) {
            list_depth(counts, &counts->sources[i], depth);
        }
    }
}

static void note_longest(struct counts *counts, uint32_t depth) {
    counts->answer.depth = depth;
    counts->answer.support = counts->total;
    for (uint32_t i = 0; i < counts->seen; i++) {
        counts->words[i].deepest = counts->tallies[i].weight / counts->total;
    }
}

// One depth's vote: what deeper ones have left goes to the words by their weights so far, and to shallower depths. A
// depth all of whose places are hidden votes as the one before it did: the weights were fitted with that, and without
// it the replay of commits gets 0.1 points less exactly right (docs/performance.md has the eight repositories).
static void vote(struct counts *counts, uint32_t depth) {
    struct counts_answer *answer = &counts->answer;
    if (counts->total <= 0) {
        return;
    }
    if (answer->support <= 0) {
        note_longest(counts, counts->here.skipped ? 0 : depth);
    }
    double escape = counts->seen;
    counts->votes += answer->residual / (counts->total + escape);
    answer->residual *= escape / (counts->total + escape);
}

// In a loop of its own, so that the processor waits for many files at once.
static void weigh_all(struct counts *counts) {
    for (uint32_t i = 0; i < counts->visit_count; i++) {
        struct visit *visit = &counts->visits[i];
        bool is_there = visit->position < visit->source->text.count;
        visit->weight *= is_there ? place_weight(counts, visit->source, visit->position) : 0;
    }
}

static void fetch(const struct visit *visit) {
    packed_fetch(visit->source->text.tokens, visit->position);
    packed_fetch(visit->source->text.tokens, visit->position < SOON ? 0 : visit->position - SOON);
}

// As counts_here, of each in turn: places are far apart in memory.
static bool next_counts(const struct counts *counts, uint32_t i) {
    if (i + SOON < counts->visit_count) {
        fetch(&counts->visits[i + SOON]);
    }
    return counts_here(counts, &counts->visits[i]);
}

static void visit_all(struct counts *counts) {
    list_all(counts);
    weigh_all(counts);
    const struct visit *visits = counts->visits;
    for (uint32_t i = 0; i < counts->visit_count; i++) {
        if (next_counts(counts, i)) {
            visit_place(counts, &visits[i]);
        }
        if (i + 1 == counts->visit_count || visits[i + 1].depth != visits[i].depth) {
            vote(counts, visits[i].depth);
        }
    }
}

static void collect(struct counts *counts) {
    struct counts_answer *answer = &counts->answer;
    answer->counts = counts;
    answer->words = counts->words;
    answer->count = answer->seen = counts->seen;
    answer->likeliest = counts->likeliest;
    double total = 1 / counts->total;
    double soft = 1 / counts->soft, framed = 1 / counts->framed, sharp = 1 / counts->sharp;
    for (uint32_t i = 0; i < counts->seen; i++) {
        const struct tally *tally = &counts->tallies[i];
        struct counted *word = &counts->words[i];
        word->blend = larger(tally->weight * counts->votes - tally->missed, 0);
        word->soft *= soft;
        word->framed *= framed;
        word->sharp *= sharp;
        word->shallow = tally->weight * total;
        word->renamed = tally->renamed / tally->weight;
    }
}

// How many tokens of the context stand behind a file's beginning, as far as places are compared.
static uint32_t reach_of(const uint32_t *context, size_t length) {
    uint32_t reach = 0;
    while (reach < PLACE_WALK && reach < length && context[length - 1 - reach] != TOKEN_FILE) {
        reach++;
    }
    return reach;
}

// How much the places behind a context are like the cursor's: all, and those of one word.
struct alike {
    double all, these;
};

static void turn_to(struct counts *counts, const uint32_t *context, size_t length) {
    counts->here.context = context;
    counts->here.context_count = length;
    counts->here.reach = reach_of(context, length);
    counts->here.skipped = 0;
    relevance_ask(&counts->relevance, context, length);
}

// The nearest name often says little, being new or rare, but what stands before it does: so any name in its
// place counts as well, after all others.
static void look_around(struct counts *counts, const uint32_t *context, size_t length) {
    turn_to(counts, context, length);
    counts->seen = counts->recalled = 0;
    counts->total = counts->soft = counts->framed = counts->sharp = counts->votes = 0;
    counts->answer = (struct counts_answer){.residual = 1};
    visit_all(counts);
    if (length > 1 && token_is_name(context[length - 1])) {
        counts->here.skipped = 1;
        visit_all(counts);
    }
    collect(counts);
}

// What was found out about a context, without how it was ranked.
static void recall(struct counts *counts, const struct counts_answer *kept) {
    counts->answer = *kept;
    counts->answer.words = counts->words;
    counts->answer.likeliest = counts->likeliest;
    counts->answer.count = kept->seen;
    counts->recalled = kept->count;
    memcpy(counts->words + kept->seen, kept->words + kept->seen,
           (kept->count - kept->seen) * sizeof *kept->words);
    for (counts->seen = 0; counts->seen < kept->seen;) {
        const struct counted *word = &kept->words[counts->seen];
        *slot_of(counts, word->id) = (struct slot){counts->query, word->id, counts->seen};
        counts->words[counts->seen] = *word;
        counts->words[counts->seen++].probability = 0;
    }
}

// They are asked for at every word of every path, also of an answer that is kept, which has no slots.
static void note_line_ends(struct counts *counts) {
    for (uint32_t id = TOKEN_LINE_SAME; id <= TOKEN_LINE_SHALLOWER; id++) {
        const struct slot *slot = slot_of(counts, id);
        counts->answer.line_ends[id] = slot->query == counts->query ? slot->word : COUNTS_NONE;
    }
}

const struct counts_answer *counts_query(struct counts *counts, const uint32_t *context, size_t length) {
    const struct counts_answer *kept = counts->kept ? answers_find(counts->kept, context, length) : NULL;
    if (kept && kept->hints == counts->hints) {
        return kept;
    }
    counts->query++;
    if (kept) {
        recall(counts, kept);
    } else {
        look_around(counts, context, length);
        note_line_ends(counts);
    }
    counts->answer.hints = counts->hints;
    rank_words(counts->rank, context, length, &counts->answer);
    if (counts->kept) {
        answers_keep(counts->kept, context, length, &counts->answer);
    }
    return &counts->answer;
}

static void add_alike(struct counts *counts, uint32_t id, struct alike *alike) {
    list_all(counts);
    weigh_all(counts);
    const struct visit *visits = counts->visits;
    for (uint32_t i = 0; i < counts->visit_count; i++) {
        if (next_counts(counts, i)) {
            struct place place =
                place_left(&counts->here, &visits[i].source->text, visits[i].position, visits[i].depth);
            double soft = visits[i].weight * counts->kernel[place.agree] * counts->name_kernel[place.differ];
            alike->all += soft;
            alike->these += place.id == id ? soft : 0;
        }
    }
}

double counts_share(struct counts *counts, const uint32_t *context, size_t length, uint32_t id) {
    double unkept = -1, *share = counts->kept ? answers_share(counts->kept, context, length, id) : &unkept;
    if (*share < 0) {
        struct alike alike = {0};
        turn_to(counts, context, length);
        add_alike(counts, id, &alike);
        if (length > 1 && token_is_name(context[length - 1])) {
            counts->here.skipped = 1;
            add_alike(counts, id, &alike);
        }
        *share = alike.all > 0 ? alike.these / alike.all : 0;
    }
    return *share;
}

static bool is_kept(const struct counts_answer *answer) {
    return answer != &answer->counts->answer;
}

uint32_t counts_find(const struct counts_answer *answer, uint32_t id) {
    if (token_is_line(id)) {
        return answer->line_ends[id];
    }
    if (!is_kept(answer)) {
        const struct slot *slot = slot_of(answer->counts, id);
        return slot->query == answer->counts->query ? slot->word : COUNTS_NONE;
    }
    for (uint32_t i = 0; i < answer->count; i++) {
        if (answer->words[i].id == id) {
            return i;
        }
    }
    return COUNTS_NONE;
}

uint32_t counts_add(struct counts_answer *answer, uint32_t id, uint32_t space) {
    const struct counts *counts = answer->counts;
    struct slot *slot = slot_of(counts, id);
    if (slot->query != counts->query) {
        struct counted *word = &answer->words[answer->count];
        bool is_recalled = answer->count < counts->recalled && word->id == id;
        *slot = (struct slot){counts->query, id, answer->count++};
        *word = is_recalled ? *word : (struct counted){.id = id};
        word->space = space;
        word->probability = 0;
    }
    return slot->word;
}

double counts_probability(const struct counts_answer *answer, uint32_t id) {
    uint32_t index = counts_find(answer, id);
    return index == COUNTS_NONE ? 0 : answer->words[index].probability;
}
