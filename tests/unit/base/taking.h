// taking.h - threads that take memory of any size, write all of it and give it back in any order.
#ifndef HUNCH_TESTS_TAKING_H
#define HUNCH_TESTS_TAKING_H

#include "tests/unit/unit.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

struct taking {
    void *(*take)(size_t size, uint32_t turn);
    void (*give)(void *memory, size_t size);
    size_t least, sizes; // from least on, so many
    uint32_t turns;
};

struct taking_thread {
    const struct taking *taking;
    unsigned char byte; // written everywhere
    bool is_wrong;
};

static inline bool is_all(const unsigned char *memory, size_t size, unsigned char byte) {
    size_t i = 0;
    while (i < size && memory[i] == byte) {
        i++;
    }
    return i == size;
}

static inline void *take_and_give_back(void *context) {
    enum { HELD = 64 };
    struct taking_thread *thread = context;
    const struct taking *taking = thread->taking;
    unsigned char *held[HELD] = {NULL}, byte = thread->byte;
    size_t sizes[HELD] = {0};
    for (uint32_t i = 0, random = byte; i < taking->turns; i++) {
        random = random * 1664525 + 1013904223;
        size_t at = random >> 26, size = (random >> 8) % taking->sizes + taking->least;
        thread->is_wrong |= !is_all(held[at], sizes[at], byte);
        taking->give(held[at], sizes[at]);
        held[at] = taking->take(size, i);
        sizes[at] = size;
        thread->is_wrong |= (uintptr_t)held[at] % 16 != 0 || !is_all(held[at], size, 0);
        memset(held[at], byte, size);
    }
    for (size_t at = 0; at < HELD; at++) {
        taking->give(held[at], sizes[at]);
    }
    return NULL;
}

// All of it is zeroed and aligned, and keeps what was written to it.
static inline void assert_threads_may_take(const struct taking *taking) {
    enum { THREADS = 4 };
    struct taking_thread threads[THREADS];
    pthread_t ids[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        threads[i] = (struct taking_thread){taking, (unsigned char)(i + 1), false};
        assert_int_equal(pthread_create(&ids[i], NULL, take_and_give_back, &threads[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(ids[i], NULL);
        assert_false(threads[i].is_wrong);
    }
}

#endif
