// clock.h - monotonic time and processor time in microseconds.
#ifndef HUNCH_BASE_CLOCK_H
#define HUNCH_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}
// What the calling thread has had of a processor: unlike time on the wall it does not run on while others do.
static inline uint64_t clock_thread_us(void) {
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (uint64_t)used.tv_sec * 1000000u + (uint64_t)used.tv_nsec / 1000u;
}
static inline double clock_ms_since(uint64_t start_us) {
    return (double)(clock_now_us() - start_us) / 1000.0;
}

#endif
