// store_summary.h - how much a store holds, in one row of its own, so that asking costs little.
//
// The row is for people alone (`hunch status`): the index never reads it (but not to write it again), and a
// store that cannot take it goes on without. It is written after each batch
// and each pass that changed something.
//
//   summary   one (always 1), files, chunks, symbols, complete (0 while a pass runs or if it was cut short),
//             updated (seconds since 1970, of the last change)
//
// Ownership: none kept.
// Threads:   store_note and store_is_noted as all of store.h; store_summarize any, also beside a server that writes.
// Errors:    store_summarize: ERR_NOT_FOUND (no such store), ERR_UNSUPPORTED (of another version), ERR_CORRUPT,
//            ERR_BUSY, ERR_IO. It never changes the store, nor makes one.
//            ERR_CORRUPT for a row of the index, too, so all of the store is read once.
// Limits:    STORE_OPEN_MS of waiting for another process.
#ifndef HUNCH_INDEXER_STORE_SUMMARY_H
#define HUNCH_INDEXER_STORE_SUMMARY_H

#include "indexer/store.h"

#include <stdint.h>

// A part of the store's schema, see store.c.
#define STORE_SUMMARY_TABLE                                                                                  \
    "CREATE TABLE summary(one INTEGER PRIMARY KEY, files INTEGER NOT NULL, chunks INTEGER NOT NULL,"         \
    " symbols INTEGER NOT NULL, complete INTEGER NOT NULL, updated INTEGER NOT NULL);"

struct store_summary {
    uint64_t files;
    uint64_t chunks;
    uint64_t symbols;
    int64_t updated;    // 0: never
    uint64_t bytes;     // on disk, SQLite's own files beside it included; only read, as the next two are
    uint64_t cut_short; // files of which no symbols are known, for their parse ran into the time limit
    char cut_short_path[256]; // one of them, maybe cut
    bool complete;            // all of the repository was in it then
};

void store_note(struct store *store, const struct store_summary *summary);
// Does the row say so, whenever that was written? Then a start that finds all as it was need not write.
bool store_is_noted(struct store *store, const struct store_summary *summary);
int store_summarize(const char *path, struct store_summary *summary, struct err *err);

#endif
