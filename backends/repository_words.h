// repository_words.h - the different words of one text, each with a number, so that each is looked up in the vocabulary once.
//
// Ownership: words_init / words_fini; the bytes of the words are copied.
// Threads:   one at a time. Errors: none. Limits: 2^32 - 1 words.
#ifndef HUNCH_BACKENDS_REPOSITORY_WORDS_H
#define HUNCH_BACKENDS_REPOSITORY_WORDS_H

#include "base/arena.h"
#include "base/vec.h"

#define WORDS_NONE UINT32_MAX

struct word_met {
    uint64_t first, last; // eight bytes each, of a shorter word what it has
    struct slice text;
};

struct words {
    VEC(struct word_met) items; // by number
    uint32_t *slots, bits;      // 0: free, else a number and one
    uint32_t of_byte[256];      // the same for the words of one byte, which are half of all
    struct arena bytes;
};

void words_init(struct words *words, size_t text_length);
void words_fini(struct words *words);
// Its number, which counts up from 0; a word not met before gets the next one.
uint32_t words_number(struct words *words, struct slice word);
// The same, but WORDS_NONE of a word that was not met.
uint32_t words_find(const struct words *words, struct slice word);

#endif
