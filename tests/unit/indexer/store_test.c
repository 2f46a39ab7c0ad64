// store_test.c - what is written comes back, and whatever happens to the file ends in a usable store.

#include "indexer/store.h"
#include "temporary.h"

#include "base/vec.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>

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
    if (store_open(&store, scene->path, NULL, &err) != 0) {
        fail_msg("%s", err.message);
    }
    return store;
}

static struct store_records load(struct store *store) {
    struct err err = {0};
    struct store_records records;
    if (store_load(store, &records, &err) != 0) {
        fail_msg("%s", err.message);
    }
    return records;
}

static void drop(struct store_records *records) {
    for (size_t i = 0; i < records->count; i++) {
        record_release(records->items[i]);
    }
    vec_free(records);
}

static size_t load_count(struct store *store) {
    struct store_records records = load(store);
    size_t count = records.count;
    drop(&records);
    return count;
}

static void write_one(struct store *store, struct store_op op) {
    struct err err = {0};
    if (store_write(store, &op, 1, &err) != 0) {
        fail_msg("%s", err.message);
    }
}

static struct record *make_record(const char *path, uint32_t chunks) {
    struct record *record = record_new(path);
    record->language = "c";
    record->hash = 0xFEDCBA9876543210u; // negative as a signed number
    record->size = 100000;
    record->mtime_ns = 1700000000123456789;
    record->line_count = 77;
    record->taint = TAINT_VENDORED;
    struct chunk *list = arena_alloc(&record->arena, chunks * sizeof *list);
    for (uint32_t i = 0; i < chunks; i++) {
        struct term *terms = arena_alloc(&record->arena, 3 * sizeof *terms);
        terms[0] = (struct term){0, 1};
        terms[1] = (struct term){0x80000000u + i, 127 + i};
        terms[2] = (struct term){0xFFFFFFFFu, 70000};
        list[i] = (struct chunk){.start_byte = i * 10,
                                 .end_byte = i * 10 + 9,
                                 .start_line = i,
                                 .end_line = i + 1,
                                 .kind = i % 2 ? "function" : "lines",
                                 .name = i % 2 ? "f\xc3\xa4" : "",
                                 .scope = "outer",
                                 .terms = terms,
                                 .term_count = 3,
                                 .length = 1 + 127 + i + 70000};
    }
    record->chunks = list;
    record->chunk_count = chunks;
    struct symbol *symbols = arena_alloc(&record->arena, 2 * sizeof *symbols);
    symbols[0] = (struct symbol){"one", SYMBOL_MACRO, false, 1, 1, 1, 2, 3, 40, "#define one", "", ""};
    symbols[1] =
        (struct symbol){"two", SYMBOL_METHOD, true, 3, 2, 4, 9, 41, 99, "int two(void)", "Outer", "Twice."};
    record->symbols = symbols;
    record->symbol_count = 2;
    struct reference *references = arena_alloc(&record->arena, 3 * sizeof *references);
    references[0] = (struct reference){7, 70, REFERENCE_CALL, 1};
    references[1] = (struct reference){7, 70, REFERENCE_TYPE, REFERENCE_PLACES};
    references[2] = (struct reference){0xFFFFFFFFu, 0, REFERENCE_CALL, 128};
    record->references = references;
    record->reference_count = 3;
    struct import *imports = arena_alloc(&record->arena, sizeof *imports);
    imports[0] = (struct import){"uv/unix.h", 4};
    record->imports = imports;
    record->import_count = 1;
    return record;
}

static void put(struct store *store, const char *path, uint32_t chunks) {
    struct record *record = make_record(path, chunks);
    write_one(store, (struct store_op){.kind = STORE_PUT, .record = record});
    record_release(record);
}

static void assert_same_chunk(const struct chunk *a, const struct chunk *b) {
    assert_int_equal(a->start_byte, b->start_byte);
    assert_int_equal(a->end_byte, b->end_byte);
    assert_int_equal(a->start_line, b->start_line);
    assert_int_equal(a->end_line, b->end_line);
    assert_string_equal(a->kind, b->kind);
    assert_string_equal(a->name, b->name);
    assert_string_equal(a->scope, b->scope);
    assert_int_equal(a->length, b->length);
    assert_int_equal(a->term_count, b->term_count);
    assert_memory_equal(a->terms, b->terms, a->term_count * sizeof *a->terms);
}

static void assert_same_symbol(const struct symbol *a, const struct symbol *b) {
    assert_string_equal(a->name, b->name);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->is_declaration, b->is_declaration);
    assert_int_equal(a->name_line, b->name_line);
    assert_int_equal(a->start_line, b->start_line);
    assert_int_equal(a->header_end_line, b->header_end_line);
    assert_int_equal(a->end_line, b->end_line);
    assert_int_equal(a->start_byte, b->start_byte);
    assert_int_equal(a->end_byte, b->end_byte);
    assert_string_equal(a->signature, b->signature);
    assert_string_equal(a->scope, b->scope);
    assert_string_equal(a->doc, b->doc);
}

static void assert_same_record(const struct record *a, const struct record *b) {
    assert_string_equal(a->path, b->path);
    assert_string_equal(a->language, b->language);
    assert_true(a->hash == b->hash);
    assert_int_equal(a->size, b->size);
    assert_int_equal(a->mtime_ns, b->mtime_ns);
    assert_int_equal(a->line_count, b->line_count);
    assert_int_equal(a->taint, b->taint);
    assert_int_equal(a->chunk_count, b->chunk_count);
    for (uint32_t i = 0; i < a->chunk_count; i++) {
        assert_same_chunk(&a->chunks[i], &b->chunks[i]);
    }
    assert_int_equal(a->symbol_count, b->symbol_count);
    for (uint32_t i = 0; i < a->symbol_count; i++) {
        assert_same_symbol(&a->symbols[i], &b->symbols[i]);
    }
    assert_int_equal(a->reference_count, b->reference_count);
    assert_memory_equal(a->references, b->references, a->reference_count * sizeof *a->references);
    assert_int_equal(a->import_count, b->import_count);
    for (uint32_t i = 0; i < a->import_count; i++) {
        assert_string_equal(a->imports[i].target, b->imports[i].target);
        assert_int_equal(a->imports[i].line, b->imports[i].line);
    }
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
        assert_same_record(records.items[i], expected);
        record_release(expected);
    }
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
    assert_string_equal(records.items[0]->path, "a.c");
    assert_int_equal(records.items[0]->chunk_count, 2);
    assert_int_equal(records.items[1]->size, 99999);
    assert_int_equal(records.items[1]->mtime_ns, 42);
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
    store_settle(store);
    store_close(store);
    struct str log;
    str_init(&log);
    str_append_format(&log, "%s-wal", scene->path);
    unlink(log.data);
    str_free(&log);
}

static void assert_started_anew(const struct scene *scene, const char *why) {
    struct store *store = open_store(scene);
    assert_int_equal(load_count(store), 0);
    assert_non_null(store_rebuilt(store));
    if (!strstr(store_rebuilt(store), why)) {
        fail_msg("%s", store_rebuilt(store));
    }
    put(store, "again.c", 3);
    store_close(store);
    store = open_store(scene);
    assert_int_equal(load_count(store), 1);
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
    for (off_t page = 1; page < 12; page++) {
        struct scene scene = set_up();
        make_sound_store(&scene);
        overwrite(&scene, page * 4096, zeros, sizeof zeros);
        struct store *store = open_store(&scene);
        struct store_records records = load(store);
        // A page of an index is not read on load; all others are.
        assert_true(records.count == 0 || records.count == 60);
        assert_true(records.count == 60 || store_rebuilt(store) != NULL);
        drop(&records);
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

// Sound to SQLite, made by someone who knows the tables.
static void test_crafted_rows_are_not_believed(void **state) {
    (void)state;
    static const struct {
        const char *sql, *why;
    } rows[] = {
        {"UPDATE files SET size=-1", "damaged"},
        {"UPDATE files SET size=1 WHERE id=30", "damaged"},
        {"UPDATE files SET path=x'' WHERE id=5", "damaged"},
        {"UPDATE files SET path=x'6100' WHERE id=9", "damaged"},
        {"UPDATE files SET lines=4000000000", "damaged"},
        {"UPDATE files SET taint=9", "damaged"},
        {"UPDATE files SET id=id+1099511627776", "damaged"},
        {"UPDATE files SET id=-1 WHERE id=1", "damaged"},
        {"DELETE FROM files WHERE id=3", "damaged"},
        {"UPDATE chunks SET end_byte=4294967295", "damaged"},
        {"UPDATE chunks SET start_byte=-9223372036854775807-1", "damaged"},
        {"UPDATE chunks SET start_byte=end_byte+1", "damaged"},
        {"UPDATE chunks SET start_byte='x', end_byte='y', terms=1.5", "damaged"},
        {"UPDATE chunks SET end_line=4294967295", "damaged"},
        {"UPDATE chunks SET length=0", "damaged"},
        {"UPDATE chunks SET terms=x'00'", "damaged"},
        {"UPDATE chunks SET terms=x'00000000'", "damaged"},
        {"UPDATE chunks SET terms=x'00000000ffffffffffffffffff'", "damaged"},
        {"UPDATE chunks SET terms=terms||terms, length=2*length", "damaged"},
        {"UPDATE chunks SET terms=zeroblob(100000)", "damaged"},
        {"UPDATE symbols SET kind=-1", "damaged"},
        {"UPDATE symbols SET kind=99", "damaged"},
        {"UPDATE symbols SET name_line=4294967295", "damaged"},
        {"UPDATE symbols SET end_byte=start_byte-1", "damaged"},
        {"UPDATE imports SET line=-1", "damaged"},
        {"INSERT INTO imports VALUES(9223372036854775807,'x',0)", "damaged"},
        {"DROP TABLE imports", "another version"},
        {"ALTER TABLE chunks DROP COLUMN terms", "another version"},
        {"CREATE TRIGGER t AFTER DELETE ON chunks BEGIN DELETE FROM files; END", "another version"},
        {"DROP TABLE files; CREATE VIEW files AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n)"
         " SELECT i AS id,'p'||i AS path,'' AS language,0 AS hash,0 AS size,0 AS mtime,0 AS lines,0 AS taint"
         " FROM n",
         "another version"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct scene scene = set_up();
        make_sound_store(&scene);
        sqlite3 *db;
        assert_int_equal(sqlite3_open(scene.path, &db), SQLITE_OK);
        if (sqlite3_exec(db, rows[i].sql, NULL, NULL, NULL) != SQLITE_OK) {
            fail_msg("%s: %s", rows[i].sql, sqlite3_errmsg(db));
        }
        sqlite3_close(db);
        assert_started_anew(&scene, rows[i].why);
        tear_down(&scene);
    }
}

static void test_places_that_cannot_hold_a_store(void **state) {
    (void)state;
    struct scene scene = set_up();
    struct err err = {0};
    struct store *store = NULL;
    temporary_write(scene.folder, "deep", "a file");
    assert_int_not_equal(store_open(&store, scene.path, NULL, &err), 0);
    assert_null(store);
    assert_non_null(strstr(err.message, scene.path));
    assert_non_null(strstr(err.message, "XDG_CACHE_HOME"));
    temporary_delete(scene.folder, "deep");
    temporary_write(scene.folder, "deep/er/index.sqlite/file", "a folder in its place");
    assert_int_not_equal(store_open(&store, scene.path, NULL, &err), 0);
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
    assert_int_not_equal(store_open(&store, scene.path, NULL, &err), 0);
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
    assert_int_equal(store_open(&store, scene.path, &cancel, &err), 0);
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
            int result = store_open(&store, scene.path, NULL, &err);
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
        int result = store_open(&store, scene.path, NULL, &err);
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
        cmocka_unit_test(test_put_supersedes_touch_updates_remove_removes),
        cmocka_unit_test(test_file_is_private),
        cmocka_unit_test(test_garbage_is_replaced),
        cmocka_unit_test(test_truncated_file_is_replaced),
        cmocka_unit_test(test_overwritten_pages_are_noticed),
        cmocka_unit_test(test_other_version_and_other_application_are_replaced),
        cmocka_unit_test(test_crafted_rows_are_not_believed),
        cmocka_unit_test(test_places_that_cannot_hold_a_store),
        cmocka_unit_test(test_read_only_folder),
        cmocka_unit_test(test_cancelled_load_gives_up),
        cmocka_unit_test(test_two_processes_write_at_once),
        cmocka_unit_test(test_full_disk_fails_a_write_and_leaves_a_sound_store),
        cmocka_unit_test(test_path_follows_the_cache_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
