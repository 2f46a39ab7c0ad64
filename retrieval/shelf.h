// shelf.h - the writing side: takes records from the indexer and publishes snapshots of them.
//
// Of what is on disk it keeps each path's record and which of them the base
// segment holds. A commit builds the delta of all paths whose record is not the
// base's; when the delta grows past a tenth of the base, everything becomes a
// new base.
//
// An open document is a segment of its own and is published at once, without a
// commit: a keystroke costs one small segment, whatever else has changed. A
// document that reads as on disk needs none.
//
// Ownership: shelf_init / shelf_fini; records and texts put in are borrowed.
// Threads:   show and hide from any thread, all else on the writer's; readers only touch the slot. A lock
//            guards what is open and the publishing; segments are built outside it.
// Errors:    none.
// Limits:    SNAPSHOT_OPEN documents are shown as they are open, those changed last; the others as on disk.
//            SHELF_CLOSED closed ones are remembered.
//
// Invariants (tests/unit/retrieval/shelf_test.c quotes the numbers):
//   H1  after shelf_commit(full_pass) the snapshot shows, for every path, the open document if there is one,
//       else the disk's record
//   H2  a record that no path shows is referenced at most by pinned snapshots and, until its next rebuild,
//       by the base: never more than a tenth of it
//   H3  of what is shown and hidden under one path the highest version counts, whatever came last
#ifndef HUNCH_RETRIEVAL_SHELF_H
#define HUNCH_RETRIEVAL_SHELF_H

#include "base/vec.h"
#include "retrieval/snapshot.h"

#include <uv.h>

enum { SHELF_CLOSED = 256 };

struct shelf_path {
    struct record *disk;    // NULL: none
    struct record *in_base; // borrowed from the base segment; NULL: not in it
    uint32_t base_file;     // its number there
    bool changed;           // listed in struct shelf's `changed`
};

struct shelf_document {
    char *path;
    uint64_t version;
    struct record *record;   // NULL: closed
    struct text *text;       // NULL: closed
    struct segment *segment; // NULL: not needed, it reads as on disk
};

struct shelf {
    struct snapshot_slot *slot;
    struct intern names; // path -> index in paths
    VEC(struct shelf_path) paths;
    VEC(uint32_t) changed; // paths that were touched since the base was built
    VEC(struct module) modules;
    struct segment *base;
    uint64_t last_build_us, last_cost_us;
    bool complete; // a full pass was committed
    bool stale;    // what is on disk is not what the snapshot shows
    uv_mutex_t lock;
    VEC(struct shelf_document) documents; // under the lock; the one changed last comes first
};

void shelf_init(struct shelf *shelf, struct snapshot_slot *slot);
void shelf_fini(struct shelf *shelf);
void shelf_put(struct shelf *shelf, struct record *record);
void shelf_remove(struct shelf *shelf, const char *path);
// Publishes what was put so far, without waiting for more.
void shelf_searchable(struct shelf *shelf);
// Before the first full pass a commit may publish nothing, so that building takes a small part of the time.
void shelf_commit(struct shelf *shelf, bool full_pass);
// Notes what the text of a manifest (manifests.h) declares instead of what it declared before; "": nothing.
void shelf_manifest(struct shelf *shelf, const char *path, struct slice text);

// shelf_open.c: what the editor has open, published at once. H3.
void shelf_show(struct shelf *shelf, struct record *record, struct text *text, uint64_t version);
void shelf_hide(struct shelf *shelf, const char *path, uint64_t version);
// Publishes these parts with what is open. Under the lock.
void shelf_publish(struct shelf *shelf, struct snapshot_parts parts);
void shelf_forget_documents(struct shelf *shelf);

#endif
