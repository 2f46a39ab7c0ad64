// watch.h - tells which files of a repository change, while it is open.
//
// Watches every folder that no rule excludes, in a thread of its own. What
// happens to one path within a moment is told once, in batches; what cannot be
// told path by path (a checkout of thousands of files, new ignore rules, more
// events than the system keeps) is told as "look at everything again".
// Where the system allows no more watches it looks at the whole tree now and
// then instead, rarely enough to cost at most a fiftieth of a processor.
//
// The promise: a change is told after it happened, and none is lost. W1: a
// folder is watched before anything in it is read. W2: whoever looks at the
// whole tree after each on_rescan, and at each path of each on_changed, knows
// the tree as it is as soon as it has been quiet for a moment.
//
// Ownership: watch_open / watch_close; the root is copied, paths are borrowed for the call.
// Threads:   open and close from one thread; every callback comes on the watcher's own thread.
// Errors:    a root that is gone is waited for. What keeps it from watching reaches on_polling.
// Limits:    WATCH_FOLDERS folders of about 300 bytes (and 1 KB of the system's memory), WATCH_PATHS paths
//            waiting.
//
// States: see watch.c.
#ifndef HUNCH_INDEXER_WATCH_H
#define HUNCH_INDEXER_WATCH_H

#include <stddef.h>
#include <stdint.h>

enum {
    WATCH_FOLDERS = 32768, // more are looked at now and then
    WATCH_PATHS = 1000,    // waiting to be told; beyond it everything is to be looked at
    WATCH_GATHER_MS = 60,  // from the first event to the telling
    WATCH_CALM_MS = 200,   // a storm is over when so long little happened ...
    WATCH_STORM_MS = 2000, // ... and everything is looked at this often meanwhile
    WATCH_LOST_MS = 1000,  // between two looks for a root that is gone
    WATCH_POLL_MS = 2000,  // between two looks at the whole tree, at least ...
    WATCH_POLL_SHARE = 50, // ... and this many times the processor time that one takes
};

struct watch;

struct watch_options {
    const char *root;    // absolute, real path of a folder
    size_t folder_limit; // 0: WATCH_FOLDERS
    uint64_t poll_ms;    // 0: WATCH_POLL_MS
    // These changed. One that ends in '/' came or went, and may have been a folder: nothing that was known below
    // it holds any more, and what is below it now is among the paths too.
    void (*on_changed)(void *context, char *const *paths, size_t count);
    // Anything may have changed. Comes once as soon as all is watched. files: how many there are by name, ignored
    // ones included; 0: unknown.
    void (*on_rescan)(void *context, size_t files);
    // It goes on by looking now and then; message says why and what helps, for people. At most once.
    void (*on_polling)(void *context, const char *message);
    void *context;
};

// NULL: the system gives no loop or no thread.
struct watch *watch_open(const struct watch_options *options);
void watch_close(struct watch *watch); // NULL is allowed; no callback comes any more when it returns

#endif
