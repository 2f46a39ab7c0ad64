// store_lock.h - who may open, replace and delete stores, and which are in use.
//
// SQLite looks after those who have the same file open. What it cannot see is
// a file being deleted while another process is about to open it: a new log
// would then lie beside an old file. So a store is opened, replaced or deleted
// only by who holds the folder's lock, and who has one open holds a second one:
//
//   <folder>/lock                  held for moments
//   <folder>/<name>.sqlite-root    held, shared, while the store is open; its text is the root's path, its
//                                  time is when the store was opened last
//
// Who has a store open while it is replaced goes on with the deleted one:
// SQLite has opened all of its files by then.
//
// Ownership: a lock is a file descriptor; store_unlock closes it.
// Threads:   any.
// Errors:    where locks cannot be had (a read-only folder, an odd file system) one goes on without.
// Limits:    STORE_BUSY_MS of waiting.
#ifndef HUNCH_INDEXER_STORE_LOCK_H
#define HUNCH_INDEXER_STORE_LOCK_H

#include "base/cancel.h"
#include "base/str.h"

enum { STORE_LOCK_NONE = -1, STORE_LOCK_BUSY = -2 };

// How long to wait for locks, in milliseconds. A test that makes locks fail shortens it, before any thread starts.
struct store_patience {
    unsigned opening; // STORE_OPEN_MS
    unsigned later;   // STORE_BUSY_MS
};
extern struct store_patience store_patience;

// Of the folder in which path lies. NONE: there is none to be had, go on; BUSY: others hold it for too long.
int store_lock_folder(const char *path, const struct cancel *cancel);
// Says that the store at path is open from now on, for this root ("": whosever it is; it does not count as use).
int store_lock_use(const char *path, const char *root);
void store_unlock(int lock);
// Does anyone have it open? Yes where that cannot be told. Ask with the folder locked.
bool store_is_used(const char *path);
// Appends the name of the file with the root's path.
void store_root_file(const char *path, struct str *name);

#endif
