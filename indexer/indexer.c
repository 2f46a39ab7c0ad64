// indexer.c - see indexer.h; the loop's side: opening, closing, requests and reports.
//
// Nothing here reads a file or waits for one, but for opening (a look at the
// root) and indexer_includes (a few small ignore files). Requests are left in
// places from which the threads take them; the threads' wake-ups come in
// through one uv_async, and a timer spaces the reports.
//
// The handles keep the loop alive while a pass runs (so that a program that
// only indexes can simply run its loop) and not when the index is ready.
#include "indexer/indexer_internal.h"

#include "base/fs.h"

#include <stdarg.h>
#include <stdio.h>

void indexer_tell(struct indexer *self) {
    atomic_store(&self->told_loop_us, clock_now_us());
    uv_async_send(&self->wake);
}

bool indexer_report_is_due(const struct indexer *self) {
    return clock_now_us() - atomic_load(&self->told_loop_us) > INDEXER_PROGRESS_MS * 1000 / 2;
}

static void free_paths(struct path_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i]);
    }
    vec_free(list);
}

void indexer_warn(struct indexer *self, const char *format, ...) {
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    uv_mutex_lock(&self->lock);
    if (self->warnings.count < INDEXER_WARNINGS) {
        vec_push(&self->warnings, mem_copy_string(line));
    }
    uv_mutex_unlock(&self->lock);
    indexer_tell(self);
}

void indexer_warn_of_store(struct indexer *self) {
    indexer_warn(self, "%s; the index works on in memory, but the next start will take longer",
                 self->store_trouble);
}

static void tell_warnings(struct indexer *self) {
    uv_mutex_lock(&self->lock);
    struct path_list warnings = self->warnings;
    self->warnings = (struct path_list){0};
    uv_mutex_unlock(&self->lock);
    for (size_t i = 0; i < warnings.count && !self->is_closing; i++) {
        if (self->options.on_warning) {
            self->options.on_warning(self->options.context, warnings.items[i]);
        } else {
            log_warning("%s", warnings.items[i]);
        }
    }
    free_paths(&warnings);
}

static void on_later(uv_timer_t *later);

// finished: NULL, or of a pass that is done and was not told yet.
static void tell_progress(struct indexer *self, const struct index_progress *progress,
                          const struct index_progress *finished) {
    uint64_t now = clock_now_us();
    uint64_t next = self->told_us + INDEXER_PROGRESS_MS * 1000;
    if (now < next && !finished) {
        if (!uv_is_active((uv_handle_t *)&self->later)) {
            uv_timer_start(&self->later, on_later, (next - now) / 1000 + 1, 0);
        }
        return;
    }
    self->told_us = now;
    if (self->options.on_progress) {
        self->options.on_progress(self->options.context, progress);
    }
    if (finished && self->options.on_ready && !self->is_closing) {
        self->options.on_ready(self->options.context, finished);
    }
}

// A callback may close the indexer; the struct lives until the loop turns again.
static void report(struct indexer *self) {
    tell_warnings(self);
    uv_mutex_lock(&self->lock);
    struct index_progress progress = self->progress;
    struct index_progress finished = self->finished;
    bool pass_is_new = self->passes_done != self->passes_told;
    self->passes_told = self->passes_done;
    bool is_busy = self->is_scanning || self->rescan_wanted;
    uv_mutex_unlock(&self->lock);
    if (self->is_closing) {
        return;
    }
    if (!is_busy) {
        uv_unref((uv_handle_t *)&self->wake);
    }
    tell_progress(self, &progress, pass_is_new ? &finished : NULL);
}

static void on_wake(uv_async_t *wake) {
    report(wake->data);
}

static void on_later(uv_timer_t *later) {
    report(later->data);
}

static void free_all(struct indexer *self) {
    free(self->parsers);
    catalog_free(self->catalog);
    jobs_fini(&self->jobs);
    live_free(self->live);
    results_fini(&self->results);
    free_paths(&self->changed);
    free_paths(&self->warnings);
    vec_free(&self->to_parse);
    uv_cond_destroy(&self->scan_wake);
    uv_mutex_destroy(&self->lock);
    free(self->store_trouble);
    free(self->store_path);
    free(self->root);
    free(self);
}

static void let_go(struct indexer *self) {
    if (--self->handles == 0) {
        free_all(self);
    }
}

static void on_closed(uv_handle_t *handle) {
    let_go(handle->data);
}

static struct indexer *make(uv_loop_t *loop, const struct indexer_options *options) {
    struct indexer *self = mem_zero(1, sizeof *self);
    self->options = *options;
    self->root = mem_copy_string(options->root);
    self->options.root = self->root;
    char *place = options->store_path ? mem_copy_string(options->store_path) : store_path_of(self->root);
    self->store_path = place ? place : mem_copy_string("");
    self->store_code = place ? 0 : ERR_NOT_FOUND;
    self->store_trouble = place ? NULL
                                : mem_copy_string("there is no home folder to keep the index in (set HOME or "
                                                  "XDG_CACHE_HOME)");
    self->options.store_path = self->store_path;
    atomic_init(&self->store_works, self->store_path[0] != '\0');
    cancel_init(&self->stop, 0);
    uv_mutex_init(&self->lock);
    uv_cond_init(&self->scan_wake);
    jobs_init(&self->jobs);
    self->live = options->worker && options->sink.show ? live_new(&options->sink) : NULL;
    results_init(&self->results, INDEXER_RESULTS);
    self->catalog = catalog_new();
    self->rescan_wanted = true;
    self->is_watched = !options->watch;
    uv_async_init(loop, &self->wake, on_wake);
    uv_timer_init(loop, &self->later);
    self->wake.data = self->later.data = self;
    self->handles = 2;
    return self;
}

// They run behind everything else and pause while someone types; one core of many is left alone all the same.
static unsigned parser_count(unsigned wanted) {
    unsigned cores = uv_available_parallelism();
    unsigned count = wanted ? wanted : cores > 2 ? cores - 1 : cores;
    return count < INDEXER_THREADS ? count : INDEXER_THREADS;
}

// A machine that cannot start a thread has no use for an index either.
static void start_thread(uv_thread_t *thread, void (*main)(void *), void *argument) {
    int result = uv_thread_create(thread, main, argument);
    if (result) {
        log_error("cannot start a thread: %s; close other programs and start again", uv_strerror(result));
        abort();
    }
}

static void start(struct indexer *self) {
    start_thread(&self->writer, indexer_write_main, self);
    start_thread(&self->scanner, indexer_scan_main, self);
    self->parser_count = parser_count(self->options.threads);
    self->parsers = mem_zero(self->parser_count, sizeof *self->parsers);
    for (unsigned i = 0; i < self->parser_count; i++) {
        struct parser *parser = &self->parsers[i];
        parser->indexer = self;
        start_thread(&parser->thread, indexer_parse_main, parser);
    }
}

// --- what the watcher tells, on its thread ---

static void want_rescan(struct indexer *self) {
    uv_mutex_lock(&self->lock);
    self->rescan_wanted = self->is_watched = true;
    uv_cond_signal(&self->scan_wake);
    uv_mutex_unlock(&self->lock);
}

static void add_changed(struct indexer *self, const char *path) {
    uv_mutex_lock(&self->lock);
    size_t last = self->changed.count;
    if (last >= INDEXER_CHANGES) {
        self->rescan_wanted = true;
    } else if (last == 0 || strcmp(self->changed.items[last - 1], path) != 0) {
        vec_push(&self->changed, mem_copy_string(path));
    }
    uv_cond_signal(&self->scan_wake);
    uv_mutex_unlock(&self->lock);
}

static void on_watch_changed(void *context, char *const *paths, size_t count) {
    for (size_t i = 0; i < count; i++) {
        add_changed(context, paths[i]);
    }
}

static void on_watch_rescan(void *context, size_t files) {
    struct indexer *self = context;
    uv_mutex_lock(&self->lock);
    self->progress.files_expected = files;
    uv_mutex_unlock(&self->lock);
    want_rescan(self);
}

static void on_watch_polling(void *context, const char *message) {
    struct indexer *self = context;
    uv_mutex_lock(&self->lock);
    self->progress.polling = true;
    uv_mutex_unlock(&self->lock);
    indexer_warn(self, "%s", message);
}

static void start_watching(struct indexer *self) {
    struct watch_options options = {.root = self->root,
                                    .on_changed = on_watch_changed,
                                    .on_rescan = on_watch_rescan,
                                    .on_polling = on_watch_polling,
                                    .context = self};
    self->watch = watch_open(&options);
    if (!self->watch) {
        indexer_warn(
            self,
            "cannot start a thread to watch %s; changes that the editor does not tell of are seen at "
            "the next start",
            self->root);
        want_rescan(self);
    }
}

int indexer_open(struct indexer **out, uv_loop_t *loop, const struct indexer_options *options,
                 struct err *err) {
    int result = walk_check_root(options->root, err);
    if (result) {
        return result;
    }
    struct indexer *self = make(loop, options);
    if (self->store_trouble) {
        indexer_warn_of_store(self);
    }
    start(self);
    if (options->watch) {
        start_watching(self);
    }
    *out = self;
    return 0;
}

static void stop(struct indexer *self) {
    cancel_fire(&self->stop);
    jobs_close(&self->jobs);
    results_close(&self->results);
    uv_mutex_lock(&self->lock);
    uv_cond_signal(&self->scan_wake);
    uv_mutex_unlock(&self->lock);
}

void indexer_close(struct indexer *self) {
    if (!self || self->is_closing) {
        return;
    }
    self->is_closing = true;
    stop(self);
    uv_thread_join(&self->scanner);
    for (unsigned i = 0; i < self->parser_count; i++) {
        uv_thread_join(&self->parsers[i].thread);
    }
    uv_thread_join(&self->writer);
    watch_close(self->watch);
    uv_close((uv_handle_t *)&self->wake, on_closed);
    uv_close((uv_handle_t *)&self->later, on_closed);
}

void indexer_rescan(struct indexer *self) {
    uv_ref((uv_handle_t *)&self->wake);
    uv_mutex_lock(&self->lock);
    self->rescan_wanted = true;
    uv_cond_signal(&self->scan_wake);
    uv_mutex_unlock(&self->lock);
}

// A slash at the end is the watcher's mark (indexer_scan.c); from a client it only says "a folder".
void indexer_file_changed(struct indexer *self, const char *path) {
    size_t length = strlen(path);
    while (length > 0 && path[length - 1] == '/') {
        length--;
    }
    char *plain = mem_copy_bytes(path, length);
    add_changed(self, plain);
    free(plain);
}

void indexer_pause_for(struct indexer *self, unsigned ms) {
    jobs_pause(&self->jobs, ms);
}

static void run_live(void *context) {
    struct indexer *self = context;
    if (!cancel_fired(&self->stop)) {
        live_run(self->live);
    }
}

static void parse_live(void *context) {
    struct indexer *self = context;
    if (!cancel_fired(&self->stop)) {
        live_parse(self->live);
    }
}

static int submit_live(struct indexer *self, void (*run)(void *context));

// What takes longer goes behind what has been asked for meanwhile.
static void after_live(void *context, bool ran) {
    struct indexer *self = context;
    if (ran && !self->is_closing && live_can_parse(self->live)) {
        submit_live(self, parse_live);
    }
    let_go(self);
}

static int submit_live(struct indexer *self, void (*run)(void *context)) {
    int code = worker_submit(self->options.worker, run, after_live, self);
    self->handles += code == 0;
    return code;
}

void indexer_overlay(struct indexer *self, const char *path, const char *language, struct text *text) {
    uint64_t ticket = jobs_overlay(&self->jobs, path, language, text);
    if (!self->live || !live_want(self->live, path, language, text, ticket)) {
        return;
    }
    if (submit_live(self, run_live) != 0) {
        live_unwant(self->live); // the next keystroke asks again
    }
}

void indexer_overlay_remove(struct indexer *self, const char *path) {
    jobs_overlay_remove(&self->jobs, path);
}

void indexer_progress(const struct indexer *self, struct index_progress *progress) {
    uv_mutex_t *lock = (uv_mutex_t *)&self->lock;
    uv_mutex_lock(lock);
    *progress = self->progress;
    uv_mutex_unlock(lock);
}

bool indexer_includes(struct indexer *self, const char *path, const char **reason) {
    const char *why;
    return walk_includes(self->root, path, NULL, reason ? reason : &why);
}

const char *indexer_store_path(const struct indexer *self) {
    return atomic_load(&self->store_works) ? self->store_path : "";
}

int indexer_store_trouble(const struct indexer *self, const char **message) {
    bool works = atomic_load(&self->store_works);
    *message = works ? NULL : self->store_trouble;
    return *message ? self->store_code : 0;
}

bool indexer_warns_of_store(const struct indexer *self, const char *warning) {
    const char *trouble;
    indexer_store_trouble(self, &trouble);
    return trouble && strncmp(warning, trouble, strlen(trouble)) == 0;
}
