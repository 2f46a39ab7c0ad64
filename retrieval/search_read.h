// search_read.h - what a search learns from the files themselves: which of them it names, who says its keywords, its text
// word for word, or the string that a message of it was made of.
//
// What was mistyped is known only then.
//
// Ownership: search_read_init fills, search_read_free releases; symbols and chunks are borrowed from the snapshot.
// Threads, errors: scan.h's.
// Limits:    scan.h's, and SEARCH_READ_HITS hits.
#ifndef HUNCH_RETRIEVAL_SEARCH_READ_H
#define HUNCH_RETRIEVAL_SEARCH_READ_H

#include "retrieval/scan.h"
#include "retrieval/search_files.h"
#include "retrieval/search_words.h"

enum { SEARCH_READ_HITS = 5000 };

// The best first; those of nothing that was read for are empty.
struct search_read {
    struct search_files files;
    struct scan_hit *keywords, *phrases, *messages;
    size_t keyword_count, phrase_count, message_count;
    bool is_cut; // there was more text than is read
};

// Reads the text into *words, too, which are the caller's to free: with what was mistyped put right, unless it stands
// somewhere as it was typed.
void search_read_init(struct search_read *read, struct search_words *words, const struct search_asked *asked);
// Is there a file that is named, or one that says the text or made it?
bool search_read_found(const struct search_read *read);
void search_read_free(struct search_read *read);

#endif
