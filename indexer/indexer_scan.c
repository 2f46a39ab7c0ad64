// indexer_scan.c - the scanner: walks the root and looks at single files that changed.
//
// It decides from size, time and the catalog what is to be done with each path
// and hands that on: to the parsers if the file must be read, to the writer if
// its stored record still holds or it is gone. A long walk is interrupted for
// changed files, so that a save is seen at once.
#include "indexer/indexer_internal.h"

#include "base/priority.h"
#include "base/thread.h"
#include "indexer/ignore.h"

static bool is_stopping(const struct indexer *self) {
    return cancel_fired(&self->stop);
}

static void count_in(struct indexer *self) {
    uv_mutex_lock(&self->lock);
    self->progress.files_total++;
    self->outstanding++;
    uv_mutex_unlock(&self->lock);
}

static void count_done(struct indexer *self, bool is_indexed) {
    uv_mutex_lock(&self->lock);
    indexer_count_file(&self->progress, is_indexed);
    self->outstanding--;
    uv_mutex_unlock(&self->lock);
    if (indexer_report_is_due(self)) {
        indexer_tell(self);
    }
}

// What is found as the store has it goes to the writer in handfuls; to wake it for each file costs more than the file.
static void hand_on_stored(struct indexer *self) {
    if (self->stored) {
        results_push(&self->results, self->stored);
        self->stored = NULL;
        self->stored_count = 0;
    }
}

static void keep_stored(struct indexer *self, struct result *result) {
    result->next = self->stored;
    self->stored = result;
    if (++self->stored_count >= INDEXER_STORED || !result->in_pass) {
        hand_on_stored(self);
    }
}

static struct job *new_job(const char *path, const struct catalog_answer *answer, bool in_pass) {
    struct job *job = mem_zero(1, sizeof *job);
    *job = (struct job){.kind = JOB_FILE,
                        .path = mem_copy_string(path),
                        .ticket = answer->ticket,
                        .in_pass = in_pass,
                        .has_hash = answer->has_hash,
                        .hash = answer->hash};
    return job;
}

static void push_job(struct indexer *self, struct job *job) {
    hand_on_stored(self); // there may be no room for a while
    if (!jobs_push_file(&self->jobs, job)) {
        job_free(job);
    }
}

static void push_words(struct indexer *self, const struct job *job) {
    struct job *words = mem_zero(1, sizeof *words);
    *words = (struct job){
        .kind = JOB_WORDS, .path = mem_copy_string(job->path), .ticket = job->ticket, .in_pass = true};
    uv_mutex_lock(&self->lock);
    self->words_outstanding++;
    uv_mutex_unlock(&self->lock);
    push_job(self, words);
}

// The file waits to be parsed. Once so many wait that somebody would notice, they and all that follow are read
// for their words first.
static void put_off(struct indexer *self, struct job *job, int64_t size) {
    if (job->has_hash) { // known, and most likely as it was
        push_job(self, job);
        return;
    }
    vec_push(&self->to_parse, job);
    self->bytes_to_parse += (uint64_t)size;
    if (self->words_began) {
        push_words(self, job);
    } else if (self->bytes_to_parse > self->options.words_above) {
        self->words_began = true;
        for (size_t i = 0; i < self->to_parse.count; i++) {
            push_words(self, self->to_parse.items[i]);
        }
    }
}

static void push_gone(struct indexer *self, struct catalog_gone_list *gone) {
    for (size_t i = 0; i < gone->count; i++) {
        results_push(&self->results, result_new(RESULT_GONE, gone->items[i].path, gone->items[i].ticket));
        free(gone->items[i].path);
    }
    vec_free(gone);
}

static void look_at(struct indexer *self, const char *path, const struct source_stat *status, bool in_pass) {
    struct catalog_answer answer;
    catalog_visit(self->catalog, path, status, self->pass, !in_pass, &answer);
    if (answer.verdict == CATALOG_CHANGED && in_pass && self->options.words_above && self->pass == 1) {
        put_off(self, new_job(path, &answer, in_pass), status->size);
    } else if (answer.verdict == CATALOG_CHANGED) {
        push_job(self, new_job(path, &answer, in_pass));
    } else if (answer.verdict == CATALOG_STORED) {
        struct result *result = result_new(RESULT_STORED, path, answer.ticket);
        result->record = answer.record;
        result->in_pass = in_pass;
        keep_stored(self, result);
    } else if (in_pass) {
        count_done(self, !answer.is_refused);
    }
}

static void want_rescan(struct indexer *self) {
    uv_mutex_lock(&self->lock);
    self->rescan_wanted = true;
    uv_mutex_unlock(&self->lock);
}

struct changes {
    struct path_list paths;         // all of them
    struct found_list files;        // their paths and those of
    VEC(struct catalog_place) gone; // ... are borrowed from paths
};

// A slash at the end is the watcher's: the name came or went, and what is below it is among the changes too.
static void sort_changed(struct indexer *self, struct changes *changes, char *path) {
    struct source_stat status;
    const char *reason;
    size_t length = strlen(path);
    bool is_marked = length > 1 && path[length - 1] == '/';
    if (is_marked) {
        path[length - 1] = '\0';
    }
    if (!is_marked && (ignore_is_rules(path) || strcmp(path, ".git/info/exclude") == 0)) {
        want_rescan(self);
    } else if (walk_includes(self->root, path, &status, &reason) && status.is_file) {
        vec_push(&changes->files, (struct found_file){path, status});
        if (is_marked) {
            vec_push(&changes->gone, (struct catalog_place){path, .below_only = true});
        }
    } else if (!is_marked && status.is_folder) {
        want_rescan(self);
    } else {
        vec_push(&changes->gone, (struct catalog_place){path, .below_only = false});
    }
}

// What is gone goes first: a file may have come to where a folder was, or the other way round.
static void look_at_all_changed(struct indexer *self) {
    struct changes changes = {0};
    if (!atomic_load(&self->is_loaded)) {
        return;
    }
    uv_mutex_lock(&self->lock);
    changes.paths = self->changed;
    self->changed = (struct path_list){0};
    uv_mutex_unlock(&self->lock);
    for (size_t i = 0; i < changes.paths.count && !is_stopping(self); i++) {
        sort_changed(self, &changes, changes.paths.items[i]);
    }
    struct catalog_gone_list gone = {0};
    catalog_sweep_places(self->catalog, changes.gone.items, changes.gone.count, &gone);
    push_gone(self, &gone);
    for (size_t i = 0; i < changes.files.count && !is_stopping(self); i++) {
        look_at(self, changes.files.items[i].path, &changes.files.items[i].status, false);
    }
    for (size_t i = 0; i < changes.paths.count; i++) {
        free(changes.paths.items[i]);
    }
    vec_free(&changes.files);
    vec_free(&changes.gone);
    vec_free(&changes.paths);
}

// Someone types; what changed meanwhile is looked at all the same.
static void hold_still(struct indexer *self) {
    uint64_t left_us = jobs_pause_left(&self->jobs);
    if (left_us) {
        hand_on_stored(self);
    }
    while (left_us && !is_stopping(self)) {
        uv_mutex_lock(&self->lock);
        if (!self->changed.count && !is_stopping(self)) {
            uv_cond_timedwait(&self->scan_wake, &self->lock, left_us * 1000);
        }
        uv_mutex_unlock(&self->lock);
        look_at_all_changed(self);
        left_us = jobs_pause_left(&self->jobs);
    }
}

// A file of the pass; a save does not wait for all the others, nor do they go on while someone types.
static void look_at_next(struct indexer *self, const char *path, const struct source_stat *status) {
    look_at(self, path, status, true);
    look_at_all_changed(self);
    hold_still(self);
}

static void look_at_found(struct indexer *self) {
    for (size_t i = 0; i < self->found.count; i++) {
        struct found_file *file = &self->found.items[i];
        if (!is_stopping(self)) {
            look_at_next(self, file->path, &file->status);
        }
        free(file->path);
    }
    vec_free(&self->found);
}

// The walk need not wait for the store, only what is made of what it finds.
static void on_file(void *context, const char *path, const struct source_stat *status) {
    struct indexer *self = context;
    count_in(self);
    if (!atomic_load(&self->is_loaded)) {
        vec_push(&self->found, (struct found_file){mem_copy_string(path), *status});
        return;
    }
    look_at_found(self);
    look_at_next(self, path, status);
}

static bool wait_for_words(struct indexer *self) {
    uv_mutex_lock(&self->lock);
    if (!is_stopping(self) && self->words_outstanding && !self->changed.count) {
        uv_cond_wait(&self->scan_wake, &self->lock);
    }
    bool done = self->words_outstanding == 0;
    uv_mutex_unlock(&self->lock);
    return done;
}

// Parses what the walk put off, once all words are in.
static void parse_the_rest(struct indexer *self) {
    while (!is_stopping(self) && !wait_for_words(self)) {
        look_at_all_changed(self);
    }
    if (self->words_began) {
        results_push(&self->results, result_new(RESULT_SEARCHABLE, "", 0));
    }
    for (size_t i = 0; i < self->to_parse.count; i++) {
        push_job(self, self->to_parse.items[i]);
        look_at_all_changed(self);
    }
    vec_free(&self->to_parse);
    self->bytes_to_parse = 0;
    self->words_began = false;
}

static void warn_if_nothing(struct indexer *self, const struct walk_stats *stats) {
    if (stats->files || !stats->first_rule) {
        return;
    }
    bool is_gits = stats->first_rule <= SKIP_GIT_GLOBAL;
    indexer_warn(self,
                 "nothing in %s is indexed: all its source files are excluded (the first one because %s); %s",
                 self->root, skip_words(stats->first_rule),
                 is_gits ? "to take some back, put a line such as !src/ into a .hunchignore file there"
                         : "to have some indexed, change that rule");
}

static void count_skipped(struct indexer *self, const struct walk_stats *stats) {
    uv_mutex_lock(&self->lock);
    for (size_t i = 0; i < SKIP_COUNT; i++) {
        self->progress.skipped.of[i] += stats->skipped.of[i];
    }
    uv_mutex_unlock(&self->lock);
}

static void start_pass(struct indexer *self) {
    self->pass++;
    uv_mutex_lock(&self->lock);
    self->rescan_wanted = false;
    self->is_scanning = true;
    struct index_progress *progress = &self->progress;
    *progress = (struct index_progress){.files_expected = progress->files_expected,
                                        .files = progress->files,
                                        .chunks = progress->chunks,
                                        .symbols = progress->symbols,
                                        .lines = progress->lines,
                                        .scanning = true,
                                        .ready = progress->ready,
                                        .searchable = progress->searchable,
                                        .polling = progress->polling};
    uv_mutex_unlock(&self->lock);
}

static void wait_for_store(struct indexer *self) {
    uv_mutex_lock(&self->lock);
    while (!is_stopping(self) && !atomic_load(&self->is_loaded)) {
        uv_cond_wait(&self->scan_wake, &self->lock);
    }
    uv_mutex_unlock(&self->lock);
}

static void run_pass(struct indexer *self) {
    start_pass(self);
    struct walk_stats stats;
    struct err err;
    int result = walk_run(self->root, &self->stop, on_file, self, &stats, &err);
    wait_for_store(self);
    look_at_found(self);
    hand_on_stored(self);
    if (result == 0) {
        struct catalog_gone_list gone = {0};
        catalog_sweep(self->catalog, self->pass, &gone);
        push_gone(self, &gone);
        count_skipped(self, &stats);
        warn_if_nothing(self, &stats);
    } else if (result != ERR_CANCELLED) {
        indexer_warn(self, "%s", err.message);
    }
    parse_the_rest(self);
    results_push(&self->results, result_new(RESULT_WALKED, "", 0));
}

static bool has_work(const struct indexer *self) {
    bool wants_pass = self->rescan_wanted && !self->is_scanning;
    return self->is_watched && (wants_pass || (self->changed.count && atomic_load(&self->is_loaded)));
}

// True for a whole pass, false for changed files only or the end.
static bool wait_for_work(struct indexer *self) {
    uv_mutex_lock(&self->lock);
    while (!is_stopping(self) && !has_work(self)) {
        uv_cond_wait(&self->scan_wake, &self->lock);
    }
    bool whole = self->rescan_wanted && !self->is_scanning;
    uv_mutex_unlock(&self->lock);
    return whole;
}

void indexer_scan_main(void *argument) {
    struct indexer *self = argument;
    thread_name("hunch-scan");
    priority_lower();
    for (;;) {
        bool whole = wait_for_work(self);
        if (is_stopping(self)) {
            return;
        }
        look_at_all_changed(self);
        if (whole) {
            run_pass(self);
        }
    }
}
