// repository_segment.c - see repository_segment.h.
//
// A segment is four arrays: tokens of all files one after the other, their
// order by context, the files, and a coarse map from position to file. Nothing
// points out of it but the paths, so sharing it needs a counter and no lock.
//
// Segments become one by merging their orders, unless they are of like size, and
// lose files by leaving them out: the rest keeps its order when positions move,
// and when words get new numbers in the order of the old ones.
#include "backends/repository_segment.h"

#include "base/hash.h"
#include "base/spill.h"

enum { WATCH_EACH = 1 << 16, MERGED_PART = 8 }; // tokens

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

bool token_segment_add(struct segment_builder *builder, const struct segment_file *file,
                       const uint32_t *tokens, size_t count) {
    struct token_list *all = &builder->tokens;
    if (all->count + count + 1 > UINT32_MAX - 2) {
        return false;
    }
    struct segment_file added = *file;
    added.start = (uint32_t)all->count;
    if (all->count + count + 1 > all->capacity) {
        token_segment_reserve(builder, 2 * (all->count + count + 1));
    }
    all->items[all->count++] = token_make(TOKEN_FILE, 0);
    memcpy(all->items + all->count, tokens, count * sizeof *tokens);
    all->count += count;
    added.end = (uint32_t)all->count;
    vec_push(&builder->files, added);
    return true;
}

void token_segment_drop(struct segment_builder *builder) {
    spill_free(builder->tokens.items);
    vec_free(&builder->files);
    *builder = (struct segment_builder){0};
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

static struct token_segment *segment_of(struct segment_builder *builder) {
    struct token_segment *segment = mem_zero(1, sizeof *segment);
    atomic_init(&segment->references, 1);
    segment->count = (uint32_t)builder->tokens.count;
    segment->tokens = builder->tokens.items;
    if (segment->count == 0) {
        spill_free(builder->tokens.items);
        segment->tokens = NULL;
    }
    segment->files = builder->files.items;
    segment->file_count = (uint32_t)builder->files.count;
    map_blocks(segment);
    *builder = (struct segment_builder){0};
    return segment;
}

static bool sort(struct token_segment *segment, const struct order_watch *watch) {
    if (segment->count > 0) {
        segment->order = spill_alloc(segment->count * sizeof *segment->order);
        segment->order_count = order_sort(segment->tokens, segment->count, segment->order, watch);
    }
    return segment->order_count != ORDER_STOPPED;
}

// NULL if that was stopped.
static struct token_segment *sorted(struct token_segment *segment, bool done) {
    if (!done) {
        token_segment_release(segment);
        return NULL;
    }
    return segment;
}

struct token_segment *token_segment_unsorted(struct segment_builder *builder) {
    return segment_of(builder);
}

struct token_segment *token_segment_finish(struct segment_builder *builder, const struct order_watch *watch) {
    struct token_segment *segment = segment_of(builder);
    return sorted(segment, sort(segment, watch));
}

// --- two into one ---

// One of the two that are merged, and where its files go.
struct part {
    struct token_segment *segment;
    unsigned char *dead;
    uint32_t *starts; // of the living files, in the new segment
    uint32_t live_tokens, live_files;
    bool moves_together; // no dead file lies in between, so all positions move by the same
};

static struct part part_of(struct token_segment *segment, const unsigned char *dead) {
    struct part part = {.segment = segment, .dead = mem_zero((size_t)segment->file_count + 1, 1)};
    if (dead) {
        memcpy(part.dead, dead, segment->file_count);
    }
    part.starts = mem_zero((size_t)segment->file_count + 1, sizeof *part.starts);
    for (uint32_t i = 0; i < segment->file_count; i++) {
        if (!part.dead[i]) {
            part.live_files++;
            part.live_tokens += segment->files[i].end - segment->files[i].start;
        }
    }
    part.moves_together = part.live_files == segment->file_count;
    return part;
}

static void free_part(struct part *part) {
    free(part->dead);
    free(part->starts);
}

static void renumber(uint32_t *tokens, uint32_t count, const uint32_t *renumbered) {
    for (uint32_t i = 0; i < count; i++) {
        uint32_t id = token_id(tokens[i]);
        if (id >= TOKEN_FIRST_WORD) {
            uint32_t word = renumbered[(id - TOKEN_FIRST_WORD) / 2];
            tokens[i] = token_make(word * 2 + TOKEN_FIRST_WORD + (id & 1), token_space(tokens[i]));
        }
    }
}

static bool copy_tokens(struct part *part, struct segment_builder *builder, const uint32_t *renumbered,
                        const struct order_watch *watch) {
    const struct token_segment *segment = part->segment;
    uint32_t unwatched = 0;
    for (uint32_t i = 0; i < segment->file_count; i++) {
        const struct segment_file *file = &segment->files[i];
        uint32_t start = (uint32_t)builder->tokens.count, count = file->end - file->start;
        if (part->dead[i]) {
            continue;
        }
        part->starts[i] = start;
        token_segment_add(builder, file, segment->tokens + file->start + 1, count - 1);
        if (renumbered) {
            renumber(builder->tokens.items + start, count, renumbered);
        }
        unwatched += count;
        if (unwatched >= WATCH_EACH) {
            unwatched = 0;
            if (!order_goes_on(watch)) {
                return false;
            }
        }
    }
    return true;
}

static bool copy_order(const struct part *part, uint32_t *out, const struct order_watch *watch) {
    const struct token_segment *segment = part->segment;
    uint32_t shift = segment->file_count ? part->starts[0] - segment->files[0].start : 0, count = 0;
    for (uint32_t i = 0; i < segment->order_count; i++) {
        uint32_t position = segment->order[i];
        if (part->moves_together) {
            out[count++] = position + shift;
        } else {
            uint32_t file = token_segment_file_at(segment, position);
            out[count] = position - segment->files[file].start + part->starts[file];
            count += !part->dead[file]; // or the next one takes its place
        }
        if (i % WATCH_EACH == WATCH_EACH - 1 && !order_goes_on(watch)) {
            return false;
        }
    }
    return true;
}

// Readers may still have the segment; if none has, half of what the merge needs at once is freed early.
static void free_if_alone(struct token_segment *segment, uint32_t **array) {
    if (atomic_load_explicit(&segment->references, memory_order_acquire) == 1) {
        spill_free(*array);
        *array = NULL;
    }
}

static uint32_t order_length(const struct part *part) {
    return part->live_tokens - part->live_files;
}

// The longer order goes to the end of the new one, the shorter one into a list apart.
static bool merge_orders(struct token_segment *merged, struct part *a, struct part *b,
                         const struct order_watch *watch) {
    struct part *many = order_length(a) >= order_length(b) ? a : b, *few = many == a ? b : a;
    uint32_t many_count = order_length(many), few_count = order_length(few);
    merged->order_count = many_count + few_count;
    merged->order = spill_alloc(((size_t)merged->count + 1) * sizeof *merged->order);
    uint32_t *list = spill_alloc(((size_t)few_count + 1) * sizeof *list);
    bool done = copy_order(many, merged->order + few_count, watch) && copy_order(few, list, watch);
    free_if_alone(b->segment, &b->segment->order);
    done = done && order_merge(merged->tokens, merged->order, many_count, list, few_count, watch);
    spill_free(list);
    return done;
}

static bool is_sorted(const struct token_segment *segment) {
    return segment->count == 0 || segment->order != NULL;
}

// Merging costs several times what sorting does, for each position of the shorter one.
static bool is_worth_merging(const struct part *a, const struct part *b) {
    uint32_t shorter = order_length(a) < order_length(b) ? order_length(a) : order_length(b);
    return is_sorted(a->segment) && is_sorted(b->segment) &&
           shorter < (order_length(a) + order_length(b)) / MERGED_PART;
}

static struct token_segment *merge_parts(struct part *a, struct part *b, const uint32_t *renumbered,
                                         const struct order_watch *watch) {
    struct segment_builder builder = {0};
    token_segment_reserve(&builder, (size_t)a->live_tokens + b->live_tokens);
    bool copied = copy_tokens(a, &builder, renumbered, watch) && copy_tokens(b, &builder, renumbered, watch);
    free_if_alone(b->segment, &b->segment->tokens);
    struct token_segment *merged = segment_of(&builder);
    if (!copied || is_worth_merging(a, b)) {
        return sorted(merged, copied && merge_orders(merged, a, b, watch));
    }
    free_if_alone(b->segment, &b->segment->order);
    return sorted(merged, sort(merged, watch));
}

struct token_segment *token_segment_merge(struct token_segment *a, const unsigned char *a_dead,
                                          struct token_segment *b, const unsigned char *b_dead,
                                          const uint32_t *renumbered, const struct order_watch *watch) {
    struct part first = part_of(a, a_dead), second = part_of(b, b_dead);
    bool is_b = first.live_files == 0 && second.moves_together && is_sorted(b) && !renumbered;
    struct token_segment *merged = is_b                   ? b
                                   : order_goes_on(watch) ? merge_parts(&first, &second, renumbered, watch)
                                                          : NULL;
    free_part(&first);
    free_part(&second);
    token_segment_release(a);
    if (!is_b) {
        token_segment_release(b);
    }
    return merged;
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
