// embedding.h - the embedder that the settings ask for, joined to the retriever and to whoever wants to know of it.
//
// Ownership: embedding_open / embedding_close; loop, config and retriever are borrowed. The embedder is the retriever's.
// Threads:   the loop's. Errors: err names the setting and the way out; what fails later comes to on_warning.
// Limits:    none of its own.
#ifndef HUNCH_CLI_EMBEDDING_H
#define HUNCH_CLI_EMBEDDING_H

#include "base/config.h"
#include "retrieval/retriever.h"

#include <uv.h>

struct embedding;

struct embedding_progress {
    uint64_t done, total; // chunks that have vectors, of all
    bool ended;           // no more are made until something changes
    uint64_t tokens;      // that a server counted since the start
    double cost;          // of them, in the currency of embedder.pricePerMillionTokens; 0: not known
};

struct embedding_options {
    bool once; // whoever opens it asks once and waits for it: a server that does not answer is given up soon
    void (*on_progress)(void *context, const struct embedding_progress *progress); // NULL: nobody listens
    void (*on_warning)(void *context, const char *message); // each failure once; NULL: nobody listens
    void *context;
};

// *out NULL, and nothing happens, where the settings ask for none.
int embedding_open(struct embedding **out, uv_loop_t *loop, const struct config *config,
                   struct retriever *retriever, const struct embedding_options *options, struct err *err);
// Whether the embedder that the settings ask for works: it is asked for one vector, of a word of ours. Turns the loop.
struct embedding_state {
    struct err err; // code 0: it works
    char *model;    // whose vectors it makes; NULL: that is not known
    bool leaves_machine, is_kept;
};
void embedding_examine(struct embedding_state *out, uv_loop_t *loop, const struct config *config);

// After the retriever is freed. NULL is allowed; the loop must turn once more.
void embedding_close(struct embedding *embedding);

#endif
