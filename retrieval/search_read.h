// search_read.h - what a search learns from the files themselves: which of them it names, who says its keywords, its text
// word for word, or the string that a message of it was made of.
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

void search_read_init(struct search_read *read, const struct snapshot *snapshot, const char *root,
                      const struct search_words *words, struct slice folder);
void search_read_free(struct search_read *read);

#endif
