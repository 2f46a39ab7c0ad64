// shelf.c - see shelf.h.
//
// The wait of a record ends after so many others that sorting their terms
// stays within the processor's caches. Who has which path is asked of the
// segments themselves, so nothing is kept of a file but its record and a bit.
// Once its segment is built a record is needed no more but for what it brings to
// an answer, so what the parser left of it is dropped and its bytes remain.
#include "retrieval/shelf.h"

#include "base/mem.h"

#include <stdlib.h>

enum { WAITING_SIZE = 4096, MODULES_MAX = 1000 };

void shelf_init(struct shelf *shelf, struct snapshot_slot *slot) {
    *shelf = (struct shelf){.slot = slot};
    intern_init(&shelf->names);
    uv_mutex_init(&shelf->lock);
}

static void free_module(struct module *module) {
    free((char *)(uintptr_t)module->folder);
    free((char *)(uintptr_t)module->prefix);
    free((char *)(uintptr_t)module->manifest);
}

static void drop_waiting(struct shelf *shelf) {
    for (size_t i = 0; i < shelf->waiting.count; i++) {
        record_release(shelf->waiting.items[i]);
    }
    shelf->waiting.count = 0;
    shelf->waiting_size = 0;
    intern_free(&shelf->names);
    intern_init(&shelf->names);
}

void shelf_fini(struct shelf *shelf) {
    drop_waiting(shelf);
    for (size_t i = 0; i < shelf->segments.count; i++) {
        segment_release(shelf->segments.items[i].segment);
        free(shelf->segments.items[i].gone);
        free(shelf->segments.items[i].marks);
    }
    for (size_t i = 0; i < shelf->modules.count; i++) {
        free_module(&shelf->modules.items[i]);
    }
    shelf_forget_documents(shelf);
    vec_free(&shelf->segments);
    vec_free(&shelf->waiting);
    vec_free(&shelf->modules);
    intern_free(&shelf->names);
    uv_mutex_destroy(&shelf->lock);
}

static void bury_in(struct shelf_segment *segment, const char *path) {
    uint32_t file = 0;
    if (segment_find(segment->segment, slice_of_string(path), &file) &&
        !segment_is_gone(segment->gone, file)) {
        segment->gone[file / 64] |= UINT64_C(1) << (file % 64);
        segment->gone_size += shelf_size_of(segment->segment->files[file].record);
    }
}

// Whatever there is of that path on disk is no more.
static void bury(struct shelf *shelf, const char *path) {
    for (size_t i = 0; i < shelf->segments.count; i++) {
        bury_in(&shelf->segments.items[i], path);
    }
    uint32_t id = intern_find(&shelf->names, slice_of_string(path));
    if (id != INTERN_NONE && shelf->waiting.items[id]) {
        shelf->waiting_size -= shelf_size_of(shelf->waiting.items[id]);
        record_release(shelf->waiting.items[id]);
        shelf->waiting.items[id] = NULL;
    }
    shelf->stale = true;
}

static void build_segment(struct shelf *shelf) {
    VEC(struct segment_file) files = {0};
    for (size_t i = 0; i < shelf->waiting.count; i++) {
        if (shelf->waiting.items[i]) {
            vec_push(&files, (struct segment_file){shelf->waiting.items[i], NULL});
        }
    }
    if (files.count) {
        shelf_add_segment(shelf, segment_build(files.items, (uint32_t)files.count));
    }
    for (size_t i = 0; i < files.count; i++) {
        record_shed(files.items[i].record); // nobody has seen it yet
    }
    vec_free(&files);
    drop_waiting(shelf);
    shelf_merge_like(shelf);
}

void shelf_put(struct shelf *shelf, struct record *record) {
    bury(shelf, record->path);
    if (shelf_revive(shelf, record)) {
        return;
    }
    uint32_t id = intern_add(&shelf->names, slice_of_string(record->path));
    if (id == shelf->waiting.count) {
        vec_push(&shelf->waiting, NULL);
    }
    shelf->waiting.items[id] = record_retain(record);
    shelf->waiting_size += shelf_size_of(record);
    if (shelf->waiting_size > WAITING_SIZE) {
        build_segment(shelf);
    }
}

void shelf_remove(struct shelf *shelf, const char *path) {
    bury(shelf, path);
}

void shelf_publish_all(struct shelf *shelf) {
    struct segment *segments[SHELF_SEGMENTS];
    uint64_t *gone[SHELF_SEGMENTS];
    size_t count = shelf->segments.count < SHELF_SEGMENTS ? shelf->segments.count : SHELF_SEGMENTS;
    struct snapshot_parts parts = {.segments = segments,
                                   .gone = gone,
                                   .segment_count = (uint32_t)count,
                                   .modules = shelf->modules.items,
                                   .module_count = (uint32_t)shelf->modules.count};
    for (size_t i = 0; i < count; i++) {
        segments[i] = shelf->segments.items[i].segment;
        gone[i] = shelf->segments.items[i].gone;
    }
    uv_mutex_lock(&shelf->lock);
    shelf_publish(shelf, parts);
    uv_mutex_unlock(&shelf->lock);
    shelf->stale = false;
}

void shelf_searchable(struct shelf *shelf) {
    build_segment(shelf);
    shelf_publish_all(shelf);
}

void shelf_commit(struct shelf *shelf, bool full_pass) {
    bool is_first = full_pass && !shelf->complete;
    bool is_restored = is_first && shelf_end_restoring(shelf);
    if (shelf->stale) {
        build_segment(shelf);
        shelf_publish_all(shelf);
    }
    if (is_first && !is_restored && shelf->segments.count) {
        shelf_merge_all(shelf);
        shelf_publish_all(shelf);
    }
    shelf->complete |= full_pass;
}

struct declaring {
    struct shelf *shelf;
    const char *manifest;
};

// In the order of the manifests' paths, whichever was read first.
static void add_module(void *context, const char *name, const char *folder) {
    struct declaring *declaring = context;
    struct shelf *shelf = declaring->shelf;
    if (shelf->modules.count == MODULES_MAX) {
        return;
    }
    struct module module = {.folder = mem_copy_string(folder),
                            .prefix = mem_copy_string(name),
                            .kind = manifests_kind(slice_of_string(declaring->manifest)),
                            .manifest = mem_copy_string(declaring->manifest)};
    vec_push(&shelf->modules, module);
    size_t at = shelf->modules.count - 1;
    for (; at > 0 && strcmp(shelf->modules.items[at - 1].manifest, module.manifest) > 0; at--) {
        shelf->modules.items[at] = shelf->modules.items[at - 1];
    }
    shelf->modules.items[at] = module;
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
