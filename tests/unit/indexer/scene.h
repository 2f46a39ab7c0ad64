// scene.h - an indexer on a folder of its own, with a sink that notes what it is told, and a loop to wait on.
#ifndef HUNCH_TESTS_INDEXER_SCENE_H
#define HUNCH_TESTS_INDEXER_SCENE_H

#include "base/spill.h"
#include "base/vec.h"
#include "indexer/indexer.h"
#include "temporary.h"
#include "tests/unit/unit.h"

struct call {
    char
        kind; // R restore, k keep, p put, w put by words, S searchable, r remove, o overlay, x overlay_remove, h hide, c commit, C commit with the full pass
    char *path;
    size_t text_length;
    uint32_t symbols;
    enum taint taint;
    uint64_t hash; // of the content, p alone
};

// What the sink was told, and a loop to wait on.
struct scene {
    char *root;
    char *store; // path, below a folder of its own
    char *store_folder;
    uv_loop_t loop;
    uv_mutex_t lock;
    VEC(struct call *) calls; // apart, so that one found stays where it is when more come
    size_t keeps;             // bytes that the sink wants to be kept; 0: none
    unsigned rest_ms;         // indexer_options, as is ...
    bool keep_at_once;
    struct indexer *indexer;
    unsigned ready;
    struct index_progress last;
    struct str warnings;
    bool close_on_progress;
    uint64_t words_above;
    bool watch;
    void (*on_ready)(void *context, const struct index_progress *progress);
    uv_timer_t tick;
};

static void note(struct scene *scene, struct call call, const char *path) {
    uv_mutex_lock(&scene->lock);
    struct call *kept = mem_alloc(sizeof *kept);
    *kept = call;
    kept->path = mem_copy_string(path);
    vec_push(&scene->calls, kept);
    uv_mutex_unlock(&scene->lock);
}

static void sink_put(void *self, struct record *record, struct slice text) {
    char kind = record->by_words ? 'w' : 'p';
    note(self, (struct call){kind, NULL, text.length, record->symbol_count, record->taint, record->hash},
         record->path);
}
static void sink_remove(void *self, const char *path) {
    note(self, (struct call){.kind = 'r'}, path);
}
static void sink_overlay(void *self, struct record *record, struct slice text) {
    note(self, (struct call){'o', NULL, text.length, record->symbol_count, record->taint, 0}, record->path);
}
static void sink_overlay_remove(void *self, const char *path) {
    note(self, (struct call){.kind = 'x'}, path);
}
static void sink_hide(void *self, const char *path, uint64_t version) {
    (void)version;
    note(self, (struct call){.kind = 'h'}, path);
}
static void sink_commit(void *self, bool full_pass) {
    note(self, (struct call){.kind = full_pass ? 'C' : 'c'}, "");
}

static void sink_searchable(void *self) {
    note(self, (struct call){.kind = 'S'}, "");
}

// The sink keeps what the test says, and notes what comes back by its length.
static void sink_restore(void *self, struct slice bytes) {
    note(self, (struct call){.kind = 'R', .text_length = bytes.length}, "");
}

static char *sink_keep(void *self, size_t *size) {
    struct scene *scene = self;
    note(self, (struct call){.kind = 'k'}, "");
    *size = scene->keeps;
    return scene->keeps ? memset(spill_alloc(scene->keeps), 'k', scene->keeps) : NULL;
}

static void close_in_callback(struct scene *scene) {
    indexer_close(scene->indexer);
    scene->indexer = NULL;
}

static void on_progress(void *context, const struct index_progress *progress) {
    struct scene *scene = context;
    scene->last = *progress;
    if (scene->close_on_progress) {
        close_in_callback(scene);
        uv_stop(&scene->loop);
    }
}

static void on_ready(void *context, const struct index_progress *progress) {
    struct scene *scene = context;
    scene->last = *progress;
    scene->ready++;
    assert_true(progress->ready);
    assert_true(progress->walk_done);
}

static void on_warning(void *context, const char *message) {
    struct scene *scene = context;
    str_append_string(&scene->warnings, message);
    str_append_char(&scene->warnings, '\n');
}

static void on_tick(uv_timer_t *timer) {
    (void)timer;
}

static void start_ticking(struct scene *scene) {
    uv_timer_init(&scene->loop, &scene->tick);
    uv_timer_start(&scene->tick, on_tick, 5, 5);
}

static void stop_ticking(struct scene *scene) {
    uv_close((uv_handle_t *)&scene->tick, NULL);
    uv_run(&scene->loop, UV_RUN_NOWAIT);
}

static struct scene *set_up(void) {
    struct scene *scene = mem_zero(1, sizeof *scene);
    scene->root = temporary_make();
    scene->store_folder = temporary_make();
    scene->store = fs_join(scene->store_folder, "a/b/index.sqlite");
    uv_loop_init(&scene->loop);
    uv_mutex_init(&scene->lock);
    str_init(&scene->warnings);
    scene->on_ready = on_ready;
    return scene;
}

static void forget_calls(struct scene *scene) {
    uv_mutex_lock(&scene->lock);
    for (size_t i = 0; i < scene->calls.count; i++) {
        free(scene->calls.items[i]->path);
        free(scene->calls.items[i]);
    }
    scene->calls.count = 0;
    uv_mutex_unlock(&scene->lock);
}

static void close_indexer(struct scene *scene) {
    indexer_close(scene->indexer);
    scene->indexer = NULL;
    uv_run(&scene->loop, UV_RUN_DEFAULT);
}

static void tear_down(struct scene *scene) {
    close_indexer(scene);
    assert_int_equal(uv_loop_close(&scene->loop), 0);
    forget_calls(scene);
    vec_free(&scene->calls);
    str_free(&scene->warnings);
    uv_mutex_destroy(&scene->lock);
    temporary_remove(scene->root);
    temporary_remove(scene->store_folder);
    free(scene->store_folder);
    free(scene->store);
    free(scene->root);
    free(scene);
}

static int try_open(struct scene *scene, const char *store, struct err *err) {
    struct indexer_options options = {
        .root = scene->root,
        .store_path = store,
        .threads = 2,
        .watch = scene->watch,
        .words_above = scene->words_above,
        .sink = {.self = scene,
                 .put = sink_put,
                 .remove = sink_remove,
                 .overlay = sink_overlay,
                 .overlay_remove = sink_overlay_remove,
                 .commit = sink_commit,
                 .hide = sink_hide,
                 .searchable = sink_searchable,
                 .restore = sink_restore,
                 .keep = sink_keep},
        .rest_ms = scene->rest_ms,
        .keep_at_once = scene->keep_at_once,
        .on_progress = on_progress,
        .on_ready = scene->on_ready,
        .on_warning = on_warning,
        .context = scene,
    };
    return indexer_open(&scene->indexer, &scene->loop, &options, err);
}

// Turns the loop until the next full pass is in. The timer is there because a ready indexer does not keep the
// loop alive; the test's own time limit catches a wait in vain.
static void wait_ready(struct scene *scene) {
    unsigned before = scene->ready;
    start_ticking(scene);
    while (scene->ready == before) {
        uv_run(&scene->loop, UV_RUN_ONCE);
    }
    stop_ticking(scene);
}

static void open_and_wait(struct scene *scene, const char *store) {
    struct err err = {0};
    if (try_open(scene, store, &err) != 0) {
        fail_msg("%s", err.message);
    }
    wait_ready(scene);
}

static inline const struct call *find_call(struct scene *scene, char kind, const char *path) {
    const struct call *found = NULL;
    uv_mutex_lock(&scene->lock);
    for (size_t i = 0; i < scene->calls.count; i++) {
        const struct call *call = scene->calls.items[i];
        if (call->kind == kind && strcmp(call->path, path) == 0) {
            found = call;
        }
    }
    uv_mutex_unlock(&scene->lock);
    return found;
}

static inline size_t count_calls(struct scene *scene, char kind) {
    size_t count = 0;
    uv_mutex_lock(&scene->lock);
    for (size_t i = 0; i < scene->calls.count; i++) {
        count += scene->calls.items[i]->kind == kind;
    }
    uv_mutex_unlock(&scene->lock);
    return count;
}

// Turns the loop until the sink was told so.
static inline void wait_call(struct scene *scene, char kind, const char *path) {
    start_ticking(scene);
    while (!find_call(scene, kind, path)) {
        uv_run(&scene->loop, UV_RUN_ONCE);
    }
    stop_ticking(scene);
}

// Turns the loop until the sink was last told that the file has so many symbols.
static inline void wait_symbols(struct scene *scene, char kind, const char *path, uint32_t symbols) {
    wait_call(scene, kind, path);
    start_ticking(scene);
    while (find_call(scene, kind, path)->symbols != symbols) {
        uv_run(&scene->loop, UV_RUN_ONCE);
    }
    stop_ticking(scene);
}

static const char c_file[] = "int twice(int x) {\n    return x + x;\n}\n";

__attribute__((unused)) static void write_repository(struct scene *scene) {
    temporary_write(scene->root, "a.c", c_file);
    temporary_write(scene->root, "src/deep/b.c", "#include <stdio.h>\nint b(void) { return 1; }\n");
    temporary_write(scene->root, "src/tool.py", "def tool():\n    return 1\n");
    temporary_write(scene->root, "vendor/v.c", "int v(void) { return 1; }\n");
    temporary_write(scene->root, "out/o.c", "int o;\n");
    temporary_write(scene->root, ".env", "PASSWORD=1\n");
    temporary_write(scene->root, ".gitignore", "out/\n");
}

#endif
