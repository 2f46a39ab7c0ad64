// chain.h - several models that answer in each other's place: the first that can, in the user's order.
//
// The chain asks one model per call, the one that backend_choose named: only
// who laid out a prompt knows how to lay it out for the next one. It passes
// over a model that is left alone after failures (backend_operations.available),
// so that a dead server costs nobody's time, and gives each but the last half of
// the time to begin its answer and nine tenths of it to end it. What comes back
// says why models before it did not answer.
//
//     [server] -fails-> [another server] -fails-> [built-in model]
//
// Nothing is shared between the models: each has its own address and key.
//
// Ownership: chain_new takes over the models; backend_close closes them.
// Threads:   the loop's.
// Errors:    those of the model asked.
// Limits:    CHAIN_LINKS models.
//
// Invariants (tests/unit/backends/chain_test.c):
//   K1  a call ends once, with what its own model said
//   K2  a model that is not available is not asked while another one is
//   K3  an answer of another model than the first says why, of each model before it
#ifndef HUNCH_BACKENDS_CHAIN_H
#define HUNCH_BACKENDS_CHAIN_H

#include "backends/backend.h"

enum { CHAIN_LINKS = 3 };

// At least one, best first.
struct backend *chain_new(struct backend *const *models, size_t count);

#endif
