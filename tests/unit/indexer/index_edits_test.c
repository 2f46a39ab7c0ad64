// index_edits_test.c - an index that followed a thousand changes on disk is that of a clean build, byte for byte.
//
// Files are made, edited, renamed, deleted and made again, now with the indexer told of it, now behind its back
// or while it is closed. What the sink holds after the next full pass, and what the store then gives to the next
// start, is compared with what a new indexer without a store makes of the same folder.
//
//     unit_indexer_index_edits_test [CHANGES [SEED]]    or HUNCH_CHANGES
#include "tests/unit/unit.h"

#include "base/map.h"
#include "base/vec.h"
#include "dump.h"
#include "indexer/indexer.h"
#include "indexer/packed.h"
#include "random_edits.h"
#include "temporary.h"

#include <stdio.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { CHANGES = 200 };
#else
enum { CHANGES = 1000 };
#endif

enum { FILES = 24, ROUND = 25 };

static long change_count = CHANGES;
static uint64_t first_seed = 1;

// A sink that keeps every file's dump, and a loop to wait on.
struct mirror {
    struct indexer *indexer;
    uv_loop_t loop;
    uv_timer_t tick;
    bool is_ready;
    struct intern paths;
    VEC(char *) dumps; // by the path's number; NULL: not there
};

static char **dump_of(struct mirror *mirror, const char *path) {
    uint32_t id = intern_add(&mirror->paths, slice_of_string(path));
    while (id >= mirror->dumps.count) {
        vec_push(&mirror->dumps, NULL);
    }
    return &mirror->dumps.items[id];
}

static void put(void *self, struct record *record, struct slice text) {
    (void)text;
    char **place = dump_of(self, record->path);
    struct str dump;
    str_init(&dump);
    dump_record(record_whole(record), &dump);
    free(*place);
    *place = str_detach(&dump);
}

static void remove_path(void *self, const char *path) {
    char **place = dump_of(self, path);
    free(*place);
    *place = NULL;
}

static void on_ready(void *context, const struct index_progress *progress) {
    (void)progress;
    ((struct mirror *)context)->is_ready = true;
}

static void on_tick(uv_timer_t *timer) {
    (void)timer;
}

static void wait_ready(struct mirror *mirror) {
    while (!mirror->is_ready) {
        uv_run(&mirror->loop, UV_RUN_ONCE);
    }
    mirror->is_ready = false;
}

static void forget(struct mirror *mirror) {
    for (size_t i = 0; i < mirror->dumps.count; i++) {
        free(mirror->dumps.items[i]);
    }
    vec_free(&mirror->dumps);
    intern_free(&mirror->paths);
}

static void open_index(struct mirror *mirror, const char *root, const char *store) {
    *mirror = (struct mirror){.is_ready = false};
    intern_init(&mirror->paths);
    uv_loop_init(&mirror->loop);
    uv_timer_init(&mirror->loop, &mirror->tick);
    uv_timer_start(&mirror->tick, on_tick, 5, 5);
    struct indexer_options options = {.root = root,
                                      .store_path = store,
                                      .threads = 2,
                                      .sink = index_sink_none(),
                                      .on_ready = on_ready,
                                      .context = mirror};
    options.sink.self = mirror;
    options.sink.put = put;
    options.sink.remove = remove_path;
    struct err err = {0};
    if (indexer_open(&mirror->indexer, &mirror->loop, &options, &err) != 0) {
        fail_msg("%s", err.message);
    }
    wait_ready(mirror);
}

static void close_index(struct mirror *mirror) {
    indexer_close(mirror->indexer);
    uv_close((uv_handle_t *)&mirror->tick, NULL);
    uv_run(&mirror->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&mirror->loop), 0);
}

static void check_same(struct mirror *left, struct mirror *right) {
    for (uint32_t i = 0; i < left->paths.count; i++) {
        const char *path = intern_string(&left->paths, i).data;
        const char *mine = left->dumps.items[i], *other = *dump_of(right, path);
        if (!mine != !other || (mine && strcmp(mine, other) != 0)) {
            fprintf(stderr, "%s\n%s\n--- and\n%s\n", path, mine ? mine : "not there",
                    other ? other : "not there");
            fail_msg("%s differs", path); // cmocka would cut the rest
        }
    }
}

static void check_clean(struct mirror *mirror, const char *root) {
    struct mirror clean;
    open_index(&clean, root, "");
    close_index(&clean);
    check_same(mirror, &clean);
    check_same(&clean, mirror);
    forget(&clean);
}

struct disk {
    char *root;
    struct edits edits;
    struct str files[FILES]; // empty: not there
    struct str seeds[4];
};

static const char *const seeds[] = {"tests/corpora/edits/fields.c", "tests/corpora/edits/shapes.py",
                                    "tests/corpora/edits/queue.go", "tests/corpora/edits/store.js"};
static const char *const endings[] = {"c", "py", "go", "js"};

static void name_file(int file, char *name, size_t size) {
    snprintf(name, size, "%s%d/file%d.%s", file % 3 ? "folder" : "deep/in/", file % 5, file,
             endings[file % 4]);
}

static void write_file(struct disk *disk, int file) {
    char name[64];
    name_file(file, name, sizeof name);
    if (disk->files[file].length) {
        temporary_write_bytes(disk->root, name, str_slice(&disk->files[file]));
    } else {
        temporary_delete(disk->root, name);
    }
}

// To another place of the same ending.
static void rename_file(struct disk *disk, int file, int to) {
    char old_name[64], name[64];
    name_file(file, old_name, sizeof old_name);
    name_file(to, name, sizeof name);
    write_file(disk, file);
    str_clear(&disk->files[to]);
    str_append_slice(&disk->files[to], str_slice(&disk->files[file]));
    write_file(disk, to);
    str_clear(&disk->files[file]);
    write_file(disk, file);
}

static void tell(struct mirror *mirror, int file) {
    char name[64];
    name_file(file, name, sizeof name);
    if (mirror) {
        indexer_file_changed(mirror->indexer, name);
    }
}

static void change_disk(struct disk *disk, struct mirror *mirror) {
    int file = (int)edits_draw(&disk->edits, FILES);
    struct str *text = &disk->files[file];
    uint32_t kind = edits_draw(&disk->edits, 10);
    if (text->length == 0) {
        str_append_slice(text, str_slice(&disk->seeds[file % 4]));
    } else if (kind == 0) {
        str_clear(text);
    } else if (kind == 1 && file + 4 < FILES) {
        rename_file(disk, file, file + 4);
        tell(mirror, file + 4);
    } else {
        str_clear(&disk->edits.undo);
        edits_apply(&disk->edits, text);
    }
    write_file(disk, file);
    tell(mirror, file);
}

static void set_up(struct disk *disk) {
    *disk = (struct disk){.root = temporary_make(), .edits = {.state = first_seed}};
    str_init(&disk->edits.undo);
    for (int i = 0; i < FILES; i++) {
        str_init(&disk->files[i]);
    }
    for (size_t i = 0; i < 4; i++) {
        struct err err;
        str_init(&disk->seeds[i]);
        assert_int_equal(fs_read(seeds[i], 1 << 20, &disk->seeds[i], &err), 0);
    }
}

static void tear_down(struct disk *disk) {
    temporary_remove(disk->root);
    str_free(&disk->edits.undo);
    for (int i = 0; i < FILES; i++) {
        str_free(&disk->files[i]);
    }
    for (size_t i = 0; i < 4; i++) {
        str_free(&disk->seeds[i]);
    }
    free(disk->root);
}

static void test_index_follows_the_disk(void **state) {
    (void)state;
    struct disk disk;
    struct mirror mirror;
    char *folder = temporary_make(), *store = fs_join(folder, "index.sqlite");
    set_up(&disk);
    open_index(&mirror, disk.root, store);
    for (long i = 1; i <= change_count; i++) {
        change_disk(&disk, edits_draw(&disk.edits, 2) ? &mirror : NULL);
        if (i % ROUND == 0) {
            indexer_rescan(mirror.indexer);
            wait_ready(&mirror);
            check_clean(&mirror, disk.root);
        }
        if (i % (2 * ROUND) == 0) { // closed, changed meanwhile, opened again
            close_index(&mirror);
            forget(&mirror);
            change_disk(&disk, NULL);
            open_index(&mirror, disk.root, store);
            check_clean(&mirror, disk.root);
        }
    }
    close_index(&mirror);
    forget(&mirror);
    tear_down(&disk);
    temporary_remove(folder);
    free(store);
    free(folder);
}

int main(int argc, char **argv) {
    const char *count = argc > 1 ? argv[1] : getenv("HUNCH_CHANGES");
    change_count = count && strtol(count, NULL, 10) > 0 ? strtol(count, NULL, 10) : CHANGES;
    first_seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_index_follows_the_disk)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
