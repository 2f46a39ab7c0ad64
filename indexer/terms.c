// terms.c - see terms.h.
//
// One pass over the bytes finds the words; nothing is copied but a word in small
// letters. Bytes over 127 count as letters, so words of any script survive
// whole. A sub-word begins after an underscore, at a capital behind a small
// letter or digit (camelCase), and at the last capital of a run that a small
// letter follows (HTTPRequest). Digits stay with what they follow, so "utf8" and
// "sha256" stay together.
//
// Keywords are looked up in a small open-addressed table, built once from the
// languages' own lists.
//
// Counting is in steps without a branch that the processor could guess wrong,
// which costs as much as all else that is done for a word. A counter keeps what
// each word gave; nine in ten were met a moment ago. Of a text the words are
// counted first, since half of them are repeats; then their terms are listed as
// often as the words were met; then these are counted in a table that has them
// sorted.
#include "indexer/terms.h"

#include "base/hash.h"
#include "base/vec.h"
#include "indexer/lanes.h"
#include "indexer/language.h"
#include "indexer/word_key.h"

#include <pthread.h>

enum { WORD_MAX = 128, KEYWORD_SLOTS = 2048 };

struct keyword {
    const char *word; // NULL: none here
    uint32_t length, hash;
};

static struct keyword keywords[KEYWORD_SLOTS];
static pthread_once_t keywords_once = PTHREAD_ONCE_INIT;

static uint32_t hash_of(const char *bytes, size_t length) {
    return hash_fold(hash_bytes(bytes, length));
}

static void keywords_build(void) {
    for (const char *const *word = language_keywords(); *word; word++) {
        uint32_t length = (uint32_t)strlen(*word), hash = hash_of(*word, length), at = hash % KEYWORD_SLOTS;
        while (keywords[at].word) {
            at = (at + 1) % KEYWORD_SLOTS;
        }
        keywords[at] = (struct keyword){*word, length, hash};
    }
}

static bool is_keyword(struct slice word, uint32_t hash) {
    for (uint32_t at = hash % KEYWORD_SLOTS; keywords[at].word; at = (at + 1) % KEYWORD_SLOTS) {
        const struct keyword *keyword = &keywords[at];
        if (keyword->hash == hash && slice_equal(slice_of(keyword->word, keyword->length), word)) {
            return true;
        }
    }
    return false;
}

bool terms_is_keyword(struct slice word) {
    pthread_once(&keywords_once, keywords_build);
    return is_keyword(word, hash_of(word.data, word.length));
}

// --- a word's terms ---

// A word of a text that ends at `end`.
struct word {
    const char *data;
    size_t length;
    const char *end;
};

struct emitter {
    void (*emit)(void *context, uint32_t hash);
    void *context;
};

// A word in small letters, and where its sub-words and the underscores between them begin.
struct dissected {
    char lower[WORD_MAX];
    unsigned char cuts[WORD_MAX + 1]; // the last one is the word's end
    size_t cut_count;
    bool has_capitals;
};

// Of 64 bytes of a word, a bit each.
struct kinds {
    uint64_t capitals, underscores, small;
};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// What the word from `at` on is made of; puts its small letters into lower.
static struct kinds make_small(struct word word, size_t at, char *lower) {
    struct kinds kinds = {0};
    uint64_t digits = 0;
    size_t count = word.length - at < LANES_BLOCK ? word.length - at : LANES_BLOCK;
    for (size_t i = 0; i < count; i += LANES) {
        lanes bytes = lanes_load_before(word.data + at + i, word.end),
              capitals = lanes_between(bytes, 'A', 'Z');
        kinds.capitals |= lanes_top_bits(capitals) << i;
        kinds.underscores |= lanes_top_bits(lanes_are(bytes, '_')) << i;
        digits |= lanes_top_bits(lanes_between(bytes, '0', '9')) << i;
        bytes |= capitals & 0x20;
        memcpy(lower + at + i, &bytes, LANES);
    }
    uint64_t all = count ? UINT64_MAX >> (LANES_BLOCK - count) : 0;
    kinds.capitals &= all;
    kinds.underscores &= all;
    kinds.small = all & ~(kinds.capitals | kinds.underscores | digits);
    return kinds;
}

static size_t note_cuts(unsigned char *cuts, size_t count, uint64_t bits, size_t at) {
    for (; bits; bits &= bits - 1) {
        cuts[count++] = (unsigned char)(at + (size_t)__builtin_ctzll(bits));
    }
    return count;
}

// At most WORD_MAX bytes, without underscores at the rims.
static void dissect(struct word word, struct dissected *out) {
    struct kinds before = {.underscores = UINT64_MAX};
    size_t count = 0;
    out->has_capitals = false;
    for (size_t at = 0; at < word.length; at += LANES_BLOCK) {
        struct kinds kinds = make_small(word, at, out->lower);
        uint64_t behind_capital = kinds.capitals << 1 | before.capitals >> 63;
        uint64_t behind_two = behind_capital & (kinds.capitals << 2 | before.capitals >> 62);
        uint64_t rims = kinds.underscores ^ (kinds.underscores << 1 | before.underscores >> 63);
        uint64_t humps = kinds.capitals & ~behind_capital;
        uint64_t small_behind_two = kinds.small & behind_two; // the cut is before the last capital
        count = note_cuts(out->cuts, count, small_behind_two & 1, at - 1);
        count = note_cuts(out->cuts, count, rims | humps | small_behind_two >> 1, at);
        out->has_capitals |= kinds.capitals != 0;
        before = kinds;
    }
    out->cuts[count] = (unsigned char)word.length;
    out->cut_count = count;
}

static bool is_number(const char *bytes, size_t length) {
    size_t digits = 0;
    while (digits < length && is_digit(bytes[digits])) {
        digits++;
    }
    return digits == length;
}

static void emit_parts(const struct dissected *word, struct emitter to) {
    for (size_t i = 0; i < word->cut_count; i++) {
        const char *part = word->lower + word->cuts[i];
        size_t length = (size_t)(word->cuts[i + 1] - word->cuts[i]);
        if (length > 1 && *part != '_' && !is_number(part, length)) {
            to.emit(to.context, hash_of(part, length));
        }
    }
}

static void emit_word(struct word word, struct emitter to) {
    while (word.length && word.data[0] == '_') {
        word.data++;
        word.length--;
    }
    while (word.length && word.data[word.length - 1] == '_') {
        word.length--;
    }
    if (word.length < 2 || is_number(word.data, word.length)) {
        return;
    }
    struct slice whole = slice_of(word.data, word.length);
    bool is_cut = word.length > WORD_MAX;
    word.length = is_cut ? WORD_MAX : word.length;
    struct dissected parts;
    dissect(word, &parts);
    uint32_t hash = hash_of(parts.lower, word.length);
    if (is_keyword(whole, parts.has_capitals || is_cut ? hash_of(whole.data, whole.length) : hash)) {
        return;
    }
    to.emit(to.context, hash);
    if (parts.cut_count > 1) {
        emit_parts(&parts, to);
    }
}

// --- words ---

// Of the words in a block of 64 bytes, a bit for each of their bytes. in_word, in_number: does one go on from the
// block before, and into the next.
struct block {
    uint64_t words;
    bool in_word, in_number;
};

// What begins with a digit is no word: 10u, 0xFF and 3rd are numbers to a reader, none of them names anything.
// To add a one to a number's first bit carries it behind its last one.
static inline void find_words(struct slice text, size_t at, struct block *block) {
    char padded[LANES_BLOCK];
    const char *bytes = lanes_block(text, at, padded);
    uint64_t words = 0, digits = 0, without;
    for (unsigned i = 0; i < LANES_BLOCK; i += LANES) {
        lanes here = lanes_load(bytes + i), are_digits = lanes_between(here, '0', '9');
        lanes are_letters = lanes_between(here | 0x20, 'a', 'z') | here; // also all above 127
        digits |= lanes_top_bits(are_digits) << i;
        words |= lanes_top_bits(are_letters | are_digits | lanes_are(here, '_')) << i;
    }
    uint64_t numbers = digits & words & ~(words << 1 | (block->in_word | block->in_number));
    bool in_number = __builtin_add_overflow(words, (uint64_t)block->in_number, &without);
    in_number |= __builtin_add_overflow(without, numbers, &without);
    block->words = words & without;
    block->in_number = in_number;
    block->in_word = block->words >> (LANES_BLOCK - 1);
}

// The lowest bit's number; of no bit at all any.
static inline size_t lowest(uint64_t bits) {
    return (size_t)__builtin_ctzll(bits | (uint64_t)1 << 63);
}

// Calls take for every word.
static inline __attribute__((always_inline)) void
scan_words(struct slice text, void (*take)(void *context, struct word word), void *context) {
    struct block block = {0};
    const char *end = text.data + text.length;
    size_t start = 0; // of the next word
    for (size_t at = 0; at < text.length; at += LANES_BLOCK) {
        bool inside = block.in_word;
        find_words(text, at, &block);
        uint64_t behind = block.words << 1 | inside, starts = block.words & ~behind;
        start = inside ? start : at + lowest(starts);
        starts = inside ? starts : starts & (starts - 1);
        for (uint64_t ends = behind & ~block.words; ends; ends &= ends - 1) {
            take(context, (struct word){text.data + start, at + lowest(ends) - start, end});
            start = at + lowest(starts);
            starts &= starts - 1;
        }
    }
    if (block.in_word) {
        take(context, (struct word){text.data + start, text.length - start, end});
    }
}

static void scan_word(void *context, struct word word) {
    emit_word(word, *(const struct emitter *)context);
}

void terms_scan(struct slice text, void (*emit)(void *context, uint32_t hash), void *context) {
    struct emitter to = {emit, context};
    pthread_once(&keywords_once, keywords_build);
    scan_words(text, scan_word, &to);
}

// --- counting ---

enum { MEMO_BITS = 13, MEMO_SLOTS = 1 << MEMO_BITS, MEMO_TERMS = 8, LEAST_TABLE_BITS = 4 };

// What is kept of a word, its terms aside.
struct memo {
    uint32_t round; // of the text that it was last met in
    uint32_t times; // it was met there
    uint32_t count; // of its terms
};

// A word has one slot, by its key; another word of the same slot takes it over.
struct term_counter {
    uint64_t keys
        [MEMO_SLOTS]; // 0: nothing is kept. Two words of one key count as one: rare unless made so on purpose
    struct memo memos[MEMO_SLOTS];
    uint32_t terms[MEMO_SLOTS][MEMO_TERMS];
    uint16_t met[MEMO_SLOTS + 1]; // slots of the words in this text; one more is written to
    size_t met_count;
    uint32_t round;        // of this text; never 0
    VEC(struct term) list; // of the text, repeats included
    // A term's place is what its first bits say or, if others are there, as close behind as the order allows, so
    // that the table is sorted. An empty place counts 0.
    VEC(struct term) table;
};

struct term_counter *term_counter_new(void) {
    return mem_zero(1, sizeof(struct term_counter));
}

void term_counter_free(struct term_counter *counter) {
    if (counter) {
        vec_free(&counter->list);
        vec_free(&counter->table);
        free(counter);
    }
}

// Of the word in this text.
static void list_terms(struct term_counter *counter, const uint16_t *slots, size_t count) {
    vec_reserve(&counter->list, counter->list.count + count * MEMO_TERMS);
    struct term *next = counter->list.items + counter->list.count;
    for (size_t i = 0; i < count; i++) {
        const struct memo *memo = &counter->memos[slots[i]];
        const uint32_t *terms = counter->terms[slots[i]], times = memo->times;
        for (unsigned k = 0; k < MEMO_TERMS; k++) { // all, lest the processor guess wrong how many
            next[k] = (struct term){terms[k], times};
        }
        next += memo->count;
    }
    counter->list.count = (size_t)(next - counter->list.items);
}

struct learning {
    struct term_counter *counter;
    uint16_t slot;
};

static void learn_term(void *context, uint32_t hash) {
    struct learning *learning = context;
    struct term_counter *counter = learning->counter;
    struct memo *memo = &counter->memos[learning->slot];
    if (memo->count < MEMO_TERMS) {
        counter->terms[learning->slot][memo->count++] = hash;
        return;
    }
    vec_push(&counter->list, (struct term){hash, 1});
    counter->keys[learning->slot] = 0; // what is kept is not all of it
}

static void learn_word(struct term_counter *counter, uint16_t slot, uint64_t key, struct word word) {
    struct memo *memo = &counter->memos[slot];
    struct learning learning = {counter, slot};
    if (memo->round == counter->round) {
        list_terms(counter, &slot, 1);
    }
    memo->times = memo->count = 0;
    counter->keys[slot] = key;
    emit_word(word, (struct emitter){learn_term, &learning});
}

static inline void count_word(void *context, struct word word) {
    struct term_counter *counter = context;
    uint64_t key = word_key(word.data, word.length, word.end);
    uint16_t slot = (uint16_t)(key >> (64 - MEMO_BITS));
    if (counter->keys[slot] != key) {
        learn_word(counter, slot, key, word);
    }
    struct memo *memo = &counter->memos[slot];
    uint32_t round = counter->round, is_again = memo->round == round;
    counter->met[counter->met_count] = slot;
    counter->met_count += 1 - is_again;
    memo->times = (memo->times & -is_again) + 1;
    memo->round = round;
}

static void begin_text(struct term_counter *counter) {
    counter->round++;
    if (counter->round == 0) { // after 2^32 texts
        memset(counter->memos, 0, sizeof counter->memos);
        memset(counter->keys, 0, sizeof counter->keys);
        counter->round = 1;
    }
    counter->met_count = 0;
    counter->list.count = 0;
}

// Adds the term where others are already.
static uint32_t insert_term(struct term *place, struct term term) {
    while (place->count && place->hash < term.hash) {
        place++;
    }
    if (place->count && place->hash == term.hash) {
        place->count += term.count;
        return 0;
    }
    while (term.count) {
        struct term next = *place;
        *place++ = term;
        term = next;
    }
    return 1;
}

// Counts what is listed; gives how many differ. The table has twice the places, and behind them as many as could
// be driven out at its end.
static uint32_t fill_table(struct term_counter *counter) {
    size_t listed = counter->list.count;
    unsigned bits = LEAST_TABLE_BITS;
    while (listed * 2 > (size_t)1 << bits) {
        bits++;
    }
    counter->table.count = ((size_t)1 << bits) + listed;
    vec_reserve(&counter->table, counter->table.count);
    struct term *table = counter->table.items;
    memset(table, 0, counter->table.count * sizeof *table);
    uint32_t distinct = 0;
    for (size_t i = 0; i < listed; i++) {
        struct term term = counter->list.items[i], *place = &table[term.hash >> (32 - bits)];
        uint32_t other = (place->hash ^ term.hash) & -(uint32_t)(place->count != 0);
        if (other) {
            distinct += insert_term(place, term);
        } else {
            distinct += place->count == 0;
            *place = (struct term){term.hash, place->count + term.count};
        }
    }
    return distinct;
}

struct term *terms_count(struct term_counter *counter, struct slice text, struct arena *arena,
                         uint32_t *count, uint32_t *length) {
    pthread_once(&keywords_once, keywords_build);
    begin_text(counter);
    scan_words(text, count_word, counter);
    list_terms(counter, counter->met, counter->met_count);
    uint32_t distinct = fill_table(counter), sum = 0;
    struct term *terms = arena_alloc(arena, distinct * sizeof *terms);
    const struct term *place = counter->table.items;
    for (uint32_t sorted = 0; sorted < distinct; place++) {
        terms[sorted] = *place;
        sorted += place->count != 0;
        sum += place->count;
    }
    *count = distinct;
    *length = sum;
    return terms;
}
