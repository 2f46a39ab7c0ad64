// catalog.h - what is known of every file of the repository, for deciding what to do about it.
//
// The scanner asks: seen before, unchanged? The writer tells: delivered,
// refused, gone. A ticket orders what happens to one path: each new task for a
// path takes a higher one, and a result that comes in with an old ticket is out
// of date and dropped.
//
// Ownership: catalog_new / catalog_free; a record passed in is taken over, one given out is the caller's.
// Threads:   any; a mutex inside.
// Errors:    none.
// Limits:    an entry of about 100 bytes a path, kept after the file is gone.
//
// An entry's record is set from loading the store until its file was looked at; then it is either delivered
// (visit says STORED, or the content turned out to be the same) or dropped.
#ifndef HUNCH_INDEXER_CATALOG_H
#define HUNCH_INDEXER_CATALOG_H

#include "indexer/record.h"
#include "indexer/source.h"

struct catalog;

enum catalog_verdict {
    CATALOG_SAME,    // known and unchanged: nothing to do
    CATALOG_STORED,  // unchanged since the store knew it: deliver that record
    CATALOG_CHANGED, // to be read
};

struct catalog_answer {
    enum catalog_verdict verdict;
    uint64_t ticket;       // for the task that follows
    struct record *record; // STORED
    uint64_t hash;         // CHANGED, of the content known so far ...
    bool has_hash;         // ... if any is known
    bool is_refused;       // SAME, and it is not in the index
};

struct catalog_totals {
    uint64_t files;
    uint64_t chunks;
    uint64_t symbols;
    uint64_t lines;
};

// Where something was.
struct catalog_place {
    const char *path;
    bool below_only; // a file is there now: what was below it, when it was a folder, is gone
};

struct catalog_gone {
    char *path; // heap
    uint64_t ticket;
};

struct catalog_gone_list {
    struct catalog_gone *items;
    size_t count;
    size_t capacity;
};

// What is to be undone.
struct catalog_dropped {
    bool was_live;   // it was delivered
    bool was_stored; // the store may have it
};

struct catalog *catalog_new(void);
void catalog_free(struct catalog *catalog);
void catalog_add_stored(struct catalog *catalog, struct record *record);

// The scanner's side. reread: size and time do not prove anything (someone said that the file changed).
void catalog_visit(struct catalog *catalog, const char *path, const struct source_stat *status, uint32_t pass,
                   bool reread, struct catalog_answer *answer);
// Files that the index or the store holds and this pass did not visit.
void catalog_sweep(struct catalog *catalog, uint32_t pass, struct catalog_gone_list *gone);
// The same for what was at these places and below them: one look at each file, however many places.
void catalog_sweep_places(struct catalog *catalog, const struct catalog_place *places, size_t count,
                          struct catalog_gone_list *gone);

// The writer's side. False, and nothing is done, if a later task is known for this path: what comes in is out of
// date. To ask and to note are one step; between two, the scanner could compare the file with what is replaced now.
bool catalog_deliver(struct catalog *catalog, const struct record *record, uint64_t ticket);
// The content is as known. *stored: the stored record, with this status, if it is delivered only now, else NULL.
bool catalog_confirm(struct catalog *catalog, const char *path, uint64_t ticket,
                     const struct source_stat *status, struct record **stored);
// Gone, or refused (status given, so that it is not read again unless it changes).
bool catalog_drop(struct catalog *catalog, const char *path, uint64_t ticket,
                  const struct source_stat *status, struct catalog_dropped *dropped);
void catalog_totals(struct catalog *catalog, struct catalog_totals *totals);

#endif
