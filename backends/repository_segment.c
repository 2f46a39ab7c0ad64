// repository_segment.c - see repository_segment.h.
//
// A segment is four arrays: tokens of all files one after the other, their
// order by context, the files, and a coarse map from position to file. Nothing
// points out of it but the paths, so sharing it needs a counter and no lock.
#include "backends/repository_segment.h"

#include "base/hash.h"
#include "base/spill.h"

uint64_t corpus_folder_hash(const char *path) {
    const char *slash = strrchr(path, '/');
    return hash_bytes(path, slash ? (size_t)(slash - path) : 0);
}

void token_segment_reserve(struct segment_builder *builder, size_t total) {
    struct token_list *all = &builder->tokens;
    if (total <= all->capacity) {
        return;
    }
    uint32_t *items = spill_alloc(total * sizeof *items);
    if (all->count) {
        memcpy(items, all->items, all->count * sizeof *items);
    }
    spill_free(all->items);
    all->items = items;
    all->capacity = total;
}

void token_segment_add(struct segment_builder *builder, const char *path, enum taint taint,
                       const uint32_t *tokens, size_t count) {
    struct token_list *all = &builder->tokens;
    if (count == 0 || all->count + count + 1 > UINT32_MAX - 2) {
        return;
    }
    uint32_t start = (uint32_t)all->count;
    if (all->count + count + 1 > all->capacity) {
        token_segment_reserve(builder, 2 * (all->count + count + 1));
    }
    all->items[all->count++] = token_make(TOKEN_FILE, 0);
    memcpy(all->items + all->count, tokens, count * sizeof *tokens);
    all->count += count;
    struct segment_file file = {path, corpus_folder_hash(path), start, (uint32_t)all->count, taint};
    vec_push(&builder->files, file);
}

static void map_blocks(struct token_segment *segment) {
    segment->blocks = mem_zero(segment->count / SEGMENT_BLOCK + 1, sizeof *segment->blocks);
    uint32_t file = 0;
    for (uint32_t position = 0; position < segment->count; position += SEGMENT_BLOCK) {
        while (segment->files[file].end <= position) {
            file++;
        }
        segment->blocks[position / SEGMENT_BLOCK] = file;
    }
}

struct token_segment *token_segment_finish(struct segment_builder *builder) {
    struct token_segment *segment = mem_zero(1, sizeof *segment);
    atomic_init(&segment->references, 1);
    segment->count = (uint32_t)builder->tokens.count;
    if (segment->count > 0) {
        segment->tokens = builder->tokens.items;
        segment->order = spill_alloc(segment->count * sizeof *segment->order);
        segment->order_count = order_sort(segment->tokens, segment->count, segment->order);
    } else {
        spill_free(builder->tokens.items);
    }
    segment->files = builder->files.items;
    segment->file_count = (uint32_t)builder->files.count;
    map_blocks(segment);
    *builder = (struct segment_builder){0};
    return segment;
}

struct token_segment *token_segment_retain(struct token_segment *segment) {
    atomic_fetch_add_explicit(&segment->references, 1, memory_order_relaxed);
    return segment;
}

void token_segment_release(struct token_segment *segment) {
    if (segment && atomic_fetch_sub_explicit(&segment->references, 1, memory_order_acq_rel) == 1) {
        spill_free(segment->tokens);
        spill_free(segment->order);
        free(segment->files);
        free(segment->blocks);
        free(segment);
    }
}

uint64_t token_segment_bytes(const struct token_segment *segment) {
    return segment->count * (sizeof *segment->tokens + sizeof *segment->order) +
           segment->file_count * sizeof *segment->files +
           (segment->count / SEGMENT_BLOCK + 1) * sizeof *segment->blocks;
}
