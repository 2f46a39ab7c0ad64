// pause.h - when background work holds still because someone types.
//
// Each keystroke asks for a short pause. Someone who types without end would
// hold the index up for ever, so a pause that goes on and on is cut: of each
// PAUSE_CYCLE_US since it began the last fifth is given to the work.
//
//   |---- held still ----|work|---- held still ----|work|--- ...
//   began                     began + PAUSE_CYCLE_US
//
// A pause begins anew only if the work had its fifth since the last one ended,
// so that many short pauses cannot take more than one long one.
//
// Ownership: embedded. Threads: who owns it guards it. Errors: none.
// Limits:    at most PAUSE_HELD_US of each PAUSE_CYCLE_US.
#ifndef HUNCH_INDEXER_PAUSE_H
#define HUNCH_INDEXER_PAUSE_H

#include <stdint.h>

enum { PAUSE_CYCLE_US = 1000 * 1000, PAUSE_HELD_US = 800 * 1000 };

struct pause {
    uint64_t began_us;
    uint64_t until_us; // 0: never asked for
};

void pause_extend(struct pause *pause, uint64_t now_us, uint64_t length_us);
uint64_t pause_left(const struct pause *pause, uint64_t now_us); // microseconds to hold still; 0: go on

#endif
