// segment_merge.c - a large segment from smaller ones; see segment.h.
//
// Whatever a segment holds is numbered in the files' order, so merging is
// copying one source behind the other with other numbers: a file's moves by
// what stands before it and by what was left out, and so do those of its
// chunks and symbols. Nothing is hashed or counted again.
#include "base/mem.h"
#include "base/spill.h"
#include "retrieval/segment.h"

#include <stdlib.h>

enum { NUMBERED_FILES = SEGMENT_FIELDS, NUMBERED_KINDS };

// The numbers that a source's files, chunks and symbols get.
struct moving {
    uint32_t *numbers[NUMBERED_KINDS]; // NULL: none is left out
    uint32_t first[NUMBERED_KINDS];
};

struct merge {
    struct segment *out;
    const struct segment_source *sources;
    uint32_t count;
    struct moving *moving; // of each source
};

static uint32_t count_gone(const struct segment_source *source) {
    uint32_t gone = 0;
    for (uint32_t file = 0; file < source->segment->file_count; file++) {
        gone += segment_is_gone(source->gone, file);
    }
    return gone;
}

static uint32_t number_of(const struct moving *moving, int kind, uint32_t id) {
    return moving->numbers[kind] ? moving->numbers[kind][id] : moving->first[kind] + id;
}

static void adopt_file(struct segment *out, const struct segment_file *file) {
    out->files[out->file_count++] = (struct segment_file){
        .record = record_retain(file->record), .text = file->text ? text_retain(file->text) : NULL};
}

static void merge_files(struct merge *merge) {
    struct segment *out = merge->out;
    size_t most = 0;
    for (uint32_t s = 0; s < merge->count; s++) {
        most += merge->sources[s].segment->file_count;
    }
    out->files = mem_alloc((most + 1) * sizeof *out->files);
    for (uint32_t s = 0; s < merge->count; s++) {
        const struct segment_source *source = &merge->sources[s];
        struct moving *moving = &merge->moving[s];
        bool is_whole = count_gone(source) == 0;
        moving->first[NUMBERED_FILES] = out->file_count;
        moving->numbers[NUMBERED_FILES] =
            is_whole ? NULL : mem_alloc((source->segment->file_count + (size_t)1) * sizeof(uint32_t));
        for (uint32_t file = 0; file < source->segment->file_count; file++) {
            bool gone = segment_is_gone(source->gone, file);
            if (!is_whole) {
                moving->numbers[NUMBERED_FILES][file] = gone ? POSTINGS_GONE : out->file_count;
            }
            if (!gone) {
                adopt_file(out, &source->segment->files[file]);
            }
        }
    }
}

static void number_part(struct moving *moving, const struct segment_part *part, enum segment_field field,
                        uint32_t *next) {
    const uint32_t *files = moving->numbers[NUMBERED_FILES];
    moving->first[field] = *next;
    if (!files) {
        *next += part->count;
        return;
    }
    uint32_t *numbers = moving->numbers[field] = mem_alloc((part->count + (size_t)1) * sizeof *numbers);
    for (uint32_t id = 0; id < part->count; id++) {
        numbers[id] = files[part->files[id]] == POSTINGS_GONE ? POSTINGS_GONE : (*next)++;
    }
}

static void merge_documents(struct merge *merge, enum segment_field field) {
    struct segment_part *out = &merge->out->fields[field];
    for (uint32_t s = 0; s < merge->count; s++) {
        number_part(&merge->moving[s], &merge->sources[s].segment->fields[field], field, &out->count);
    }
    out->files = spill_alloc((out->count + (size_t)1) * sizeof *out->files);
    for (uint32_t s = 0; s < merge->count; s++) {
        const struct segment_part *part = &merge->sources[s].segment->fields[field];
        for (uint32_t id = 0; id < part->count; id++) {
            uint32_t number = number_of(&merge->moving[s], (int)field, id);
            if (number != POSTINGS_GONE) {
                out->files[number] = number_of(&merge->moving[s], NUMBERED_FILES, part->files[id]);
            }
        }
    }
    segment_number_firsts(merge->out, field);
}

static void merge_keys(struct merge *merge) {
    struct segment *out = merge->out;
    out->keys = spill_alloc((out->fields[SEGMENT_SYMBOLS].count + (size_t)1) * sizeof *out->keys);
    for (uint32_t s = 0; s < merge->count; s++) {
        const struct segment *segment = merge->sources[s].segment;
        for (uint32_t id = 0; id < segment->fields[SEGMENT_SYMBOLS].count; id++) {
            uint32_t number = number_of(&merge->moving[s], SEGMENT_SYMBOLS, id);
            if (number != POSTINGS_GONE) {
                out->keys[number] = segment->keys[id];
            }
        }
    }
}

// Postings that stand at the same place in every segment, of documents of that kind.
static void merge_postings(struct merge *merge, size_t offset, int kind) {
    struct postings_source *sources = mem_alloc((merge->count + (size_t)1) * sizeof *sources);
    for (uint32_t s = 0; s < merge->count; s++) {
        const char *segment = (const char *)merge->sources[s].segment;
        sources[s] = (struct postings_source){(const void *)(segment + offset),
                                              merge->moving[s].numbers[kind], merge->moving[s].first[kind]};
    }
    postings_merge((void *)((char *)merge->out + offset), sources, merge->count);
    free(sources);
}

static void free_moving(struct merge *merge) {
    for (uint32_t s = 0; s < merge->count; s++) {
        for (int kind = 0; kind < NUMBERED_KINDS; kind++) {
            free(merge->moving[s].numbers[kind]);
        }
    }
    free(merge->moving);
}

// Files have paths, so they are no more than the postings of those.
bool segment_can_merge(const struct segment_source *sources, uint32_t count) {
    uint64_t chunks = 0, symbols = 0, terms = 0, signatures = 0, paths = 0;
    for (uint32_t s = 0; s < count; s++) {
        const struct segment *segment = sources[s].segment;
        chunks += segment->fields[SEGMENT_CHUNKS].count;
        terms += segment->fields[SEGMENT_CHUNKS].terms.unit_count;
        signatures += segment->fields[SEGMENT_SYMBOLS].terms.unit_count;
        symbols += segment->fields[SEGMENT_SYMBOLS].count;
        paths += segment->paths.unit_count;
    }
    return chunks <= UINT32_MAX && symbols <= NAMES_MOST && terms <= POSTINGS_MERGED &&
           signatures <= POSTINGS_MERGED && paths <= POSTINGS_MERGED;
}

struct segment *segment_merge(const struct segment_source *sources, uint32_t count) {
    struct segment *out = mem_zero(1, sizeof *out);
    struct merge merge = {.out = out, .sources = sources, .count = count};
    merge.moving = mem_zero(count + (size_t)1, sizeof *merge.moving);
    atomic_init(&out->references, 1);
    merge_files(&merge);
    segment_place_files(out);
    merge_documents(&merge, SEGMENT_CHUNKS);
    merge_documents(&merge, SEGMENT_SYMBOLS);
    merge_keys(&merge);
    segment_index_names(out);
    merge_postings(&merge, offsetof(struct segment, fields[SEGMENT_CHUNKS].terms), SEGMENT_CHUNKS);
    merge_postings(&merge, offsetof(struct segment, fields[SEGMENT_SYMBOLS].terms), SEGMENT_SYMBOLS);
    merge_postings(&merge, offsetof(struct segment, paths), NUMBERED_FILES);
    free_moving(&merge);
    return out;
}
