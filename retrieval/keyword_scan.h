// keyword_scan.h - which definitions are of code that says some keywords of the languages.
//
// Keywords are in no index: nearly everything has some. Who asks for nothing
// else ("goto", "for while") wants code, so the files are read and the words of
// their code compared; comments, strings (prose.h) and members of something
// (page.goto) are none of it. Best is where the keywords stand side by side in the order
// asked for, then where one line has all of them, then where a definition has;
// within each, where they are said most often. Types and modules hold other
// definitions, which answer in their place; code outside of any is a passage.
//
// Ownership, threads, errors: scan.h's.
// Limits:    scan.h's, and no text is looked at more than eight times, however definitions are nested; files of data
//            and prose are not read.
#ifndef HUNCH_RETRIEVAL_KEYWORD_SCAN_H
#define HUNCH_RETRIEVAL_KEYWORD_SCAN_H

#include "retrieval/scan.h"
#include "retrieval/search_words.h"

// Of the files in the folder ("": all), the best first; scores are within (0, 1]. Returns how many of hits[limit] are
// filled. *is_cut: there is more code than is read.
size_t keyword_scan(const struct snapshot *snapshot, const char *root, const struct search_words *words,
                    struct slice folder, size_t limit, struct scan_hit *hits, bool *is_cut);

#endif
