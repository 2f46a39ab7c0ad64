// repository_segment.c - see repository_segment.h.
//
// A segment is four arrays: tokens of all files one after the other, their
// order by context, the files, and a coarse map from position to file. Nothing
// points out of it but the paths, so sharing it needs a counter and no lock.
// The first two are packed: a token takes as many bits as the largest of the
// segment, a place as many as their number needs.
//
// Segments become one by merging their orders, unless they are of like size, and
// lose files by leaving them out: the rest keeps its order when positions move,
// and when words get new numbers in the order of the old ones.
#include "backends/repository_segment.h"

#include "base/hash.h"

enum { WATCH_EACH = 1 << 16, COPIED_AT_ONCE = 1 << 10, MERGED_PART = 8 }; // tokens

uint64_t corpus_folder_hash(const char *path) {
    const char *slash = strrchr(path, '/');
    return hash_bytes(path, slash ? (size_t)(slash - path) : 0);
}

void token_segment_reserve(struct segment_builder *builder, size_t total, uint32_t bits) {
    if (total <= builder->capacity && bits <= builder->tokens.bits) {
        return;
    }
    builder->capacity = total > builder->capacity ? total : builder->capacity;
    bits = bits > builder->tokens.bits ? bits : builder->tokens.bits;
    struct packed tokens = packed_make(builder->capacity, bits);
    packed_copy(tokens, 0, builder->tokens, 0, builder->count);
    packed_free(&builder->tokens);
    builder->tokens = tokens;
}

static uint32_t bits_of(const uint32_t *tokens, size_t count) {
    uint32_t all = 0;
    for (size_t i = 0; i < count; i++) {
        all |= tokens[i];
    }
    return packed_bits(all);
}

bool token_segment_add(struct segment_builder *builder, const struct segment_file *file,
                       const uint32_t *tokens, size_t count) {
    size_t total = builder->count + count + 1;
    if (total > UINT32_MAX - 2) {
        return false;
    }
    struct segment_file added = *file;
    added.start = (uint32_t)builder->count;
    added.end = (uint32_t)total;
    token_segment_reserve(builder, total > builder->capacity ? 2 * total : total, bits_of(tokens, count));
    packed_set(builder->tokens, builder->count, token_make(TOKEN_FILE, 0));
    packed_write(builder->tokens, builder->count + 1, tokens, count);
    builder->count = total;
    vec_push(&builder->files, added);
    return true;
}

void token_segment_drop(struct segment_builder *builder) {
    packed_free(&builder->tokens);
    vec_free(&builder->files);
    *builder = (struct segment_builder){0};
}

static void map_blocks(struct token_segment *segment) {
    segment->blocks = mem_zero(segment->count / SEGMENT_BLOCK + 1, sizeof *segment->blocks);
    uint32_t file = 0;
    for (uint32_t position = 0; segment->files && position < segment->count; position += SEGMENT_BLOCK) {
        while (segment->files[file].end <= position) {
            file++;
        }
        segment->blocks[position / SEGMENT_BLOCK] = file;
    }
}

static struct token_segment *segment_of(struct segment_builder *builder) {
    struct token_segment *segment = mem_zero(1, sizeof *segment);
    atomic_init(&segment->references, 1);
    segment->count = (uint32_t)builder->count;
    segment->tokens = builder->tokens;
    if (segment->count == 0) {
        packed_free(&segment->tokens);
    }
    segment->files = builder->files.items;
    segment->file_count = (uint32_t)builder->files.count;
    map_blocks(segment);
    *builder = (struct segment_builder){0};
    return segment;
}

static bool sort(struct token_segment *segment, const struct order_watch *watch) {
    if (segment->count > 0) {
        segment->order = packed_make(segment->count, packed_bits(segment->count));
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

static void renumber(uint32_t *tokens, size_t count, const uint32_t *renumbered) {
    for (size_t i = 0; i < count; i++) {
        uint32_t id = token_id(tokens[i]);
        if (id >= TOKEN_FIRST_WORD) {
            uint32_t word = renumbered[(id - TOKEN_FIRST_WORD) / 2];
            tokens[i] = token_make(word * 2 + TOKEN_FIRST_WORD + (id & 1), token_space(tokens[i]));
        }
    }
}

static void copy_file(struct part *part, uint32_t index, struct segment_builder *builder,
                      const uint32_t *renumbered, struct token_list *scratch) {
    const struct segment_file *file = &part->segment->files[index];
    scratch->count = file->end - file->start - 1;
    vec_reserve(scratch, scratch->count);
    packed_read(part->segment->tokens, file->start + 1, scratch->items, scratch->count);
    if (renumbered) {
        renumber(scratch->items, scratch->count, renumbered);
    }
    part->starts[index] = (uint32_t)builder->count;
    token_segment_add(builder, file, scratch->items, scratch->count);
}

static bool copy_tokens(struct part *part, struct segment_builder *builder, const uint32_t *renumbered,
                        const struct order_watch *watch) {
    struct token_list scratch = {0};
    size_t unwatched = 0;
    bool goes_on = true;
    for (uint32_t i = 0; i < part->segment->file_count && goes_on; i++) {
        if (part->dead[i]) {
            continue;
        }
        copy_file(part, i, builder, renumbered, &scratch);
        unwatched += scratch.count;
        if (unwatched >= WATCH_EACH) {
            unwatched = 0;
            goes_on = order_goes_on(watch);
        }
    }
    vec_free(&scratch);
    return goes_on;
}

// The positions of a block of the order where they are in the new segment; returns how many are left.
static uint32_t move_positions(const struct part *part, uint32_t *positions, uint32_t count) {
    const struct token_segment *segment = part->segment;
    uint32_t shift = segment->file_count ? part->starts[0] - segment->files[0].start : 0, left = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (part->moves_together) {
            positions[left++] = positions[i] + shift;
        } else {
            uint32_t file = token_segment_file_at(segment, positions[i]);
            positions[left] = positions[i] - segment->files[file].start + part->starts[file];
            left += !part->dead[file]; // or the next one takes its place
        }
    }
    return left;
}

static bool copy_order(const struct part *part, struct packed out, uint32_t start,
                       const struct order_watch *watch) {
    uint32_t positions[COPIED_AT_ONCE], total = part->segment->order_count;
    for (uint32_t i = 0; i < total; i += COPIED_AT_ONCE) {
        uint32_t count = total - i < COPIED_AT_ONCE ? total - i : COPIED_AT_ONCE;
        packed_read(part->segment->order, i, positions, count);
        count = move_positions(part, positions, count);
        packed_write(out, start, positions, count);
        start += count;
        if (i % WATCH_EACH == 0 && !order_goes_on(watch)) {
            return false;
        }
    }
    return true;
}

// Readers may still have the segment; if none has, half of what the merge needs at once is freed early.
static void free_if_alone(struct token_segment *segment, struct packed *array) {
    if (atomic_load_explicit(&segment->references, memory_order_acquire) == 1) {
        packed_free(array);
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
    merged->order = packed_make(merged->count, packed_bits(merged->count));
    struct packed list = packed_make(few_count, merged->order.bits);
    bool done = copy_order(many, merged->order, few_count, watch) && copy_order(few, list, 0, watch);
    free_if_alone(b->segment, &b->segment->order);
    done = done && order_merge(merged->tokens, merged->order, many_count, list, few_count, watch);
    packed_free(&list);
    return done;
}

static bool is_sorted(const struct token_segment *segment) {
    return segment->count == 0 || segment->order.bytes != NULL;
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
    uint32_t a_bits = a->segment->tokens.bits, b_bits = b->segment->tokens.bits;
    token_segment_reserve(&builder, (size_t)a->live_tokens + b->live_tokens,
                          renumbered        ? 1
                          : a_bits > b_bits ? a_bits
                                            : b_bits);
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
    bool is_b = first.live_files == 0 && second.moves_together && !renumbered;
    struct token_segment *merged = is_b                   ? sorted(b, is_sorted(b) || sort(b, watch))
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
        packed_free(&segment->tokens);
        packed_free(&segment->order);
        free(segment->files);
        free(segment->blocks);
        free(segment);
    }
}

uint64_t token_segment_bytes(const struct token_segment *segment) {
    return packed_size(&segment->tokens, segment->count) + packed_size(&segment->order, segment->count) +
           segment->file_count * sizeof *segment->files +
           (segment->count / SEGMENT_BLOCK + 1) * sizeof *segment->blocks;
}
