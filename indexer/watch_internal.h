// watch_internal.h - what the two files of the watcher share: watch.c hears, watch_tree.c knows the folders.
//
// Ownership: struct watch owns the tree, a folder its handle.
// Threads:   all of it on the watcher's thread. Errors, limits: watch.h.
#ifndef HUNCH_INDEXER_WATCH_INTERNAL_H
#define HUNCH_INDEXER_WATCH_INTERNAL_H

#include "base/cancel.h"
#include "base/map.h"
#include "base/vec.h"
#include "indexer/watch.h"

#include <uv.h>

struct watch_folder {
    struct watch *watch;
    uv_fs_event_t *handle;               // its data is this folder; libuv frees it a turn after the folder
    char *path;                          // below the root; "" for the root
    uint32_t round;                      // the last setting up that met it
    VEC(struct watch_folder *) children; // by name
};

struct watch_paths {
    char **items;
    size_t count;
    size_t capacity;
};

enum watch_outcome {
    WATCH_DONE,
    WATCH_ROOT_GONE,
    WATCH_STOPPED,  // the watcher is being closed
    WATCH_TOO_MANY, // more folders than the limit
    WATCH_NO_MORE,  // the system allows no more: struct watch's refusal says why
};

enum watch_state { WATCH_CALM, WATCH_GATHERING, WATCH_STORM, WATCH_LOST, WATCH_POLLING };

struct watch {
    struct watch_options options; // root is our own copy
    char *root;
    uv_loop_t loop;
    uv_thread_t thread;
    uv_async_t stop_wake;
    uv_check_t turn_end;
    uv_timer_t timer;
    struct cancel stop;
    enum watch_state state;
    bool has_started; // all was set up once, or the attempt made

    // watch_tree.c
    struct watch_folder *top; // the root; NULL: not watched
    struct watch_folder *git; // .git/info, for its exclude file; NULL: there is none
    size_t folder_count;
    uint32_t round;
    size_t file_count; // that the last setting up met
    int refusal;       // libuv's code

    // watch.c
    struct intern waiting; // paths ...
    VEC(bool) renamed;     // ... and, by number, whether the name itself came or went
    bool rules_changed;
    bool root_in_doubt;
    size_t turn_events; // of this turn of the loop
    size_t turn_limit;
    size_t tick_events; // since the timer last ran
    uint64_t storm_us;  // when everything was last looked at in this storm
    uint64_t seen;      // POLLING: of all that was there
};

// Watches all folders that no rule excludes, and no others.
enum watch_outcome watch_tree_set_up(struct watch *watch);
// The same for one folder and all below it; the source files in it go to found (heap), WATCH_PATHS and one
// more at most.
enum watch_outcome watch_tree_add(struct watch *watch, const char *path, struct watch_paths *found);
// False if it was not watched.
bool watch_tree_remove(struct watch *watch, const char *path);
struct watch_folder *watch_tree_find(const struct watch *watch, const char *path);
void watch_tree_clear(struct watch *watch);

// watch.c: what each handle calls.
void watch_on_event(uv_fs_event_t *handle, const char *name, int events, int status);

#endif
