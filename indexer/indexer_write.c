// indexer_write.c - the writer: the one thread that owns the store and calls the sink.
//
// Results come in one by one and go to the sink at once; what the store must
// know of them waits in a batch. At the batch's end the sink commits, then the
// batch is written in one short transaction: readers do not wait for the disk,
// other processes that write to the same store wait for milliseconds only, and
// a kill loses one batch at most.
//
// A store that fails is closed and the index goes on in memory: the user hears
// of it once.
#include "indexer/indexer_internal.h"

#include "base/map.h"
#include "base/spill.h"
#include "base/thread.h"
#include "indexer/keeper.h"
#include "indexer/store_collect.h"
#include "indexer/store_summary.h"

#include <time.h>

struct shown {
    uint64_t ticket; // of the latest result for this document
    bool is_shown;
};

struct writer {
    struct indexer *indexer;
    const struct index_sink *sink;
    struct store *store; // NULL: in memory
    struct keeper keeper;
    VEC(struct store_op) ops;
    size_t waiting;  // results applied since the last commit
    uint64_t due_us; // of the commit
    bool is_dirty;   // the sink was called since its last commit
    bool is_urgent;  // someone waits: commit as soon as nothing else is to be done
    bool committed_before;
    bool in_pass; // something of a pass came in
    bool walked;  // its walk is over
    bool full_pass;
    struct intern documents;
    VEC(struct shown) shown; // by the document's number
};

static void give_up_store(struct writer *self, const struct err *err) {
    store_close(self->store);
    self->store = NULL;
    self->indexer->store_code = err->code;
    self->indexer->store_trouble = mem_copy_string(err->message);
    atomic_store(&self->indexer->store_works, false);
    if (err->code != ERR_CANCELLED) {
        indexer_warn_of_store(self->indexer);
    }
}

static void restore_kept(struct writer *self) {
    size_t size = 0;
    char *bytes = self->store ? store_take_kept(self->store, &size) : NULL;
    if (bytes && self->sink->restore) {
        self->sink->restore(self->sink->self, bytes, size);
    } else {
        spill_free(bytes);
    }
}

static void load_store(struct writer *self) {
    struct indexer *indexer = self->indexer;
    struct err err;
    struct store_records records = {0};
    int (*load)(struct store *, struct store_records *, struct err *) =
        indexer->options.counts_suffice ? store_load_heads : store_load;
    if (store_open(&self->store, indexer->store_path, indexer->root, &indexer->stop, &err) != 0 ||
        load(self->store, &records, &err) != 0) {
        give_up_store(self, &err);
    } else if (store_rebuilt(self->store)) {
        indexer_warn(indexer, "%s", store_rebuilt(self->store));
    }
    for (size_t i = 0; i < records.count; i++) {
        catalog_add_stored(indexer->catalog, records.items[i]);
    }
    vec_free(&records);
    restore_kept(self);
}

static void open_store(struct writer *self) {
    if (self->indexer->store_path[0]) {
        load_store(self);
    }
    uv_mutex_lock(&self->indexer->lock);
    atomic_store(&self->indexer->is_loaded, true);
    uv_cond_signal(&self->indexer->scan_wake);
    uv_mutex_unlock(&self->indexer->lock);
    // Now that this repository's is open, and so safe.
    if (self->store && self->indexer->options.cache_cap) {
        store_collect_in_background(self->indexer->options.cache_cap);
    }
}

static void free_ops(struct writer *self) {
    for (size_t i = 0; i < self->ops.count; i++) {
        record_release(self->ops.items[i].record);
        free((char *)self->ops.items[i].path);
    }
    self->ops.count = 0;
}

// For people who ask how much is stored. is_news: something was written.
static void note_summary(struct writer *self, bool is_complete, bool is_news) {
    if (!self->store) {
        return;
    }
    struct catalog_totals totals;
    catalog_totals(self->indexer->catalog, &totals);
    struct store_summary summary = {.files = totals.files,
                                    .chunks = totals.chunks,
                                    .symbols = totals.symbols,
                                    .updated = (int64_t)time(NULL),
                                    .complete = is_complete};
    if (is_news || !store_is_noted(self->store, &summary)) {
        store_note(self->store, &summary);
    }
}

static bool is_between_passes(struct writer *self) {
    uv_mutex_lock(&self->indexer->lock);
    bool yes = self->indexer->progress.ready && !self->indexer->is_scanning;
    uv_mutex_unlock(&self->indexer->lock);
    return yes;
}

static void write_batch(struct writer *self) {
    struct err err;
    if (self->store && self->ops.count &&
        store_write(self->store, self->ops.items, self->ops.count, &err) != 0) {
        give_up_store(self, &err);
    }
    if (self->ops.count) {
        note_summary(self, is_between_passes(self), true);
    }
    free_ops(self);
}

static void rest_from_now(struct writer *self) {
    unsigned ms = self->indexer->options.rest_ms;
    keeper_rest_from(&self->keeper, clock_now_us() + (ms ? ms : INDEXER_REST_MS) * UINT64_C(1000));
}

static void commit(struct writer *self) {
    if (self->is_dirty) {
        self->sink->commit(self->sink->self, self->full_pass);
    }
    write_batch(self);
    if (self->is_dirty) {
        rest_from_now(self);
    }
    self->waiting = 0;
    self->is_dirty = self->is_urgent = false;
    self->committed_before = true;
}

static void add_to_batch(struct writer *self) {
    if (self->waiting++ == 0) {
        uint64_t age_ms = self->committed_before ? INDEXER_BATCH_MS : INDEXER_FIRST_BATCH_MS;
        self->due_us = clock_now_us() + age_ms * 1000;
    }
}

static void put(struct writer *self, struct record *record, struct slice text) {
    self->sink->put(self->sink->self, record, text);
    self->is_dirty = true;
}

static void forget_in_store(struct writer *self, const char *path) {
    if (self->store) {
        vec_push(&self->ops, (struct store_op){.kind = STORE_REMOVE, .path = mem_copy_string(path)});
    }
}

// Each of these: false, if the result is out of date.
static bool apply_parsed(struct writer *self, struct result *result) {
    if (!catalog_deliver(self->indexer->catalog, result->record, result->ticket)) {
        return false;
    }
    put(self, result->record, str_slice(&result->bytes));
    if (result->is_cancelled) {
        forget_in_store(self, result->path); // the next start parses it
    } else if (self->store) {
        vec_push(&self->ops, (struct store_op){.kind = STORE_PUT, .record = record_retain(result->record)});
    }
    return true;
}

static bool apply_stored(struct writer *self, struct result *result) {
    if (!catalog_deliver(self->indexer->catalog, result->record, result->ticket)) {
        return false;
    }
    put(self, result->record, slice_of(NULL, 0));
    return true;
}

static bool apply_same(struct writer *self, struct result *result) {
    struct record *stored;
    if (!catalog_confirm(self->indexer->catalog, result->path, result->ticket, &result->status, &stored)) {
        return false;
    }
    if (stored) {
        put(self, stored, str_slice(&result->bytes));
        record_release(stored);
    }
    if (self->store) {
        vec_push(&self->ops, (struct store_op){.kind = STORE_TOUCH,
                                               .path = mem_copy_string(result->path),
                                               .size = result->status.size,
                                               .mtime_ns = result->status.mtime_ns});
    }
    return true;
}

static bool apply_gone(struct writer *self, struct result *result) {
    struct catalog_dropped dropped;
    const struct source_stat *refused = result->kind == RESULT_REFUSED ? &result->status : NULL;
    if (!catalog_drop(self->indexer->catalog, result->path, result->ticket, refused, &dropped)) {
        return false;
    }
    if (dropped.was_live) {
        self->sink->remove(self->sink->self, result->path);
        self->is_dirty = true;
    }
    if (dropped.was_stored) { // what is refused anew at every start is not
        forget_in_store(self, result->path);
    }
    return true;
}

static bool apply_file(struct writer *self, struct result *result) {
    switch (result->kind) {
    case RESULT_PARSED:
        return apply_parsed(self, result);
    case RESULT_STORED:
        return apply_stored(self, result);
    case RESULT_SAME:
        return apply_same(self, result);
    default:
        return apply_gone(self, result);
    }
}

// Takes the lock that the loop waits for, and keeps it; the catalog's, which a sweep may hold longer, before it.
static void lock_with_totals(struct indexer *indexer) {
    struct catalog_totals totals;
    catalog_totals(indexer->catalog, &totals);
    uv_mutex_lock(&indexer->lock);
    indexer->progress.files = totals.files;
    indexer->progress.chunks = totals.chunks;
    indexer->progress.symbols = totals.symbols;
    indexer->progress.lines = totals.lines;
}

// A word about a file that is to be parsed later; what rules it out will rule it out then.
static void apply_words(struct writer *self, struct result *result) {
    struct indexer *indexer = self->indexer;
    if (result->kind == RESULT_PARSED && catalog_deliver(indexer->catalog, result->record, result->ticket)) {
        put(self, result->record, str_slice(&result->bytes));
        add_to_batch(self);
    }
    uv_mutex_lock(&indexer->lock);
    if (--indexer->words_outstanding == 0) {
        uv_cond_signal(&indexer->scan_wake);
    }
    uv_mutex_unlock(&indexer->lock);
}

static void apply_searchable(struct writer *self) {
    if (self->sink->searchable) {
        self->sink->searchable(self->sink->self);
    }
    lock_with_totals(self->indexer);
    self->indexer->progress.searchable = true;
    uv_mutex_unlock(&self->indexer->lock);
}

static void show_overlay(struct writer *self, const struct result *result) {
    const struct index_sink *sink = self->sink;
    if (result->kind == RESULT_OVERLAY) {
        sink->overlay(sink->self, result->record, text_slice(result->text));
        if (sink->show) {
            sink->show(sink->self, result->record, result->text,
                       overlay_version(result->ticket, OVERLAY_AT_REST));
        }
        return;
    }
    sink->overlay_remove(sink->self, result->path);
}

static void apply_overlay(struct writer *self, const struct result *result) {
    uint32_t id = intern_add(&self->documents, slice_of_string(result->path));
    if (id == self->shown.count) {
        vec_push(&self->shown, (struct shown){0});
    }
    struct shown *shown = &self->shown.items[id];
    bool is_shown = result->kind == RESULT_OVERLAY;
    if (result->ticket < shown->ticket) {
        return;
    }
    shown->ticket = result->ticket;
    if (!is_shown && self->sink->hide) { // the worker may have shown what never came here
        self->sink->hide(self->sink->self, result->path, overlay_version(result->ticket, OVERLAY_AT_REST));
    }
    if (!is_shown && !shown->is_shown) {
        return;
    }
    show_overlay(self, result);
    shown->is_shown = is_shown;
    self->is_urgent = self->is_dirty = true;
    add_to_batch(self);
}

static void count_file(struct writer *self, const struct result *result, bool is_applied) {
    struct indexer *indexer = self->indexer;
    struct index_progress *progress = &indexer->progress;
    uv_mutex_lock(&indexer->lock);
    if (is_applied && result->kind == RESULT_PARSED) {
        progress->files_parsed++;
        progress->bytes_parsed += (uint64_t)result->record->size;
    }
    progress->files_failed += result->kind == RESULT_FAILED ? 1 : 0;
    progress->skipped.of[result->skip] += result->kind == RESULT_REFUSED ? 1 : 0;
    if (result->in_pass) {
        indexer_count_file(progress, result->kind == RESULT_PARSED || result->kind == RESULT_STORED ||
                                         result->kind == RESULT_SAME);
        indexer->outstanding--;
    }
    uv_mutex_unlock(&indexer->lock);
}

static void apply(struct writer *self, struct result *result) {
    self->in_pass = self->in_pass || result->in_pass;
    if (result->kind == RESULT_WALKED) {
        self->walked = true;
        uv_mutex_lock(&self->indexer->lock);
        self->indexer->progress.walk_done = true;
        uv_mutex_unlock(&self->indexer->lock);
    } else if (result->kind == RESULT_SEARCHABLE) {
        apply_searchable(self);
    } else if (result->by_words) {
        apply_words(self, result);
    } else if (result->kind == RESULT_OVERLAY || result->kind == RESULT_OVERLAY_REMOVE) {
        apply_overlay(self, result);
    } else {
        bool is_applied = apply_file(self, result);
        if (is_applied) {
            add_to_batch(self);
        }
        count_file(self, result, is_applied);
        self->is_urgent = self->is_urgent || !result->in_pass;
    }
}

static void settle_store(struct writer *self) {
    struct err err;
    if (self->store && store_settle(self->store, &err) != 0) {
        give_up_store(self, &err);
    }
}

// What the sink wants at the next start, a piece at a time.
static void keep_on(struct writer *self) {
    bool was_due = clock_now_us() >= keeper_due_us(&self->keeper);
    if (keeper_step(&self->keeper, self->store)) {
        settle_store(self);
    }
    if (was_due && keeper_due_us(&self->keeper) == UINT64_MAX) { // there is no more to do
        mem_give_back();
        spill_give_back();
    }
}

// For a process that ends when the pass does.
static void keep_at_once(struct writer *self) {
    if (self->indexer->options.keep_at_once) {
        keeper_rest_from(&self->keeper, 1);
        while (keeper_due_us(&self->keeper) != UINT64_MAX && !cancel_fired(&self->indexer->stop)) {
            keep_on(self);
        }
    }
}

static void finish_pass(struct writer *self) {
    struct indexer *indexer = self->indexer;
    self->walked = self->in_pass = false;
    self->full_pass = self->is_dirty = true;
    commit(self);
    note_summary(self, true, false);
    settle_store(self);
    keep_at_once(self);
    mem_give_back();
    lock_with_totals(indexer);
    indexer->progress.ready = indexer->progress.searchable = true;
    indexer->progress.scanning = false;
    indexer->finished = indexer->progress;
    indexer->passes_done++;
    indexer->is_scanning = false;
    uv_cond_signal(&indexer->scan_wake);
    uv_mutex_unlock(&indexer->lock);
    indexer_tell(indexer);
}

static bool pass_is_over(struct writer *self) {
    if (!self->walked) {
        return false;
    }
    uv_mutex_lock(&self->indexer->lock);
    bool over = self->indexer->outstanding == 0;
    uv_mutex_unlock(&self->indexer->lock);
    return over;
}

static void commit_if_due(struct writer *self, bool is_idle) {
    bool due = clock_now_us() >= self->due_us || (self->is_urgent && is_idle);
    if (self->waiting >= INDEXER_BATCH_FILES || (self->waiting && due)) {
        commit(self);
    }
}

static struct result *next_result(struct writer *self, bool *more) {
    uint64_t now = clock_now_us();
    uint64_t rest_us = self->in_pass ? UINT64_MAX : keeper_due_us(&self->keeper);
    uint64_t due_us = self->waiting && self->due_us < rest_us ? self->due_us : rest_us;
    uint64_t within = due_us == UINT64_MAX ? RESULTS_FOREVER : due_us > now ? due_us - now : 0;
    return results_pop(&self->indexer->results, within, more);
}

// In a pass more is to come, and its end is told for certain.
static void tell_loop(struct writer *self, bool is_idle) {
    struct indexer *indexer = self->indexer;
    if (indexer_report_is_due(indexer) || (is_idle && !self->in_pass)) {
        lock_with_totals(indexer);
        uv_mutex_unlock(&indexer->lock);
        indexer_tell(indexer);
    }
}

static void run(struct writer *self) {
    while (!cancel_fired(&self->indexer->stop)) {
        bool more;
        struct result *result = next_result(self, &more);
        if (cancel_fired(&self->indexer->stop)) {
            result_free(result);
            break;
        }
        bool result_came = result != NULL;
        if (result_came) {
            apply(self, result);
            result_free(result);
        }
        if (pass_is_over(self)) {
            finish_pass(self);
        }
        commit_if_due(self, !more);
        if (!result_came && !self->in_pass) {
            keep_on(self);
        }
        tell_loop(self, !more);
    }
}

void indexer_write_main(void *argument) {
    struct indexer *indexer = argument;
    struct writer self = {.indexer = indexer, .sink = &indexer->options.sink};
    thread_name("hunch-write");
    intern_init(&self.documents);
    keeper_init(&self.keeper, self.sink);
    open_store(&self);
    run(&self);
    write_batch(&self);
    store_close(self.store);
    keeper_fini(&self.keeper);
    vec_free(&self.ops);
    vec_free(&self.shown);
    intern_free(&self.documents);
}
