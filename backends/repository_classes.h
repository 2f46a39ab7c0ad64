// repository_classes.h - which class of word comes next, by the classes of the words before it.
//
// Ownership: classes_new gives one reference; what it is given is not needed afterwards.
// Threads:   one maker; afterwards any, each with a classes_place of its own.
// Errors:    NULL from what its watch stopped.
// Limits:    about CLASSES_TOKENS of a repository are counted; at most 8 MB, and two bytes a word.
#ifndef HUNCH_BACKENDS_REPOSITORY_CLASSES_H
#define HUNCH_BACKENDS_REPOSITORY_CLASSES_H

#include "backends/repository_corpus.h"

enum {
    CLASSES_COUNT = 433, // from 0 up
    CLASSES_TOKENS = 500000,
    CLASSES_BEHIND = 6,
    CLASSES_FRAMES = 3,
    CLASSES_INPUTS = 4,
    CLASSES_REACH = 32
};

struct classes;
#define CLASSES_TRACE 1e-4F // what the weights' logarithms add to a share

// Where a word is to come.
struct classes_place {
    uint64_t contexts[CLASSES_BEHIND + CLASSES_FRAMES]; // as hashes; first those of one class more each
    float seen[CLASSES_BEHIND + CLASSES_FRAMES];        // how often
    float per_seen[CLASSES_BEHIND + CLASSES_FRAMES];    // what one time counts, of 1
    uint32_t behind;                                    // so many of the first kind were seen
};

// Of the living files of the first `count` segments; dead: of each a byte a file.
struct classes *classes_new(struct token_segment *const *segments, unsigned char *const *dead, uint32_t count,
                            struct vocabulary *vocabulary, const struct order_watch *watch);
struct classes *classes_retain(struct classes *classes);
void classes_release(struct classes *classes); // NULL is fine
// Was it in the vocabulary when they were counted? What is typed and what was learned since is not.
bool classes_know(const struct classes *classes, uint32_t id);
// bytes: the word's, where it is not known.
uint32_t classes_of_word(const struct classes *classes, uint32_t id, struct slice bytes);
// family: of the file's language, hashed.
uint64_t classes_family(const char *family);
// classes: of the words before, the nearest last.
void classes_look(const struct classes *classes, uint64_t family, const uint32_t *before, size_t count,
                  struct classes_place *place);
// How likely words of each of these classes are at that place, by ever more of it, the last by most. The weights are for the
// logarithms of these and CLASSES_TRACE. At most CLASSES_COUNT at once.
void classes_fill(const struct classes *classes, const struct classes_place *place, const uint32_t *wanted,
                  uint32_t count, float (*shares)[CLASSES_INPUTS]);
size_t classes_bytes(const struct classes *classes);

#endif
