// keyword_scan.h - which definitions are of code that says some keywords of the languages.
//
// Keywords are in no index: nearly everything has some. Who asks for nothing
// else ("goto", "for while") wants code, so the files are read and the words of
// their code compared; comments, strings and members of something (page.goto)
// are none of it (of comments over several lines: those in /* */ and (* *)). Best is where the keywords stand side by side in the order
// asked for, then where one line has all of them, then where a definition has;
// within each, where they are said most often. Types and modules hold other
// definitions, which answer in their place; code outside of any is a passage.
//
// Ownership: hits is the caller's; symbols and chunks are borrowed from the pinned snapshot.
// Threads:   any; the snapshot is pinned; files are read from disk.
// Errors:    none; a file that changed since it was indexed, or cannot be read, is passed over.
// Limits:    KEYWORD_SCAN_BYTES of text are read, none of it more than eight times, however definitions are nested; files
//            of data and prose are not.
#ifndef HUNCH_RETRIEVAL_KEYWORD_SCAN_H
#define HUNCH_RETRIEVAL_KEYWORD_SCAN_H

#include "retrieval/search_words.h"
#include "retrieval/snapshot.h"

enum { KEYWORD_SCAN_BYTES = 128 << 20 };

struct keyword_hit {
    struct snapshot_file at;
    const struct symbol *symbol; // NULL: no definition
    const struct chunk *chunk;   // NULL: a definition
    float score;
};

// Of the files in the folder ("": all), the best first; scores are within (0, 1]. Returns how many of hits[limit] are
// filled. *is_cut: there is more code than is read.
size_t keyword_scan(const struct snapshot *snapshot, const char *root, const struct search_words *words,
                    struct slice folder, size_t limit, struct keyword_hit *hits, bool *is_cut);

#endif
