// sink.h - where the index delivers: the read side's door, wired by cli.
//
// The indexer knows nobody above it; it calls these functions on its writer
// thread, one at a time, and commit() after each batch: the moment to publish
// a new generation. Retrieval's snapshot and the repository model each offer a
// sink; cli joins them.
//
// Ownership: a record passed in is borrowed; retain it to keep it. It may be packed (packed.h). The text is
//            borrowed for the call and may be empty when the file was not read again (a warm start) or for its
//            words only: read it from disk if needed.
// Threads:   all calls but `show` come from one thread, the indexer's writer; `show` from any, also beside
//            others.
// Errors:    none. Limits: the sink's own.
#ifndef HUNCH_INDEXER_SINK_H
#define HUNCH_INDEXER_SINK_H

#include "base/text.h"
#include "indexer/record.h"

struct index_sink {
    void *self;
    // A file on disk is new or changed: supersedes what was there of the same path.
    void (*put)(void *self, struct record *record, struct slice text);
    // A file on disk is gone or ignored now.
    void (*remove)(void *self, const char *path);
    // An open document's unsaved text, when typing rests: stands in front of the disk's record of that path
    // until overlay_remove.
    void (*overlay)(void *self, struct record *record, struct slice text);
    void (*overlay_remove)(void *self, const char *path);
    // A batch is complete; full_pass: the first walk over the whole repository is in.
    void (*commit)(void *self, bool full_pass);
    // The same as overlay and overlay_remove, for whom a keystroke is not too often; no commit follows.
    // Calls may overtake each other: of one path the highest version (see below) counts. NULL: not wanted.
    void (*show)(void *self, struct record *record, struct text *text, uint64_t version);
    void (*hide)(void *self, const char *path, uint64_t version);
    // Before anything is put: what keep gave in an earlier run. May be NULL.
    void (*restore)(void *self, struct slice bytes);
    // Nothing happens just now: what is restore to be given at the next start? Spill memory (spill.h), for the caller to
    // free; NULL: what was given last, or nothing. May be NULL.
    char *(*keep)(void *self, size_t *size);
    // Every file is in, many of them by their words alone (record->by_words): let it be found. May be NULL.
    void (*searchable)(void *self);
};

// How much is known of an open document's text: the more, the higher the version.
enum overlay_stage {
    OVERLAY_MOVED,  // what was known of the text before, moved by the edit
    OVERLAY_PARSED, // from the tree of the text before
    OVERLAY_AT_REST // from nothing
};
static inline uint64_t overlay_version(uint64_t ticket, enum overlay_stage stage) {
    return ticket * 4 + stage;
}
static inline enum overlay_stage overlay_stage_of(uint64_t version) {
    return (enum overlay_stage)(version % 4);
}

// A sink that ignores everything: for who wants the store alone, or only some of the calls.
struct index_sink index_sink_none(void);

#endif
