// terms.c - see terms.h.
//
// One pass over the bytes with a class table; nothing is copied but the
// lower-cased word. Bytes over 127 count as letters, so words of any script
// survive whole. A sub-word begins after an underscore, at a capital behind a
// small letter or digit (camelCase), and at the last capital of a run that a
// small letter follows (HTTPRequest). Digits stay with what they follow, so
// "utf8" and "sha256" stay together.
//
// Keywords are looked up in a small open-addressed table, built once from the
// languages' own lists. To count, a counter keeps what each word gave, so that
// a word met again costs one hash and a look-up.
#include "indexer/terms.h"

#include "base/hash.h"
#include "base/vec.h"
#include "indexer/lanes.h"
#include "indexer/language.h"

#include <pthread.h>

enum { WORD_MAX = 128, KEYWORD_SLOTS = 2048 };

enum { LOWER = 1, UPPER = 2, DIGIT = 4, UNDERSCORE = 8, WORD = 15 };

static unsigned char classes[256];
static const char *keyword_slots[KEYWORD_SLOTS];
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static uint32_t hash_of(const char *bytes, size_t length) {
    return hash_fold(hash_bytes(bytes, length));
}

static void tables_build(void) {
    for (int c = 0; c < 256; c++) {
        bool lower = (c >= 'a' && c <= 'z') || c >= 128;
        classes[c] = (unsigned char)(lower                  ? LOWER
                                     : c >= 'A' && c <= 'Z' ? UPPER
                                     : c >= '0' && c <= '9' ? DIGIT
                                     : c == '_'             ? UNDERSCORE
                                                            : 0);
    }
    for (const char *const *word = language_keywords(); *word; word++) {
        uint32_t at = hash_of(*word, strlen(*word)) % KEYWORD_SLOTS;
        while (keyword_slots[at]) {
            at = (at + 1) % KEYWORD_SLOTS;
        }
        keyword_slots[at] = *word;
    }
}

bool terms_is_keyword(struct slice word) {
    pthread_once(&tables_once, tables_build);
    if (word.length == 0) {
        return false;
    }
    uint32_t at = hash_of(word.data, word.length) % KEYWORD_SLOTS;
    for (; keyword_slots[at]; at = (at + 1) % KEYWORD_SLOTS) {
        if (slice_equal(slice_of_string(keyword_slots[at]), word)) {
            return true;
        }
    }
    return false;
}

static unsigned class_at(struct slice word, size_t at) {
    return at < word.length ? classes[(unsigned char)word.data[at]] : 0;
}

// Where the sub-word that begins at `start` ends.
static size_t part_end(struct slice word, size_t start) {
    size_t at = start + 1;
    for (; at < word.length; at++) {
        unsigned here = class_at(word, at);
        unsigned before = class_at(word, at - 1);
        bool hump = here == UPPER && (before != UPPER || class_at(word, at + 1) == LOWER);
        if (here == UNDERSCORE || hump) {
            break;
        }
    }
    return at;
}

static bool is_number(struct slice word) {
    for (size_t i = 0; i < word.length; i++) {
        if (class_at(word, i) != DIGIT) {
            return false;
        }
    }
    return true;
}

struct emitter {
    void (*emit)(void *context, uint32_t hash);
    void *context;
};

// The sub-words of `word`; lower has the same bytes in small letters.
static void emit_parts(struct slice word, const char *lower, struct emitter to) {
    size_t at = 0;
    while (at < word.length) {
        if (class_at(word, at) == UNDERSCORE) {
            at++;
            continue;
        }
        size_t end = part_end(word, at);
        struct slice part = slice_of(word.data + at, end - at);
        if (part.length > 1 && part.length < word.length && !is_number(part)) {
            to.emit(to.context, hash_of(lower + at, part.length));
        }
        at = end;
    }
}

// Nothing of what begins with a digit: 10u, 0xFF and 3rd are numbers to a reader, none of them names anything.
static void emit_word(struct slice word, struct emitter to) {
    if (class_at(word, 0) == DIGIT) {
        return;
    }
    while (word.length && word.data[0] == '_') {
        word = slice_of(word.data + 1, word.length - 1);
    }
    while (word.length && word.data[word.length - 1] == '_') {
        word.length--;
    }
    if (word.length < 2 || is_number(word) || terms_is_keyword(word)) {
        return;
    }
    if (word.length > WORD_MAX) {
        word.length = WORD_MAX;
    }
    char lower[WORD_MAX];
    bool plain = true;
    for (size_t i = 0; i < word.length; i++) {
        char c = word.data[i];
        unsigned class = class_at(word, i);
        lower[i] = class == UPPER ? (char)(c | 0x20) : c;
        plain = plain && (class == LOWER || class == DIGIT);
    }
    to.emit(to.context, hash_of(lower, word.length));
    if (!plain) {
        emit_parts(word, lower, to);
    }
}

// --- words ---

// The top bit of each byte that is part of a word: a letter, a digit, an underscore, or above 127.
static uint64_t word_flags(uint64_t lane) {
    uint64_t low = lane & LANES(0x7f), folded = low | LANES(0x20);
    uint64_t letters = lane_at_least(folded, 'a') & ~lane_at_least(folded, 'z' + 1);
    uint64_t digits = lane_at_least(low, '0') & ~lane_at_least(low, '9' + 1);
    uint64_t underscores = ~lane_at_least(low ^ LANES('_'), 1);
    return (letters | digits | underscores | lane) & LANES(0x80);
}

// Calls take for every run of word bytes. rest: all from the word's start on.
static inline void scan_words(struct slice text,
                              void (*take)(void *context, struct slice word, struct slice rest),
                              void *context) {
    bool inside = false;
    size_t start = 0;
    for (size_t block = 0; block < text.length; block += LANES_BLOCK) {
        uint64_t words = lanes_bits(text, block, word_flags);
        for (uint64_t changes = words ^ (words << 1 | inside); changes; changes &= changes - 1) {
            size_t at = block + (size_t)__builtin_ctzll(changes);
            if (inside) {
                take(context, slice_of(text.data + start, at - start),
                     slice_of(text.data + start, text.length - start));
            }
            start = at;
            inside = !inside;
        }
    }
    if (inside) {
        struct slice last = slice_of(text.data + start, text.length - start);
        take(context, last, last);
    }
}

static void scan_word(void *context, struct slice word, struct slice rest) {
    (void)rest;
    emit_word(word, *(const struct emitter *)context);
}

void terms_scan(struct slice text, void (*emit)(void *context, uint32_t hash), void *context) {
    struct emitter to = {emit, context};
    pthread_once(&tables_once, tables_build);
    scan_words(text, scan_word, &to);
}

// --- counting ---

// Nine words in ten were met a moment ago, and most name several sub-words: what a word gives is kept by its
// bytes. Another word of the same place simply takes it over. Half the words are repeated within one text: where
// their terms are counted is kept, too.
enum { MEMO_BITS = 12, MEMO_SLOTS = 1 << MEMO_BITS, MEMO_TERMS = 6, KEY_BYTES = 16 };

// All bytes of a word of up to KEY_BYTES; the hash of a longer one.
struct key {
    uint64_t head, tail;
    size_t length;
};

struct memo {
    uint64_t head, tail; // of the key
    uint32_t length;     // likewise; 0: nothing is kept here
    uint32_t round;      // of the text that `at` is of
    uint32_t terms[MEMO_TERMS];
    uint16_t at[MEMO_TERMS]; // in distinct
    uint32_t count;
};

// A place in the table of distinct terms; what an earlier text left there has another round.
struct place {
    uint32_t round;
    uint32_t at; // in distinct
};

struct term_counter {
    struct memo memos[MEMO_SLOTS];
    struct memo *filling; // the memo of the word in work
    struct place *places;
    size_t place_count; // a power of two, at least twice the distinct terms
    uint32_t round;     // of this text; never 0
    uint32_t length;
    VEC(struct term) distinct;
    VEC(struct term) sorted;
};

struct term_counter *term_counter_new(void) {
    struct term_counter *counter = mem_zero(1, sizeof *counter);
    counter->place_count = 1024;
    counter->places = mem_zero(counter->place_count, sizeof *counter->places);
    return counter;
}

void term_counter_free(struct term_counter *counter) {
    if (counter) {
        vec_free(&counter->distinct);
        vec_free(&counter->sorted);
        free(counter->places);
        free(counter);
    }
}

static struct place *place_of(struct term_counter *counter, uint32_t hash) {
    size_t mask = counter->place_count - 1;
    struct place *place = &counter->places[hash & mask];
    while (place->round == counter->round && counter->distinct.items[place->at].hash != hash) {
        place = place == &counter->places[mask] ? counter->places : place + 1;
    }
    return place;
}

static void grow_places(struct term_counter *counter) {
    free(counter->places);
    counter->place_count *= 2;
    counter->places = mem_zero(counter->place_count, sizeof *counter->places);
    for (uint32_t i = 0; i < counter->distinct.count; i++) {
        *place_of(counter, counter->distinct.items[i].hash) = (struct place){counter->round, i};
    }
}

// Counts the term once; returns where.
static uint32_t count_term(struct term_counter *counter, uint32_t hash) {
    struct place *place = place_of(counter, hash);
    counter->length++;
    if (place->round == counter->round) {
        counter->distinct.items[place->at].count++;
        return place->at;
    }
    uint32_t at = (uint32_t)counter->distinct.count;
    *place = (struct place){counter->round, at};
    vec_push(&counter->distinct, ((struct term){hash, 1}));
    if (counter->distinct.count * 2 > counter->place_count) {
        grow_places(counter);
    }
    return at;
}

static void learn_term(void *context, uint32_t hash) {
    struct term_counter *counter = context;
    struct memo *memo = counter->filling;
    uint32_t at = count_term(counter, hash);
    if (memo->count < MEMO_TERMS) {
        memo->terms[memo->count] = hash;
        memo->at[memo->count] = (uint16_t)at;
    }
    memo->count++;
    memo->round = at <= UINT16_MAX ? memo->round : 0;
}

// The first `length` bytes of a lane, 0 to 8.
static uint64_t lane_start(uint64_t lane, size_t length) {
    return length < LANE ? lane & (((uint64_t)1 << (length * 8)) - 1) : lane;
}

static struct key key_of(struct slice word, struct slice rest) {
    char padded[KEY_BYTES] = {0};
    const char *bytes = word.data;
    if (word.length > KEY_BYTES) {
        return (struct key){hash_bytes(word.data, word.length), 0, word.length};
    }
    if (rest.length < KEY_BYTES) {
        memcpy(padded, word.data, word.length);
        bytes = padded;
    }
    size_t tail = word.length < LANE ? 0 : word.length - LANE;
    return (struct key){lane_start(lane_load(bytes), word.length), lane_start(lane_load(bytes + LANE), tail),
                        word.length};
}

// Multipliers: 2^64 divided by the golden ratio, and XXH64's second prime.
static struct memo *memo_of(struct term_counter *counter, const struct key *key) {
    uint64_t mixed = (key->head + key->tail * 0xC2B2AE3D27D4EB4Fu + key->length) * 0x9E3779B97F4A7C15u;
    return &counter->memos[mixed >> (64 - MEMO_BITS)];
}

static void count_known(struct term_counter *counter, struct memo *memo) {
    if (memo->round == counter->round) {
        for (uint32_t i = 0; i < memo->count; i++) {
            counter->distinct.items[memo->at[i]].count++;
        }
        counter->length += memo->count;
        return;
    }
    memo->round = counter->round;
    for (uint32_t i = 0; i < memo->count; i++) {
        uint32_t at = count_term(counter, memo->terms[i]);
        memo->at[i] = (uint16_t)at;
        memo->round = at <= UINT16_MAX ? memo->round : 0;
    }
}

static void count_word(void *context, struct slice word, struct slice rest) {
    struct term_counter *counter = context;
    if (classes[(unsigned char)word.data[0]] == DIGIT) { // tables of numbers would drive out the words
        return;
    }
    struct key key = key_of(word, rest);
    struct memo *memo = memo_of(counter, &key);
    if (memo->head == key.head && memo->tail == key.tail && memo->length == (uint32_t)key.length &&
        memo->count <= MEMO_TERMS) {
        count_known(counter, memo);
        return;
    }
    *memo = (struct memo){
        .head = key.head, .tail = key.tail, .length = (uint32_t)key.length, .round = counter->round};
    counter->filling = memo;
    emit_word(word, (struct emitter){learn_term, counter});
}

// Hashes are evenly spread: dealt out by their first bits they are all but sorted.
enum { DEAL_BITS = 6, DEAL_SHIFT = 32 - DEAL_BITS, DEALS = 1 << DEAL_BITS };

static void sort_distinct(struct term_counter *counter) {
    uint32_t starts[DEALS + 1] = {0};
    size_t count = counter->distinct.count;
    vec_reserve(&counter->sorted, count);
    struct term *sorted = counter->sorted.items;
    for (size_t i = 0; i < count; i++) {
        starts[(counter->distinct.items[i].hash >> DEAL_SHIFT) + 1]++;
    }
    for (size_t i = 1; i < DEALS; i++) {
        starts[i] += starts[i - 1];
    }
    for (size_t i = 0; i < count; i++) {
        struct term term = counter->distinct.items[i];
        sorted[starts[term.hash >> DEAL_SHIFT]++] = term;
    }
    for (size_t i = 1; i < count; i++) {
        struct term term = sorted[i];
        size_t at = i;
        for (; at > 0 && sorted[at - 1].hash > term.hash; at--) {
            sorted[at] = sorted[at - 1];
        }
        sorted[at] = term;
    }
}

struct term *terms_count(struct term_counter *counter, struct slice text, struct arena *arena,
                         uint32_t *count, uint32_t *length) {
    counter->round++;
    if (counter->round == 0) { // after 2^32 texts
        memset(counter->places, 0, counter->place_count * sizeof *counter->places);
        memset(counter->memos, 0, sizeof counter->memos);
        counter->round = 1;
    }
    counter->length = 0;
    counter->distinct.count = 0;
    pthread_once(&tables_once, tables_build);
    scan_words(text, count_word, counter);
    sort_distinct(counter);
    size_t distinct = counter->distinct.count;
    struct term *terms = arena_alloc(arena, distinct * sizeof *terms);
    if (distinct) {
        memcpy(terms, counter->sorted.items, distinct * sizeof *terms);
    }
    *count = (uint32_t)distinct;
    *length = counter->length;
    return terms;
}
