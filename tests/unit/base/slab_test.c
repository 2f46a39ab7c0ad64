// slab_test.c - small things keep their bytes and come again zeroed, whoever takes and gives them back.
#include "base/mem.h"
#include "base/slab.h"
#include "tests/unit/unit.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, HELD = 64, TURNS = 20000 };

static bool is_all(const unsigned char *memory, size_t size, unsigned char byte) {
    size_t i = 0;
    while (i < size && memory[i] == byte) {
        i++;
    }
    return i == size;
}

// Gives NULL back if all memory kept what was written to it.
static void *take_and_give_back(void *mark) {
    unsigned char *held[HELD] = {NULL}, byte = *(const unsigned char *)mark;
    size_t sizes[HELD] = {0};
    bool is_right = true;
    for (uint32_t i = 0, random = byte; i < TURNS; i++) {
        random = random * 1664525 + 1013904223;
        size_t at = random >> 26, size = (random >> 8) % (SLAB_MOST + 100);
        is_right = is_right && is_all(held[at], sizes[at], byte);
        slab_free(held[at], sizes[at]);
        held[at] = slab_alloc(size);
        sizes[at] = size;
        is_right = is_right && (uintptr_t)held[at] % 16 == 0 && is_all(held[at], size, 0);
        memset(held[at], byte, size);
    }
    for (size_t at = 0; at < HELD; at++) {
        slab_free(held[at], sizes[at]);
    }
    return is_right ? NULL : mark;
}

static void any_thread_may_take_and_give_back(void **state) {
    (void)state;
    pthread_t threads[THREADS];
    unsigned char marks[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        marks[i] = (unsigned char)(i + 1);
        assert_int_equal(pthread_create(&threads[i], NULL, take_and_give_back, &marks[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *wrong = NULL;
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
    assert_int_equal(slab_blocks(), 0);
}

enum { COUNT = 1000, SIZE = 200, FULL = COUNT * SIZE / SLAB_BLOCK };

// However much others take in between; and what is freed is used again before there is another block.
static void they_lie_side_by_side(void **state) {
    (void)state;
    if (MEM_IS_WATCHED) {
        return; // each is an allocation of its own
    }
    char *held[COUNT];
    for (int round = 0; round < 3; round++) {
        for (size_t i = round ? 1 : 0; i < COUNT; i += round ? 2 : 1) {
            held[i] = slab_alloc(SIZE - (size_t)round); // as large as the others, rounded
        }
        assert_in_range(slab_blocks(), FULL, FULL + 2);
        for (size_t i = 1; i < COUNT; i += 2) {
            slab_free(held[i], SIZE - (size_t)round);
        }
        assert_in_range(slab_blocks(), FULL, FULL + 2);
    }
    for (size_t i = 0; i < COUNT; i += 2) {
        slab_free(held[i], SIZE);
    }
    assert_int_equal(slab_blocks(), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_lie_side_by_side),
        cmocka_unit_test(any_thread_may_take_and_give_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
