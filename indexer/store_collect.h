// store_collect.h - the stores of all repositories: which there are, and which of them must go.
//
// Removed are, in this order: what is left of stores that are not there; stores
// whose repository has gone; stores not opened for STORE_UNUSED_DAYS; then, as
// long as all together are over the cap, the one opened longest ago. Never one
// that somebody has open.
//
// Ownership: store_collection_free.
// Threads:   any; several processes may do it at once.
// Errors:    a folder that is not there holds no stores; a file that cannot be deleted is STORE_STUCK.
// Limits:    STORE_MOST stores are looked at.
#ifndef HUNCH_INDEXER_STORE_COLLECT_H
#define HUNCH_INDEXER_STORE_COLLECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    STORE_UNUSED_DAYS = 60,
    STORE_MISSING_DAYS = 7, // a root that is not there may be a disk that is not plugged in
    STORE_MOST = 100000,
};

enum store_fate {
    STORE_KEPT,
    STORE_IN_USE,
    STORE_STUCK,
    // Removed, because ...
    STORE_LEFTOVER, // it was no whole store
    STORE_MISSING,  // the repository is not there
    STORE_UNUSED,
    STORE_OVER_CAP,
};

struct store_entry {
    char *path; // of the .sqlite file
    char *root; // "" if unknown
    int64_t size;
    int64_t opened_s; // when it was opened last, in seconds since 1970
    enum store_fate fate;
};

struct store_collection {
    struct store_entry *items; // opened last first
    size_t count;
    size_t capacity;
    int64_t size;    // of those that stay
    int64_t removed; // bytes
};

struct store_rules {
    const char *folder; // of the stores
    int64_t cap;        // bytes
    int64_t missing_s;  // how long a store outlives its repository
    bool only_told;     // nothing is deleted: what would be, has its fate and counts as removed
};

// The folder of all stores. Heap; NULL without a home.
char *store_folder(void);
void store_collect(const struct store_rules *rules, struct store_collection *collection);
// The same in a thread of its own; what was removed is logged. It ends with the process at the
// latest: a store half deleted is a leftover for the next time.
void store_collect_in_background(int64_t cap);
const char *store_fate_text(enum store_fate fate); // for people
void store_collection_free(struct store_collection *collection);

#endif
