// repository_classes.c - see repository_classes.h.
//
// Places that have the same words before them are few, and often none has. But
// what may come next is much the same behind all words of a kind: a condition's
// closing bracket is followed by an opening one, whatever was asked. So words
// fall into some four hundred classes (repository_word_classes.h), and it is
// counted which class follows
//
//   - the nearest classes, one to five of them, and
//   - a frame: the line's first word, the innermost open bracket, what it belongs to.
//
// The nearest classes and the one behind them are a run of classes, as are the nearest ones of
// the place that comes next: so a run is counted once, by its end. Who counts on from place to
// place knows how often the one before was there, and need not look for it. A frame has a
// counter of its own, and one for each class behind it.
//
// A longer context is counted only once a shorter one was seen before it, so that
// what occurs once takes little room. Counters are found by a hash, and each knows
// whose it is by a part of it: without that, those that share one make noise of it.
//
// The probability of a class goes from the shortest context to the longest, each of which
// counts for as much as it was seen beyond TRUST (a Dirichlet prior).
#include "backends/repository_classes.h"

#include "backends/repository_counters.h"
#include "backends/repository_word_classes.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/vec.h"

// Bits of a bucket's number.
enum { LEAST_BITS = 9, MOST_BITS = 18 };
// A frame goes so many words and lines back, and so deep.
enum { REACH = 30, LINES = 3, OPEN = 8, MOST_COMMAS = 3 };
// Words from one question whether to go on to the next.
enum { WATCH = 1 << 12 };
// Places from the one that is looked at to the one that is counted.
enum { AHEAD = 8 };
// Bits by which a context's hash is turned for each class behind it, so that it says which comes first.
enum { TURN = 11 };
static const float TRUST = 3;

// Of a language's family, its hash and how many places were counted.
struct family {
    uint64_t hash;
    uint32_t places;
};

struct classes {
    atomic_int references;
    VEC(struct family) families;
    uint16_t *of_word; // by number in the vocabulary
    uint32_t words;
    struct counters counters;
};

bool classes_know(const struct classes *classes, uint32_t id) {
    return id < TOKEN_FIRST_WORD || (id < TOKEN_UNKNOWN && token_number(id) < classes->words);
}

uint32_t classes_of_word(const struct classes *classes, uint32_t id, struct slice bytes) {
    if (classes_know(classes, id)) {
        return id < TOKEN_FIRST_WORD ? id : classes->of_word[token_number(id)];
    }
    return word_class_of_new(bytes);
}

// --- contexts ---

static uint64_t mix(uint64_t hash, uint64_t more) {
    hash = (hash + more) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

// What a class adds to hashes.
static uint64_t number_of_class(uint32_t class) {
    return mix(mix(0, class + 1), 0);
}

// A context and a class behind it.
static inline uint64_t with_class(uint64_t context, uint64_t number) {
    return (context << TURN | context >> (64 - TURN)) ^ number;
}

uint64_t classes_family(const char *family) {
    return hash_bytes(family, strlen(family));
}

static uint32_t places_of(const struct classes *classes, uint64_t family) {
    for (size_t i = 0; i < classes->families.count; i++) {
        if (classes->families.items[i].hash == family) {
            return classes->families.items[i].places;
        }
    }
    return 0;
}

static void count_places(struct classes *classes, uint64_t family, uint32_t places) {
    for (size_t i = 0; i < classes->families.count; i++) {
        if (classes->families.items[i].hash == family) {
            classes->families.items[i].places += places;
            return;
        }
    }
    vec_push(&classes->families, (struct family){family, places});
}

// An open bracket.
struct opened {
    uint32_t at, class, owner; // where; what stands before it
    uint32_t commas;           // behind it
};

// What a place stands in, read from the left.
struct frame {
    uint32_t at;                        // words read
    uint32_t starts[LINES];             // of this line, and of those above it
    uint32_t firsts[LINES];             // their first words
    uint32_t second, last, before_last; // of the line; before the place
    bool is_assigned;                   // an = stands on the line
    struct opened open[OPEN];
    uint32_t depth;
};

static bool is_between(uint32_t class, uint32_t low, uint32_t high) {
    return class >= low && class < high;
}

static void begin_line(struct frame *frame) {
    for (uint32_t i = LINES - 1; i > 0; i--) {
        frame->starts[i] = frame->starts[i - 1];
        frame->firsts[i] = frame->firsts[i - 1];
    }
    frame->starts[0] = frame->at + 1;
    frame->firsts[0] = frame->second = TOKEN_FILE;
    frame->is_assigned = false;
}

static void open_bracket(struct frame *frame, uint32_t class) {
    if (frame->depth == OPEN) {
        memmove(frame->open, frame->open + 1, sizeof frame->open - sizeof *frame->open);
        frame->depth--;
    }
    frame->open[frame->depth++] = (struct opened){frame->at, class, frame->last, 0};
}

static void read_word(struct frame *frame, uint32_t class) {
    if (frame->firsts[0] == TOKEN_FILE) {
        frame->firsts[0] = class;
    } else if (frame->second == TOKEN_FILE) {
        frame->second = class;
    }
    frame->is_assigned = frame->is_assigned || is_between(class, CLASS_ASSIGN, CLASS_COMMON);
    if (is_between(class, CLASS_OPEN, CLASS_CLOSE)) {
        open_bracket(frame, class);
    } else if (is_between(class, CLASS_CLOSE, CLASS_COMMA)) {
        frame->depth -= frame->depth > 0;
    } else if (class == CLASS_COMMA && frame->depth > 0) {
        frame->open[frame->depth - 1].commas++;
    }
}

static void frame_read(struct frame *frame, uint32_t class) {
    if (class == TOKEN_FILE) {
        *frame = (struct frame){.at = frame->at};
        begin_line(frame);
    } else if (token_is_line(class)) {
        begin_line(frame);
    } else {
        read_word(frame, class);
    }
    frame->before_last = frame->last;
    frame->last = class;
    frame->at++;
}

// What is farther away than that does not count, since who asks has no more before the cursor.
static bool is_near(const struct frame *frame, uint32_t at) {
    return frame->at - at < REACH;
}

// From the one that says least on.
static inline void frame_contexts(const struct frame *frame, uint64_t family,
                                  uint64_t contexts[CLASSES_FRAMES]) {
    static const struct opened nothing = {0};
    const struct opened *open = frame->depth > 0 ? &frame->open[frame->depth - 1] : &nothing;
    bool has_line = is_near(frame, frame->starts[0]);
    uint32_t first = has_line ? frame->firsts[0] : TOKEN_FILE, lines = 0;
    open = is_near(frame, open->at) ? open : &nothing;
    for (uint32_t i = 1; i < LINES && has_line && first == TOKEN_FILE; i++) {
        lines = lines << 16 | (is_near(frame, frame->starts[i]) ? frame->firsts[i] : TOKEN_FILE);
    }
    uint64_t hash = mix(family ^ CLASSES_COUNT, (uint64_t)lines << 32 | first << 16 | open->class);
    contexts[0] = hash = mix(hash, frame->last);
    contexts[1] = hash = mix(hash, (uint64_t)frame->before_last << 16 | open->owner);
    uint32_t commas = open->commas < MOST_COMMAS ? open->commas : MOST_COMMAS;
    uint32_t second = has_line ? frame->second : TOKEN_FILE;
    contexts[2] = mix(hash, (uint64_t)second << 16 | commas << 1 | (has_line && frame->is_assigned));
}

// The last classes, none of them, one and so on. Of those that would reach beyond the beginning of the file the hash means nothing,
// and is not used.
struct run {
    uint64_t hashes[CLASSES_BEHIND + 1];
};

static inline void run_read(struct run *run, uint64_t family, uint64_t number) {
    for (uint32_t i = CLASSES_BEHIND; i > 0; i--) {
        run->hashes[i] = with_class(run->hashes[i - 1], number);
    }
    run->hashes[0] = family;
}

// How many of them are a context.
static uint32_t count_behind(size_t before) {
    return before < CLASSES_BEHIND ? (uint32_t)before + 1 : CLASSES_BEHIND;
}

// --- counting ---

static uint32_t count_of(const struct classes *classes, uint64_t hash) {
    const uint16_t *counter = counters_find(counters_bucket(classes->counters, hash), hash);
    return counter ? *counter : 0;
}

// A place that is to be counted. Its counters are fetched some places before that, since they lie anywhere.
struct sighting {
    struct run run; // that ends with it
    uint64_t contexts[CLASSES_FRAMES], with_class[CLASSES_FRAMES];
};

static void sight(struct counters counters, uint64_t family, const struct frame *frame, uint64_t number,
                  struct sighting *out) {
    for (uint32_t i = 2; i <= CLASSES_BEHIND; i++) { // those of one class are at hand
        __builtin_prefetch(counters_bucket(counters, out->run.hashes[i]), 1);
    }
    frame_contexts(frame, family, out->contexts);
    for (uint32_t i = 0; i < CLASSES_FRAMES; i++) {
        out->with_class[i] = with_class(out->contexts[i], number);
        __builtin_prefetch(counters_bucket(counters, out->contexts[i]), 1);
        __builtin_prefetch(counters_bucket(counters, out->with_class[i]), 1);
    }
}

// From one context to those it is a part of, up to one that is new.
static inline void count_frame(struct counters counters, const struct sighting *sighting) {
    for (uint32_t i = 0; i < CLASSES_FRAMES; i++) {
        uint16_t *all = counters_get(counters, sighting->contexts[i]);
        uint32_t before = all ? *all : 0;
        if (all && before < COUNTERS_MOST) {
            ++*all;
            uint16_t *these = counters_get(counters, sighting->with_class[i]);
            if (these && *these < COUNTERS_MOST) { // who shares it may have counted, too
                ++*these;
            }
        }
        if (before == 0) {
            return;
        }
    }
}

// Likewise. seen: how often the runs of one class and more before the place were there, this time included, in [1] and so on;
// then those with the place.
static inline void count_run(struct counters counters, const struct run *run,
                             uint32_t seen[CLASSES_BEHIND + 1]) {
    uint32_t here = 2, i = 1; // all places have no class before them
    for (; i <= CLASSES_BEHIND && here > 0; i++) {
        uint32_t longer = seen[i];
        uint16_t *counter = counters_get(counters, run->hashes[i]);
        seen[i] = counter ? *counter + 1u : 0;
        if (counter && *counter < COUNTERS_MOST && here <= COUNTERS_MOST) {
            ++*counter;
        }
        here = here > 1 ? longer : 0;
    }
    for (; i <= CLASSES_BEHIND; i++) {
        seen[i] = 0;
    }
}

static void count_place(struct counters counters, const struct sighting *sighting,
                        uint32_t seen[CLASSES_BEHIND + 1]) {
    count_run(counters, &sighting->run, seen);
    count_frame(counters, sighting);
}

static bool count_file(struct classes *classes, const struct token_segment *segment,
                       const struct segment_file *file, const struct order_watch *watch) {
    uint64_t family = classes_family(file->family);
    uint32_t count = file->end - file->start;
    uint32_t seen[CLASSES_BEHIND + 1] = {0};
    struct sighting sightings[AHEAD];
    struct frame frame = {0};
    struct run run = {{family}};
    count_places(classes, family, count - 1);
    // What a file begins with is no place, but stands before one.
    run_read(&run, family, number_of_class(TOKEN_FILE));
    count_run(classes->counters, &run, seen);
    frame_read(&frame, TOKEN_FILE);
    bool goes_on = true;
    uint32_t i = 1;
    for (; i < count && goes_on; i++) {
        uint32_t id = token_id(packed_get(segment->tokens, file->start + i));
        uint32_t class = id < TOKEN_FIRST_WORD ? id : classes->of_word[token_number(id)];
        uint64_t number = number_of_class(class);
        if (i > AHEAD) {
            count_place(classes->counters, &sightings[i % AHEAD], seen);
        }
        run_read(&run, family, number);
        sightings[i % AHEAD].run = run;
        sight(classes->counters, family, &frame, number, &sightings[i % AHEAD]);
        frame_read(&frame, class);
        goes_on = i % WATCH != 1 || order_goes_on(watch);
    }
    for (uint32_t last = i > AHEAD ? i - AHEAD : 1; last < i; last++) {
        count_place(classes->counters, &sightings[last % AHEAD], seen);
    }
    return goes_on;
}

// Counted in the order of the numbers.
struct drawn_file {
    const struct token_segment *segment;
    const struct segment_file *file;
    uint64_t number; // of its path
};

static int compare_drawn(const void *a, const void *b) {
    const struct drawn_file *x = a, *y = b;
    return x->number < y->number ? -1 : x->number > y->number ? 1 : strcmp(x->file->path, y->file->path);
}

// Those that live, in an order that their paths give: so the same are counted, and likewise, in whatever order they were
// learned, and most of them again when there are more.
static bool count_drawn(struct classes *classes, struct token_segment *const *segments,
                        unsigned char *const *dead, uint32_t count, const struct order_watch *watch) {
    VEC(struct drawn_file) files = {0};
    for (uint32_t which = 0; which < count; which++) {
        for (uint32_t i = 0; i < segments[which]->file_count; i++) {
            const struct segment_file *file = &segments[which]->files[i];
            if (!dead[which][i]) {
                uint64_t number = hash_bytes(file->path, strlen(file->path));
                vec_push(&files, (struct drawn_file){segments[which], file, number});
            }
        }
    }
    if (files.count > 0) {
        qsort(files.items, files.count, sizeof *files.items, compare_drawn);
    }
    bool goes_on = true;
    for (uint64_t i = 0, counted = 0; i < files.count && counted < CLASSES_TOKENS && goes_on; i++) {
        const struct drawn_file *drawn = &files.items[i];
        goes_on = count_file(classes, drawn->segment, drawn->file, watch);
        counted += drawn->file->end - drawn->file->start;
    }
    vec_free(&files);
    return goes_on;
}

// A bucket a word, which holds most of what a place counts that was there before.
static uint32_t bits_for(uint64_t tokens) {
    uint32_t bits = LEAST_BITS;
    while (bits < MOST_BITS && tokens >> (bits + 1) > 0) {
        bits++;
    }
    return bits;
}

struct classes *classes_new(struct token_segment *const *segments, unsigned char *const *dead, uint32_t count,
                            struct vocabulary *vocabulary, const struct order_watch *watch) {
    struct classes *classes = mem_zero(1, sizeof *classes);
    atomic_init(&classes->references, 1);
    classes->words = (uint32_t)vocabulary_count(vocabulary, NULL);
    classes->of_word = mem_alloc(((size_t)classes->words + 1) * sizeof *classes->of_word);
    uint64_t all = 0;
    for (uint32_t i = 0; i < count; i++) {
        all += segments[i]->count;
    }
    uint32_t bits = bits_for(all);
    classes->counters.buckets = mem_map_whole(sizeof *classes->counters.buckets << bits);
    classes->counters.mask = (UINT64_C(1) << bits) - 1;
    bool goes_on = word_class_name_all(segments, count, vocabulary, watch, classes->of_word, classes->words);
    goes_on = goes_on && count_drawn(classes, segments, dead, count, watch);
    if (!goes_on) {
        classes_release(classes);
        return NULL;
    }
    return classes;
}

// --- asking ---

void classes_look(const struct classes *classes, uint64_t family, const uint32_t *before, size_t count,
                  struct classes_place *place) {
    struct frame frame = {.at = REACH};
    for (size_t i = 0; i < count; i++) {
        frame_read(&frame, before[i]);
    }
    struct run run = {{family}};
    for (size_t i = count > CLASSES_BEHIND - 1 ? count - (CLASSES_BEHIND - 1) : 0; i < count; i++) {
        run_read(&run, family, number_of_class(before[i]));
    }
    place->behind = count_behind(count);
    memcpy(place->contexts, run.hashes, CLASSES_BEHIND * sizeof *place->contexts);
    frame_contexts(&frame, family, place->contexts + CLASSES_BEHIND);
    for (uint32_t i = 0; i < CLASSES_BEHIND + CLASSES_FRAMES; i++) {
        bool is_there = i < place->behind || i >= CLASSES_BEHIND;
        place->contexts[i] = is_there ? place->contexts[i] : 0;
        __builtin_prefetch(counters_bucket(classes->counters, place->contexts[i]));
    }
    for (uint32_t i = 0; i < CLASSES_BEHIND + CLASSES_FRAMES; i++) {
        bool is_there = i < place->behind || i >= CLASSES_BEHIND;
        uint32_t seen = i == 0 ? places_of(classes, family) : count_of(classes, place->contexts[i]);
        place->seen[i] = is_there ? (float)seen : 0;
        place->per_seen[i] = 1 / (place->seen[i] + TRUST);
    }
}

// How likely a class is, by ever more of a place.
struct chain {
    float share;     // behind the context before, or in the wider frame
    bool is_seen;    // there; else it was not behind this one, and need not be looked for
    uint64_t number; // that the class adds
    uint64_t hash;   // of context and class
};

// One context more, for all classes at once: counters lie anywhere in memory, so that each would be waited for.
static void blend(const struct classes *classes, const struct classes_place *place, uint32_t context,
                  uint32_t count, struct chain *chains) {
    float all = place->seen[context];
    if (all <= 0) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (chains[i].is_seen) {
            chains[i].hash = with_class(place->contexts[context], chains[i].number);
            __builtin_prefetch(counters_bucket(classes->counters, chains[i].hash));
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        struct chain *chain = &chains[i];
        float these = chain->is_seen ? (float)count_of(classes, chain->hash) : 0;
        chain->is_seen = these > 0;
        chain->share = ((these < all ? these : all) + TRUST * chain->share) * place->per_seen[context];
    }
}

void classes_fill(const struct classes *classes, const struct classes_place *place, const uint32_t *wanted,
                  uint32_t count, float (*shares)[CLASSES_INPUTS]) {
    enum { SHORT = 3 }; // contexts before the frames
    struct chain behind[CLASSES_COUNT], framed[CLASSES_COUNT];
    for (uint32_t i = 0; i < count; i++) {
        behind[i] = framed[i] = (struct chain){
            .share = 1.0F / CLASSES_COUNT, .is_seen = true, .number = number_of_class(wanted[i])};
    }
    for (uint32_t context = 0; context < place->behind; context++) {
        blend(classes, place, context, count, behind);
        for (uint32_t i = 0; i < count && context < SHORT; i++) {
            framed[i].share = behind[i].share;
            framed[i].is_seen =
                context < 2 ? behind[i].is_seen : framed[i].is_seen; // all have the nearest class
            shares[i][1] = framed[i].share;
        }
    }
    for (uint32_t frame = 0; frame < CLASSES_FRAMES; frame++) {
        blend(classes, place, CLASSES_BEHIND + frame, count, framed);
        for (uint32_t i = 0; i < count; i++) {
            shares[i][0] = behind[i].share;
            shares[i][frame < 2 ? 2 : 3] = framed[i].share;
        }
    }
}

// --- life ---

struct classes *classes_retain(struct classes *classes) {
    atomic_fetch_add_explicit(&classes->references, 1, memory_order_relaxed);
    return classes;
}

void classes_release(struct classes *classes) {
    if (classes && atomic_fetch_sub_explicit(&classes->references, 1, memory_order_acq_rel) == 1) {
        vec_free(&classes->families);
        free(classes->of_word);
        mem_unmap(classes->counters.buckets, counters_bytes(classes->counters));
        free(classes);
    }
}

size_t classes_bytes(const struct classes *classes) {
    return sizeof *classes + classes->words * sizeof *classes->of_word + counters_bytes(classes->counters);
}
