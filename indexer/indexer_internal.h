// indexer_internal.h - the parts of one indexer, shared by its threads' files.
//
//   loop ---- changed paths, rescan ----> scanner --- files to read ---> jobs ---> parsers
//     \                                      \                           ^           |
//      \---- overlays -----------------------------------------------------          |
//       \---- overlays --> worker: live                                              |
//   loop <--- wake (progress, ready) --- writer <-- results <------------------------+
//                                       (sink, store)     <--- stored, gone, walked --- scanner
//
// watch.c has a thread of its own beside the loop and leaves changed paths in the same place.
// indexer.c has the loop's side, indexer_scan.c the scanner, indexer_parse.c the parsers, indexer_write.c the
// writer. Nothing waits for a thread that may wait for it: scanner -> jobs -> parsers -> results -> writer,
// and the writer waits for nobody.
//
// Ownership: struct indexer owns all; a result belongs to who popped it.
// Threads:   each field names its own.
// Errors:    results carry what went wrong as a kind. Limits: what jobs.h and results.h let wait.
#ifndef HUNCH_INDEXER_INDEXER_INTERNAL_H
#define HUNCH_INDEXER_INDEXER_INTERNAL_H

#include "base/cancel.h"
#include "base/log.h"
#include "base/vec.h"
#include "indexer/catalog.h"
#include "indexer/indexer.h"
#include "indexer/jobs.h"
#include "indexer/live.h"
#include "indexer/results.h"
#include "indexer/store.h"
#include "indexer/syntax.h"
#include "indexer/walk.h"
#include "indexer/watch.h"

enum {
    INDEXER_RESULTS = 32 << 20,   // bytes that wait for the writer
    INDEXER_HANDFUL = 256 << 10,  // bytes of source and results that a parser hands to the writer together
    INDEXER_STORED = 64,          // stored records that the scanner hands to the writer together
    INDEXER_THREADS = 64,         // more parsers than any machine needs
    INDEXER_CHANGES = 1000,       // changed paths waiting for the scanner; beyond, a rescan is cheaper
    INDEXER_WARNINGS = 20,        // waiting for the loop
    INDEXER_PROGRESS_MS = 100,    // between two progress reports
    INDEXER_BATCH_FILES = 200,    // a batch is committed at this size ...
    INDEXER_BATCH_MS = 250,       // ... or at this age
    INDEXER_REST_MS = 3000,       // of quiet before the sink is asked what to keep
    INDEXER_FIRST_BATCH_MS = 200, // the first one earlier, so that something can be found soon
};

struct parser {
    struct indexer *indexer;
    uv_thread_t thread;
    struct str text;        // of the file in work, where nobody wants the texts
    struct result *handful; // not handed to the writer yet, the latest first
    size_t handful_bytes;   // of their source and of themselves
    uint32_t files_read;    // since freed memory was shared
};

// Files that a pass found to read, in its order: what is left to parse when the words are in.
struct job_list {
    struct job **items;
    size_t count;
    size_t capacity;
};

struct path_list {
    char **items;
    size_t count;
    size_t capacity;
};

// A file that the index should hold.
struct found_file {
    char *path;
    struct source_stat status;
};

struct found_list {
    struct found_file *items;
    size_t count;
    size_t capacity;
};

struct indexer {
    struct indexer_options options; // strings are our own copies
    char *root;
    char *store_path;    // "" without a store
    char *store_trouble; // set once, before store_works is cleared; NULL: none
    int store_code;      // likewise; of err.h
    atomic_bool store_works;
    atomic_bool is_loaded;         // the catalog holds what the store knows; set with the lock held
    _Atomic uint64_t told_loop_us; // when the loop was woken last
    struct cancel stop;            // every thread looks at it

    // The loop's.
    uv_async_t wake;
    uv_timer_t later;
    int handles; // not closed yet, and the worker's jobs not handed back
    bool is_closing;
    uint64_t told_us; // when progress was reported last
    uint64_t passes_told;

    uv_mutex_t lock; // guards from here ...
    uv_cond_t scan_wake;
    struct index_progress progress;
    uint64_t outstanding;       // files of this pass that the writer has not seen
    uint64_t words_outstanding; // files read for their words that the writer has not seen
    uint64_t passes_done;
    struct index_progress finished; // of the last pass that is done: the next one may be under way already
    bool is_watched; // all folders are watched, or will not be: a walk misses nothing from now on
    bool is_scanning;
    bool rescan_wanted;
    struct path_list changed;
    struct path_list warnings; // ... to here

    struct watch *watch; // NULL: not wanted
    struct catalog *catalog;
    struct jobs jobs;
    struct live *live;
    struct results results;
    uint32_t pass;           // the scanner's, as are ...
    struct found_list found; // by a walk that the store was too slow for
    struct result *stored;   // not handed to the writer yet, the latest first
    size_t stored_count;
    struct job_list to_parse;
    uint64_t bytes_to_parse;
    bool words_began; // ... to here

    uv_thread_t scanner;
    uv_thread_t writer;
    struct parser *parsers;
    unsigned parser_count;
};

void indexer_scan_main(void *indexer);  // thread
void indexer_parse_main(void *parser);  // thread
void indexer_write_main(void *indexer); // thread

// A file of the pass is dealt with; what turned out to be no source was none of it. Under the lock.
static inline void indexer_count_file(struct index_progress *progress, bool is_indexed) {
    progress->files_done += is_indexed ? 1 : 0;
    progress->files_total -= is_indexed ? 0 : 1;
}
// Wakes the loop for a report. While much happens, only when it is due: for every file, it would cost a sixth of a
// warm start.
void indexer_tell(struct indexer *self);
bool indexer_report_is_due(const struct indexer *self);
// For people, from any thread; reaches on_warning on the loop.
void indexer_warn(struct indexer *self, const char *format, ...) __attribute__((format(printf, 2, 3)));
void indexer_warn_of_store(struct indexer *self); // store_trouble, and what it means

#endif
