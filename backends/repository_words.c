// repository_words.c - see repository_words.h.
//
// A text of twenty thousand words has two thousand different ones. What tells
// them apart lies here side by side, so a word that was met is found without a
// look at the vocabulary, whose bytes are anywhere in memory: eight bytes from
// the word's beginning and eight to its end are all of most words.
#include "backends/repository_words.h"

#include "base/hash.h"

enum { LEAST_BITS = 10, BYTES_A_WORD = 32 };

void words_init(struct words *words, size_t text_length) {
    *words = (struct words){.bits = LEAST_BITS};
    while ((size_t)BYTES_A_WORD << words->bits < text_length) {
        words->bits++;
    }
    words->slots = mem_zero((size_t)1 << words->bits, sizeof *words->slots);
    arena_init(&words->bytes);
}

void words_fini(struct words *words) {
    arena_free(&words->bytes);
    vec_free(&words->items);
    free(words->slots);
}

static inline uint64_t bytes_at(const char *at, size_t count) {
    uint64_t bytes = 0;
    memcpy(&bytes, at, count);
    return bytes;
}

// Words of up to sixteen bytes are the same if these and the lengths are.
static inline struct word_met describe(struct slice word) {
    const char *end = word.data + word.length;
    struct word_met met = {.text = word};
    if (word.length >= 8) {
        met.first = bytes_at(word.data, 8);
        met.last = bytes_at(end - 8, 8);
    } else if (word.length >= 4) {
        met.first = bytes_at(word.data, 4);
        met.last = bytes_at(end - 4, 4);
    } else {
        met.first = bytes_at(word.data, 2);
        met.last = bytes_at(end - 2, 2);
    }
    return met;
}

static inline bool is_same(const struct word_met *a, const struct word_met *b) {
    return a->first == b->first && a->last == b->last && a->text.length == b->text.length &&
           (a->text.length <= 16 || memcmp(a->text.data, b->text.data, a->text.length) == 0);
}

// Of what lies between these bytes: thousands of names in a header may have the same ones (`REGISTER_0417_INTERRUPT`).
static inline uint64_t hash_middle(struct slice word) {
    return word.length > 16 ? hash_bytes(word.data + 8, word.length - 16) : 0;
}

// The slot that holds a word, or would.
static inline uint32_t *slot_of(const struct words *words, const struct word_met *met) {
    uint64_t hash =
        (met->first * 0x9E3779B97F4A7C15u ^ met->last ^ met->text.length ^ hash_middle(met->text)) *
        0xD6E8FEB86659FD93u;
    uint32_t mask = (1u << words->bits) - 1, at = (uint32_t)(hash >> (64 - words->bits));
    while (words->slots[at] && !is_same(&words->items.items[words->slots[at] - 1], met)) {
        at = (at + 1) & mask;
    }
    return &words->slots[at];
}

static void make_room(struct words *words) {
    free(words->slots);
    words->slots = mem_zero((size_t)1 << ++words->bits, sizeof *words->slots);
    for (uint32_t i = 0; i < words->items.count; i++) {
        if (words->items.items[i].text.length > 1) {
            *slot_of(words, &words->items.items[i]) = i + 1;
        }
    }
}

static uint32_t add(struct words *words, struct word_met met, uint32_t *slot) {
    met.text.data = arena_copy(&words->bytes, met.text);
    vec_push(&words->items, met);
    uint32_t count = *slot = (uint32_t)words->items.count;
    if (words->items.count * 2 > (size_t)1 << words->bits) {
        make_room(words);
    }
    return count - 1;
}

uint32_t words_number(struct words *words, struct slice word) {
    if (word.length == 1) {
        uint32_t *slot = &words->of_byte[(unsigned char)word.data[0]];
        return *slot ? *slot - 1 : add(words, (struct word_met){.text = word}, slot);
    }
    const struct word_met met = describe(word);
    uint32_t *slot = slot_of(words, &met);
    return *slot ? *slot - 1 : add(words, met, slot);
}

uint32_t words_find(const struct words *words, struct slice word) {
    if (word.length < 2) {
        return words->of_byte[(unsigned char)word.data[0]] - 1; // of 0 that is WORDS_NONE
    }
    const struct word_met met = describe(word);
    return *slot_of(words, &met) - 1;
}
