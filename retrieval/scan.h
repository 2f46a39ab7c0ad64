// scan.h - reading the files of a snapshot, for what is in no index.
//
// Ownership: hits is the caller's; symbols and chunks are borrowed from the pinned snapshot.
// Threads:   any; the snapshot is pinned; files are read from disk.
// Errors:    none; a file that changed since it was indexed, or cannot be read, is passed over.
// Limits:    SCAN_BYTES of text are read.
#ifndef HUNCH_RETRIEVAL_SCAN_H
#define HUNCH_RETRIEVAL_SCAN_H

#include "base/vec.h"
#include "indexer/language.h"
#include "retrieval/snapshot.h"

enum { SCAN_BYTES = 128 << 20 };

struct scan_hit {
    struct snapshot_file at;
    const struct symbol *symbol; // NULL: no definition
    const struct chunk *chunk;   // NULL: none is told, of a definition
    float score;
    uint32_t line;  // of the place, from 1; 0: it is not told
    uint32_t found; // scan_files: how many were found before it
};

struct scan_hits {
    VEC(struct scan_hit) list;
};

// A file being read.
struct scan_file {
    const struct segment *segment;
    struct snapshot_file at;
    const struct language *language; // NULL: none is known
    struct slice text;
};

// Decoded, and kept as long as the snapshot is pinned: for files that have something.
static inline const struct record *scan_record(const struct scan_file *file) {
    return segment_record(file->segment, file->at.file);
}

struct scan {
    const struct snapshot *snapshot;
    const char *root;
    struct slice folder; // below the root; "": all
    bool (*is_asked)(const void *context, struct snapshot_file at, const struct language *language);
    void (*look)(const void *context, const struct scan_file *file, struct scan_hits *found);
    const void *context;
};

// The best first, those of the same score in the order of the files (snapshot_walk_files) and of their places. Returns how many of hits[limit] are filled.
// *is_cut: there is more text than is read.
size_t scan_files(const struct scan *scan, size_t limit, struct scan_hit *hits, bool *is_cut);

// What is nearest around the byte at `at` of the text: the innermost definition, the one that the comment with it is of, or a
// passage. The chunk is the one there; NULL: there is none. The score is to be given.
struct scan_hit scan_hit_at(const struct scan_file *file, size_t at);

#endif
