// records.h - small records for retrieval's tests, from real source text or made by hand.
#ifndef HUNCH_TESTS_RECORDS_H
#define HUNCH_TESTS_RECORDS_H

#include "base/hash.h"
#include "indexer/syntax.h"
#include "retrieval/snapshot.h"

#include <stdio.h>
#include <stdlib.h>

// As the indexer makes it, from source text.
static inline struct record *record_of(const char *path, const char *text) {
    struct record *record = record_new(path);
    struct syntax *syntax = syntax_new();
    syntax_extract(syntax, language_of_path(path), slice_of_string(text), NULL, record);
    syntax_free(syntax);
    record->size = (int64_t)strlen(text);
    record->hash = hash_bytes(text, strlen(text));
    return record;
}

// With nothing but import statements, separated by spaces.
static inline struct record *record_importing(const char *path, const char *language, const char *targets) {
    struct record *record = record_new(path);
    struct import *imports = arena_alloc(&record->arena, 32 * sizeof *imports);
    char *copy = arena_copy_string(&record->arena, targets);
    for (char *at = copy; *at;) {
        size_t length = strcspn(at, " ");
        bool more = at[length] != '\0';
        at[length] = '\0';
        imports[record->import_count++].target = at;
        at += length + more;
    }
    record->imports = imports;
    record->language = language;
    return record;
}

// With `chunks` chunks of one line each, whose terms are given: terms[i] has count[i], ended by hash 0.
static inline struct record *record_with_terms(const char *path, const struct term *const *rows,
                                               uint32_t chunks) {
    struct record *record = record_new(path);
    struct chunk *all = arena_alloc(&record->arena, (chunks + (size_t)1) * sizeof *all);
    for (uint32_t i = 0; i < chunks; i++) {
        all[i] = (struct chunk){.start_line = i, .end_line = i, .kind = "lines", .name = "", .scope = ""};
        all[i].terms = rows[i];
        for (; rows[i][all[i].term_count].hash; all[i].term_count++) {
            all[i].length += rows[i][all[i].term_count].count;
        }
    }
    record->chunks = all;
    record->chunk_count = chunks;
    return record;
}

// A segment of these records, which it takes over.
static inline struct segment *segment_of(struct record **records, uint32_t count) {
    struct segment_file *files = calloc(count + (size_t)1, sizeof *files);
    for (uint32_t i = 0; i < count; i++) {
        files[i].record = records[i];
    }
    struct segment *segment = segment_build(files, count);
    for (uint32_t i = 0; i < count; i++) {
        record_release(records[i]);
    }
    free(files);
    return segment;
}

// Publishes segments of which nothing is gone, and gives them up.
static inline void publish_segments(struct snapshot_slot *slot, struct segment **segments, uint32_t count) {
    uint64_t *gone[SNAPSHOT_ON_DISK];
    for (uint32_t i = 0; i < count; i++) {
        gone[i] = calloc(segment_bitmap_words(segments[i]), sizeof **gone);
    }
    snapshot_publish(slot,
                     &(struct snapshot_parts){.segments = segments, .gone = gone, .segment_count = count});
    for (uint32_t i = 0; i < count; i++) {
        free(gone[i]);
        segment_release(segments[i]);
    }
}

// The one snapshot of these records' segment, pinned.
struct pinned {
    struct snapshot_slot slot;
    const struct snapshot *snapshot;
};

// Takes the records over.
static inline void pin_records(struct pinned *pinned, struct record **records, uint32_t count) {
    struct segment *segment = segment_of(records, count);
    snapshot_slot_init(&pinned->slot);
    publish_segments(&pinned->slot, &segment, 1);
    pinned->snapshot = snapshot_pin(&pinned->slot);
}

static inline void unpin_records(struct pinned *pinned) {
    snapshot_unpin(&pinned->slot, pinned->snapshot);
    snapshot_slot_fini(&pinned->slot);
}

// A small generator, so that a failure can be repeated.
static inline uint32_t draw(uint64_t *state) {
    *state = *state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(*state >> 33);
}

#endif
