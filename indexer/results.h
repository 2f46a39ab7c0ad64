// results.h - what waits for the writer: results of the scanner and the parsers, first in, first out.
//
// The writer stands still while a sink commits, a second and more in a large
// repository. So that the parsers need not, what waits is bounded by its bytes
// and not by its number: many small files, or a few large ones.
//
// Ownership: results_push takes results over, results_pop gives them out; result_free.
// Threads:   results_push from any, results_pop from one.
// Errors:    results_push frees what it is given once closed.
// Limits:    the bytes given at init; each thread that pushes may go beyond by what it brings.
#ifndef HUNCH_INDEXER_RESULTS_H
#define HUNCH_INDEXER_RESULTS_H

#include "base/text.h"
#include "indexer/record.h"
#include "indexer/skip.h"
#include "indexer/source.h"

#include <uv.h>

#define RESULTS_FOREVER UINT64_MAX

enum result_kind {
    RESULT_PARSED,  // record, bytes
    RESULT_STORED,  // record
    RESULT_SAME,    // status: content as known
    RESULT_REFUSED, // status: its content rules it out
    RESULT_FAILED,  // it could not be read
    RESULT_GONE,
    RESULT_OVERLAY, // record, text
    RESULT_OVERLAY_REMOVE,
    RESULT_SEARCHABLE, // every file of this pass was read, for its words at least
    RESULT_WALKED,     // the walk is over: all of this pass is in the queues
};

struct result {
    struct result *next; // of those that are pushed together
    enum result_kind kind;
    char *path;
    uint64_t ticket;
    bool in_pass;
    bool is_cancelled; // PARSED: but not to its end
    enum skip skip;    // REFUSED: why
    bool by_words;     // PARSED: and to be parsed later; REFUSED, FAILED, GONE: likewise
    struct source_stat status;
    struct record *record;
    struct str bytes;  // PARSED
    struct text *text; // OVERLAY
};

struct results {
    uv_mutex_t lock;
    uv_cond_t not_empty;
    uv_cond_t not_full;
    struct result *first;
    struct result **end; // where the next one is hung
    size_t bytes;
    size_t limit;
    bool closed;
};

struct result *result_new(enum result_kind kind, const char *path, uint64_t ticket);
void result_free(struct result *result); // it alone, not those behind it; NULL is allowed

void results_init(struct results *results, size_t limit);
void results_fini(struct results *results); // nobody may be waiting in it
// This result and those chained to it by next. Waits for room.
void results_push(struct results *results, struct result *result);
// NULL once closed and empty, or when none came in time. *more: others wait behind it.
struct result *results_pop(struct results *results, uint64_t microseconds, bool *more);
void results_close(struct results *results); // wakes everyone; what waits can still be popped

#endif
