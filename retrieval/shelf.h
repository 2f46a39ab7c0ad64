// shelf.h - the writer's side: takes records from the indexer and publishes snapshots of them.
//
// Keeps for every path the disk's record, the open document's in front of it,
// and which of them the base segment holds. A commit builds the delta of all
// paths whose record is not the base's; when the delta grows past a tenth of
// the base, everything becomes a new base.
//
// Ownership: shelf_init / shelf_fini; records and texts put in are borrowed.
// Threads:   all functions on the writer's thread; readers only touch the slot.
// Errors:    none.
// Limits:    none of its own; the indexer bounds the files.
//
// Invariants (tests/unit/retrieval/shelf_test.c quotes the numbers):
//   H1  after shelf_commit(full_pass) the snapshot shows, for every path, the overlay if there is one, else
//       the disk's record
//   H2  a record that no path shows is referenced at most by pinned snapshots and, until its next rebuild,
//       by the base: never more than a tenth of it
#ifndef HUNCH_RETRIEVAL_SHELF_H
#define HUNCH_RETRIEVAL_SHELF_H

#include "base/vec.h"
#include "retrieval/snapshot.h"

struct shelf_path {
    struct record *disk, *overlay; // NULL: none
    struct text *text;             // the overlay's
    struct record *in_base;        // borrowed from the base segment; NULL: not in it
    uint32_t base_file;            // its number there
    bool changed;                  // listed in struct shelf's `changed`
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
};

void shelf_init(struct shelf *shelf, struct snapshot_slot *slot);
void shelf_fini(struct shelf *shelf);
void shelf_put(struct shelf *shelf, struct record *record);
void shelf_remove(struct shelf *shelf, const char *path);
void shelf_overlay(struct shelf *shelf, struct record *record, struct slice text);
void shelf_overlay_remove(struct shelf *shelf, const char *path);
// Before the first full pass a commit may publish nothing, so that building takes a small part of the time.
// Publishes what was put so far, without waiting for more.
void shelf_searchable(struct shelf *shelf);
void shelf_commit(struct shelf *shelf, bool full_pass);
// Notes what the text of a manifest (manifests.h) declares instead of what it declared before; "": nothing.
void shelf_manifest(struct shelf *shelf, const char *path, struct slice text);

#endif
