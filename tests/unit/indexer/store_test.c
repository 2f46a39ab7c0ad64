// store_test.c - what is written comes back, and whatever happens to the file ends in a usable store.

#include "indexer/packed.h"
#include "indexer/store.h"
#include "records.h"
#include "temporary.h"

#include "base/vec.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define ROOT "/home/me/project"

struct scene {
    char *folder;
    char *path;
};

static struct scene set_up(void) {
    struct scene scene = {.folder = temporary_make()};
    scene.path = fs_join(scene.folder, "deep/er/index.sqlite");
    return scene;
}

static void tear_down(struct scene *scene) {
    temporary_remove(scene->folder);
    free(scene->path);
    free(scene->folder);
}

static struct store *open_store(const struct scene *scene) {
    struct err err = {0};
    struct store *store = NULL;
    if (store_open(&store, scene->path, ROOT, NULL, &err) != 0) {
        fail_msg("%s", err.message);
    }
    return store;
}

static struct store_records load_as(struct store *store, bool heads) {
    struct err err = {0};
    struct store_records records;
    if ((heads ? store_load_heads : store_load)(store, &records, &err) != 0) {
        fail_msg("%s", err.message);
    }
    return records;
}

static struct store_records load(struct store *store) {
    return load_as(store, false);
}

static void drop(struct store_records *records) {
    for (size_t i = 0; i < records->count; i++) {
        record_release(records->items[i]);
    }
    vec_free(records);
}

static const struct record *find(const struct store_records *records, const char *path) {
    for (size_t i = 0; i < records->count; i++) {
        if (strcmp(records->items[i]->path, path) == 0) {
            return records->items[i];
        }
    }
    fail_msg("no record of %s", path);
    return NULL;
}

static size_t load_count(struct store *store) {
    struct store_records records = load(store);
    size_t count = records.count;
    drop(&records);
    return count;
}

static void settle(struct store *store) {
    struct err err = {0};
    if (store_settle(store, &err) != 0) {
        fail_msg("%s", err.message);
    }
}

static void write_one(struct store *store, struct store_op op) {
    struct err err = {0};
    if (store_write(store, &op, 1, &err) != 0) {
        fail_msg("%s", err.message);
    }
}

static void put(struct store *store, const char *path, uint32_t chunks) {
    struct record *record = make_record(path, chunks);
    write_one(store, (struct store_op){.kind = STORE_PUT, .record = record});
    record_release(record);
}

static void test_records_come_back_as_they_went(void **state) {
    (void)state;
    struct scene scene = set_up();
    static const char *const paths[] = {"a.c", "new\nline \xff\xfe.c", "x/y/z.c"};
    struct store *store = open_store(&scene);
    for (uint32_t i = 0; i < 3; i++) {
        put(store, paths[i], i * 100);
    }
    store_close(store);
    store = open_store(&scene);
    struct store_records records = load(store);
    assert_int_equal(records.count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        struct record *expected = make_record(paths[i], i * 100);
        assert_same_record(record_whole(find(&records, paths[i])), expected);
        record_release(expected);
    }
    assert_null(store_rebuilt(store));
    drop(&records);
    store_close(store);
    tear_down(&scene);
}

static void test_heads_tell_what_is_there(void **state) {
    (void)state;
    struct scene scene = set_up();
    struct store *store = open_store(&scene);
    put(store, "b/c.c", 500);
    struct store_records records = load_as(store, true);
    assert_int_equal(find(&records, "b/c.c")->chunk_count, 500);
    assert_null(find(&records, "b/c.c")->chunks);
    assert_null(store_rebuilt(store));
    drop(&records);
    store_close(store);
    tear_down(&scene);
}

static void test_put_supersedes_touch_updates_remove_removes(void **state) {
    (void)state;
    struct scene scene = set_up();
    struct store *store = open_store(&scene);
    put(store, "a.c", 5);
    put(store, "b.c", 5);
    put(store, "a.c", 2);
    write_one(store, (struct store_op){.kind = STORE_TOUCH, .path = "b.c", .size = 99999, .mtime_ns = 42});
    write_one(store, (struct store_op){.kind = STORE_REMOVE, .path = "missing.c"});
    struct store_records records = load(store);
    assert_int_equal(records.count, 2);
    assert_int_equal(find(&records, "a.c")->chunk_count, 2);
    assert_int_equal(find(&records, "b.c")->size, 99999);
    assert_int_equal(find(&records, "b.c")->mtime_ns, 42);
    drop(&records);
    write_one(store, (struct store_op){.kind = STORE_REMOVE, .path = "a.c"});
    write_one(store, (struct store_op){.kind = STORE_REMOVE, .path = "b.c"});
    assert_int_equal(load_count(store), 0);
    store_close(store);
    tear_down(&scene);
}

static void test_file_is_private(void **state) {
    (void)state;
    struct scene scene = set_up();
    struct store *store = open_store(&scene);
    put(store, "a.c", 5);
    struct stat status;
    assert_int_equal(stat(scene.path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    *strrchr(scene.path, '/') = '\0';
    assert_int_equal(stat(scene.path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    store_close(store);
    tear_down(&scene);
}

// The file as it is after some records, with its log moved in.
static void make_sound_store(const struct scene *scene) {
    struct store *store = open_store(scene);
    for (int i = 0; i < 60; i++) {
        char name[20];
        snprintf(name, sizeof name, "file%d.c", i);
        put(store, name, 20);
    }
    settle(store);
    store_close(store);
    struct str log;
    str_init(&log);
    str_append_format(&log, "%s-wal", scene->path);
    unlink(log.data);
    str_free(&log);
}

static void assert_started_anew(const struct scene *scene, const char *why) {
    struct store *store = open_store(scene);
    size_t sound = load_count(store);
    assert_true(sound < 60);
    assert_non_null(store_rebuilt(store));
    if (!strstr(store_rebuilt(store), why)) {
        fail_msg("%s", store_rebuilt(store));
    }
    put(store, "again.c", 3);
    store_close(store);
    store = open_store(scene);
    assert_int_equal(load_count(store), sound + 1);
    assert_null(store_rebuilt(store));
    store_close(store);
}

static void overwrite(const struct scene *scene, off_t at, const void *bytes, size_t length) {
    int file = open(scene->path, O_WRONLY);
    assert_true(file >= 0);
    assert_int_equal(pwrite(file, bytes, length, at), (ssize_t)length);
    close(file);
}

static void test_garbage_is_replaced(void **state) {
    (void)state;
    struct scene scene = set_up();
    temporary_write(scene.folder, "deep/er/index.sqlite",
                    "certainly not a database, but long enough to be one");
    assert_started_anew(&scene, "damaged");
    tear_down(&scene);
}

static void test_truncated_file_is_replaced(void **state) {
    (void)state;
    static const off_t lengths[] = {10, 100, 4096, 9000, 40960};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct scene scene = set_up();
        make_sound_store(&scene);
        assert_int_equal(truncate(scene.path, lengths[i]), 0);
        assert_started_anew(&scene, "damaged");
        tear_down(&scene);
    }
}

static void test_overwritten_pages_are_noticed(void **state) {
    (void)state;
    char zeros[4096] = {0};
    int unnoticed = 0;
    for (off_t page = 1; page < 12; page++) {
        struct scene scene = set_up();
        make_sound_store(&scene);
        overwrite(&scene, page * 4096, zeros, sizeof zeros);
        struct store *store = open_store(&scene);
        size_t left = load_count(store);
        // SQLite's page of pointers and the summary's are not read on load; all others are.
        unnoticed += store_rebuilt(store) == NULL;
        assert_true(left == 60 || store_rebuilt(store) != NULL);
        struct err err;
        struct record *record = make_record("file7.c", 1);
        struct store_op op = {.kind = STORE_PUT, .record = record};
        if (store_write(store, &op, 1, &err) != 0) {
            // Found on writing: thrown away for the next start.
            store_close(store);
            store = open_store(&scene);
            assert_int_equal(load_count(store), 0);
        }
        record_release(record);
        store_close(store);
        tear_down(&scene);
    }
    assert_true(unnoticed <= 2);
}

static void test_other_version_and_other_application_are_replaced(void **state) {
    (void)state;
    struct scene scene = set_up();
    make_sound_store(&scene);
    overwrite(&scene, 60, "\0\0\x03\xe7", 4); // user_version, in SQLite's header
    assert_started_anew(&scene, "another version");
    tear_down(&scene);
    scene = set_up();
    make_sound_store(&scene);
    overwrite(&scene, 68, "ABCD", 4); // application_id
    assert_started_anew(&scene, "another version");
    tear_down(&scene);
}

static void execute(const struct scene *scene, const char *sql) {
    sqlite3 *db;
    assert_int_equal(sqlite3_open(scene->path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    }
    sqlite3_close(db);
}

// Sound to SQLite, made by someone who knows the tables.
static void test_crafted_tables_are_not_believed(void **state) {
    (void)state;
    static const char *const crafted[] = {
        "DROP TABLE files",
        "ALTER TABLE files DROP COLUMN record",
        "CREATE TRIGGER t AFTER DELETE ON files BEGIN DELETE FROM files; END",
        ("DROP TABLE files; CREATE VIEW files AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n)"
         " SELECT i AS id,0 AS size,0 AS mtime,0 AS checksum,x'' AS record FROM n"),
    };
    for (size_t i = 0; i < sizeof crafted / sizeof crafted[0]; i++) {
        struct scene scene = set_up();
        make_sound_store(&scene);
        execute(&scene, crafted[i]);
        assert_started_anew(&scene, "another version");
        tear_down(&scene);
    }
}

// S2. What is sound goes over into the new store whole, even if only heads were wanted.
static void assert_row_is_dropped(const char *sql, size_t left, bool heads) {
    struct scene scene = set_up();
    make_sound_store(&scene);
    execute(&scene, sql);
    struct store *store = open_store(&scene);
    struct store_records records = load_as(store, heads);
    assert_int_equal(records.count, left);
    if (!store_rebuilt(store) || !strstr(store_rebuilt(store), "damaged")) {
        fail_msg("%s: %s", sql, store_rebuilt(store));
    }
    drop(&records);
    store_close(store);
    store = open_store(&scene); // they are gone
    records = load(store);
    assert_int_equal(records.count, left);
    for (size_t i = 0; i < records.count; i++) {
        assert_non_null(record_whole(records.items[i])->chunks);
    }
    assert_null(store_rebuilt(store));
    drop(&records);
    store_close(store);
    tear_down(&scene);
}

static void test_rows_that_are_not_as_written_are_dropped(void **state) {
    (void)state;
#define ONE " WHERE id=(SELECT min(id) FROM files)"
    static const struct {
        const char *sql;
        size_t left;
    } rows[] = {
        {"UPDATE files SET size=-1", 0},
        {"UPDATE files SET size=1" ONE, 59},
        {"UPDATE files SET mtime=mtime+1" ONE, 59},
        {"UPDATE files SET checksum=0" ONE, 59},
        {"UPDATE files SET checksum='x', size=1.5, mtime=x''", 0},
        {"UPDATE files SET id=id+1" ONE, 59},
        {"UPDATE files SET id=-id", 0},
        {"UPDATE files SET record=x''" ONE, 59},
        {"UPDATE files SET record=zeroblob(100000)", 0},
        {"UPDATE files SET record=substr(record,2)" ONE, 59},
        {"UPDATE files SET record=record||x'00'" ONE, 59},
        {"UPDATE files SET record=(SELECT record FROM files WHERE id=(SELECT max(id) FROM files))" ONE, 59},
        {"INSERT INTO files VALUES(5,0,0,0,'text')", 60},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_row_is_dropped(rows[i].sql, rows[i].left, false);
        assert_row_is_dropped(rows[i].sql, rows[i].left, true);
    }
}

static off_t size_of(const struct scene *scene, const char *ending) {
    struct str name;
    struct stat status = {0};
    str_init(&name);
    str_append_format(&name, "%s%s", scene->path, ending);
    stat(name.data, &status);
    str_free(&name);
    return status.st_size;
}

// S4.
static void test_settling_gives_back_room(void **state) {
    (void)state;
    struct scene scene = set_up();
    struct store *store = open_store(&scene);
    char name[20];
    for (int i = 0; i < 500; i++) {
        snprintf(name, sizeof name, "%d.c", i);
        put(store, name, 50);
    }
    settle(store);
    assert_int_equal(size_of(&scene, "-wal"), 0);
    off_t full = size_of(&scene, "");
    for (int i = 0; i < 400; i++) {
        snprintf(name, sizeof name, "%d.c", i);
        write_one(store, (struct store_op){.kind = STORE_REMOVE, .path = name});
    }
    settle(store);
    assert_true(size_of(&scene, "") < full / 2);
    assert_int_equal(load_count(store), 100);
    store_close(store);
    tear_down(&scene);
}

static void test_the_log_stays_short(void **state) {
    (void)state;
    struct scene scene = set_up();
    struct store *store = open_store(&scene);
    for (int i = 0; i < 1500; i++) {
        put(store, i % 2 ? "a.c" : "b.c", 200);
    }
    assert_true(size_of(&scene, "-wal") < 8 * 1024 * 1024);
    settle(store);
    for (int i = 0; i < 300; i++) {
        put(store, i % 2 ? "a.c" : "b.c", 200);
    }
    assert_true(size_of(&scene, "-wal") < 256 * 1024);
    store_close(store);
    tear_down(&scene);
}

// S4.
static void test_a_store_larger_than_its_source_is_given_up(void **state) {
    (void)state;
    struct scene scene = set_up();
    struct store *store = open_store(&scene);
    struct record *record = make_record("", 0);
    record->size = 100;
    record->symbol_count = 0;
    record->import_count = 0;
    char name[200];
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "a/file/with/%060d/long/name.c", i);
        record->path = name;
        write_one(store, (struct store_op){.kind = STORE_PUT, .record = record});
    }
    record_release(record);
    struct err err = {0};
    assert_int_equal(store_settle(store, &err), ERR_TOO_LARGE);
    assert_non_null(strstr(err.message, scene.path));
    store_close(store);
    assert_int_not_equal(access(scene.path, F_OK), 0);
    tear_down(&scene);
}

// --- what is kept beside the records ---

static struct str make_bytes(size_t size, unsigned seed) {
    struct str bytes;
    str_init(&bytes);
    str_reserve(&bytes, size);
    for (size_t i = 0; i < size; i++) {
        seed = seed * 1664525u + 1013904223u;
        bytes.data[i] = (char)(seed >> 24);
    }
    bytes.length = size;
    return bytes;
}

static int keep_piece(struct store *store, const struct str *bytes, size_t piece) {
    struct err err = {0};
    return store_keep(store, str_slice(bytes), piece, &err);
}

static void keep(struct store *store, const struct str *bytes) {
    for (size_t piece = 0; piece < store_piece_count(bytes->length); piece++) {
        assert_int_equal(keep_piece(store, bytes, piece), 0);
    }
}

// What the next start finds: these bytes, or nothing (NULL), and all records.
static void assert_kept(const struct scene *scene, const struct str *bytes, size_t records) {
    struct store *store = open_store(scene);
    assert_int_equal(load_count(store), records);
    if (bytes) {
        assert_true(slice_equal(store_kept(store), str_slice(bytes)));
    } else {
        assert_int_equal(store_kept(store).length, 0);
    }
    assert_null(store_rebuilt(store));
    store_close(store);
}

// Of a source that is large enough.
static struct store *open_large(const struct scene *scene) {
    struct store *store = open_store(scene);
    for (int i = 0; i < 60; i++) {
        char name[20];
        snprintf(name, sizeof name, "%d.c", i);
        put(store, name, 2); // of 100,000 bytes
    }
    settle(store);
    return store;
}

static void test_what_is_kept_comes_back(void **state) {
    (void)state;
    static const size_t sizes[] = {
        1, 4096, STORE_PIECE - 1, STORE_PIECE, STORE_PIECE + 1, 3 * STORE_PIECE + 77};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct scene scene = set_up();
        struct store *store = open_large(&scene);
        struct str bytes = make_bytes(sizes[i], 1), shorter = make_bytes(sizes[i] / 2 + 1, 2);
        assert_kept(&scene, NULL, 60);
        keep(store, &bytes);
        settle(store);
        assert_kept(&scene, &bytes, 60);
        keep(store, &shorter);
        assert_kept(&scene, &shorter, 60);
        put(store, "another.c", 1);
        store_close(store);
        assert_kept(&scene, &shorter, 61);
        str_free(&bytes);
        str_free(&shorter);
        tear_down(&scene);
    }
}

// S5: a run that was cut short, and two at once.
static void test_half_of_it_is_nothing(void **state) {
    (void)state;
    struct scene scene = set_up();
    struct store *store = open_large(&scene), *other = open_store(&scene);
    struct str bytes = make_bytes(2 * STORE_PIECE + 5, 1), others = make_bytes(2 * STORE_PIECE + 7, 2);
    assert_int_equal(load_count(other), 60);
    keep(store, &bytes);
    assert_int_equal(keep_piece(store, &bytes, 0), 0);
    assert_kept(&scene, NULL, 60);
    assert_int_equal(keep_piece(store, &bytes, 1), 0);
    assert_kept(&scene, NULL, 60);
    assert_int_equal(keep_piece(other, &others, 0), 0);
    assert_int_equal(keep_piece(store, &bytes, 2), 0);
    assert_kept(&scene, NULL, 60);
    assert_int_equal(keep_piece(other, &others, 1), 0);
    assert_int_equal(keep_piece(other, &others, 2), 0);
    assert_kept(&scene, &others, 60); // the last one wins
    store_close(store);
    store_close(other);
    str_free(&bytes);
    str_free(&others);
    tear_down(&scene);
}

// S5.
static void test_kept_bytes_that_are_not_as_written_are_dropped(void **state) {
    (void)state;
    static const char *const damages[] = {
        "UPDATE kept SET checksum=checksum+1 WHERE piece=2",
        "UPDATE kept SET bytes=zeroblob(length(bytes)) WHERE piece=1",
        "UPDATE kept SET bytes=x'00' WHERE piece=3",
        "UPDATE kept SET bytes=x'' WHERE piece=0",
        "UPDATE kept SET checksum=0 WHERE piece=0",
        "DELETE FROM kept WHERE piece=0",
        "DELETE FROM kept WHERE piece=2",
        "DELETE FROM kept WHERE piece=3",
        "UPDATE kept SET piece=-piece",
        "UPDATE kept SET piece=piece+1 WHERE piece=3",
    };
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        struct scene scene = set_up();
        struct store *store = open_large(&scene);
        struct str bytes = make_bytes(2 * STORE_PIECE + 5, 1);
        keep(store, &bytes);
        store_close(store);
        assert_kept(&scene, &bytes, 60);
        execute(&scene, damages[i]);
        assert_kept(&scene, NULL, 60);
        str_free(&bytes);
        tear_down(&scene);
    }
}

// S4: it goes before the records do.
static void test_what_is_kept_never_makes_the_store_larger_than_its_source(void **state) {
    (void)state;
    struct scene scene = set_up();
    struct store *store = open_large(&scene);
    struct str small = make_bytes(5000000, 1), large = make_bytes(6000000, 2);
    keep(store, &small);
    settle(store);
    assert_int_equal(keep_piece(store, &large, 0), ERR_TOO_LARGE);
    assert_kept(&scene, NULL, 60);
    settle(store);
    assert_true(size_of(&scene, "") < 100000);
    keep(store, &small);
    for (int i = 0; i < 20; i++) { // the source shrinks
        char name[20];
        snprintf(name, sizeof name, "%d.c", i);
        write_one(store, (struct store_op){.kind = STORE_REMOVE, .path = name});
    }
    settle(store);
    assert_true(size_of(&scene, "") < 100000);
    store_close(store);
    assert_kept(&scene, NULL, 40);
    str_free(&small);
    str_free(&large);
    tear_down(&scene);
}

static void test_places_that_cannot_hold_a_store(void **state) {
    (void)state;
    struct scene scene = set_up();
    struct err err = {0};
    struct store *store = NULL;
    temporary_write(scene.folder, "deep", "a file");
    assert_int_not_equal(store_open(&store, scene.path, ROOT, NULL, &err), 0);
    assert_null(store);
    assert_non_null(strstr(err.message, scene.path));
    assert_non_null(strstr(err.message, "XDG_CACHE_HOME"));
    temporary_delete(scene.folder, "deep");
    temporary_write(scene.folder, "deep/er/index.sqlite/file", "a folder in its place");
    assert_int_not_equal(store_open(&store, scene.path, ROOT, NULL, &err), 0);
    assert_null(store);
    tear_down(&scene);
}

static void test_read_only_folder(void **state) {
    (void)state;
    if (geteuid() == 0) {
        print_message("root may write anywhere: the test of a read-only folder is skipped\n");
        skip();
    }
    struct scene scene = set_up();
    struct err err = {0};
    struct store *store = NULL;
    assert_int_equal(chmod(scene.folder, 0500), 0);
    assert_int_not_equal(store_open(&store, scene.path, ROOT, NULL, &err), 0);
    assert_null(store);
    assert_int_equal(chmod(scene.folder, 0700), 0);
    tear_down(&scene);
}

static void test_cancelled_load_gives_up(void **state) {
    (void)state;
    struct scene scene = set_up();
    make_sound_store(&scene);
    struct cancel cancel;
    cancel_init(&cancel, 0);
    struct err err = {0};
    struct store *store = NULL;
    assert_int_equal(store_open(&store, scene.path, ROOT, &cancel, &err), 0);
    cancel_fire(&cancel);
    struct store_records records;
    int result = store_load(store, &records, &err);
    assert_true(result == ERR_CANCELLED);
    assert_int_equal(records.count, 0);
    store_close(store);
    store = open_store(&scene);
    assert_int_equal(load_count(store), 60); // and does no harm
    store_close(store);
    tear_down(&scene);
}

static void test_two_processes_write_at_once(void **state) {
    (void)state;
    struct scene scene = set_up();
    store_close(open_store(&scene));
    pid_t children[2];
    for (int who = 0; who < 2; who++) {
        children[who] = fork();
        if (children[who] == 0) {
            struct err err;
            struct store *store = NULL;
            int result = store_open(&store, scene.path, ROOT, NULL, &err);
            for (int i = 0; i < 50 && result == 0; i++) {
                char name[30];
                snprintf(name, sizeof name, "%s%d.c", i % 2 ? "both" : who ? "one" : "two", i);
                struct record *record = make_record(name, 10);
                struct store_op op = {.kind = STORE_PUT, .record = record};
                result = store_write(store, &op, 1, &err);
                record_release(record);
            }
            store_close(store);
            _exit(result ? 1 : 0);
        }
    }
    for (int who = 0; who < 2; who++) {
        int status = 0;
        assert_int_equal(waitpid(children[who], &status, 0), children[who]);
        assert_int_equal(status, 0);
    }
    struct store *store = open_store(&scene);
    assert_int_equal(load_count(store), 75);
    assert_null(store_rebuilt(store));
    store_close(store);
    tear_down(&scene);
}

// In a process of its own: no file may grow beyond 200 KB, as if the disk were full.
static void test_full_disk_fails_a_write_and_leaves_a_sound_store(void **state) {
    (void)state;
    struct scene scene = set_up();
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit = {200 * 1024, 200 * 1024};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        struct err err = {0};
        struct store *store = NULL;
        int result = store_open(&store, scene.path, ROOT, NULL, &err);
        for (int i = 0; i < 500 && result == 0; i++) {
            char name[30];
            snprintf(name, sizeof name, "%d.c", i);
            struct record *record = make_record(name, 100);
            struct store_op op = {.kind = STORE_PUT, .record = record};
            result = store_write(store, &op, 1, &err);
            record_release(record);
        }
        _exit(result == ERR_IO && strstr(err.message, "index store") ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    struct store *store = open_store(&scene);
    size_t before = load_count(store);
    assert_true(before > 0);
    assert_null(store_rebuilt(store));
    put(store, "later.c", 3);
    assert_int_equal(load_count(store), before + 1);
    store_close(store);
    tear_down(&scene);
}

static void test_path_follows_the_cache_folder(void **state) {
    (void)state;
    setenv("XDG_CACHE_HOME", "/somewhere/cache", 1);
    char *one = store_path_of("/home/me/project");
    char *other = store_path_of("/home/me/project2");
    assert_non_null(strstr(one, "/somewhere/cache/hunch/index/"));
    assert_non_null(strstr(one, ".sqlite"));
    assert_string_not_equal(one, other);
    free(one);
    free(other);
    unsetenv("XDG_CACHE_HOME");
    unsetenv("HOME");
    assert_null(store_path_of("/home/me/project"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_come_back_as_they_went),
        cmocka_unit_test(test_heads_tell_what_is_there),
        cmocka_unit_test(test_put_supersedes_touch_updates_remove_removes),
        cmocka_unit_test(test_file_is_private),
        cmocka_unit_test(test_garbage_is_replaced),
        cmocka_unit_test(test_truncated_file_is_replaced),
        cmocka_unit_test(test_overwritten_pages_are_noticed),
        cmocka_unit_test(test_other_version_and_other_application_are_replaced),
        cmocka_unit_test(test_crafted_tables_are_not_believed),
        cmocka_unit_test(test_rows_that_are_not_as_written_are_dropped),
        cmocka_unit_test(test_settling_gives_back_room),
        cmocka_unit_test(test_the_log_stays_short),
        cmocka_unit_test(test_a_store_larger_than_its_source_is_given_up),
        cmocka_unit_test(test_what_is_kept_comes_back),
        cmocka_unit_test(test_half_of_it_is_nothing),
        cmocka_unit_test(test_kept_bytes_that_are_not_as_written_are_dropped),
        cmocka_unit_test(test_what_is_kept_never_makes_the_store_larger_than_its_source),
        cmocka_unit_test(test_places_that_cannot_hold_a_store),
        cmocka_unit_test(test_read_only_folder),
        cmocka_unit_test(test_cancelled_load_gives_up),
        cmocka_unit_test(test_two_processes_write_at_once),
        cmocka_unit_test(test_full_disk_fails_a_write_and_leaves_a_sound_store),
        cmocka_unit_test(test_path_follows_the_cache_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
