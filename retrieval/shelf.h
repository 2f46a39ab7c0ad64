// shelf.h - the writing side: takes records from the indexer and publishes snapshots of them.
//
// What is on disk stands in segments. Records that were put wait until they
// are many enough, or a commit comes, and become a segment of their own; eight
// segments of like size are merged into one, so that there are few, and a file
// moves a few times in its life. Of a file that is superseded or removed the
// old version is marked as gone, and left out when its segment is merged; a
// segment of which more is gone than not is merged at once, with others like it
// if there are any.
//
// An open document is a segment of its own and is published at once, without a
// commit: a keystroke costs one small segment, whatever else has changed. A
// document that reads as on disk needs none.
//
// A large segment is made again at each start unless its bytes were kept: it is
// then restored with every file gone, and a record that is put and is byte for
// byte the one it was made from brings its file back to life. Whatever differs
// takes the usual way, so nothing that was kept can be out of date.
//
// Ownership: shelf_init / shelf_fini; records and texts put in are borrowed.
// Threads:   show, hide and trim from any thread, all else on the writer's; readers only touch the slot. A lock
//            guards what is open and the publishing; segments are built outside it, but for those of open documents
//            that read as on disk until the disk changed.
// Errors:    none.
// Limits:    SNAPSHOT_OPEN documents are shown as they are open, those changed last; the others as on disk.
//            SHELF_CLOSED closed ones are remembered. Segments that one could not hold (segment_can_merge) stay
//            apart; of more than SHELF_SEGMENTS such ones the first are shown. Of decoded records shelf_trim
//            leaves as many bytes as it is told.
//
// Invariants (tests/unit/retrieval/shelf_test.c quotes the numbers):
//   H1  after shelf_commit(full_pass) the snapshot shows, for every path, the open document if there is one,
//       else the disk's record
//   H2  a record that no path shows is referenced at most by pinned snapshots and by a segment of which it
//       is not the larger part, with all that is gone of it
//   H4  after the first full pass the snapshot answers the same whether a segment was restored or not
//   H3  of what is shown and hidden under one path the highest version counts, whatever came last
#ifndef HUNCH_RETRIEVAL_SHELF_H
#define HUNCH_RETRIEVAL_SHELF_H

#include "base/map.h"
#include "base/vec.h"
#include "retrieval/snapshot.h"

#include <uv.h>

enum { SHELF_CLOSED = 256, SHELF_SEGMENTS = SNAPSHOT_ON_DISK, SHELF_DECODED = 32 << 20 };

// A segment of what is on disk. Sizes are chunks, symbols and files together.
struct shelf_segment {
    struct segment *segment;
    uint64_t *gone; // bitmap over its files
    uint64_t size, gone_size;
    uint64_t
        *marks; // of a restored one until the first full pass: which record each file waits for; else NULL
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
    VEC(struct shelf_segment) segments; // after a commit at most SHELF_SEGMENTS, if they can be merged
    struct intern names;                // path -> index in waiting
    VEC(struct record *) waiting;       // for the next segment; NULL: gone again
    uint64_t waiting_size;
    VEC(struct module) modules;
    const struct segment
        *kept;     // compared only: the one that was restored, or whose bytes were given last; NULL: none
    bool complete; // a full pass was committed
    bool stale;    // what is on disk is not what the snapshot shows
    uv_mutex_t lock;
    struct snapshot_file hand;            // under the lock: the file that shelf_trim looks at next
    VEC(struct shelf_document) documents; // under the lock; the one changed last comes first
    struct editing *editing;              // under the lock: of the documents
};

void shelf_init(struct shelf *shelf, struct snapshot_slot *slot);
void shelf_fini(struct shelf *shelf);
void shelf_put(struct shelf *shelf, struct record *record);
void shelf_remove(struct shelf *shelf, const char *path);
// Publishes what was put so far, which is something of every file.
void shelf_searchable(struct shelf *shelf);
// Publishes what was put so far; after the first full pass as one segment.
void shelf_commit(struct shelf *shelf, bool full_pass);
// Notes what the text of a manifest (manifests.h) declares instead of what it declared before; "": nothing.
void shelf_manifest(struct shelf *shelf, const char *path, struct slice text);

// shelf_keep.c: a large segment outlives the process.
// Before anything was put: the bytes that shelf_keep gave in an earlier run, which are taken over. What makes no sense
// is left aside.
void shelf_restore(struct shelf *shelf, char *bytes, size_t size);
// The bytes of everything as one segment, if there is enough that the ones given last do not hold; spill memory. NULL:
// not worth it.
char *shelf_keep(struct shelf *shelf, size_t *size);
// Does a restored segment know this record? Then its file is alive again and nothing needs to be built.
bool shelf_revive(struct shelf *shelf, const struct record *record);
// Everything was put that will be. Does a restored segment hold most of it?
bool shelf_end_restoring(struct shelf *shelf);

// What a record counts for in a segment's size.
static inline uint64_t shelf_size_of(const struct record *record) {
    return UINT64_C(1) + record->chunk_count + record->symbol_count;
}

// shelf_merge.c: keeps the segments few, and the dead fewer than the living. For shelf.c.
void shelf_add_segment(struct shelf *shelf, struct segment *segment); // takes it over
void shelf_merge_like(struct shelf *shelf);
void shelf_merge_all(struct shelf *shelf);

// shelf_open.c: what the editor has open, published at once. H3.
void shelf_show(struct shelf *shelf, struct record *record, struct text *text, uint64_t version);
void shelf_hide(struct shelf *shelf, const char *path, uint64_t version);
// Publishes these parts with what is open. Under the lock.
void shelf_publish(struct shelf *shelf, struct snapshot_parts parts);
void shelf_publish_all(struct shelf *shelf); // what is on disk now, not under the lock
void shelf_forget_documents(struct shelf *shelf);

// shelf_trim.c. Behind a query, pinning nothing: of what was decoded for queries (record_decoded_bytes) forgets a quarter if
// it is more than this. SHELF_DECODED is the usual.
void shelf_trim(struct shelf *shelf, size_t most);

#endif
