// fs_test.c - base/fs.h, base/utf8.h and base/worker.h against the real system.
#include "base/fs.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "base/worker.h"
#include "tests/unit/unit.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/hunch-fs-XXXXXX";

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place) {
    (void)status, (void)type, (void)place;
    return remove(path);
}

static int remove_folder(void **state) {
    (void)state;
    return nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void files_are_written_whole_and_read_back(void **state) {
    (void)state;
    struct err err = {0};
    char *deep = fs_join(folder, "a/b/c");
    assert_int_equal(fs_make_folders(deep, &err), 0);
    assert_int_equal(fs_make_folders(deep, &err), 0);
    char *path = fs_join(deep, "file");
    assert_int_equal(fs_write(path, SLICE_LITERAL("one\0two"), true, &err), 0);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    struct str text;
    str_init(&text);
    assert_int_equal(fs_read(path, 7, &text, &err), 0);
    assert_int_equal(text.length, 7);
    assert_int_equal(fs_read(path, 6, &text, &err), ERR_TOO_LARGE);
    assert_int_equal(text.length, 7);
    str_free(&text);
    free(path);
    free(deep);
}

static void what_is_no_file_is_named(void **state) {
    (void)state;
    char *fifo = fs_join(folder, "fifo");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    const struct {
        const char *path;
        int code;
    } cases[] = {{"/nonexistent/x", ERR_NOT_FOUND},
                 {folder, ERR_INVALID},
                 {fifo, ERR_INVALID},
                 {"/dev/zero", ERR_INVALID}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err err = {0};
        struct str text;
        str_init(&text);
        assert_int_equal(fs_read(cases[i].path, 100, &text, &err), cases[i].code);
        assert_non_null(strstr(err.message, cases[i].path));
        str_free(&text);
    }
    free(fifo);
}

static void places_follow_xdg(void **state) {
    (void)state;
    setenv("XDG_CACHE_HOME", "/x/cache", 1);
    char *cache = fs_cache_folder();
    assert_string_equal(cache, "/x/cache/hunch");
    free(cache);
    setenv("XDG_CACHE_HOME", "relative", 1);
    setenv("HOME", "/h", 1);
    cache = fs_cache_folder();
    assert_string_equal(cache, "/h/.cache/hunch");
    free(cache);
    unsetenv("HOME");
    assert_null(fs_cache_folder());
}

static void utf8_is_told_from_bytes(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool valid;
    } cases[] = {
        {"", true},
        {"abc", true},
        {"\xC3\xA9", true},
        {"\xE2\x82\xAC", true},
        {"\xF0\x9F\x98\x80", true},
        {"\xC0\x80", false},
        {"\xED\xA0\x80", false},
        {"\xF4\x90\x80\x80", false},
        {"\xE2\x82", false},
        {"\x80", false},
        {"\xFF", false},
        {"\xE0\x80\x80", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct slice text = slice_of_string(cases[i].text);
        assert_int_equal(utf8_valid(text), cases[i].valid);
        struct str made;
        str_init(&made);
        utf8_append_valid(&made, text);
        assert_true(utf8_valid(str_slice(&made)));
        str_free(&made);
    }
    struct slice emoji = SLICE_LITERAL("a\xF0\x9F\x98\x80"
                                       "b");
    static const size_t floors[] = {0, 1, 1, 1, 1, 5, 6, 6};
    for (size_t at = 0; at < sizeof floors / sizeof floors[0]; at++) {
        assert_int_equal(utf8_floor(emoji, at), floors[at]);
    }
}

static void what_hides_is_known(void **state) {
    (void)state;
    static const struct {
        uint32_t first, last;
        bool hidden;
    } rows[] = {{0x00, 0x08, true},       {'\t', '\n', false},      {0x0B, 0x1F, true},
                {' ', '~', false},        {0x7F, 0x9F, true},       {0xA0, 0xFF, false},
                {0x61C, 0x61C, true},     {0x200B, 0x200D, false},  {0x200E, 0x200F, true},
                {0x202A, 0x202E, true},   {0x2066, 0x2069, true},   {0x206A, 0x206A, false},
                {0xE0000, 0xE007F, true}, {0xE0080, 0xE0080, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(utf8_is_hidden(rows[i].first), rows[i].hidden);
        assert_int_equal(utf8_is_hidden(rows[i].last), rows[i].hidden);
    }
}

struct job {
    uv_sem_t go;
    bool ran, done, done_ran;
};

static void run(void *context) {
    struct job *job = context;
    uv_sem_wait(&job->go);
    job->ran = true;
}

static void done(void *context, bool ran) {
    struct job *job = context;
    assert_false(job->done);
    job->done = true;
    job->done_ran = ran;
}

static void every_job_is_handed_back_once(void **state) {
    (void)state;
    uv_loop_t loop;
    uv_loop_init(&loop);
    struct worker *worker = worker_new(&loop, 4);
    struct job jobs[5] = {0};
    int accepted = 0;
    for (int i = 0; i < 5; i++) {
        uv_sem_init(&jobs[i].go, i == 0 ? 0 : 1);
        accepted += worker_submit(worker, run, done, &jobs[i]) == 0;
    }
    assert_true(accepted >= 4);
    uv_sem_post(&jobs[0].go);
    worker_free(worker);
    uv_run(&loop, UV_RUN_DEFAULT);
    for (int i = 0; i < accepted; i++) {
        assert_true(jobs[i].done);
        assert_int_equal(jobs[i].ran, jobs[i].done_ran);
    }
    for (int i = 0; i < 5; i++) {
        uv_sem_destroy(&jobs[i].go);
    }
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_written_whole_and_read_back),
        cmocka_unit_test(what_is_no_file_is_named),
        cmocka_unit_test(places_follow_xdg),
        cmocka_unit_test(utf8_is_told_from_bytes),
        cmocka_unit_test(what_hides_is_known),
        cmocka_unit_test(every_job_is_handed_back_once),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
