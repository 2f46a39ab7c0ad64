// watch.c - see watch.h; hears what the folders tell, and decides what of it to pass on.
//
//   CALM -(event)-> GATHERING -(timer)-> told path by path; CALM
//   CALM, GATHERING -(too much at once)-> STORM -(timer, and it is calm)-> all is set up anew; CALM
//   any -(the root is gone)-> LOST -(timer, and it is back)-> all is set up anew; CALM
//   any -(no more watches)-> POLLING -(timer: the tree has changed)-> told to look at everything; POLLING
//
// libuv says nothing when the kernel's queue ran over and events were dropped
// (it takes the notice for one of a watch it has closed). But the queue can only
// run over by being full, and all that is in it comes in one turn of the loop:
// so a turn that brings a good part of what the queue can hold counts as one in
// which something was lost. In a storm nothing is remembered but that there is
// one, and when it is over the folders are set up anew and everything is looked
// at again: at such a moment the queue is all but empty.
//
// libuv also tells of a folder's own end under the folder's own name, as if it
// were a thing in it. For a folder below the root the folder above tells the
// same and better; for the root it counts as doubt, and setting up anew shows
// whether it is still there.
#include "indexer/watch_internal.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/priority.h"
#include "base/thread.h"
#include "indexer/ignore.h"
#include "indexer/source.h"
#include "indexer/walk.h"

#include <stdio.h>

enum {
    NEW_FOLDERS = 64, // at once: beyond it setting up anew costs less
    QUEUE_EVENTS = 16384,
    QUEUE_SHARE = 4,
};

static void on_timer(uv_timer_t *timer);

static void go_to(struct watch *self, enum watch_state state, uint64_t ms) {
    self->state = state;
    uv_timer_stop(&self->timer);
    if (ms) {
        uv_timer_start(&self->timer, on_timer, ms, 0);
    }
}

static void forget_waiting(struct watch *self) {
    intern_free(&self->waiting);
    self->renamed.count = 0;
    self->rules_changed = self->root_in_doubt = false;
}

// --- looking now and then ---

static void explain(const struct watch *self, enum watch_outcome outcome, struct str *out) {
    if (outcome == WATCH_TOO_MANY) {
        str_append_format(out, "%s has more than %zu folders, too many to watch each", self->root,
                          self->options.folder_limit);
    } else if (self->refusal == UV_EMFILE || self->refusal == UV_ENFILE) {
        str_append_format(
            out,
            "the system watches for no more programs (fs.inotify.max_user_instances, or open files): "
            "%s; sudo sysctl fs.inotify.max_user_instances=1024 allows more",
            uv_strerror(self->refusal));
    } else if (self->refusal == UV_ENOSPC) {
        str_append_string(
            out, "the system watches no more folders for you (fs.inotify.max_user_watches is used up); "
                 "sudo sysctl fs.inotify.max_user_watches=524288 allows more, then start Hunch again");
    } else {
        str_append_format(out, "the system does not watch %s: %s", self->root, uv_strerror(self->refusal));
    }
    str_append_string(out, "; until then changes that no editor tells of are noticed every few seconds");
}

static void start_polling(struct watch *self, enum watch_outcome outcome) {
    struct str message;
    str_init(&message);
    explain(self, outcome, &message);
    watch_tree_clear(self); // other programs may need them
    forget_waiting(self);
    go_to(self, WATCH_POLLING, self->options.poll_ms);
    self->options.on_polling(self->options.context, message.data);
    self->options.on_rescan(self->options.context, 0);
    str_free(&message);
}

static void add_to_seen(void *context, const char *path, const struct source_stat *status) {
    struct watch *self = context;
    int64_t numbers[2] = {status->size, status->mtime_ns};
    uint64_t parts[3] = {self->seen, hash_bytes(path, strlen(path)), hash_bytes(numbers, sizeof numbers)};
    self->seen = hash_bytes(parts, sizeof parts);
}

// Whoever opened the watcher looks at everything by itself first: the first look here may come too late for what
// changed since, so it is always told.
static void poll(struct watch *self) {
    uint64_t start_us = clock_thread_us();
    uint64_t before = self->seen;
    struct walk_stats stats;
    struct err err;
    self->seen = 0;
    int result = walk_run(self->root, &self->stop, add_to_seen, self, &stats, &err);
    if (result == 0 && self->seen != before) {
        self->options.on_rescan(self->options.context, stats.files);
    }
    uint64_t pause_ms = (clock_thread_us() - start_us) * WATCH_POLL_SHARE / 1000;
    go_to(self, WATCH_POLLING, pause_ms > self->options.poll_ms ? pause_ms : self->options.poll_ms);
}

// --- telling ---

// Also the way out of a storm and back from a lost root. state: where to go if all went well.
static void start_anew(struct watch *self, enum watch_state state, uint64_t ms) {
    forget_waiting(self);
    go_to(self, state, ms);
    enum watch_outcome outcome = watch_tree_set_up(self);
    if (outcome == WATCH_TOO_MANY || outcome == WATCH_NO_MORE) {
        start_polling(self, outcome);
    } else if (outcome == WATCH_ROOT_GONE) {
        watch_tree_clear(self);
        go_to(self, WATCH_LOST, WATCH_LOST_MS);
    }
    bool is_told = outcome == WATCH_DONE || (outcome == WATCH_ROOT_GONE && !self->has_started);
    self->has_started = true;
    if (is_told) {
        self->options.on_rescan(self->options.context, self->file_count);
    }
}

// Its parent came or went itself, so all below it is told anyway.
static bool is_covered(const struct watch *self, struct slice path) {
    size_t length = path.length;
    while (length && path.data[length - 1] != '/') {
        length--;
    }
    uint32_t id = length ? intern_find(&self->waiting, slice_sub(path, 0, length - 1)) : INTERN_NONE;
    return id != INTERN_NONE && self->renamed.items[id];
}

static void push_path(struct watch_paths *paths, const char *path, bool renamed) {
    struct str copy;
    str_init(&copy);
    str_append_string(&copy, path);
    if (renamed) {
        str_append_char(&copy, '/');
    }
    vec_push(paths, str_detach(&copy));
}

// Finds out what has become of a path. A folder that is known and whose name did not come or go has other rights
// or times at most.
static enum watch_outcome settle(struct watch *self, uint32_t id, struct watch_paths *changed) {
    bool renamed = self->renamed.items[id];
    struct slice slice = intern_string(&self->waiting, id);
    if (is_covered(self, slice)) {
        return WATCH_DONE;
    }
    enum watch_outcome outcome = WATCH_DONE;
    struct source_stat status;
    char *path = mem_copy_bytes(slice.data, slice.length);
    bool is_folder = source_stat(self->root, path, &status) == 0 && status.is_folder;
    if (renamed || !is_folder || !watch_tree_find(self, path)) {
        watch_tree_remove(self, path);
        push_path(changed, path, renamed || is_folder);
        outcome = is_folder ? watch_tree_add(self, path, changed) : WATCH_DONE;
    }
    free(path);
    return outcome;
}

static bool needs_new_start(const struct watch *self, size_t folders_before) {
    return self->rules_changed || self->root_in_doubt || self->folder_count > folders_before + NEW_FOLDERS;
}

static void tell_changed(struct watch *self) {
    struct watch_paths changed = {0};
    enum watch_outcome outcome = WATCH_DONE;
    size_t folders_before = self->folder_count;
    for (uint32_t id = 0; id < self->waiting.count && outcome == WATCH_DONE; id++) {
        if (needs_new_start(self, folders_before) || changed.count > WATCH_PATHS) {
            break;
        }
        outcome = settle(self, id, &changed);
    }
    if (outcome == WATCH_TOO_MANY || outcome == WATCH_NO_MORE) {
        start_polling(self, outcome);
    } else if (needs_new_start(self, folders_before) || changed.count > WATCH_PATHS) {
        start_anew(self, WATCH_CALM, 0);
    } else if (changed.count) {
        self->options.on_changed(self->options.context, changed.items, changed.count);
    }
    for (size_t i = 0; i < changed.count; i++) {
        free(changed.items[i]);
    }
    vec_free(&changed);
    if (self->state == WATCH_GATHERING) {
        forget_waiting(self);
        go_to(self, WATCH_CALM, 0);
    }
}

// --- storms ---

static void start_storm(struct watch *self) {
    self->storm_us = clock_now_us();
    self->tick_events = 0;
    forget_waiting(self);
    go_to(self, WATCH_STORM, WATCH_CALM_MS);
}

static void look_at_storm(struct watch *self) {
    bool is_calm = self->tick_events < WATCH_PATHS;
    bool is_long = clock_now_us() - self->storm_us >= WATCH_STORM_MS * 1000;
    self->tick_events = 0;
    if (is_calm) {
        start_anew(self, WATCH_CALM, 0);
    } else if (is_long) {
        self->storm_us = clock_now_us();
        start_anew(self, WATCH_STORM, WATCH_CALM_MS);
    } else {
        go_to(self, WATCH_STORM, WATCH_CALM_MS);
    }
}

static void on_turn_end(uv_check_t *check) {
    struct watch *self = check->data;
    bool is_much = self->turn_events >= self->turn_limit;
    self->turn_events = 0;
    if (is_much && (self->state == WATCH_CALM || self->state == WATCH_GATHERING)) {
        start_storm(self);
    }
}

static void on_timer(uv_timer_t *timer) {
    struct watch *self = timer->data;
    switch (self->state) {
    case WATCH_GATHERING:
        tell_changed(self);
        break;
    case WATCH_STORM:
        look_at_storm(self);
        break;
    case WATCH_POLLING:
        poll(self);
        break;
    default:
        start_anew(self, WATCH_CALM, 0);
        break;
    }
}

// --- hearing ---

static void remember(struct watch *self, const char *path, bool renamed) {
    uint32_t id = intern_add(&self->waiting, slice_of_string(path));
    if (id == self->renamed.count) {
        vec_push(&self->renamed, false);
    }
    self->renamed.items[id] = self->renamed.items[id] || renamed;
}

// False: what happened to this name is of no interest.
static bool note(struct watch *self, const struct watch_folder *folder, const char *name, bool renamed) {
    if (folder == self->git) {
        self->rules_changed = self->rules_changed || strcmp(name, "exclude") == 0;
        return self->rules_changed;
    }
    bool in_root = folder == self->top;
    const char *root_name = strrchr(self->root, '/');
    self->root_in_doubt =
        self->root_in_doubt || (in_root && renamed && root_name && strcmp(root_name + 1, name) == 0);
    char *path = in_root ? mem_copy_string(name) : fs_join(folder->path, name);
    bool is_rules = ignore_is_rules(path) || (in_root && renamed && strcmp(name, ".git") == 0);
    bool is_wanted = is_rules || renamed || !source_judge_name(path);
    self->rules_changed = self->rules_changed || is_rules;
    if (is_wanted) {
        remember(self, path, renamed);
    }
    free(path);
    return is_wanted;
}

void watch_on_event(uv_fs_event_t *handle, const char *name, int events, int status) {
    const struct watch_folder *folder = handle->data;
    struct watch *self = folder->watch;
    self->turn_events++;
    self->tick_events++;
    if (status < 0 || !name || (self->state != WATCH_CALM && self->state != WATCH_GATHERING)) {
        return;
    }
    if (note(self, folder, name, (events & UV_RENAME) != 0) && self->state == WATCH_CALM) {
        go_to(self, WATCH_GATHERING, WATCH_GATHER_MS);
    }
    if (self->waiting.count > WATCH_PATHS) {
        start_storm(self);
    }
}

// --- the thread ---

static void on_stop(uv_async_t *wake) {
    struct watch *self = wake->data;
    watch_tree_clear(self);
    uv_close((uv_handle_t *)&self->timer, NULL);
    uv_close((uv_handle_t *)&self->turn_end, NULL);
    uv_close((uv_handle_t *)&self->stop_wake, NULL);
}

static void run(void *argument) {
    struct watch *self = argument;
    thread_name("hunch-watch");
    priority_lower();
    start_anew(self, WATCH_CALM, 0);
    uv_run(&self->loop, UV_RUN_DEFAULT);
}

static size_t queue_events(void) {
    struct str text;
    str_init(&text);
    fs_read("/proc/sys/fs/inotify/max_queued_events", 100, &text, NULL);
    unsigned long long events = strtoull(text.data, NULL, 10);
    str_free(&text);
    return events ? (size_t)events : QUEUE_EVENTS;
}

static void free_all(struct watch *self) {
    uv_loop_close(&self->loop);
    intern_free(&self->waiting);
    vec_free(&self->renamed);
    free(self->root);
    free(self);
}

struct watch *watch_open(const struct watch_options *options) {
    struct watch *self = mem_zero(1, sizeof *self);
    self->options = *options;
    self->options.folder_limit = options->folder_limit ? options->folder_limit : WATCH_FOLDERS;
    self->options.poll_ms = options->poll_ms ? options->poll_ms : WATCH_POLL_MS;
    self->options.root = self->root = mem_copy_string(options->root);
    self->turn_limit = queue_events() / QUEUE_SHARE + 1;
    cancel_init(&self->stop, 0);
    intern_init(&self->waiting);
    if (uv_loop_init(&self->loop) != 0) {
        free(self->root);
        free(self);
        return NULL;
    }
    uv_async_init(&self->loop, &self->stop_wake, on_stop);
    uv_check_init(&self->loop, &self->turn_end);
    uv_check_start(&self->turn_end, on_turn_end);
    uv_timer_init(&self->loop, &self->timer);
    self->stop_wake.data = self->turn_end.data = self->timer.data = self;
    if (uv_thread_create(&self->thread, run, self) != 0) {
        on_stop(&self->stop_wake);
        uv_run(&self->loop, UV_RUN_DEFAULT);
        free_all(self);
        return NULL;
    }
    return self;
}

void watch_close(struct watch *self) {
    if (self) {
        cancel_fire(&self->stop);
        uv_async_send(&self->stop_wake);
        uv_thread_join(&self->thread);
        free_all(self);
    }
}
