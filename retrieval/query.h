// query.h - what the text around the cursor says: weighted terms, names near and far, the word being typed.
//
// Everything comes from the live text, nothing from the index, so that a
// buffer nobody has saved yet is understood as well as an old file.
//
// Ownership: query_init reads the caller's text and path, which outlive the query; query_free releases.
// Threads:   one owner at a time.
// Errors:    none; any bytes will do.
// Limits:    reads about QUERY_REACH bytes on either side of the cursor.
#ifndef HUNCH_RETRIEVAL_QUERY_H
#define HUNCH_RETRIEVAL_QUERY_H

#include "base/vec.h"
#include "retrieval/bm25.h"
#include "retrieval/surroundings.h"
#include "retrieval/types.h"

enum { QUERY_REACH = 32 * 1024, QUERY_LINES = 20, QUERY_NAMES = 200 };

struct query_name {
    struct slice text;
    uint32_t distance; // lines above the cursor's
};

struct query {
    struct slice path;
    struct slice text;           // what is within reach of the cursor
    size_t cursor;               // in it
    size_t word;                 // where the identifier that ends at the cursor starts; the cursor if none
    bool after_member;           // ".", "->" or "::" stands before the word
    struct weighted_term *terms; // of the lines around
    size_t term_count;
    struct weighted_term *line_terms; // of the cursor's line and the two above
    size_t line_term_count;
    struct query_name *names; // in the lines before the cursor, nearest first, each once
    size_t name_count;
    struct types receivers;            // of the thing left of the "."
    struct surroundings *surroundings; // names and lines within reach
    bool owns_surroundings;
};

// kept: read at the last query by who asks again and again; outlives the query. NULL: none.
void query_init(struct query *query, struct slice path, struct slice text, size_t cursor,
                struct surroundings *kept);
void query_free(struct query *query);
// Calls emit for each identifier in text[start, end), in order; keywords included.
void query_identifiers(struct slice text, size_t start, size_t end,
                       void (*emit)(void *context, struct slice name, size_t at), void *context);

#endif
