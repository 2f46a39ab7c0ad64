// segment_merge.c - a large segment from smaller ones; see segment.h.
//
// The sources' living files are put in the order of their paths. Whatever else a
// segment holds is numbered in the files' order, so each source's files, chunks
// and symbols get other numbers, which still ascend, and the rest is copying.
// Nothing is hashed or counted again.
#include "base/mem.h"
#include "base/spill.h"
#include "retrieval/segment.h"

#include <stdlib.h>

enum { NUMBERED_FILES = SEGMENT_FIELDS, NUMBERED_KINDS };

// A living file of a source.
struct merged_file {
    const char *path;
    uint32_t source, file;
};

struct merge {
    struct segment *out;
    const struct segment_source *sources;
    uint32_t count;
    struct merged_file *files; // of what is made, in order
    // Of each source: the numbers that its files, chunks and symbols get, or POSTINGS_GONE.
    uint32_t *(*numbers)[NUMBERED_KINDS];
};

static int compare_files(const void *left, const void *right) {
    const struct merged_file *a = left, *b = right;
    return strcmp(a->path, b->path);
}

// Returns how many there are.
static uint32_t gather_files(struct merge *merge) {
    size_t most = 0, count = 0;
    for (uint32_t s = 0; s < merge->count; s++) {
        most += merge->sources[s].segment->file_count;
    }
    merge->files = mem_alloc((most + 1) * sizeof *merge->files);
    for (uint32_t s = 0; s < merge->count; s++) {
        const struct segment_source *source = &merge->sources[s];
        for (uint32_t file = 0; file < source->segment->file_count; file++) {
            if (!segment_is_gone(source->gone, file)) {
                const char *path = source->segment->files[file].record->path;
                merge->files[count++] = (struct merged_file){path, s, file};
            }
        }
    }
    return (uint32_t)count;
}

static uint32_t *no_numbers(uint32_t count) {
    uint32_t *numbers = mem_alloc((count + (size_t)1) * sizeof *numbers);
    for (uint32_t i = 0; i < count; i++) {
        numbers[i] = POSTINGS_GONE;
    }
    return numbers;
}

static void merge_files(struct merge *merge) {
    struct segment *out = merge->out;
    out->file_count = gather_files(merge);
    if (out->file_count) {
        qsort(merge->files, out->file_count, sizeof *merge->files, compare_files);
    }
    for (uint32_t s = 0; s < merge->count; s++) {
        merge->numbers[s][NUMBERED_FILES] = no_numbers(merge->sources[s].segment->file_count);
    }
    out->files = mem_alloc((out->file_count + (size_t)1) * sizeof *out->files);
    for (uint32_t i = 0; i < out->file_count; i++) {
        const struct merged_file *from = &merge->files[i];
        const struct segment_file *file = &merge->sources[from->source].segment->files[from->file];
        out->files[i] = (struct segment_file){.record = record_retain(file->record),
                                              .text = file->text ? text_retain(file->text) : NULL};
        merge->numbers[from->source][NUMBERED_FILES][from->file] = i;
    }
}

static void make_room_for_documents(struct merge *merge, enum segment_field field) {
    struct segment_part *out = &merge->out->fields[field];
    for (uint32_t s = 0; s < merge->count; s++) {
        merge->numbers[s][field] = no_numbers(merge->sources[s].segment->fields[field].count);
    }
    for (uint32_t i = 0; i < merge->out->file_count; i++) {
        const struct merged_file *file = &merge->files[i];
        uint32_t first;
        out->count += segment_range(merge->sources[file->source].segment, field, file->file, &first) - first;
    }
    out->firsts = spill_alloc((merge->out->file_count + (size_t)1) * sizeof *out->firsts);
}

static void merge_documents(struct merge *merge, enum segment_field field) {
    struct segment_part *out = &merge->out->fields[field];
    uint32_t next = 0;
    make_room_for_documents(merge, field);
    for (uint32_t i = 0; i < merge->out->file_count; i++) {
        const struct merged_file *file = &merge->files[i];
        uint32_t id, end = segment_range(merge->sources[file->source].segment, field, file->file, &id);
        out->firsts[i] = next;
        for (; id < end; id++) {
            merge->numbers[file->source][field][id] = next++;
        }
    }
    out->firsts[merge->out->file_count] = next;
    segment_index_documents(merge->out, field);
}

static void merge_keys(struct merge *merge) {
    struct segment *out = merge->out;
    out->keys = spill_alloc((out->fields[SEGMENT_SYMBOLS].count + (size_t)1) * sizeof *out->keys);
    for (uint32_t s = 0; s < merge->count; s++) {
        const struct segment *segment = merge->sources[s].segment;
        for (uint32_t id = 0; id < segment->fields[SEGMENT_SYMBOLS].count; id++) {
            uint32_t number = merge->numbers[s][SEGMENT_SYMBOLS][id];
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
        sources[s] = (struct postings_source){(const void *)(segment + offset), merge->numbers[s][kind]};
    }
    postings_merge((void *)((char *)merge->out + offset), sources, merge->count);
    free(sources);
}

static void finish(struct merge *merge) {
    for (uint32_t s = 0; s < merge->count; s++) {
        for (int kind = 0; kind < NUMBERED_KINDS; kind++) {
            free(merge->numbers[s][kind]);
        }
    }
    free(merge->numbers);
    free(merge->files);
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
    merge.numbers = mem_zero(count + (size_t)1, sizeof *merge.numbers);
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
    finish(&merge);
    return out;
}
