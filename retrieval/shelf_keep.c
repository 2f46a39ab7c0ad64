// shelf_keep.c - a large segment outlives the process; see shelf.h.
//
// What is kept was one segment of everything at the time. It still is worth
// having when a quarter of what there is now is not in it; then another is
// made.
#include "retrieval/shelf.h"

#include "base/archive.h"
#include "base/mem.h"
#include "base/spill.h"

#include <stdlib.h>

enum {
    LEAST_SIZE = 4096, // chunks, symbols and files: built anew in some milliseconds
    WORTH = 4          // a quarter must be new
};

static uint64_t living_size(const struct shelf_segment *segment) {
    return segment->size - segment->gone_size;
}

// Of all segments, and of the one that was kept.
static uint64_t count_living(const struct shelf *shelf, uint64_t *kept) {
    uint64_t all = 0;
    *kept = 0;
    for (size_t i = 0; i < shelf->segments.count; i++) {
        const struct shelf_segment *segment = &shelf->segments.items[i];
        all += living_size(segment);
        *kept += segment->segment == shelf->kept ? living_size(segment) : 0;
    }
    return all;
}

void shelf_restore(struct shelf *shelf, char *bytes, size_t size) {
    uint64_t *marks = NULL;
    struct segment *segment = segment_restore(bytes, size, &marks);
    if (!segment) {
        spill_free(bytes);
        return;
    }
    shelf_add_segment(shelf, segment);
    struct shelf_segment *restored = &shelf->segments.items[shelf->segments.count - 1];
    for (uint32_t file = 0; file < segment->file_count; file++) {
        restored->gone[file / 64] |= UINT64_C(1) << (file % 64);
    }
    restored->gone_size = restored->size;
    restored->marks = marks;
    shelf->kept = segment;
}

static bool revive_in(struct shelf_segment *segment, const struct record *record) {
    uint32_t file = 0;
    if (!segment->marks || !segment_find(segment->segment, slice_of_string(record->path), &file)) {
        return false;
    }
    uint64_t mark = record_hash_of_bytes(record);
    if (mark == 0 || segment->marks[file] != mark) {
        return false;
    }
    record_share(segment->segment->files[file].record, record);
    segment->gone[file / 64] &= ~(UINT64_C(1) << (file % 64));
    segment->gone_size -= shelf_size_of(record);
    return true;
}

bool shelf_revive(struct shelf *shelf, const struct record *record) {
    for (size_t i = 0; i < shelf->segments.count; i++) {
        if (revive_in(&shelf->segments.items[i], record)) {
            return true;
        }
    }
    return false;
}

bool shelf_end_restoring(struct shelf *shelf) {
    uint64_t kept, all = count_living(shelf, &kept) + shelf->waiting_size;
    for (size_t i = 0; i < shelf->segments.count; i++) {
        free(shelf->segments.items[i].marks);
        shelf->segments.items[i].marks = NULL;
    }
    return shelf->kept && all - kept <= all / WORTH;
}

char *shelf_keep(struct shelf *shelf, size_t *size) {
    uint64_t kept, all = count_living(shelf, &kept);
    bool is_worth = shelf->complete && !shelf->stale && all >= LEAST_SIZE && all - kept > all / WORTH;
    if (!is_worth) {
        return NULL;
    }
    if (shelf->segments.count > 1 || shelf->segments.items[0].gone_size) {
        shelf_merge_all(shelf);
        shelf_publish_all(shelf);
    }
    if (shelf->segments.count > 1) { // one cannot hold everything
        return NULL;
    }
    struct archive_out out = {0};
    const struct segment *segment = shelf->segments.items[0].segment;
    segment_archive(segment, &out);
    out = (struct archive_out){.bytes = spill_alloc(out.size + 1)};
    segment_archive(segment, &out);
    shelf->kept = segment;
    *size = out.size;
    return out.bytes;
}
