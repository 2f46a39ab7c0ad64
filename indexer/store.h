// store.h - the index of one repository on disk, so that the next start need not parse.
//
// A cache in one SQLite file, never larger than the source it tells of (or STORE_FLOOR): everything in it can be made again from the
// sources, so a file that is damaged or of another version is thrown away and
// started anew, and a write that fails costs only the next start's time. The
// byte tables are in store.c.
//
// Ownership: store_open / store_close; loaded records are the caller's references.
// Threads:   one at a time (the indexer's writer). Several processes may have the same file open.
// Errors:    ERR_IO (disk full, read-only, ...), ERR_BUSY (locked for too long), ERR_CANCELLED; err says what
//            it means for the user. After an error the store is of no more use: close it and go on without.
// Limits:    STORE_OPEN_MS and STORE_BUSY_MS of waiting for another process.
#ifndef HUNCH_INDEXER_STORE_H
#define HUNCH_INDEXER_STORE_H

#include "base/cancel.h"
#include "base/err.h"
#include "indexer/record.h"

enum {
    STORE_APPLICATION = 0x48554E43, // "HUNC", in SQLite's header
    STORE_VERSION = 11,             // raise it when the tables or what is extracted into them change
    STORE_OPEN_MS = 500,            // wait for a lock while nothing can be found yet
    STORE_BUSY_MS = 2000,           // wait for a lock later
    STORE_FLOOR = 64 * 1024,        // bytes that even the store of a tiny repository may take
    STORE_PIECE = 1024 * 1024,      // of what is kept
};

struct store;

enum store_op_kind { STORE_PUT, STORE_TOUCH, STORE_REMOVE };

struct store_op {
    enum store_op_kind kind;
    struct record *record; // PUT
    const char *path;      // TOUCH, REMOVE
    int64_t size;          // TOUCH: the content is as before, but was found with these
    int64_t mtime_ns;
};

struct store_records {
    struct record **items;
    size_t count;
    size_t capacity;
};

// Creates the file (mode 0600) and its folders (0700) if need be. cancel may be NULL.
// root is for people, and for store_collect to see whether it still exists.
int store_open(struct store **out, const char *path, const char *root, const struct cancel *cancel,
               struct err *err);
void store_close(struct store *store); // NULL is allowed
// Every record, packed (packed.h). Of a damaged store, which is started anew, those that are sound.
int store_load(struct store *store, struct store_records *records, struct err *err);
// The same for who needs to know what is there and not what is in it: of a sound store, heads alone.
int store_load_heads(struct store *store, struct store_records *records, struct err *err);
// All of it or nothing of it.
int store_write(struct store *store, const struct store_op *ops, size_t count, struct err *err);
// When there is time for it: moves the log into the main file and gives back room. ERR_TOO_LARGE: the store
// would be larger than the source it tells of, and has been deleted.
int store_settle(struct store *store, struct err *err);
// What was kept beside the records (store_kept.c) and came with store_load: spill memory, now the caller's; NULL:
// nothing.
char *store_take_kept(struct store *store, size_t *size);
// Keeps these bytes instead: of `pieces` equal ones (STORE_PIECE long, the last shorter) number `piece`, from 0, each
// in a transaction of its own, in order; they count once the last is in. ERR_TOO_LARGE, with the first: the store would
// be larger than its source. ERR_CANCELLED: another process has begun to keep its own. ERR_BUSY: another had the lock for
// too long; what it keeps stays. After any other error nothing is kept. The store is of use all the same.
int store_keep(struct store *store, struct slice bytes, size_t piece, struct err *err);
static inline size_t store_piece_count(size_t size) {
    return (size + STORE_PIECE - 1) / STORE_PIECE;
}
// Why what was there, or some of it, has been thrown away, for people; NULL if it has not.
const char *store_rebuilt(const struct store *store);
// Where the index of this (real) root belongs. Heap; NULL without a home.
char *store_path_of(const char *root);

#endif
