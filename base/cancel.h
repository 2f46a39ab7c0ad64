// cancel.h - one atomic word that tells work in another thread to stop, with a deadline.
//
// The asker keeps the token and sets it; workers poll it at points where they
// can stop cleanly. A token also fires by itself when its deadline passes.
//
// Ownership: embedded in the request, which outlives every job that holds it.
// Threads:   any.
// Errors, limits: none.
#ifndef HUNCH_BASE_CANCEL_H
#define HUNCH_BASE_CANCEL_H

#include "base/clock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct cancel {
    atomic_bool fired;
    uint64_t deadline_us; // clock_now_us() after which it counts as fired; 0: none
};

static inline void cancel_init(struct cancel *cancel, uint64_t deadline_us) {
    atomic_init(&cancel->fired, false);
    cancel->deadline_us = deadline_us;
}
static inline void cancel_fire(struct cancel *cancel) {
    atomic_store_explicit(&cancel->fired, true, memory_order_release);
}
// Did the asker set it, whatever the deadline?
static inline bool cancel_stopped(const struct cancel *cancel) {
    return atomic_load_explicit(&cancel->fired, memory_order_acquire);
}
// NULL is a token that never fires.
static inline bool cancel_fired(const struct cancel *cancel) {
    return cancel && (atomic_load_explicit(&cancel->fired, memory_order_acquire) ||
                      (cancel->deadline_us && clock_now_us() > cancel->deadline_us));
}

#endif
