// store_internal.h - what the store's files share: the connection and its prepared statements.
//
// Ownership: struct store owns connection and statements.
// Threads:   one at a time.
// Errors:    store_fail turns SQLite's codes into a message for people.
// Limits:    none.
#ifndef HUNCH_INDEXER_STORE_INTERNAL_H
#define HUNCH_INDEXER_STORE_INTERNAL_H

#include "indexer/store.h"

#include <sqlite3.h>

// A child row's id is its file's id and its number in the file, so children lie together and in order.
enum { STORE_CHILD_BITS = 20 };

enum statement {
    FILE_FIND,
    FILE_INSERT,
    FILE_UPDATE,
    FILE_TOUCH,
    FILE_DELETE,
    CHUNKS_DELETE,
    SYMBOLS_DELETE,
    IMPORTS_DELETE,
    CHUNK_INSERT,
    SYMBOL_INSERT,
    IMPORT_INSERT,
    STATEMENT_COUNT,
};

struct store {
    sqlite3 *db;
    char *path;
    const struct cancel *cancel;
    bool is_loading;     // the load gives up when cancelled; a write is short and goes through
    bool is_open;        // opened and loaded: from now on nobody waits for it
    uint64_t busy_since; // when the wait for a lock began
    char *rebuilt;       // see store_rebuilt
    sqlite3_stmt *statements[STATEMENT_COUNT]; // NULL until first used
};

// code: SQLite's, of what failed last.
int store_fail(struct store *store, int code, struct err *err);
bool store_is_damaged(int sqlite_code);
int store_execute(struct store *store, const char *sql); // an SQLite code
// Deletes the file and opens a new one. why is for people.
int store_rebuild(struct store *store, const char *why, struct err *err);
void store_finalize(struct store *store); // all prepared statements

#endif
