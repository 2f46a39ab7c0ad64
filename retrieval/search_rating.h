// search_rating.h - what a search's candidate says of what was asked: the features that order candidates.
//
// A part of search.c, which gathers the candidates and weighs what is told here. How much of the words is said counts by
// how rare they are, in the name, the scope, the signature, the comment, the file, its folders and the chunk each for
// itself, and in all of them together.
//
// Ownership: everything is borrowed for as long as the rating is used.
// Threads, errors, limits: search.h's.
#ifndef HUNCH_RETRIEVAL_SEARCH_RATING_H
#define HUNCH_RETRIEVAL_SEARCH_RATING_H

#include "retrieval/search.h"

struct search_rating {
    const struct snapshot *snapshot;
    const struct search_words *words;
    float asked[SEGMENT_FIELDS]; // the values of all words together
};

void search_rating_init(struct search_rating *rating, const struct snapshot *snapshot,
                        const struct search_words *words);
// Fills in the features that its texts tell; those that say how it was found are there.
void search_rating_rate(const struct search_rating *rating, struct search_hit *hit);
// Is it the last identifier of "a::b::C", or of "C<Key, Value>"?
bool search_rating_is_scope(const char *scope, struct slice asked);
// How many of the keywords asked for are in it, as whole words?
uint32_t search_rating_count_keywords(const struct search_words *words, const char *signature);
// The repository's own code, and no test, example or benchmark of it.
bool search_rating_is_own(const struct segment *segment, uint32_t file);

#endif
