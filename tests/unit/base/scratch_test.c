// scratch_test.c - bytes that are put aside come back as they were, and take no memory once there are many.
#include "base/hash.h"
#include "base/mem.h"
#include "base/scratch.h"
#include "base/spill.h"
#include "tests/unit/unit.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/hunch-scratch-XXXXXX";

// Bytes that differ from one number to the next.
static struct slice pattern(char *bytes, size_t length, size_t number) {
    for (size_t i = 0; i < length; i++) {
        bytes[i] = (char)(i * 31 + number * 7 + (i >> 8));
    }
    return slice_of(bytes, length);
}

static bool reads_as(const struct scratch *scratch, struct slice expected) {
    struct str read;
    str_init(&read);
    str_append_char(&read, 'x'); // which stays
    bool is_right = scratch_read(scratch, &read) && read.data[0] == 'x' &&
                    slice_equal(slice_sub(str_slice(&read), 1, read.length), expected);
    str_free(&read);
    return is_right;
}

static uint64_t in_files(void) {
    struct spill_statistics statistics;
    spill_statistics(&statistics);
    return statistics.in_files;
}

// So much that what comes next goes to the file.
static struct scratch *fill_memory(void) {
    char *bytes = mem_zero(1, SCRATCH_AFTER);
    struct scratch *filler = scratch_keep(slice_of(bytes, SCRATCH_AFTER));
    free(bytes);
    return filler;
}

static void little_stays_in_memory(void **state) {
    (void)state;
    char bytes[1000];
    spill_folder(folder);
    struct slice expected = pattern(bytes, sizeof bytes, 1);
    struct scratch *scratch = scratch_keep(expected), *nothing = scratch_keep(slice_of(NULL, 0));
    assert_false(scratch_is_in_file(scratch));
    assert_true(reads_as(scratch, expected));
    assert_true(reads_as(nothing, slice_of("", 0)));
    assert_int_equal(scratch_hash(scratch), hash_bytes(bytes, sizeof bytes));
    assert_int_equal(in_files(), 0);
    scratch_release(scratch);
    scratch_release(nothing);
    scratch_release(NULL);
}

// In a process of its own, as a file that is there is not given up.
static void without_a_folder_all_stays_in_memory(void **state) {
    (void)state;
    int status;
    pid_t child = fork();
    if (child == 0) {
        char bytes[1000];
        spill_folder(NULL);
        fill_memory();
        struct slice expected = pattern(bytes, sizeof bytes, 2);
        struct scratch *scratch = scratch_keep(expected);
        _exit(scratch_is_in_file(scratch) || !reads_as(scratch, expected));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

enum { COUNT = 700, LARGEST = 60000 };

static size_t length_of(size_t number) {
    return number * number * 37 % LARGEST + 1;
}

static void much_goes_to_a_file(void **state) {
    (void)state;
    static struct scratch *kept[COUNT];
    char *bytes = mem_alloc(LARGEST + 1);
    uint64_t most = 0;
    spill_folder(folder);
    struct scratch *filler = fill_memory();
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < COUNT; i++) {
            kept[i] = scratch_keep(pattern(bytes, length_of(i), i));
            assert_true(scratch_is_in_file(kept[i]));
        }
        most = most ? most : in_files();
        assert_int_equal(in_files(), most); // what was given back is used again
        for (size_t i = 0; i < COUNT; i++) {
            struct slice expected = pattern(bytes, length_of(i), i);
            scratch_retain(kept[i]);
            scratch_release(kept[i]);
            assert_true(reads_as(kept[i], expected));
            assert_int_equal(scratch_hash(kept[i]), hash_bytes(bytes, expected.length));
        }
        for (size_t i = 0; i < COUNT; i++) {
            scratch_release(kept[i]);
        }
    }
    assert_int_equal(rmdir(folder), 0); // the file has no name
    scratch_release(filler);
    free(bytes);
}

static void what_is_too_large_stays_in_memory(void **state) {
    (void)state;
    spill_folder(folder);
    struct scratch *filler = fill_memory();
    for (size_t more = 0; more < 2; more++) {
        char *bytes = mem_alloc(SCRATCH_STEP + more);
        struct slice expected = pattern(bytes, SCRATCH_STEP + more, more);
        struct scratch *scratch = scratch_keep(expected);
        assert_int_equal(scratch_is_in_file(scratch), more == 0);
        assert_true(reads_as(scratch, expected));
        scratch_release(scratch);
        free(bytes);
    }
    scratch_release(filler);
}

// The process's one nameless file; -1 if there is none.
static int find_file(void) {
    for (int file = 3; file < 64; file++) {
        struct stat status;
        if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 0 &&
            status.st_size >= SCRATCH_STEP) {
            return file;
        }
    }
    return -1;
}

static bool turn_byte(int file, off_t at) {
    char byte;
    bool is_turned = pread(file, &byte, 1, at) == 1;
    byte = (char)~byte;
    return is_turned && pwrite(file, &byte, 1, at) == 1;
}

// In a process of its own, so that it is the first in a file.
static int lose_bytes(void) {
    char bytes[1000];
    spill_folder(folder);
    fill_memory();
    struct scratch *scratch = scratch_keep(pattern(bytes, sizeof bytes, 3));
    struct str read;
    str_init(&read);
    str_append_char(&read, 'x');
    int file = find_file();
    bool was_there = reads_as(scratch, slice_of(bytes, sizeof bytes));
    bool is_other = turn_byte(file, sizeof bytes / 2) && !scratch_read(scratch, &read) && read.length == 1;
    bool is_again = turn_byte(file, sizeof bytes / 2) && reads_as(scratch, slice_of(bytes, sizeof bytes));
    bool is_short = ftruncate(file, sizeof bytes / 2) == 0 && !scratch_read(scratch, &read);
    bool is_as_before = strcmp(read.data, "x") == 0;
    str_free(&read);
    scratch_release(scratch);
    return was_there && is_other && is_again && is_short && is_as_before ? 0 : 1;
}

static void what_is_lost_is_told(void **state) {
    (void)state;
    int status;
    pid_t child = fork();
    if (child == 0) {
        _exit(lose_bytes());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

enum { THREADS = 4, TURNS = 1500, HELD = 32 };

// NULL: everything was read as it was written.
static void *keep_and_read(void *mark) {
    struct scratch *held[HELD] = {NULL};
    char *bytes = mem_alloc(LARGEST + 1);
    bool is_right = true;
    for (size_t turn = 0; turn < TURNS; turn++) {
        size_t number = turn * 4 + *(size_t *)mark, at = turn % HELD;
        if (held[at]) {
            size_t before = number - (size_t)4 * HELD;
            is_right = is_right && reads_as(held[at], pattern(bytes, length_of(before), before));
            scratch_release(held[at]);
        }
        held[at] = scratch_keep(pattern(bytes, length_of(number), number));
    }
    for (size_t at = 0; at < HELD; at++) {
        scratch_release(held[at]);
    }
    free(bytes);
    return is_right ? NULL : mark;
}

static void any_thread_may_keep_and_read(void **state) {
    (void)state;
    static size_t marks[THREADS];
    pthread_t threads[THREADS];
    spill_folder(folder);
    struct scratch *filler = fill_memory();
    for (size_t i = 0; i < THREADS; i++) {
        marks[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, keep_and_read, &marks[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
    scratch_release(filler);
}

int main(void) {
    if (!mkdtemp(folder)) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(little_stays_in_memory),
        cmocka_unit_test(without_a_folder_all_stays_in_memory),
        cmocka_unit_test(what_is_lost_is_told),
        cmocka_unit_test(much_goes_to_a_file),
        cmocka_unit_test(what_is_too_large_stays_in_memory),
        cmocka_unit_test(any_thread_may_keep_and_read),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return failed;
}
