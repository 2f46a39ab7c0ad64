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
// languages' own lists.
#include "indexer/terms.h"

#include "base/hash.h"
#include "base/vec.h"
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

static void emit_word(struct slice word, struct emitter to) {
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

void terms_scan(struct slice text, void (*emit)(void *context, uint32_t hash), void *context) {
    pthread_once(&tables_once, tables_build);
    size_t at = 0;
    while (at < text.length) {
        unsigned first = class_at(text, at);
        if (!first) {
            at++;
            continue;
        }
        size_t start = at;
        while (at < text.length && class_at(text, at)) {
            at++;
        }
        // 10u, 0xFF and 3rd are numbers to a reader; none of them names anything.
        if (first != DIGIT) {
            emit_word(slice_of(text.data + start, at - start), (struct emitter){emit, context});
        }
    }
}

struct hashes {
    uint32_t *items;
    size_t count;
    size_t capacity;
};

static void hashes_push(void *context, uint32_t hash) {
    struct hashes *hashes = context;
    vec_push(hashes, hash);
}

// Least significant byte first: linear in the number of terms, which a comparing sort is not.
static void hashes_sort(struct hashes *hashes) {
    struct hashes other = {0};
    vec_reserve(&other, hashes->count);
    other.count = hashes->count;
    for (unsigned shift = 0; shift < 32; shift += 8) {
        size_t starts[257] = {0};
        for (size_t i = 0; i < hashes->count; i++) {
            starts[((hashes->items[i] >> shift) & 255) + 1]++;
        }
        for (size_t i = 1; i < 256; i++) {
            starts[i] += starts[i - 1];
        }
        for (size_t i = 0; i < hashes->count; i++) {
            other.items[starts[(hashes->items[i] >> shift) & 255]++] = hashes->items[i];
        }
        struct hashes swap = *hashes;
        *hashes = other;
        other = swap;
    }
    vec_free(&other);
}

struct term *terms_count(struct slice text, struct arena *arena, uint32_t *count, uint32_t *length) {
    struct hashes hashes = {0};
    terms_scan(text, hashes_push, &hashes);
    hashes_sort(&hashes);
    size_t distinct = 0;
    for (size_t i = 0; i < hashes.count; i++) {
        distinct += i == 0 || hashes.items[i] != hashes.items[i - 1];
    }
    struct term *terms = arena_alloc(arena, distinct * sizeof *terms);
    size_t at = 0;
    for (size_t i = 0; i < hashes.count; i++) {
        if (i == 0 || hashes.items[i] != hashes.items[i - 1]) {
            terms[at++] = (struct term){hashes.items[i], 1};
        } else {
            terms[at - 1].count++;
        }
    }
    *count = (uint32_t)distinct;
    *length = (uint32_t)hashes.count;
    vec_free(&hashes);
    return terms;
}
