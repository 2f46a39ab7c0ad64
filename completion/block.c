// block.c - see block.h.
#include "completion/block.h"

#include "base/hash.h"
#include "completion/novelty.h"
#include "completion/region.h"
#include "retrieval/known_lines.h"

#include <stdio.h>

void block_init(struct block *block) {
    *block = (struct block){0};
    arena_init(&block->arena);
}

void block_free(struct block *block) {
    vec_free(&block->items);
    arena_free(&block->arena);
}

const char *block_fate_name(enum block_fate fate) {
    static const char *const names[] = {"kept", "grown", "mended", "moved", "crowded", "completed"};
    return (unsigned)fate < sizeof names / sizeof *names ? names[fate] : "unknown";
}

static const char *plain(const char *scope) {
    return scope ? scope : "";
}

static bool same_scope(const char *a, const char *b) {
    return strcmp(plain(a), plain(b)) == 0;
}

static uint64_t key_of(const char *path, const char *scope, struct slice text) {
    uint64_t owner = hash_bytes(plain(scope), strlen(plain(scope)));
    return (hash_bytes(path, strlen(path)) * 31 + owner) * 31 + hash_bytes(text.data, text.length);
}

// May two that follow each other share a file?
static bool joins(enum context_source source, const char *path, enum context_source other,
                  const char *other_path) {
    return !context_shows_lines(source) && !context_shows_lines(other) && strcmp(path, other_path) == 0;
}

static bool joins_before(const struct block *block, size_t i) {
    const struct block_item *item = &block->items.items[i];
    return i > 0 && joins(item->source, item->path, item[-1].source, item[-1].path);
}

// joined: to its file; headed: its type's name is there.
static size_t cost(const char *path, const char *scope, struct slice text, bool joined, bool headed) {
    size_t owner = strlen(plain(scope));
    owner += owner ? BLOCK_INDENT + 2 : 0;
    owner = owner && headed ? BLOCK_INDENT : owner;
    return owner + text.length + (joined ? 1 : strlen(path) + BLOCK_FILE_BYTES);
}

// Does its type's name stand above it already?
static bool is_headed(const struct block *block, size_t i) {
    const struct block_item *item = &block->items.items[i];
    return joins_before(block, i) && same_scope(item->scope, item[-1].scope);
}

size_t block_bytes(const struct block *block) {
    size_t bytes = 0;
    for (size_t i = 0; i < block->items.count; i++) {
        const struct block_item *item = &block->items.items[i];
        bytes += cost(item->path, item->scope, item->text, joins_before(block, i), is_headed(block, i));
    }
    return bytes;
}

// --- stale items ---

static bool has_signature(const struct record *record, struct slice signature) {
    for (uint32_t i = 0; i < record->symbol_count; i++) {
        if (slice_equal(slice_trim(slice_of_string(record->symbols[i].signature)), signature)) {
            return true;
        }
    }
    return false;
}

// A file that changed may hold a signature as before; of a chunk nobody knows without reading it.
static bool still_true(struct block_item *item, const struct block_files *files) {
    if (!files->find) {
        return true;
    }
    struct record *record = files->find(files->self, item->path);
    if (!record) {
        return false;
    }
    bool holds = record->hash == item->file_hash ||
                 (!context_shows_lines(item->source) && has_signature(record, item->text));
    item->file_hash = record->hash;
    record_release(record);
    return holds;
}

static bool is_sound(struct block_item *item, const struct block_query *query,
                     const struct known_lines *known) {
    return still_true(item, &query->files) &&
           !(context_shows_lines(item->source) && known_lines_cover(known, item->text));
}

// How many items at the head are not stale.
static size_t count_sound(struct block *block, const struct block_query *query) {
    size_t sound = 0;
    struct known_lines known;
    known_lines_init(&known, query->around);
    while (sound < block->items.count && is_sound(&block->items.items[sound], query, &known)) {
        sound++;
    }
    known_lines_free(&known);
    return sound;
}

// --- what is there and what is not ---

static bool holds(const struct block *block, const struct context_item *item) {
    uint64_t key = key_of(item->path, item->scope, item->text);
    for (size_t i = 0; i < block->items.count; i++) {
        if (block->items.items[i].key == key) {
            return true;
        }
    }
    return false;
}

static uint32_t missing_of(const struct block *block, const struct context *context, uint32_t first) {
    uint32_t missing = 0;
    for (uint32_t i = 0; i < context->count && i < first; i++) {
        missing += !holds(block, &context->items[i]);
    }
    return missing;
}

uint32_t block_mark(const struct block *block, struct context *context) {
    uint32_t missing = 0;
    for (uint32_t i = 0; i < context->count; i++) {
        context->items[i].in_prompt = holds(block, &context->items[i]);
        missing += !context->items[i].in_prompt;
    }
    return missing;
}

// Is more than a quarter of the best missing?
static bool lacks_many(const struct block *block, const struct context *context) {
    uint32_t top = context->count < BLOCK_TOP ? context->count : BLOCK_TOP;
    return missing_of(block, context, top) * 4 > top;
}

// Does one of the best tell the model what the prompt with this block does not?
static bool has_news(const struct block *block, const struct block_query *query) {
    struct novelty novelty;
    bool news = false;
    if (missing_of(block, query->context, BLOCK_TOP) == 0) {
        return false; // without reading the prompt
    }
    novelty_init(&novelty, query->around, query->cursor);
    for (size_t i = 0; i < block->items.count; i++) {
        novelty_show(&novelty, block->items.items[i].text);
    }
    for (uint32_t i = 0; i < query->context->count && i < BLOCK_TOP && !news; i++) {
        const struct context_item *item = &query->context->items[i];
        news = !holds(block, item) && novelty_is(&novelty, item);
    }
    novelty_free(&novelty);
    return news;
}

// --- changing ---

static void push(struct block *block, const struct context_item *item, const struct block_files *files) {
    struct record *record = files->find ? files->find(files->self, item->path) : NULL;
    struct block_item copy = {
        .path = arena_copy_string(&block->arena, item->path),
        .scope = item->scope ? arena_copy_string(&block->arena, item->scope) : NULL,
        .text = {arena_copy(&block->arena, item->text), item->text.length},
        .source = item->source,
        .key = key_of(item->path, item->scope, item->text),
        .file_hash = record ? record->hash : 0,
    };
    record_release(record);
    vec_push(&block->items, copy);
}

// Drops all behind the first `count` items, and the memory of what is gone.
static void keep_head(struct block *block, size_t count) {
    struct block kept;
    block_init(&kept);
    for (size_t i = 0; i < count; i++) {
        struct block_item item = block->items.items[i];
        item.path = arena_copy_string(&kept.arena, item.path);
        item.scope = item.scope ? arena_copy_string(&kept.arena, item.scope) : NULL;
        item.text.data = arena_copy(&kept.arena, item.text);
        vec_push(&kept.items, item);
    }
    kept.cut_short = block->cut_short;
    block_free(block);
    *block = kept;
}

struct chosen {
    const struct context_item **items; // best first
    size_t count;
};

static bool shares_file(const struct context_item *a, const struct context_item *b) {
    return joins(a->source, a->path, b->source, b->path);
}

static bool shares_scope(const struct context_item *a, const struct context_item *b) {
    return shares_file(a, b) && same_scope(a->scope, b->scope);
}

static bool has_like(const struct chosen *chosen, const struct context_item *item,
                     bool (*like)(const struct context_item *, const struct context_item *)) {
    for (size_t i = 0; i < chosen->count; i++) {
        if (like(chosen->items[i], item)) {
            return true;
        }
    }
    return false;
}

// The best that are not there yet and fit.
static void choose(const struct block *block, const struct block_query *query, struct chosen *chosen) {
    const struct context *context = query->context;
    size_t used = block_bytes(block);
    for (uint32_t i = 0; i < context->count; i++) {
        const struct context_item *item = &context->items[i];
        if (holds(block, item)) {
            continue;
        }
        used += cost(item->path, item->scope, item->text, has_like(chosen, item, shares_file),
                     has_like(chosen, item, shares_scope));
        if (used > query->fill) {
            break;
        }
        chosen->items[chosen->count++] = item;
    }
}

// Those of one type, from the i-th on; of them the best last.
static void push_scope(struct block *block, const struct block_query *query, const struct chosen *chosen,
                       size_t i) {
    for (size_t j = chosen->count; j-- > i;) {
        const struct context_item *item = chosen->items[j];
        if ((j == i || shares_scope(chosen->items[i], item)) && !holds(block, item)) {
            push(block, item, &query->files);
        }
    }
}

// Best last, the signatures of a path together where its best one stands, in it those of a type the same way.
static void fill(struct block *block, const struct block_query *query) {
    struct chosen chosen = {mem_zero(query->context->count + 1, sizeof *chosen.items), 0};
    choose(block, query, &chosen);
    for (size_t i = chosen.count; i-- > 0;) {
        const struct context_item *head = chosen.items[i];
        if (has_like(&(struct chosen){chosen.items, i}, head, shares_file)) {
            continue; // its turn comes with the best one of its file
        }
        for (size_t j = chosen.count; j-- > i;) {
            const struct context_item *item = chosen.items[j];
            bool is_best = !has_like(&(struct chosen){chosen.items + i, j - i}, item, shares_scope);
            if (j == i || (is_best && shares_file(head, item))) {
                push_scope(block, query, &chosen, j);
            }
        }
    }
    free(chosen.items);
}

static void refill(struct block *block, const struct block_query *query, size_t head) {
    keep_head(block, head);
    block->cut_short = query->cut_short;
    fill(block, query);
}

// The best that are missing, behind all else. False: they do not fit.
static bool grow(struct block *block, const struct block_query *query) {
    const struct context *context = query->context;
    for (uint32_t i = context->count < BLOCK_TOP ? context->count : BLOCK_TOP; i-- > 0;) {
        const struct context_item *item = &context->items[i];
        if (holds(block, item)) {
            continue;
        }
        if (block_bytes(block) + cost(item->path, item->scope, item->text, false, false) > query->budget) {
            return false;
        }
        push(block, item, &query->files);
    }
    return true;
}

// What is to become of the block; a mended one keeps `sound` items.
static enum block_fate decide(struct block *block, const struct block_query *query, size_t *sound) {
    *sound = 0;
    bool is_empty = block->items.count == 0 && query->context->count;
    if (is_empty || (!query->same_region && lacks_many(block, query->context))) {
        return BLOCK_MOVED;
    }
    if (block->cut_short && !query->cut_short) {
        return BLOCK_COMPLETED;
    }
    if (block_bytes(block) > query->budget) {
        return BLOCK_CROWDED;
    }
    *sound = count_sound(block, query);
    if (*sound < block->items.count) {
        return BLOCK_MENDED;
    }
    if (region_in_comment(query->around, query->cursor)) {
        return BLOCK_KEPT; // prose needs no definitions
    }
    return has_news(block, query) ? BLOCK_GROWN : BLOCK_KEPT;
}

enum block_fate block_update(struct block *block, const struct block_query *query) {
    size_t sound;
    enum block_fate fate = decide(block, query, &sound);
    if (fate == BLOCK_GROWN && !grow(block, query)) {
        fate = BLOCK_CROWDED;
    }
    if (fate == BLOCK_MENDED) {
        refill(block, query, sound);
    } else if (fate > BLOCK_MENDED) {
        refill(block, query, 0);
    }
    return fate;
}

// --- laying out ---

// Below its type's name, if that does not stand there yet.
static struct slice show(const struct block *block, size_t i, struct arena *arena) {
    const struct block_item *item = &block->items.items[i];
    const char *scope = plain(item->scope);
    if (!scope[0]) {
        return item->text;
    }
    bool headed = is_headed(block, i);
    return slice_of_string(arena_format(arena, "%s%s%*s%.*s", headed ? "" : scope, headed ? "" : ":\n",
                                        BLOCK_INDENT, "", (int)item->text.length, item->text.data));
}

struct fim_file *block_layout(const struct block *block, struct arena *arena, size_t *count) {
    struct fim_file *files = arena_alloc(arena, (block->items.count + 1) * sizeof *files);
    *count = 0;
    for (size_t i = 0; i < block->items.count; i++) {
        struct slice shown = show(block, i, arena);
        if (!joins_before(block, i)) {
            files[(*count)++] = (struct fim_file){block->items.items[i].path, shown};
            continue;
        }
        struct slice *text = &files[*count - 1].text;
        *text = slice_of_string(
            arena_format(arena, "%.*s\n%.*s", (int)text->length, text->data, (int)shown.length, shown.data));
    }
    return files;
}
