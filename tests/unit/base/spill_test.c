// spill_test.c - memory that goes to a file once there is much of it.
#include "base/fs.h"
#include "base/mem.h"
#include "base/spill.h"
#include "base/vec.h"
#include "tests/unit/base/taking.h"
#include "tests/unit/resident.h"

#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/hunch-spill-XXXXXX";

static struct spill_statistics now(void) {
    struct spill_statistics statistics;
    spill_statistics(&statistics);
    return statistics;
}

static void assert_zero(const unsigned char *memory, size_t size) {
    for (size_t i = 0; i < size; i += i + 1 < size ? 997 : 1) {
        assert_int_equal(memory[i], 0);
    }
}

static void little_stays_ordinary(void **state) {
    (void)state;
    spill_folder(folder);
    uint64_t before = now().ordinary;
    unsigned char *memory = spill_alloc(SPILL_LEAST);
    assert_zero(memory, SPILL_LEAST);
    assert_int_equal(now().in_files, 0);
    assert_true(now().ordinary >= before + SPILL_LEAST);
    spill_free(memory);
    assert_int_equal(now().ordinary, before);
    spill_free(NULL);
}

// Fills what may be ordinary; untouched, it costs the machine nothing.
static void *fill_ordinary(void) {
    return spill_alloc(SPILL_AFTER - now().ordinary - SPILL_HEAD);
}

static void much_goes_to_files(void **state) {
    (void)state;
    spill_folder(folder);
    void *filler = fill_ordinary();
    uint64_t ordinary = now().ordinary;
    unsigned char *large = spill_alloc(3 * SPILL_LEAST);
    assert_zero(large, 3 * SPILL_LEAST);
    memset(large, 7, 3 * SPILL_LEAST);
    assert_true(now().in_files >= 3 * SPILL_LEAST);
    assert_int_equal(now().ordinary, ordinary);
    assert_int_equal(rmdir(folder), 0); // the file has no name any more
    spill_free(large);
    assert_int_equal(now().in_files, 0);
    spill_free(filler);
}

// Blocks of many sizes keep their bytes, and come again zeroed after they were given back.
static void small_ones_share_a_file(void **state) {
    (void)state;
    spill_folder(folder);
    void *filler = fill_ordinary();
    VEC(unsigned char *) blocks = {0};
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 600; i++) {
            size_t size = i * i % 50000 + 1;
            unsigned char *block = spill_alloc(size);
            assert_int_equal((uintptr_t)block % 16, 0);
            assert_zero(block, size);
            memset(block, (int)(i % 251) + 1, size);
            vec_push(&blocks, block);
        }
        for (size_t i = 0; i < 600; i++) {
            size_t size = i * i % 50000 + 1;
            assert_int_equal(blocks.items[i][0], i % 251 + 1);
            assert_int_equal(blocks.items[i][size - 1], i % 251 + 1);
            spill_free(blocks.items[i]);
        }
        blocks.count = 0;
    }
    assert_int_equal(now().in_files % SPILL_REGION, 0);
    assert_true(now().in_files <= 2 * SPILL_REGION); // 12 MB at a time, three times over
    vec_free(&blocks);
    spill_free(filler);
}

// However little there is besides; and it comes back as it was.
static void what_rests_leaves_memory(void **state) {
    (void)state;
    enum { SIZE = 8 * SPILL_LEAST };
    spill_folder(folder);
    unsigned char *little = spill_alloc_resting(SPILL_LEAST / 2);
    assert_int_equal(now().in_files, 0);
    unsigned char *much = spill_alloc_resting(SIZE);
    assert_true(now().in_files >= SIZE);
    assert_zero(much, SIZE);
    memset(much, 7, SIZE);
    memset(little, 7, SPILL_LEAST / 2);
    size_t before = resident_of_files();
    spill_rest(much, SIZE);
    spill_rest(little, SPILL_LEAST / 2);
    assert_true(resident_of_files() + SIZE / 2 < before);
    for (size_t i = 0; i < SIZE; i += 997) {
        assert_int_equal(much[i], 7);
    }
    assert_int_equal(little[SPILL_LEAST / 2 - 1], 7);
    spill_free(much);
    spill_free(little);
    assert_int_equal(now().in_files, 0);
}

enum { ROUNDS = 2000, BLOCK = 16000 };

// What lives short does not keep a file that what lives long has left, nor the other way round.
static void what_nobody_uses_is_given_back(void **state) {
    (void)state;
    spill_folder(folder);
    void *filler = fill_ordinary();
    uint64_t before = now().in_files;
    static void *brief[ROUNDS], *lasting[ROUNDS];
    for (size_t i = 0; i < ROUNDS; i++) {
        brief[i] = spill_alloc_brief(BLOCK);
        lasting[i] = spill_alloc(BLOCK / 8);
        memset(lasting[i], 5, BLOCK / 8);
    }
    assert_true(now().in_files >= before + (uint64_t)ROUNDS * BLOCK);
    for (size_t i = 0; i < ROUNDS; i++) {
        spill_free(brief[i]);
    }
    assert_true(now().in_files <= before + 2 * SPILL_REGION); // the last of each
    for (size_t i = 0; i < ROUNDS; i++) {
        assert_int_equal(((char *)lasting[i])[BLOCK / 8 - 1], 5);
        spill_free(lasting[i]);
    }
    spill_free(filler);
}

// A shared file of which nothing is in use serves other sizes than before.
static void an_empty_file_serves_any_size(void **state) {
    (void)state;
    spill_folder(folder);
    void *filler = fill_ordinary();
    static void *blocks[SPILL_REGION / 8192];
    uint64_t most = 0;
    for (size_t size = 8192; size <= 32768; size += 4096) {
        size_t count = SPILL_REGION / 2 / size;
        for (size_t i = 0; i < count; i++) {
            blocks[i] = spill_alloc_brief(size);
        }
        most = most ? most : now().in_files;
        for (size_t i = 0; i < count; i++) {
            spill_free(blocks[i]);
        }
    }
    assert_int_equal(now().in_files, most);
    spill_free(filler);
}

static void *take(size_t size, uint32_t turn) {
    return turn % 2 ? spill_alloc(size) : spill_alloc_brief(size);
}

static void give(void *memory, size_t size) {
    (void)size;
    spill_free(memory);
}

static void any_thread_may_take_and_give_back(void **state) {
    (void)state;
    spill_folder(folder);
    void *filler = fill_ordinary();
    uint64_t ordinary = now().ordinary;
    assert_threads_may_take(&(struct taking){take, give, 1, 20000, 2000});
    assert_int_equal(now().ordinary, ordinary);
    spill_free(filler);
}

enum { LARGE = 600 << 10, LARGES = 100, LARGE_TURNS = 10 }; // of some four shared files

static void *take_and_give_back_large(void *unused) {
    static unsigned char *held[LARGES];
    bool is_right = true;
    for (int turn = 0; turn < LARGE_TURNS; turn++) {
        for (size_t i = 0; i < LARGES; i++) {
            held[i] = spill_alloc(LARGE);
            held[i][0] = held[i][LARGE - 1] = (unsigned char)(i + 1);
        }
        for (size_t i = 0; i < LARGES; i++) {
            is_right = is_right && held[i][0] == i + 1 && held[i][LARGE - 1] == i + 1;
            spill_free(held[i]);
        }
    }
    return is_right ? NULL : unused;
}

// What is in use comes back; what nobody uses any more goes, whoever looked at it just then.
static void files_go_while_their_memory_is_given_back(void **state) {
    (void)state;
    spill_folder(folder);
    void *filler = fill_ordinary(), *wrong = NULL;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, take_and_give_back_large, filler), 0);
    for (int i = 0; i < 500; i++) {
        spill_give_back();
    }
    pthread_join(thread, &wrong);
    assert_null(wrong);
    spill_give_back();
    assert_true(now().in_files <= 3 * SPILL_REGION); // the last of each pool
    spill_free(filler);
}

static void without_a_place_it_stays_ordinary(void **state) {
    (void)state;
    static const char *const places[] = {NULL, "/proc/no/such/place", "/dev/null/x"};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        spill_folder(places[i]);
        uint64_t in_files = now().in_files;
        void *filler = fill_ordinary();
        unsigned char *memory = spill_alloc(2 * SPILL_LEAST);
        memset(memory, 1, 2 * SPILL_LEAST);
        assert_int_equal(now().in_files, in_files);
        spill_free(memory);
        spill_free(filler);
    }
    spill_folder(NULL);
}

int main(void) {
    if (!mkdtemp(folder)) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(little_stays_ordinary),
        cmocka_unit_test(much_goes_to_files),
        cmocka_unit_test(what_rests_leaves_memory),
        cmocka_unit_test(small_ones_share_a_file),
        cmocka_unit_test(what_nobody_uses_is_given_back),
        cmocka_unit_test(an_empty_file_serves_any_size),
        cmocka_unit_test(any_thread_may_take_and_give_back),
        cmocka_unit_test(files_go_while_their_memory_is_given_back),
        cmocka_unit_test(without_a_place_it_stays_ordinary),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return failed;
}
