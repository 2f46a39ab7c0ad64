// sink.h - where the index delivers: the read side's door, wired by cli.
//
// The indexer knows nobody above it; it calls these functions on its writer
// thread, one at a time, and commit() after each batch: the moment to publish
// a new generation. Retrieval's snapshot and the repository model each offer a
// sink; cli joins them.
//
// Ownership: a record passed in is borrowed; retain it to keep it. The text is borrowed for the call and may
//            be empty ({NULL, 0}) when the file was not read again (a warm start): read it from disk if
//            needed.
// Threads:   all calls come from one thread, the indexer's writer.
// Errors:    none. Limits: the sink's own.
#ifndef HUNCH_INDEXER_SINK_H
#define HUNCH_INDEXER_SINK_H

#include "indexer/record.h"

struct index_sink {
    void *self;
    // A file on disk is new or changed: supersedes what was there of the same path.
    void (*put)(void *self, struct record *record, struct slice text);
    // A file on disk is gone or ignored now.
    void (*remove)(void *self, const char *path);
    // An open document's unsaved text: stands in front of the disk's record of that path until
    // overlay_remove.
    void (*overlay)(void *self, struct record *record, struct slice text);
    void (*overlay_remove)(void *self, const char *path);
    // A batch is complete; full_pass: the first walk over the whole repository is in.
    void (*commit)(void *self, bool full_pass);
    // Every file is in, many of them by their words alone (record->by_words): let it be found. May be NULL.
    void (*searchable)(void *self);
};

// A sink that ignores everything: for who wants the store alone, or only some of the calls.
struct index_sink index_sink_none(void);

#endif
