// keeper.h - when the index rests, writes into the store what the sink wants to have at the next start.
//
//   RESTLESS -(keeper_rest_from)-> WAITING -(keeper_step, when it is time)-> WRITING or RESTLESS
//   WRITING -(keeper_step, a piece each)-> RESTLESS
//
// Ownership: embedded in the writer; keeper_fini frees what is not written yet.
// Threads:   the writer's.
// Errors:    what cannot be written is not kept; the log says so, and the index goes on.
// Limits:    one piece (STORE_PIECE) a step, so that whoever waits for the writer waits for milliseconds.
#ifndef HUNCH_INDEXER_KEEPER_H
#define HUNCH_INDEXER_KEEPER_H

#include "indexer/sink.h"
#include "indexer/store.h"

struct keeper {
    const struct index_sink *sink;
    uint64_t ask_us; // when to ask the sink; 0: nothing is new
    char *bytes;     // spill memory, on its way into the store; NULL: none
    size_t size, piece;
};

void keeper_init(struct keeper *keeper, const struct index_sink *sink);
void keeper_fini(struct keeper *keeper);
// Something is new; nothing else comes for so long.
void keeper_rest_from(struct keeper *keeper, uint64_t us);
// When a step is due, by clock_now_us; UINT64_MAX: none is.
uint64_t keeper_due_us(const struct keeper *keeper);
// Asks, or writes a piece, if it is time for either; true: that was the last piece, so the store may be settled. store
// NULL: there is nothing to keep it in.
bool keeper_step(struct keeper *keeper, struct store *store);

#endif
