// repository_word_classes.h - which class each word of a vocabulary is of, by how a repository uses it.
//
// Ownership: the array of classes is the caller's. Threads: any.
// Errors:    false from what its watch stopped. Limits: CLASSES_COUNT classes.
#ifndef HUNCH_BACKENDS_REPOSITORY_WORD_CLASSES_H
#define HUNCH_BACKENDS_REPOSITORY_WORD_CLASSES_H

#include "backends/repository_classes.h"

enum { WORD_CLASS_COMMON = 400 }; // words that have a class of their own

// Those of TOKEN_FILE and line ends are their ids.
enum {
    CLASS_OPEN = TOKEN_FIRST_WORD, // ( [ {
    CLASS_CLOSE = CLASS_OPEN + 3,  // ) ] }
    CLASS_COMMA = CLASS_CLOSE + 3,
    CLASS_ASSIGN, // = :=
    CLASS_COMMON = CLASS_ASSIGN + 2,
    CLASS_OTHER = CLASS_COMMON + WORD_CLASS_COMMON
};
// Of the first `words` of the vocabulary, as the first `count` segments use them.
bool word_class_name_all(struct token_segment *const *segments, uint32_t count,
                         const struct vocabulary *vocabulary, const struct order_watch *watch,
                         uint16_t *classes, uint32_t words);
// Of one that the vocabulary lacks.
uint16_t word_class_of_new(struct slice word);

#endif
