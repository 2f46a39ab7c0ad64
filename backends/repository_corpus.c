// repository_corpus.c - see repository_corpus.h.
//
// Sorting a million tokens takes a third of a second, saving a file must not.
// So the tokens stand in three segments: a large base, a delta of the files
// that changed since the base was sorted, and the unsaved texts of open
// documents. A commit sorts the small ones again if they changed, and the base
// when the delta has outgrown a tenth of it. The first pass would so sort
// everything ten times over: until it is done, the delta may become as large as
// the base (three times a large one) and waits unseen. A file that stands in a
// later segment is dead in the earlier ones.
//
//     entry:  base_file  where the base has it, if it does
//             disk       its tokens since then, or `gone`
//             overlay    the open document's tokens
//
// The vocabulary only grows, so it too is replaced by a smaller one, when the
// base is sorted; a generation holds the one its tokens are numbers of.
//
// A published generation never changes; readers hold it by a counter.
#include "backends/repository_corpus.h"

#include "backends/repository_segment.h"

#include "base/spill.h"
#include "indexer/source.h"

#define NOT_IN_BASE UINT32_MAX
enum { SMALLEST_BASE = 1 << 16, QUICK_BASE = 1 << 20, UNUSED_WORDS = 1 << 18 };
#define DEFAULT_MAX_TOKENS (UINT64_C(64) << 20)
static const size_t LARGEST_FILE = 2u << 20;
static const size_t LARGEST_UNKNOWN = 128u << 10; // without a known language: data, more often than not

struct entry {
    const char *path;
    enum taint taint;
    uint32_t base_file;
    bool gone; // the base's copy is superseded
    struct token_list disk;
    struct token_list overlay;
};

struct corpus {
    char *root;
    uint64_t max_tokens;
    struct vocabulary *vocabulary;
    uint64_t kept_words; // when unused ones were last forgotten
    struct intern paths; // id = index of the entry
    VEC(struct entry) entries;
    struct token_segment *segments[SEGMENT_COUNT];
    bool stale[SEGMENT_COUNT];
    bool full;                 // the first pass is over
    struct token_list scratch; // of the file being read
    uint64_t base_live, disk_tokens, overlay_tokens;
    uint64_t unsorted; // of disk_tokens, those put since the delta was sorted
    uv_mutex_t lock;   // of `current`
    struct generation *current;
};

static struct entry *entry_of(struct corpus *corpus, const char *path) {
    uint32_t id = intern_add(&corpus->paths, slice_of_string(path));
    if (id == corpus->entries.count) {
        struct entry entry = {.path = intern_string(&corpus->paths, id).data, .base_file = NOT_IN_BASE};
        vec_push(&corpus->entries, entry);
    }
    return &corpus->entries.items[id];
}

static uint64_t base_tokens(const struct corpus *corpus, const struct entry *entry) {
    if (entry->base_file == NOT_IN_BASE) {
        return 0;
    }
    const struct segment_file *file = &corpus->segments[SEGMENT_BASE]->files[entry->base_file];
    return file->end - file->start;
}

// A list of exactly these tokens, in memory that spills.
static struct token_list keep(const struct token_list *tokens) {
    struct token_list kept = {.count = tokens->count, .capacity = tokens->count};
    if (kept.count > 0) {
        kept.items = spill_alloc(kept.count * sizeof *kept.items);
        memcpy(kept.items, tokens->items, kept.count * sizeof *kept.items);
    }
    return kept;
}

static void drop_tokens(struct token_list *tokens) {
    spill_free(tokens->items);
    *tokens = (struct token_list){0};
}

static void drop_disk(struct corpus *corpus, struct entry *entry) {
    if (!entry->gone) {
        corpus->base_live -= base_tokens(corpus, entry);
        entry->gone = true;
    }
    if (entry->disk.count > 0) {
        corpus->disk_tokens -= entry->disk.count;
        corpus->stale[SEGMENT_DELTA] = true;
    }
    drop_tokens(&entry->disk);
}

static void drop_overlay(struct corpus *corpus, struct entry *entry) {
    if (entry->overlay.count > 0) {
        corpus->overlay_tokens -= entry->overlay.count;
        corpus->stale[SEGMENT_OVERLAY] = true;
    }
    drop_tokens(&entry->overlay);
}

static bool worth_learning(const struct record *record, struct slice text) {
    bool known = record->language && record->language[0];
    return record->taint != TAINT_GENERATED && text.length <= (known ? LARGEST_FILE : LARGEST_UNKNOWN) &&
           !memchr(text.data, 0, text.length < 4096 ? text.length : 4096);
}

static struct token_list learn(struct corpus *corpus, const struct record *record, struct slice text) {
    struct token_list *tokens = &corpus->scratch;
    tokens->count = 0;
    if (text.length > 0 && worth_learning(record, text)) {
        struct encoder encoder = {.vocabulary = corpus->vocabulary};
        encoder_append(&encoder, text, tokens);
    }
    uint64_t total = corpus->base_live + corpus->disk_tokens + corpus->overlay_tokens;
    if (total + tokens->count > corpus->max_tokens) {
        tokens->count = 0;
    }
    return keep(tokens);
}

void corpus_put(struct corpus *corpus, const struct record *record, struct slice text) {
    if (record->by_words) {
        return; // it comes again when it is parsed, and to learn it twice would delay that
    }
    struct entry *entry = entry_of(corpus, record->path);
    drop_disk(corpus, entry);
    struct str read;
    str_init(&read);
    struct source_stat status;
    if (text.length == 0 && source_read(corpus->root, record->path, &read, &status) == 0) {
        text = str_slice(&read);
    }
    entry->taint = record->taint;
    entry->disk = learn(corpus, record, text);
    corpus->disk_tokens += entry->disk.count;
    corpus->unsorted += entry->disk.count;
    str_free(&read);
}

void corpus_remove(struct corpus *corpus, const char *path) {
    drop_disk(corpus, entry_of(corpus, path));
}

void corpus_overlay(struct corpus *corpus, const struct record *record, struct slice text) {
    struct entry *entry = entry_of(corpus, record->path);
    drop_overlay(corpus, entry);
    entry->overlay = learn(corpus, record, text);
    corpus->overlay_tokens += entry->overlay.count;
    corpus->stale[SEGMENT_OVERLAY] |= entry->overlay.count > 0;
}

void corpus_overlay_remove(struct corpus *corpus, const char *path) {
    drop_overlay(corpus, entry_of(corpus, path));
}

static void replace_segment(struct corpus *corpus, uint32_t which, struct segment_builder *builder) {
    token_segment_release(corpus->segments[which]);
    corpus->segments[which] = token_segment_finish(builder);
    corpus->stale[which] = false;
}

// Data files written again and again, and every half-typed name, would fill the memory in a long session.
static bool is_crowded(const struct corpus *corpus) {
    return corpus->vocabulary->words.count > 2 * corpus->kept_words + UNUSED_WORDS;
}

// A new vocabulary of the words still used, by the coming base and by the overlays, which are thus to sort.
static void forget_words(struct corpus *corpus, struct token_list *base) {
    struct vocabulary *old = corpus->vocabulary, *fresh = vocabulary_new();
    uint32_t *moved = mem_alloc(old->words.count * sizeof *moved);
    memset(moved, 0xff, old->words.count * sizeof *moved); // INTERN_NONE
    vocabulary_move(old, fresh, moved, base);
    for (size_t i = 0; i < corpus->entries.count; i++) {
        vocabulary_move(old, fresh, moved, &corpus->entries.items[i].overlay);
    }
    free(moved);
    corpus->stale[SEGMENT_OVERLAY] = true;
    corpus->vocabulary = fresh;
    corpus->kept_words = fresh->words.count;
    vocabulary_release(old);
}

// Everything on disk becomes one sorted run; the delta is empty afterwards.
static void rebuild_base(struct corpus *corpus) {
    struct segment_builder builder = {0};
    const struct token_segment *base = corpus->segments[SEGMENT_BASE];
    token_segment_reserve(&builder,
                          (size_t)(corpus->base_live + corpus->disk_tokens) + corpus->entries.count);
    for (size_t i = 0; i < corpus->entries.count; i++) {
        struct entry *entry = &corpus->entries.items[i];
        size_t before = builder.files.count;
        if (entry->disk.count > 0) {
            token_segment_add(&builder, entry->path, entry->taint, entry->disk.items, entry->disk.count);
        } else if (!entry->gone && entry->base_file != NOT_IN_BASE) {
            const struct segment_file *file = &base->files[entry->base_file];
            token_segment_add(&builder, entry->path, entry->taint, base->tokens + file->start + 1,
                              file->end - file->start - 1);
        }
        drop_tokens(&entry->disk);
        entry->base_file = builder.files.count > before ? (uint32_t)before : NOT_IN_BASE;
        entry->gone = false;
    }
    if (is_crowded(corpus)) {
        forget_words(corpus, &builder.tokens);
    }
    corpus->base_live = builder.tokens.count;
    corpus->disk_tokens = corpus->unsorted = 0;
    replace_segment(corpus, SEGMENT_BASE, &builder);
    struct segment_builder none = {0};
    replace_segment(corpus, SEGMENT_DELTA, &none);
}

static void rebuild_small(struct corpus *corpus, uint32_t which) {
    struct segment_builder builder = {0};
    uint64_t tokens = which == SEGMENT_DELTA ? corpus->disk_tokens : corpus->overlay_tokens;
    uint64_t files = tokens < corpus->entries.count ? tokens : corpus->entries.count; // that have any
    token_segment_reserve(&builder, (size_t)(tokens + files));
    for (size_t i = 0; i < corpus->entries.count; i++) {
        struct entry *entry = &corpus->entries.items[i];
        struct token_list *list = which == SEGMENT_DELTA ? &entry->disk : &entry->overlay;
        token_segment_add(&builder, entry->path, entry->taint, list->items, list->count);
    }
    replace_segment(corpus, which, &builder);
}

static struct generation *generation_new(struct corpus *corpus) {
    struct generation *generation = mem_zero(1, sizeof *generation);
    atomic_init(&generation->references, 1);
    generation->vocabulary = vocabulary_retain(corpus->vocabulary);
    for (uint32_t i = 0; i < SEGMENT_COUNT; i++) {
        struct token_segment *segment = token_segment_retain(corpus->segments[i]);
        generation->segments[i] = segment;
        generation->dead[i] = mem_zero(segment->file_count + 1, 1);
        for (uint32_t file = 0; i != SEGMENT_OVERLAY && file < segment->file_count; file++) {
            struct entry *entry = entry_of(corpus, segment->files[file].path);
            generation->dead[i][file] = entry->overlay.count > 0 || (i == SEGMENT_BASE && entry->gone);
        }
    }
    return generation;
}

static void publish(struct corpus *corpus) {
    struct generation *fresh = generation_new(corpus);
    uv_mutex_lock(&corpus->lock);
    struct generation *old = corpus->current;
    corpus->current = fresh;
    uv_mutex_unlock(&corpus->lock);
    corpus_unpin(old);
}

// How many new tokens need not be seen yet. The first pass commits every few files; to sort a large
// repository's delta each time took most of its minute.
static uint64_t may_wait(const struct corpus *corpus) {
    bool small = corpus->disk_tokens <= SMALLEST_BASE;
    return corpus->full || small ? 0 : UINT64_MAX;
}

// How large the delta may become before the base is sorted again. Sorting is most of what the first pass of
// a large repository costs here, so while it lasts each time must bring four times as much.
static uint64_t delta_limit(const struct corpus *corpus) {
    uint64_t limit = corpus->full                     ? corpus->base_live / 10
                     : corpus->base_live < QUICK_BASE ? corpus->base_live
                                                      : 3 * corpus->base_live;
    return limit > SMALLEST_BASE ? limit : SMALLEST_BASE;
}

void corpus_commit(struct corpus *corpus, bool full_pass) {
    bool outgrown = corpus->disk_tokens > delta_limit(corpus);
    uint64_t rotten = corpus->segments[SEGMENT_BASE]->count - corpus->base_live;
    if (outgrown || (full_pass && !corpus->full) || is_crowded(corpus) ||
        rotten > SMALLEST_BASE + corpus->segments[SEGMENT_BASE]->count / 4) {
        rebuild_base(corpus);
    } else if (corpus->stale[SEGMENT_DELTA] || corpus->unsorted > may_wait(corpus)) {
        rebuild_small(corpus, SEGMENT_DELTA);
        corpus->unsorted = 0;
    }
    if (corpus->stale[SEGMENT_OVERLAY]) {
        rebuild_small(corpus, SEGMENT_OVERLAY);
    }
    corpus->full |= full_pass;
    publish(corpus);
}

struct corpus *corpus_new(const char *root, uint64_t max_tokens) {
    struct corpus *corpus = mem_zero(1, sizeof *corpus);
    corpus->root = mem_copy_string(root ? root : "");
    corpus->max_tokens = max_tokens ? max_tokens : DEFAULT_MAX_TOKENS;
    corpus->vocabulary = vocabulary_new();
    intern_init(&corpus->paths);
    uv_mutex_init(&corpus->lock);
    for (uint32_t i = 0; i < SEGMENT_COUNT; i++) {
        struct segment_builder none = {0};
        corpus->segments[i] = token_segment_finish(&none);
    }
    corpus->current = generation_new(corpus);
    return corpus;
}

void corpus_free(struct corpus *corpus) {
    if (!corpus) {
        return;
    }
    corpus_unpin(corpus->current);
    for (uint32_t i = 0; i < SEGMENT_COUNT; i++) {
        token_segment_release(corpus->segments[i]);
    }
    for (size_t i = 0; i < corpus->entries.count; i++) {
        drop_tokens(&corpus->entries.items[i].disk);
        drop_tokens(&corpus->entries.items[i].overlay);
    }
    vec_free(&corpus->entries);
    vec_free(&corpus->scratch);
    intern_free(&corpus->paths);
    vocabulary_release(corpus->vocabulary);
    uv_mutex_destroy(&corpus->lock);
    free(corpus->root);
    free(corpus);
}

struct generation *corpus_pin(struct corpus *corpus) {
    uv_mutex_lock(&corpus->lock);
    struct generation *generation = corpus->current;
    atomic_fetch_add_explicit(&generation->references, 1, memory_order_relaxed);
    uv_mutex_unlock(&corpus->lock);
    return generation;
}

void corpus_unpin(struct generation *generation) {
    if (atomic_fetch_sub_explicit(&generation->references, 1, memory_order_acq_rel) != 1) {
        return;
    }
    for (uint32_t i = 0; i < SEGMENT_COUNT; i++) {
        token_segment_release(generation->segments[i]);
        free(generation->dead[i]);
    }
    vocabulary_release(generation->vocabulary);
    free(generation);
}

void corpus_statistics(struct corpus *corpus, struct corpus_statistics *out) {
    struct generation *generation = corpus_pin(corpus);
    *out = (struct corpus_statistics){0};
    for (uint32_t i = 0; i < SEGMENT_COUNT; i++) {
        const struct token_segment *segment = generation->segments[i];
        out->bytes += token_segment_bytes(segment);
        for (uint32_t file = 0; file < segment->file_count; file++) {
            if (!generation->dead[i][file]) {
                out->files++;
                out->tokens += segment->files[file].end - segment->files[file].start;
            }
        }
    }
    uint64_t words = 0;
    out->vocabulary = vocabulary_count(generation->vocabulary, &words);
    out->bytes += words;
    corpus_unpin(generation);
}
