// indexer.h - keeps the index of one repository fresh, in threads of its own.
//
// Opens the store, walks the root, sends unchanged files' stored records and
// changed files' new ones to the sink, then follows edits: overlays of open
// documents and files that changed on disk, which it is told of or watches for. The store is a cache: if it cannot
// be opened or written the index goes on in memory and says so once.
//
// Ownership: indexer_open's result is closed by indexer_close; sink.self outlives it.
// Threads:   every function from the loop's thread; the sink is called on the writer thread (sink.show on the
//            worker, too), on_progress, on_ready and on_warning on the loop's thread (they may close the
//            indexer). A pass under way
//            keeps the loop alive; an indexer that is ready does not.
// Errors:    a missing or unreadable root fails indexer_open; trouble with single files or the store is
//            logged and counted, and the pass goes on.
// Limits:    see walk.h for file sizes; indexer_options for the rest.
//
// States: OPENING -(indexer_open)-> SCANNING -(first pass done)-> READY; indexer_rescan: READY -> SCANNING;
//         indexer_close from any.
#ifndef HUNCH_INDEXER_INDEXER_H
#define HUNCH_INDEXER_INDEXER_H

#include "base/err.h"
#include "base/text.h"
#include "base/worker.h"
#include "indexer/sink.h"
#include "indexer/skip.h"

#include <uv.h>

struct indexer;

struct index_progress {
    uint64_t
        files_total; // of this pass, known so far: grows with the walk, less what is found to be no source
    uint64_t files_expected; // about as many will be found; 0: unknown
    uint64_t files_done;
    uint64_t files_parsed; // read and parsed in this pass (the others came from the store)
    uint64_t files_failed;
    uint64_t files; // in the index now; those done, when a pass has ended and nothing changed meanwhile
    struct skip_counts
        skipped; // of this pass, by reason: by content as files are read, the rest after the walk
    uint64_t bytes_parsed;
    uint64_t chunks;
    uint64_t symbols;
    uint64_t lines;
    bool walk_done;
    bool searchable; // every file is in, a large repository's perhaps by its words alone as yet
    bool scanning;   // a pass is under way
    bool ready;      // the first full pass is in
    bool polling;    // the folders cannot be watched: the tree is looked at now and then
};

struct indexer_options {
    const char *root;       // absolute, real path of a folder
    const char *store_path; // NULL: below the user's cache folder, by the root's hash; "": no store
    int64_t cache_cap;      // bytes of all repositories' stores together (store_collect.h); 0: not looked at
    unsigned threads;       // parsing threads; 0: cores - 1, of two both
    struct worker *worker;  // the interactive one, which shows what is typed; outlives this, NULL: none
    bool watch;             // follow what happens to the files, until closed
    // When a first pass finds more bytes than this to parse, all of it is read for its words before that, so
    // that it can be searched soon. 0: never.
    uint64_t words_above;
    struct index_sink sink;
    unsigned rest_ms; // of quiet before the sink is asked what to keep for the next start; 0: INDEXER_REST_MS
    bool keep_at_once; // it is asked before on_ready instead
    // The sink looks into no record and reads no text: what records count, and texts, need not come with them.
    bool counts_suffice;
    void (*on_progress)(void *context, const struct index_progress *progress); // at most ten times a second
    void (*on_ready)(void *context, const struct index_progress *progress);    // after each full pass
    void (*on_warning)(void *context,
                       const char *message); // for people: store unusable, everything ignored, ...
    void *context;
};

int indexer_open(struct indexer **out, uv_loop_t *loop, const struct indexer_options *options,
                 struct err *err);
// Stops the threads (a file in work is abandoned) and closes the store. The loop must turn once more.
void indexer_close(struct indexer *indexer);
void indexer_rescan(struct indexer *indexer); // a full walk again; unchanged files cost one stat
// The file below the root was created, saved, changed or deleted on disk.
void indexer_file_changed(struct indexer *indexer, const char *path);
// An open document has this text now. Cheap: sink.show gets what is typed from the worker, before any job
// submitted later; a parse from nothing follows in an index thread when typing rests.
void indexer_overlay(struct indexer *indexer, const char *path, const char *language, struct text *text);
void indexer_overlay_remove(struct indexer *indexer, const char *path); // closed
// Someone types: reading and parsing of files waits so long, but never more than four fifths of the time.
void indexer_pause_for(struct indexer *indexer, unsigned ms);
void indexer_progress(const struct indexer *indexer, struct index_progress *progress);
// Would the walk take this path (below the root)? reason gets a short phrase when it would not.
bool indexer_includes(struct indexer *indexer, const char *path, const char **reason);
const char *indexer_store_path(const struct indexer *indexer); // "" without a store
// Why nothing is stored: err.h's code and words for people; 0 and NULL if the store works or is not wanted.
int indexer_store_trouble(const struct indexer *indexer, const char **message);
// Is that what a warning, as given to on_warning, is about?
bool indexer_warns_of_store(const struct indexer *indexer, const char *warning);

#endif
