// breaker.c - see breaker.h.
#include "backends/breaker.h"

enum { SECOND_US = 1000 * 1000, LONGEST_US = 60 * SECOND_US };

void breaker_init(struct breaker *breaker, uint64_t seed) {
    *breaker = (struct breaker){.random = seed | 1};
}

// Marsaglia's xorshift64: enough to spread times.
static uint64_t next_random(struct breaker *breaker) {
    uint64_t x = breaker->random;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return breaker->random = x;
}

enum breaker_state breaker_state(const struct breaker *breaker, uint64_t now_us) {
    return breaker->until_us == 0                          ? BREAKER_CLOSED
           : breaker->trying || now_us < breaker->until_us ? BREAKER_OPEN
                                                           : BREAKER_HALF_OPEN;
}

bool breaker_allows(struct breaker *breaker, uint64_t now_us) {
    enum breaker_state state = breaker_state(breaker, now_us);
    breaker->trying = breaker->trying || state == BREAKER_HALF_OPEN;
    return state != BREAKER_OPEN;
}

void breaker_worked(struct breaker *breaker) {
    breaker->failures = 0;
    breaker->until_us = 0;
    breaker->trying = false;
}

// Three quarters of it to five quarters.
static uint64_t spread(struct breaker *breaker, uint64_t wait_us) {
    return wait_us * 3 / 4 + next_random(breaker) % (wait_us / 2 + 1);
}

// 0: while the patience lasts.
static uint64_t own_wait(struct breaker *breaker) {
    if (breaker->failures <= BREAKER_PATIENCE) {
        return 0;
    }
    uint32_t doublings = breaker->failures - BREAKER_PATIENCE - 1;
    uint64_t wait_us = doublings < 6 ? (uint64_t)SECOND_US << doublings : LONGEST_US;
    return spread(breaker, wait_us < LONGEST_US ? wait_us : LONGEST_US);
}

void breaker_failed(struct breaker *breaker, uint32_t retry_after_ms, uint64_t now_us) {
    uint64_t asked_us = (uint64_t)retry_after_ms * 1000;
    uint64_t asked_wait_us =
        asked_us ? asked_us + next_random(breaker) % (asked_us / 8 + 1) : 0; // a little later
    breaker->trying = false;
    breaker->failures++;
    uint64_t own_wait_us = own_wait(breaker);
    uint64_t wait_us = asked_wait_us > own_wait_us ? asked_wait_us : own_wait_us;
    breaker->until_us = wait_us ? now_us + wait_us : breaker->until_us;
}

void breaker_unknown(struct breaker *breaker) {
    breaker->trying = false;
}
