// store_scene.h - a store in a folder of its own, and what is done to it.
#ifndef HUNCH_TESTS_INDEXER_STORE_SCENE_H
#define HUNCH_TESTS_INDEXER_STORE_SCENE_H

#include "base/vec.h"
#include "indexer/packed.h"
#include "indexer/store.h"
#include "records.h"
#include "temporary.h"
#include "tests/unit/unit.h"

#include <sqlite3.h>

#define ROOT "/home/me/project"

struct scene {
    char *folder;
    char *path;
};

static inline struct scene set_up(void) {
    struct scene scene = {.folder = temporary_make()};
    scene.path = fs_join(scene.folder, "deep/er/index.sqlite");
    return scene;
}

static inline void tear_down(struct scene *scene) {
    temporary_remove(scene->folder);
    free(scene->path);
    free(scene->folder);
}

static inline struct store *open_store(const struct scene *scene) {
    struct err err = {0};
    struct store *store = NULL;
    if (store_open(&store, scene->path, ROOT, NULL, &err) != 0) {
        fail_msg("%s", err.message);
    }
    return store;
}

static inline struct store_records load_as(struct store *store, bool heads) {
    struct err err = {0};
    struct store_records records;
    if ((heads ? store_load_heads : store_load)(store, &records, &err) != 0) {
        fail_msg("%s", err.message);
    }
    return records;
}

static inline struct store_records load(struct store *store) {
    return load_as(store, false);
}

static inline void drop(struct store_records *records) {
    for (size_t i = 0; i < records->count; i++) {
        record_release(records->items[i]);
    }
    vec_free(records);
}

static inline const struct record *find(const struct store_records *records, const char *path) {
    for (size_t i = 0; i < records->count; i++) {
        if (strcmp(records->items[i]->path, path) == 0) {
            return records->items[i];
        }
    }
    fail_msg("no record of %s", path);
    return NULL;
}

static inline size_t load_count(struct store *store) {
    struct store_records records = load(store);
    size_t count = records.count;
    drop(&records);
    return count;
}

static inline void settle(struct store *store) {
    struct err err = {0};
    if (store_settle(store, &err) != 0) {
        fail_msg("%s", err.message);
    }
}

static inline void write_one(struct store *store, struct store_op op) {
    struct err err = {0};
    if (store_write(store, &op, 1, &err) != 0) {
        fail_msg("%s", err.message);
    }
}

static inline void put(struct store *store, const char *path, uint32_t chunks) {
    struct record *record = make_record(path, chunks);
    write_one(store, (struct store_op){.kind = STORE_PUT, .record = record});
    record_release(record);
}

static inline off_t size_of(const struct scene *scene, const char *ending) {
    struct str name;
    struct stat status = {0};
    str_init(&name);
    str_append_format(&name, "%s%s", scene->path, ending);
    stat(name.data, &status);
    str_free(&name);
    return status.st_size;
}

static inline void execute(const struct scene *scene, const char *sql) {
    sqlite3 *db;
    assert_int_equal(sqlite3_open(scene->path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    }
    sqlite3_close(db);
}

#endif
