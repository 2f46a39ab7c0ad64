// terms.h - from text to the sub-word terms that lexical ranking counts.
//
// Every identifier gives itself, lower-cased, and (if it has several) its
// sub-words: parseHTTPRequest -> parsehttprequest, parse, http, request.
// Keywords of the known languages, single letters and pure numbers give
// nothing. A term is the folded XXH3 of its bytes; collisions are harmless.
//
// Ownership: results live in the caller's arena; term_counter_new / term_counter_free.
// Threads:   any; pure, but for a counter, which belongs to one thread.
// Errors:    none. Limits: identifiers are cut at 128 bytes.
#ifndef HUNCH_INDEXER_TERMS_H
#define HUNCH_INDEXER_TERMS_H

#include "indexer/record.h"

struct term_counter;

struct term_counter *term_counter_new(void); // about 450 KB, for one thread and many texts
void term_counter_free(struct term_counter *counter);
// Calls emit for every term of text, in order, repeats included.
void terms_scan(struct slice text, void (*emit)(void *context, uint32_t hash), void *context);
// Sorted by hash with counts (R3). *count gets the number of distinct terms, *length the sum of the counts.
struct term *terms_count(struct term_counter *counter, struct slice text, struct arena *arena,
                         uint32_t *count, uint32_t *length);
// Is it a keyword (or as common as one) in some known language? Case-sensitive.
bool terms_is_keyword(struct slice word);

#endif
