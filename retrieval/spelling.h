// spelling.h - what a word that nobody says here may be meant for.
//
// The index has hashes and no words. So it is asked for each of the few hundred words that differ by one letter: changed,
// put in, left out, or exchanged with its neighbour. Of those that are said the ones said most are the likeliest, and a
// letter left out or exchanged is likelier than one that is wrong. Of a short word too many others are a letter away:
// there a letter left out within or exchanged is all that counts. Of a long one two may be wrong, if one of them is of
// those made most: some twenty thousand words if it has ten letters, asked for in some milliseconds. In a large
// repository one of the hashes asked for may be another word's by chance, so a guess has to stand in a place where the
// index has it. A word may also be two that code writes apart (threadpool, thread_pool).
//
// Ownership: guesses are copies.
// Threads:   any; the snapshot is pinned; a file or two is read from below the root for each guess.
// Errors:    none; what may be anything has no guesses.
// Limits:    words of SPELLING_LONGEST small letters, of which SPELLING_SHORTEST at least; SPELLING_GUESSES guesses.
#ifndef HUNCH_RETRIEVAL_SPELLING_H
#define HUNCH_RETRIEVAL_SPELLING_H

#include "retrieval/snapshot.h"

enum { SPELLING_SHORTEST = 3, SPELLING_LONGEST = 64, SPELLING_GUESSES = 3 };
enum {
    SPELLING_LONG = 5, // letters; of fewer most words are near to some other
    SPELLING_TWICE = 7 // so many may have two mistakes
};

struct spelling {
    char text[SPELLING_LONGEST + 1];
    size_t length;
    uint64_t score; // how often it is said, likelier changes counting more
};

// In how many documents? segment_name_key of the word.
uint32_t spelling_held(const struct snapshot *snapshot, uint32_t term);
// What the word may be meant for, the likeliest first, without those that are said far less. Returns how many. is_sure:
// it is meant to stand here, so it may have two mistakes.
uint32_t spelling_guess(const struct snapshot *snapshot, const char *root, struct slice word, bool is_sure,
                        struct spelling guesses[SPELLING_GUESSES]);
// The word in two, a blank between them, of which each is said, and both of some definition; else false.
bool spelling_split(const struct snapshot *snapshot, struct slice word, struct spelling *split);
// Writes the guess as the definition of that name does, if there is one; of several as `typed` does most.
void spelling_write_as_named(const struct snapshot *snapshot, struct slice typed, struct spelling *guess);

#endif
