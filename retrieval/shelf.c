// shelf.c - see shelf.h.
//
// A rebuild of the base costs as much as everything indexed, a rebuild of the
// delta as much as what changed since; with the limit at a tenth a file that
// is put pays for about ten rebuilds of its size over the life of an index,
// and a keystroke's overlay for one small delta.
#include "retrieval/shelf.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>

enum { DELTA_SHARE = 10, SMALL_DELTA = 200, QUIET_FACTOR = 8, MODULES_MAX = 1000 };

void shelf_init(struct shelf *shelf, struct snapshot_slot *slot) {
    *shelf = (struct shelf){.slot = slot};
    intern_init(&shelf->names);
    uv_mutex_init(&shelf->lock);
    shelf->base = segment_build(NULL, 0);
}

static void free_module(struct module *module) {
    free((char *)(uintptr_t)module->folder);
    free((char *)(uintptr_t)module->prefix);
    free((char *)(uintptr_t)module->manifest);
}

void shelf_fini(struct shelf *shelf) {
    for (size_t i = 0; i < shelf->paths.count; i++) {
        record_release(shelf->paths.items[i].disk);
    }
    for (size_t i = 0; i < shelf->modules.count; i++) {
        free_module(&shelf->modules.items[i]);
    }
    shelf_forget_documents(shelf);
    vec_free(&shelf->paths);
    vec_free(&shelf->changed);
    vec_free(&shelf->modules);
    intern_free(&shelf->names);
    uv_mutex_destroy(&shelf->lock);
    segment_release(shelf->base);
}

static struct shelf_path *touch(struct shelf *shelf, const char *path) {
    uint32_t id = intern_add(&shelf->names, slice_of_string(path));
    if (id == shelf->paths.count) {
        vec_push(&shelf->paths, (struct shelf_path){0});
    }
    if (!shelf->paths.items[id].changed) {
        shelf->paths.items[id].changed = true;
        vec_push(&shelf->changed, id);
    }
    return &shelf->paths.items[id];
}

static void replace(struct shelf *shelf, struct record **place, struct record *record) {
    struct record *old = *place;
    shelf->stale = true;
    *place = record ? record_retain(record) : NULL;
    record_release(old);
}

void shelf_put(struct shelf *shelf, struct record *record) {
    replace(shelf, &touch(shelf, record->path)->disk, record);
}

void shelf_remove(struct shelf *shelf, const char *path) {
    replace(shelf, &touch(shelf, path)->disk, NULL);
}

static void rebuild_base(struct shelf *shelf) {
    VEC(struct segment_file) files = {0};
    for (size_t i = 0; i < shelf->paths.count; i++) {
        struct shelf_path *path = &shelf->paths.items[i];
        path->changed = false;
        path->in_base = path->disk;
        path->base_file = (uint32_t)files.count;
        if (path->disk) {
            vec_push(&files, (struct segment_file){path->disk, NULL});
        }
    }
    shelf->changed.count = 0;
    segment_release(shelf->base);
    shelf->base = segment_build(files.items, (uint32_t)files.count);
    vec_free(&files);
}

// Collects what differs from the base; a path that came back to the base's record leaves the list.
static struct segment *build_delta(struct shelf *shelf, uint64_t *gone) {
    VEC(struct segment_file) files = {0};
    size_t kept = 0;
    for (size_t i = 0; i < shelf->changed.count; i++) {
        uint32_t id = shelf->changed.items[i];
        struct shelf_path *path = &shelf->paths.items[id];
        if (path->disk == path->in_base) {
            path->changed = false;
            continue;
        }
        shelf->changed.items[kept++] = id;
        if (path->in_base) {
            gone[path->base_file / 64] |= 1ull << (path->base_file % 64);
        }
        if (path->disk) {
            vec_push(&files, (struct segment_file){path->disk, NULL});
        }
    }
    shelf->changed.count = kept;
    struct segment *delta = segment_build(files.items, (uint32_t)files.count);
    vec_free(&files);
    return delta;
}

// Counts chunks, as files differ in size by orders of magnitude.
static bool is_delta_large(const struct shelf *shelf) {
    uint64_t chunks = 0;
    for (size_t i = 0; i < shelf->changed.count; i++) {
        const struct shelf_path *path = &shelf->paths.items[shelf->changed.items[i]];
        chunks += path->disk != path->in_base && path->disk ? path->disk->chunk_count + 1 : 0;
        chunks += path->in_base != NULL && path->disk != path->in_base;
    }
    return chunks > SMALL_DELTA && chunks > shelf->base->fields[SEGMENT_CHUNKS].count / DELTA_SHARE;
}

static bool may_wait(const struct shelf *shelf, bool full_pass) {
    uint64_t since = clock_now_us() - shelf->last_build_us;
    return !full_pass && !shelf->complete && shelf->last_build_us &&
           since < QUIET_FACTOR * shelf->last_cost_us;
}

static void publish(struct shelf *shelf) {
    uint64_t *gone = mem_zero((shelf->base->file_count + (size_t)64) / 64, sizeof *gone);
    struct snapshot_parts parts = {.base = shelf->base,
                                   .delta = build_delta(shelf, gone),
                                   .gone = gone,
                                   .modules = shelf->modules.items,
                                   .module_count = (uint32_t)shelf->modules.count};
    uv_mutex_lock(&shelf->lock);
    shelf_publish(shelf, parts);
    uv_mutex_unlock(&shelf->lock);
    segment_release(parts.delta);
    free(gone);
}

static void build(struct shelf *shelf) {
    uint64_t start = clock_now_us();
    if (is_delta_large(shelf)) {
        rebuild_base(shelf);
    }
    publish(shelf);
    shelf->stale = false;
    shelf->last_build_us = clock_now_us();
    shelf->last_cost_us = shelf->last_build_us - start;
}

void shelf_searchable(struct shelf *shelf) {
    build(shelf);
}

void shelf_commit(struct shelf *shelf, bool full_pass) {
    if (shelf->stale && !may_wait(shelf, full_pass)) {
        build(shelf);
    }
    shelf->complete |= full_pass;
}

struct declaring {
    struct shelf *shelf;
    const char *manifest;
};

static void add_module(void *context, const char *name, const char *folder) {
    struct declaring *declaring = context;
    if (declaring->shelf->modules.count < MODULES_MAX) {
        vec_push(&declaring->shelf->modules,
                 (struct module){.folder = mem_copy_string(folder),
                                 .prefix = mem_copy_string(name),
                                 .kind = manifests_kind(slice_of_string(declaring->manifest)),
                                 .manifest = mem_copy_string(declaring->manifest)});
    }
}

void shelf_manifest(struct shelf *shelf, const char *path, struct slice text) {
    size_t kept = 0;
    shelf->stale = true;
    for (size_t i = 0; i < shelf->modules.count; i++) {
        struct module module = shelf->modules.items[i];
        if (strcmp(module.manifest, path) == 0) {
            free_module(&module);
        } else {
            shelf->modules.items[kept++] = module;
        }
    }
    shelf->modules.count = kept;
    struct declaring declaring = {shelf, path};
    manifests_read(slice_of_string(path), text, add_module, &declaring);
}
