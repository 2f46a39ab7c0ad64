// store_internal.h - what the store's files share: the connection and its prepared statements.
//
// Ownership: struct store owns connection and statements.
// Threads:   one at a time.
// Errors:    store_fail turns SQLite's codes into a message for people.
// Limits:    none.
#ifndef HUNCH_INDEXER_STORE_INTERNAL_H
#define HUNCH_INDEXER_STORE_INTERNAL_H

#include "indexer/store.h"
#include "indexer/store_summary.h"

#include <sqlite3.h>
#include <sys/types.h>

enum statement {
    FILE_FIND,
    FILE_PUT,
    FILE_TOUCH,
    FILE_DELETE,
    STATEMENT_COUNT,
};

struct store {
    sqlite3 *db;
    char *path;
    ino_t file; // what lay at path when it was opened
    int use;    // store_lock_use
    const struct cancel *cancel;
    bool is_loading;     // the load gives up when cancelled; a write is short and goes through
    bool is_open;        // opened and loaded: from now on nobody waits for it
    bool is_changed;     // since it was settled
    uint64_t busy_since; // when the wait for a lock began
    char *rebuilt;       // see store_rebuilt
    struct str bytes;    // of the record being written
    char *kept;          // spill memory
    size_t kept_size;
    uint64_t keeping;    // number of the run of store_keep that goes on
    int64_t source_size; // of the files that the store tells of, when it was loaded or settled
    int64_t written;     // likewise, of those that were written since; counted where there were none before
    sqlite3_stmt *statements[STATEMENT_COUNT]; // NULL until first used
};

// code: SQLite's, of what failed last.
int store_fail(struct store *store, int code, struct err *err);
bool store_is_damaged(int sqlite_code);
int store_execute(struct store *store, const char *sql);                     // an SQLite code
int store_read_number(struct store *store, const char *sql, int64_t *value); // an SQLite code
void store_say(struct store *store, const char *what);                       // for store_rebuilt
int store_rebuild(struct store *store, struct err *err);                     // it is damaged: a new one
void store_delete_files(const char *path);                                   // with the folder locked
int store_connect_reader(const char *path, sqlite3 **db); // an SQLite code; db is to be closed
// Reads every row: are all as they were written, and what do they say that the summary's row does not? An SQLite code.
int store_check_rows(sqlite3 *db, bool *are_sound, struct store_summary *summary);
void store_disconnect(struct store *store);
void store_wait_for_locks(struct store *store); // as usual
// store_kept.c: an SQLite code. What is not whole is none.
int store_read_kept(struct store *store);
int store_drop_kept(struct store *store);
void store_forget_kept(struct store *store);   // the memory alone
int64_t store_most_bytes(int64_t source_size); // S4
// A checkpoint comes when the log holds a quarter of this.
void store_limit_log(struct store *store, int64_t source_size);
// So much of a first pass's source is known: else its log would be emptied with each batch.
void store_note_written(struct store *store, int64_t source_size);

#endif
