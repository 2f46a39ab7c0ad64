// pause.c - see pause.h.
#include "indexer/pause.h"

void pause_extend(struct pause *pause, uint64_t now_us, uint64_t length_us) {
    if (pause->until_us == 0 || now_us >= pause->until_us + (PAUSE_CYCLE_US - PAUSE_HELD_US)) {
        pause->began_us = now_us;
    }
    uint64_t until_us = now_us + length_us;
    pause->until_us = until_us > pause->until_us ? until_us : pause->until_us;
}

uint64_t pause_left(const struct pause *pause, uint64_t now_us) {
    if (now_us >= pause->until_us) {
        return 0;
    }
    uint64_t in_cycle = (now_us - pause->began_us) % PAUSE_CYCLE_US;
    if (in_cycle >= PAUSE_HELD_US) {
        return 0;
    }
    uint64_t left = PAUSE_HELD_US - in_cycle;
    return left < pause->until_us - now_us ? left : pause->until_us - now_us;
}
