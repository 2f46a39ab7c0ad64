// snapshot.h - one immutable generation of the index, shared by every reader.
//
// A snapshot is published with one atomic store; readers pin the current one for
// the length of a request and never lock. It is a few segments of what is on
// disk, each with a bitmap of its files that are replaced or gone, and behind
// them a segment for each open document whose text is not the disk's.
// Nothing in it changes after publication, so a pointer into it is valid
// exactly as long as the pin.
//
// Ownership: snapshot_pin() returns a borrowed pin; give it back with
//            snapshot_unpin(). A retired snapshot is freed by the first
//            publication (or snapshot_slot_fini) that finds it unpinned; what was decoded of records (packed.h) for its
//            readers lives as long.
// Threads:   pin and unpin from any thread; who publishes excludes other publishers (shelf.h has a lock).
// Errors:    none; the first snapshot is empty, never NULL.
// Limits:    SNAPSHOT_PLACES - 1 retired generations may be pinned at once,
//            then the writer waits (a leaked pin shows up there, by design).
//
// Invariants (tests/unit/retrieval/snapshot_test.c quotes the numbers):
//   S1  a path is alive in at most one of the segments
//   S2  a dead file's chunks and symbols are never returned by any scorer
//   S3  generations that readers see never go back
#ifndef HUNCH_RETRIEVAL_SNAPSHOT_H
#define HUNCH_RETRIEVAL_SNAPSHOT_H

#include "retrieval/editing.h"
#include "retrieval/manifests.h"
#include "retrieval/segment.h"

enum {
    SNAPSHOT_PLACES = 8,
    SNAPSHOT_OPEN = EDITING_OPEN, // open documents; a query looks into each of them
    SNAPSHOT_ON_DISK = 16,        // segments; the open documents' come behind them
    SNAPSHOT_SEGMENTS = SNAPSHOT_ON_DISK + SNAPSHOT_OPEN
};

// A folder and what a manifest lets imports call it; see manifests.h.
struct module {
    const char *folder, *prefix;
    enum manifest_kind kind;
    const char *manifest; // its path; NULL in a snapshot, which need not forget it
};

struct snapshot {
    uint64_t generation;
    struct segment *segments[SNAPSHOT_SEGMENTS];
    uint32_t segment_count;
    uint32_t on_disk;                 // the first of them
    uint64_t *gone[SNAPSHOT_ON_DISK]; // bitmaps over their files: those that are replaced, or nothing
    uint64_t *dead[SNAPSHOT_ON_DISK]; // the same, and what is open
    struct editing *editing;          // what is open; NULL: nothing was yet
    struct module *modules;
    uint32_t module_count;
    uint32_t place; // in the slot
};

// A file of a snapshot.
struct snapshot_file {
    uint32_t segment, file;
};

struct snapshot_place {
    struct snapshot *snapshot;
    atomic_int pins;
};

// What nobody finds any more who pins a later generation than this one.
struct snapshot_retired {
    struct record *record;
    uint64_t generation;
};

struct snapshot_slot {
    struct snapshot_place places[SNAPSHOT_PLACES];
    atomic_uint current;
    VEC(struct snapshot_retired) retired; // of who publishes
};

void snapshot_slot_init(struct snapshot_slot *slot);
void snapshot_slot_fini(struct snapshot_slot *slot); // nothing may be pinned
const struct snapshot *snapshot_pin(struct snapshot_slot *slot);
void snapshot_unpin(struct snapshot_slot *slot, const struct snapshot *snapshot);

// What a snapshot is made of; all of it is retained or copied.
struct snapshot_parts {
    struct segment *const *segments; // on disk
    uint64_t *const *gone;           // of each segment
    uint32_t segment_count;          // at most SNAPSHOT_ON_DISK
    struct segment *const *open;
    uint32_t open_count; // at most SNAPSHOT_OPEN
    struct editing *editing;
    const struct module *modules;
    uint32_t module_count;
};
void snapshot_publish(struct snapshot_slot *slot, const struct snapshot_parts *parts);
// Takes over the reference to what was decoded for the readers of this generation or an earlier one, and is found no more:
// it is released once another is published and all of these are unpinned. By who may publish.
void snapshot_retire(struct snapshot_slot *slot, struct record *record);
// What is on disk in the current snapshot; to be changed and published again, by who may publish.
struct snapshot_parts snapshot_current_parts(const struct snapshot_slot *slot);

static inline bool snapshot_is_dead(const struct snapshot *snapshot, uint32_t segment, uint32_t file) {
    return segment < snapshot->on_disk && segment_is_gone(snapshot->dead[segment], file);
}
// The living file of that path.
bool snapshot_find(const struct snapshot *snapshot, struct slice path, struct snapshot_file *out);
// Whatever is equal otherwise is told in the order of paths, and within a file of places: that is the repository's, while
// segments tell when files were read. Below, equal and more of one segment stand in its order already (G1).
static inline const char *snapshot_document_path(const struct snapshot *snapshot, enum segment_field field,
                                                 uint32_t segment, uint32_t id) {
    return segment_document_path(snapshot->segments[segment], field, id);
}
// Of two living documents: negative, 0 or positive.
int snapshot_compare(const struct snapshot *snapshot, enum segment_field field, uint32_t segment, uint32_t id,
                     uint32_t other_segment, uint32_t other_id);
int snapshot_compare_files(const struct snapshot *snapshot, struct snapshot_file a, struct snapshot_file b);

// The living files in that order.
struct snapshot_walk {
    const struct snapshot *snapshot;
    struct snapshot_file at;          // the file
    uint32_t next[SNAPSHOT_SEGMENTS]; // of each segment
};
struct snapshot_walk snapshot_walk_files(const struct snapshot *snapshot);
bool snapshot_walk_next(struct snapshot_walk *walk); // false at the end

// A symbol, and the living ones that have the name of that key (segment_name_key), in that order, the first of them into
// out[limit]. Returns how many there are, if more than `limit` then limit + 1.
struct snapshot_symbol {
    uint32_t segment, id;
};
uint32_t snapshot_named(const struct snapshot *snapshot, uint32_t key, uint32_t limit,
                        struct snapshot_symbol *out);

static inline const struct segment_file *snapshot_file(const struct snapshot *snapshot,
                                                       struct snapshot_file at) {
    return &snapshot->segments[at.segment]->files[at.file];
}
// What its record tells, as segment_record and segment_outline.
static inline const struct record *snapshot_record(const struct snapshot *snapshot, struct snapshot_file at) {
    return segment_record(snapshot->segments[at.segment], at.file);
}
static inline const struct record *snapshot_outline(const struct snapshot *snapshot,
                                                    struct snapshot_file at) {
    return segment_outline(snapshot->segments[at.segment], at.file);
}

#endif
