// breaker.h - when a server that fails is left alone, and for how long.
//
//     closed --failures--> open --time--> half open --it works--> closed
//                            ^                `--it fails, or nobody waited for the end--> open, open at once
//
// A failure or two may be chance. From the third in a row on each doubles the
// time for which nobody asks, between a second and a minute. Then one request
// tries; the others wait for how it ends. Times are spread at random, so that
// the editors of a whole team do not come back in the same instant. A server
// that says when to come back is believed, from the first time on, and not
// asked earlier; but one that says so again and again and still fails is left
// alone for as long as any other.
//
// Ownership: embedded. Threads: one owner at a time. Errors: none.
// Limits:    as above.
//
// Invariants (tests/unit/backends/breaker_test.c):
//   B1  while open, nothing is asked; when half open, one at a time
//   B2  whatever works closes it
#ifndef HUNCH_BACKENDS_BREAKER_H
#define HUNCH_BACKENDS_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

enum { BREAKER_PATIENCE = 2 }; // so many failures in a row change nothing

struct breaker {
    uint32_t failures; // in a row
    uint64_t until_us; // nobody asks before; clock_now_us() terms
    bool trying;       // half open, and one is asking
    uint64_t random;   // never 0
};

void breaker_init(struct breaker *breaker, uint64_t seed);
enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN /* or one is trying */, BREAKER_HALF_OPEN };
enum breaker_state breaker_state(const struct breaker *breaker, uint64_t now_us);
// May a request be sent now? One that may must end with one of the three below.
bool breaker_allows(struct breaker *breaker, uint64_t now_us);
void breaker_worked(struct breaker *breaker);
void breaker_failed(struct breaker *breaker, uint32_t retry_after_ms, uint64_t now_us);
void breaker_unknown(struct breaker *breaker); // it was cancelled, or failed by its own fault

#endif
