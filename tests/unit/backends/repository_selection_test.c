// repository_selection_test.c - what is learned, in which order, and what is forgotten for it.
#include "backends/repository_selection.h"
#include "base/hash.h"
#include "base/mem.h"

#include "tests/unit/unit.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

enum { FILE_TOKENS = 100, FILE_BYTES = 350 };

static const char CONTENT[FILE_BYTES];

// version 1 is what is found when the file is read.
static void put(struct selection *selection, const char *path, enum taint taint, uint64_t version) {
    struct record *record = record_new(path);
    record->size = FILE_BYTES;
    record->hash = version == 1 ? hash_bytes(CONTENT, FILE_BYTES) : version;
    record->taint = taint;
    selection_put(selection, record);
    record_release(record);
}

// Does all there is to do. out: "+path" or "-path" for each task, in order.
static void run(struct selection *selection, struct str *out) {
    struct selection_task task;
    str_clear(out);
    while (selection_next(selection, &task)) {
        str_append_format(out, "%s%c%s", out->length ? " " : "", task.forget ? '-' : '+', task.path);
        if (!task.forget) {
            struct slice text = slice_of(CONTENT, FILE_BYTES);
            assert_true(selection_learned(selection, task.id, text, FILE_TOKENS)); // S1
        }
    }
}

static void assert_runs(struct selection *selection, const char *expected) {
    struct str done;
    str_init(&done);
    run(selection, &done);
    assert_string_equal(done.data, expected);
    str_free(&done);
}

static void test_steps(void **state) {
    (void)state;
    static const struct {
        const char *path, *folder;
        uint32_t steps;
    } rows[] = {
        {"a.c", "", 0},         {"x/a.c", "", 1},        {"x/y/a.c", "", 2},  {"a.c", "x", 1},
        {"x/a.c", "x", 0},      {"x/y/a.c", "x", 1},     {"xy/a.c", "x", 2},  {"x/a.c", "xy", 2},
        {"x/y/a.c", "x/z", 2},  {"x/y/a.c", "z/y", 4},   {"a.c", "x/y/z", 3}, {"x/y/z/a.c", "x/y/z", 0},
        {"x/yy/a.c", "x/y", 2}, {"x/y/a.c", "x/y/z", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(selection_steps(rows[i].path, rows[i].folder), rows[i].steps);
    }
}

static void test_all_fit(void **state) {
    (void)state;
    struct selection *selection = selection_new(1000);
    put(selection, "b.c", TAINT_OWN, 1);
    put(selection, "deep/down/a.c", TAINT_VENDORED, 2);
    put(selection, "tool.c", TAINT_GENERATED, 3); // never
    assert_runs(selection, "+b.c +deep/down/a.c");
    assert_runs(selection, "");
    put(selection, "b.c", TAINT_OWN, 4); // S4
    selection_remove(selection, "deep/down/a.c");
    put(selection, "c.c", TAINT_OWN, 5);
    selection_remove(selection, "c.c");
    assert_runs(selection, "+b.c -deep/down/a.c");
    selection_complete(selection);
    assert_runs(selection, "");
    selection_free(selection);
}

// What was learned is known by its content, whoever says how often that it is there.
static void test_same_content_is_learned_once(void **state) {
    (void)state;
    struct selection *selection = selection_new(1000);
    put(selection, "a.c", TAINT_OWN, 1);
    assert_runs(selection, "+a.c");
    put(selection, "a.c", TAINT_OWN, 1);
    assert_runs(selection, "");
    selection_free(selection);
}

static void test_words_come_first(void **state) { // S5
    (void)state;
    struct selection *selection = selection_new(1000);
    struct record *record = record_new("a.c");
    record->size = FILE_BYTES;
    record->hash = hash_bytes(CONTENT, FILE_BYTES);
    record->by_words = true;
    selection_put(selection, record);
    record_release(record);
    put(selection, "b.c", TAINT_OWN, 1);
    assert_runs(selection, "");
    selection_complete(selection);
    assert_runs(selection, "+a.c +b.c");
    put(selection, "a.c", TAINT_OWN, 1); // parsed, and as it was
    assert_runs(selection, "");
    selection_free(selection);
}

static void put_all(struct selection *selection) {
    put(selection, "deep/er/x.c", TAINT_OWN, 1);
    put(selection, "lib/v.c", TAINT_VENDORED, 1);
    put(selection, "src/net/n.c", TAINT_OWN, 1);
    put(selection, "src/a.c", TAINT_OWN, 1);
    put(selection, "src/test/t.c", TAINT_TEST, 1);
    put(selection, "top.c", TAINT_OWN, 1);
}

static void test_nearest_first(void **state) { // S2
    (void)state;
    static const struct {
        const char *place;
        const char *expected; // of six files three fit
    } rows[] = {
        {NULL, "+top.c +src/a.c +deep/er/x.c"},
        {"src/new.c", "+src/a.c +src/net/n.c +top.c"},
        {"src/net/n.c", "+src/net/n.c +src/a.c +top.c"},
        {"deep/er/y.c", "+deep/er/x.c +top.c +src/a.c"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct selection *selection = selection_new(3 * FILE_TOKENS + 50);
        if (rows[i].place) {
            assert_true(selection_attend(selection, rows[i].place));
            assert_false(selection_attend(selection, rows[i].place));
        }
        put_all(selection);
        assert_runs(selection, ""); // more may come
        selection_complete(selection);
        assert_runs(selection, rows[i].expected);
        selection_free(selection);
    }
}

// What is far away gives way, and no more is learned than a measure of it.
static void test_move(void **state) { // S1, S3
    (void)state;
    enum { FOLDERS = 8, FILES = 100, MOST = 3200 }; // 32 files fit of 800, and a move is worth two
    struct selection *selection = selection_new(MOST);
    struct str done;
    str_init(&done);
    char path[32];
    for (int folder = 0; folder < FOLDERS; folder++) {
        for (int file = 0; file < FILES; file++) {
            snprintf(path, sizeof path, "d%d/f%02d.c", folder, file);
            put(selection, path, TAINT_OWN, 1);
        }
    }
    selection_complete(selection);
    selection_attend(selection, "d0/f00.c");
    run(selection, &done);
    assert_true(strstr(done.data, "+d0/f00.c") == done.data && strstr(done.data, "+d0/f31.c") &&
                !strstr(done.data, "f32"));
    assert_true(selection_attend(selection, "d7/f00.c"));
    assert_runs(selection, "-d0/f30.c -d0/f31.c +d7/f00.c +d7/f01.c");
    assert_false(selection_attend(selection, "d0/f00.c")); // back again
    assert_runs(selection, "");
    str_free(&done);
    selection_free(selection);
}

static void test_places_are_few(void **state) {
    (void)state;
    struct selection *selection = selection_new(1000);
    char path[32];
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i <= SELECTION_PLACES; i++) {
            snprintf(path, sizeof path, "d%d/a.c", i);
            assert_true(
                selection_attend(selection, path)); // the oldest is forgotten just before it comes again
        }
    }
    assert_false(selection_attend(selection, "d8/a.c"));
    assert_false(selection_attend(selection, "d1/b.c"));
    assert_true(selection_attend(selection, "d/1/b.c"));
    char deep[5000];
    memset(deep, 'x', sizeof deep - 1);
    deep[4000] = '/';
    deep[sizeof deep - 1] = '\0';
    assert_true(selection_attend(selection, deep));
    assert_false(selection_attend(selection, deep));
    selection_free(selection);
}

// It was gone, or another one, before its text had been read.
static void test_changes_while_it_is_learned(void **state) { // S4
    (void)state;
    struct selection *selection = selection_new(1000);
    struct selection_task task;
    put(selection, "a.c", TAINT_OWN, 1);
    assert_true(selection_next(selection, &task));
    selection_remove(selection, "a.c");
    assert_true(selection_learned(selection, task.id, SLICE_LITERAL("old"), 1));
    assert_runs(selection, "-a.c");
    put(selection, "a.c", TAINT_OWN, 2);
    assert_true(selection_next(selection, &task));
    put(selection, "a.c", TAINT_OWN, 3);
    assert_true(selection_learned(selection, task.id, SLICE_LITERAL("old"), 1));
    assert_runs(selection, "+a.c");
    selection_free(selection);
}

enum { BUSY_FILES = 100, BUSY_FOLDERS = 20, BUSY_ROUNDS = 500, BUSY_CHANGES = 10 };

// What is on a disk that one thread changes and another reads. Version 0: no such file.
struct busy {
    struct selection *selection;
    atomic_uint versions[BUSY_FILES];
    unsigned learned[BUSY_FILES]; // the version
    unsigned version;
    uint32_t random;
    atomic_bool over;
};

static void busy_path(unsigned file, char path[32]) {
    snprintf(path, 32, "d%u/f%u.c", file % BUSY_FOLDERS, file);
}

static struct slice busy_text(unsigned version, char text[FILE_BYTES]) {
    memset(text, 0, FILE_BYTES);
    memcpy(text, &version, sizeof version);
    return slice_of(text, FILE_BYTES);
}

static void change_file(struct busy *busy) {
    char path[32], text[FILE_BYTES];
    unsigned version = ++busy->version;
    busy->random = busy->random * 1664525u + 1013904223u;
    unsigned file = (busy->random >> 16) % BUSY_FILES;
    bool is_removed = (busy->random >> 8) % 2 == 0;
    busy_path(file, path);
    atomic_store(&busy->versions[file], is_removed ? 0 : version);
    if (is_removed) {
        selection_remove(busy->selection, path);
    } else {
        struct record *record = record_new(path);
        record->size = FILE_BYTES;
        record->hash = hash_bytes(busy_text(version, text).data, FILE_BYTES);
        selection_put(busy->selection, record);
        record_release(record);
    }
}

static void change_files(void *argument) {
    struct busy *busy = argument;
    char path[32];
    for (unsigned i = 0; i < BUSY_CHANGES; i++) {
        busy_path(i, path);
        selection_attend(busy->selection, path); // so that there is always something to choose
        change_file(busy);
    }
    atomic_store(&busy->over, true);
}

static bool learn_next(struct busy *busy) {
    struct selection_task task;
    if (!selection_next(busy->selection, &task)) {
        return false;
    }
    const char *number = strstr(task.path, "/f");
    assert_non_null(number);
    unsigned long file = strtoul(number + 2, NULL, 10);
    busy->learned[file] = task.forget ? 0 : atomic_load(&busy->versions[file]);
    if (!task.forget) {
        char text[FILE_BYTES];
        struct slice read = busy_text(busy->learned[file], text);
        assert_true(selection_learned(busy->selection, task.id, read, FILE_TOKENS)); // S1
    }
    return true;
}

// Whatever comes while a choice is made, nothing is forgotten that is there, and nothing learned that is not.
static void test_changes_while_it_is_chosen(void **state) { // S4
    (void)state;
    struct busy *busy = mem_zero(1, sizeof *busy);
    busy->selection = selection_new((uint64_t)10 * BUSY_FILES * FILE_TOKENS);
    for (int round = 0; round < BUSY_ROUNDS; round++) {
        uv_thread_t thread;
        atomic_store(&busy->over, false);
        assert_int_equal(uv_thread_create(&thread, change_files, busy), 0);
        while (!atomic_load(&busy->over)) {
            learn_next(busy);
        }
        uv_thread_join(&thread);
        while (learn_next(busy)) {
        }
        for (unsigned file = 0; file < BUSY_FILES; file++) {
            assert_int_equal(busy->learned[file], atomic_load(&busy->versions[file]));
        }
    }
    selection_free(busy->selection);
    free(busy);
}

// A guess by the size was wrong.
static void test_more_than_expected(void **state) { // S1
    (void)state;
    struct selection *selection = selection_new(200);
    struct selection_task task;
    put(selection, "a.c", TAINT_OWN, 1);
    put(selection, "b.c", TAINT_OWN, 2);
    assert_true(selection_next(selection, &task));
    assert_true(selection_learned(selection, task.id, SLICE_LITERAL("x"), 150));
    assert_true(selection_next(selection, &task));
    assert_false(selection_learned(selection, task.id, SLICE_LITERAL("x"), 51));
    assert_runs(selection, "");
    selection_free(selection);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_all_fit),
        cmocka_unit_test(test_same_content_is_learned_once),
        cmocka_unit_test(test_words_come_first),
        cmocka_unit_test(test_nearest_first),
        cmocka_unit_test(test_move),
        cmocka_unit_test(test_places_are_few),
        cmocka_unit_test(test_changes_while_it_is_learned),
        cmocka_unit_test(test_changes_while_it_is_chosen),
        cmocka_unit_test(test_more_than_expected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
