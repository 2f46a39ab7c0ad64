// search_results.h - what a search found, ready to be shown: places, names, and the lines that say it.
//
// Ownership: the results own all that they point to (their arena); search_results_free releases it.
// Threads:   one owner at a time; search_results_find reads files from disk, the snapshot is pinned.
// Errors:    none. A file that changed since it was indexed, or cannot be read, gives no lines.
// Limits:    SEARCH_MOST results.
#ifndef HUNCH_RETRIEVAL_SEARCH_RESULTS_H
#define HUNCH_RETRIEVAL_SEARCH_RESULTS_H

#include "base/err.h"
#include "retrieval/excerpt.h"
#include "retrieval/search.h"

struct search_request {
    struct slice text;   // plain words, names or code
    struct slice folder; // a folder or file below the root; "": everywhere
    struct slice here;   // absolute: where "./x" begins; "": at the root
    size_t limit;        // results
    uint32_t lines;      // of each; one at least is given, as it tells the place
};

struct search_result {
    const char *path;     // below the root
    const char *language; // LSP id, "" if none is known
    const char *name;     // "" for a passage outside of any definition
    const char *scope;    // enclosing type or namespace, "" if none
    const char *kind; // symbol_kind_name(), "passage" without a definition, "file" for one asked for by name
    const char *signature, *doc; // one line each, or ""
    // The first one that says the search's text word for word, else that of the name, else the best one; 0-based, as
    // those below.
    uint32_t line;
    uint32_t start_line, end_line; // inclusive
    double score;
    struct excerpt_line *lines;
    uint32_t line_count;
};

struct search_results {
    struct arena arena;
    struct search_result *items; // best first
    size_t count;
    const char *note; // which words were taken for which others, "" if none were
    struct err
        trouble; // why there may be more that answers (no near chunks, code unread); code 0: there is no reason
};

// results is empty memory.
void search_results_find(const struct snapshot *snapshot, struct search_near near, const char *root,
                         const struct search_request *request, struct search_results *results);
void search_results_free(struct search_results *results);

#endif
