// phrase_scan.h - which definitions say a phrase word for word.
//
// Words tell what a search is about, not how it is written: the exact text of a message or a piece of code stands in a
// few places, and signs are in no index. So the files are read. Those that the index knows to lack a word of the phrase,
// or to have its words far from each other, are passed over; a phrase that may be cut, at its first and
// last word, is narrowed down by these only if there is no other.
//
// A hit is the innermost definition around the phrase, the one that the comment with it is of, or else a passage.
//
// Ownership, threads, errors, limits: scan.h's.
#ifndef HUNCH_RETRIEVAL_PHRASE_SCAN_H
#define HUNCH_RETRIEVAL_PHRASE_SCAN_H

#include "retrieval/phrase.h"
#include "retrieval/scan.h"

// Of the files in the folder ("": all), the best first. The score is 1 for the text as it was asked for, less if it begins or
// ends in the middle of a word or is in another case. With code_alone what stands in comments and strings does not count.
// Returns how many of hits[limit] are filled. *is_cut: there is more text than is read.
size_t phrase_scan(const struct snapshot *snapshot, const char *root, const struct phrase *phrase,
                   bool code_alone, struct slice folder, size_t limit, struct scan_hit *hits, bool *is_cut);

#endif
