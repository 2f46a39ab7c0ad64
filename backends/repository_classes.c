// repository_classes.c - see repository_classes.h.
//
// Places that have the same words before them are few, and often none has. But
// what may come next is much the same behind all words of a kind: a condition's
// closing bracket is followed by an opening one, whatever was asked. So words
// fall into some four hundred classes - brackets and commas, the words that a
// repository uses most, and of all others how they are written and whether they
// are mostly called or have members - and it is counted which class follows
//
//   - the nearest classes, one to five of them, and
//   - a frame: the line's first word, the innermost open bracket, what it belongs to.
//
// A longer context is counted only once a shorter one was seen before it, so that
// what occurs once takes little room. Counters are found by a hash, and each knows
// whose it is by a part of it: without that, those that share one make noise of it.
//
// The probability of a class goes from the shortest context to the longest, each of which
// counts for as much as it was seen beyond TRUST (a Dirichlet prior).
#include "backends/repository_classes.h"

#include "backends/repository_counters.h"
#include "backends/repository_lexer.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/vec.h"

// Bits of a bucket's number.
enum { LEAST_BITS = 9, MOST_BITS = 18 };
// Uses of a word that is not new; words that have a class of their own, and their least uses.
enum { LEAST_USES = 3, COMMON = 400, LEAST_COMMON = 30 };
// A frame goes so many words and lines back, and so deep.
enum { REACH = 30, LINES = 3, OPEN = 8, MOST_COMMAS = 3 };
// Words from one question whether to go on to the next.
enum { WATCH = 1 << 12 };
// Places from the one that is looked at to the one that is counted.
enum { AHEAD = 8 };
// Bits by which a class' number is turned for each class between it and the place, so that it says which it is.
enum { TURN = 11 };
static const float TRUST = 3;

// Classes. Those of TOKEN_FILE and line ends are their ids.
enum {
    CLASS_OPEN = TOKEN_FIRST_WORD, // ( [ {
    CLASS_CLOSE = CLASS_OPEN + 3,  // ) ] }
    CLASS_COMMA = CLASS_CLOSE + 3,
    CLASS_ASSIGN, // = :=
    CLASS_COMMON = CLASS_ASSIGN + 2,
    CLASS_OTHER = CLASS_COMMON + COMMON
};
enum shape { SHAPE_SMALL, SHAPE_CAPITAL, SHAPE_CAPITALS, SHAPE_NUMBER, SHAPE_SIGN, SHAPE_COUNT };
enum role { ROLE_NEW, ROLE_PLAIN, ROLE_CALLED, ROLE_OWNER, ROLE_COUNT };
_Static_assert((int)CLASS_OTHER + (int)SHAPE_COUNT * (int)ROLE_COUNT == (int)CLASSES_COUNT,
               "the header counts all");

struct classes {
    atomic_int references;
    uint16_t *of_word; // by number in the vocabulary
    uint32_t words;
    struct counters counters;
};

// --- classes of words ---

static enum shape shape_of(struct slice word) {
    char c = word.length > 0 ? word.data[0] : '.';
    if (c >= '0' && c <= '9') {
        return SHAPE_NUMBER;
    }
    if (c < 'A' || c > 'Z') {
        return lexer_is_word_byte(c) ? SHAPE_SMALL : SHAPE_SIGN;
    }
    for (size_t i = 1; i < word.length; i++) {
        if (word.data[i] >= 'a' && word.data[i] <= 'z') {
            return SHAPE_CAPITAL;
        }
    }
    return SHAPE_CAPITALS;
}

static uint16_t class_by_shape(struct slice word, enum role role) {
    return (uint16_t)(CLASS_OTHER + (int)shape_of(word) * (int)ROLE_COUNT + (int)role);
}

// 0: it has no such class.
static uint16_t class_of_sign(struct slice word) {
    static const char *const signs[] = {"(", "[", "{", ")", "]", "}", ",", "=", ":="};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (slice_equal(word, slice_of_string(signs[i]))) {
            return (uint16_t)(CLASS_OPEN + i);
        }
    }
    return 0;
}

static uint32_t number_of(uint32_t id) {
    return (id - TOKEN_FIRST_WORD) / 2;
}

// How a word is used.
struct usage {
    uint32_t uses, calls, members;
};

// The id of a sign; TOKEN_UNKNOWN if the vocabulary lacks it.
static uint32_t id_of_sign(const struct vocabulary *vocabulary, const char *sign) {
    uint32_t number = intern_find(&vocabulary->words, slice_of_string(sign));
    return number == INTERN_NONE ? TOKEN_UNKNOWN : number * 2 + TOKEN_FIRST_WORD;
}

// False if stopped. Without branches, but for the loop's: nearly every one would be guessed wrongly.
static bool count_usage(const struct token_segment *segment, const struct vocabulary *vocabulary,
                        const struct order_watch *watch, struct usage *usage, uint32_t words) {
    uint32_t opens = id_of_sign(vocabulary, "("), dot = id_of_sign(vocabulary, "."),
             arrow = id_of_sign(vocabulary, "->"), colons = id_of_sign(vocabulary, "::"),
             maybe = id_of_sign(vocabulary, "?."), before = words, name = 0;
    for (uint32_t i = 0; i < segment->count; i++) {
        uint32_t id = token_id(packed_get(segment->tokens, i)), is_word = id >= TOKEN_FIRST_WORD;
        uint32_t is_member = (uint32_t)(id == dot) | (uint32_t)(id == arrow) | (uint32_t)(id == colons) |
                             (uint32_t)(id == maybe);
        if (i % WATCH == 0 && !order_goes_on(watch)) {
            return false;
        }
        usage[before].calls += name & (uint32_t)(id == opens);
        usage[before].members += name & is_member;
        before = is_word ? number_of(id) : words;
        name = is_word & id;
        usage[before].uses++;
    }
    return true;
}

struct used_word {
    uint64_t rank; // its uses, and of those used as much a hash: numbers depend on what was read first
    uint32_t number;
};

static int most_used_first(const void *a, const void *b) {
    uint64_t x = ((const struct used_word *)a)->rank, y = ((const struct used_word *)b)->rank;
    return x < y ? 1 : x > y ? -1 : 0;
}

// The most used words have classes of their own.
static void name_common(struct classes *classes, const struct vocabulary *vocabulary,
                        const struct usage *usage) {
    VEC(struct used_word) words = {0};
    for (uint32_t i = 0; i < classes->words; i++) {
        if (usage[i].uses >= LEAST_COMMON && classes->of_word[i] >= CLASS_OTHER) {
            struct slice word = intern_string(&vocabulary->words, i);
            uint64_t rank = (uint64_t)usage[i].uses << 32 | hash_fold(hash_bytes(word.data, word.length));
            vec_push(&words, (struct used_word){rank, i});
        }
    }
    if (words.count > 0) {
        qsort(words.items, words.count, sizeof *words.items, most_used_first);
    }
    for (uint32_t i = 0; i < words.count && i < COMMON; i++) {
        classes->of_word[words.items[i].number] = (uint16_t)(CLASS_COMMON + i);
    }
    vec_free(&words);
}

// What is seen seldom is as good as new: how new words are used can be learned from such ones alone.
static enum role role_of(const struct usage *usage) {
    return usage->uses < LEAST_USES           ? ROLE_NEW
           : usage->calls * 2 > usage->uses   ? ROLE_CALLED
           : usage->members * 2 > usage->uses ? ROLE_OWNER
                                              : ROLE_PLAIN;
}

static bool name_by_use(struct classes *classes, const struct vocabulary *vocabulary,
                        const struct order_watch *watch, const struct usage *usage) {
    for (uint32_t i = 0; i < classes->words; i++) {
        struct slice word = intern_string(&vocabulary->words, i);
        uint16_t sign = class_of_sign(word);
        enum role role = role_of(&usage[i]);
        classes->of_word[i] = sign ? sign : class_by_shape(word, role);
        if (i % WATCH == 0 && !order_goes_on(watch)) {
            return false;
        }
    }
    name_common(classes, vocabulary, usage);
    return true;
}

static bool name_all(struct classes *classes, struct token_segment *const *segments, uint32_t count,
                     const struct vocabulary *vocabulary, const struct order_watch *watch) {
    struct usage *usage = mem_zero((size_t)classes->words + 1, sizeof *usage);
    bool goes_on = true;
    for (uint32_t i = 0; i < count && goes_on; i++) {
        goes_on = count_usage(segments[i], vocabulary, watch, usage, classes->words);
    }
    goes_on = goes_on && name_by_use(classes, vocabulary, watch, usage);
    free(usage);
    return goes_on;
}

bool classes_know(const struct classes *classes, uint32_t id) {
    return id < TOKEN_FIRST_WORD || (id < TOKEN_UNKNOWN && number_of(id) < classes->words);
}

uint32_t classes_of_word(const struct classes *classes, uint32_t id, struct slice bytes) {
    if (classes_know(classes, id)) {
        return id < TOKEN_FIRST_WORD ? id : classes->of_word[number_of(id)];
    }
    uint16_t sign = class_of_sign(bytes);
    return sign ? sign : class_by_shape(bytes, ROLE_NEW);
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

// A context of so many classes and a class behind it, or one more before it: these share a counter. Apart they say which of
// two comes first, but leave less room for others: weights fitted to that are no better (held-out loss 0.863, 0.859 as it is).
static inline uint64_t with_class(uint64_t context, uint32_t classes, uint64_t number) {
    uint32_t turn = classes * TURN % 64;
    return context ^ (number << turn | number >> (64 - turn) % 64);
}

uint64_t classes_family(const char *family) {
    return hash_bytes(family, strlen(family));
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
static void frame_contexts(const struct frame *frame, uint64_t family, uint64_t contexts[CLASSES_FRAMES]) {
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

// By one class more each. before: what the nearest classes add, the nearest last; 0 where there are no more.
static inline void behind_contexts(uint64_t family, const uint64_t before[CLASSES_BEHIND - 1],
                                   uint64_t contexts[CLASSES_BEHIND]) {
    contexts[0] = family;
    for (uint32_t i = 1; i < CLASSES_BEHIND; i++) {
        contexts[i] = with_class(contexts[i - 1], i - 1, before[CLASSES_BEHIND - 1 - i]);
    }
}

// How many of them there are.
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
    uint64_t contexts[CLASSES_BEHIND + CLASSES_FRAMES]; // those of the frame first
    uint64_t with_class[CLASSES_BEHIND + CLASSES_FRAMES];
    uint32_t count;
};

static inline void sight_context(struct counters counters, struct sighting *out, uint32_t i, uint32_t classes,
                                 uint64_t number) {
    out->with_class[i] = with_class(out->contexts[i], classes, number);
    __builtin_prefetch(counters_bucket(counters, out->contexts[i]), 1);
    __builtin_prefetch(counters_bucket(counters, out->with_class[i]), 1);
}

// numbers: what the classes before add, and that of the place.
static void sight(struct counters counters, uint64_t family, const struct frame *frame,
                  const uint64_t numbers[CLASSES_BEHIND], struct sighting *out) {
    uint64_t number = numbers[CLASSES_BEHIND - 1];
    frame_contexts(frame, family, out->contexts);
    behind_contexts(family, numbers, out->contexts + CLASSES_FRAMES);
    for (uint32_t i = 0; i < CLASSES_FRAMES; i++) {
        sight_context(counters, out, i, CLASSES_BEHIND, number);
    }
    for (uint32_t i = CLASSES_FRAMES; i < CLASSES_FRAMES + CLASSES_BEHIND; i++) {
        sight_context(counters, out, i, i - CLASSES_FRAMES, number);
    }
}

// From one context to those it is a part of, up to one that is new.
static inline void count_contexts(struct counters counters, const struct sighting *sighting, uint32_t from,
                                  uint32_t to) {
    for (uint32_t i = from; i < to; i++) {
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

static void count_place(struct counters counters, const struct sighting *sighting) {
    count_contexts(counters, sighting, CLASSES_FRAMES, sighting->count);
    count_contexts(counters, sighting, 0, CLASSES_FRAMES);
}

static bool count_file(struct classes *classes, const struct token_segment *segment,
                       const struct segment_file *file, const struct order_watch *watch) {
    uint64_t family = classes_family(file->family);
    uint32_t count = file->end - file->start;
    uint64_t *numbers = mem_zero(count + CLASSES_BEHIND - 1, sizeof *numbers); // that the classes add
    struct sighting sightings[AHEAD];
    struct frame frame = {0};
    bool goes_on = true;
    uint32_t i = 0;
    for (; i < count && goes_on; i++) {
        uint32_t id = token_id(packed_get(segment->tokens, file->start + i));
        uint32_t class = id < TOKEN_FIRST_WORD ? id : classes->of_word[number_of(id)];
        numbers[i + CLASSES_BEHIND - 1] = number_of_class(class);
        if (i > AHEAD) {
            count_place(classes->counters, &sightings[i % AHEAD]);
        }
        if (i > 0) {
            sightings[i % AHEAD].count = CLASSES_FRAMES + count_behind(i);
            sight(classes->counters, family, &frame, numbers + i, &sightings[i % AHEAD]);
        }
        frame_read(&frame, class);
        goes_on = i % WATCH != 0 || order_goes_on(watch);
    }
    for (uint32_t last = i > AHEAD ? i - AHEAD : 1; last < i; last++) {
        count_place(classes->counters, &sightings[last % AHEAD]);
    }
    free(numbers);
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
    bool goes_on = name_all(classes, segments, count, vocabulary, watch);
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
    uint64_t numbers[CLASSES_BEHIND - 1] = {0};
    for (size_t i = 0; i < count && i < CLASSES_BEHIND - 1; i++) {
        numbers[CLASSES_BEHIND - 2 - i] = number_of_class(before[count - 1 - i]);
    }
    place->behind = count_behind(count);
    behind_contexts(family, numbers, place->contexts);
    frame_contexts(&frame, family, place->contexts + CLASSES_BEHIND);
    for (uint32_t i = 0; i < CLASSES_BEHIND + CLASSES_FRAMES; i++) {
        bool is_there = i < place->behind || i >= CLASSES_BEHIND;
        place->contexts[i] = is_there ? place->contexts[i] : 0;
        __builtin_prefetch(counters_bucket(classes->counters, place->contexts[i]));
    }
    for (uint32_t i = 0; i < CLASSES_BEHIND + CLASSES_FRAMES; i++) {
        bool is_there = i < place->behind || i >= CLASSES_BEHIND;
        place->seen[i] = is_there ? (float)count_of(classes, place->contexts[i]) : 0;
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
    uint32_t before = context < CLASSES_BEHIND ? context : CLASSES_BEHIND;
    if (all <= 0) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (chains[i].is_seen) {
            chains[i].hash = with_class(place->contexts[context], before, chains[i].number);
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
        free(classes->of_word);
        mem_unmap(classes->counters.buckets, counters_bytes(classes->counters));
        free(classes);
    }
}

size_t classes_bytes(const struct classes *classes) {
    return sizeof *classes + classes->words * sizeof *classes->of_word + counters_bytes(classes->counters);
}
