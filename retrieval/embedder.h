// embedder.h - the one contract between retrieval and whatever makes vectors of text.
//
// An embedder points texts that say alike in like directions. What it is made
// of, words, a table or a model behind a server, is its own business; who asks
// knows its name, how many texts it likes at once and how long it may take.
//
// Ownership: embedder_close frees it. Texts are borrowed for the call.
// Threads:   embed and ask from any thread, several at once; prepare, learn and rest from one thread. All may block but ask.
// Errors:    embed and ask name what failed and the way out; an embedder that has failed may be asked again.
// Limits:    a text is cut at EMBEDDER_TEXT_BYTES by who asks; vectors have VECTOR_DIMENSIONS components.
#ifndef HUNCH_RETRIEVAL_EMBEDDER_H
#define HUNCH_RETRIEVAL_EMBEDDER_H

#include "base/err.h"
#include "retrieval/snapshot.h"
#include "retrieval/vectors.h"

enum { EMBEDDER_TEXT_BYTES = 6000 };

struct embedder;

struct embedder_operations {
    // Reads what it needs, before anything else; may take seconds. NULL: nothing. After a failure: again.
    int (*prepare)(struct embedder *self, struct err *err);
    // Vectors of texts, in their order. 0, or an err_code: then `out` holds nothing.
    int (*embed)(struct embedder *self, const struct slice *texts, size_t count, struct vector *out,
                 struct err *err);
    // The vector of a question, within wait_ms. 0, or an err_code. NULL: embed is quick enough.
    int (*ask)(struct embedder *self, struct slice text, uint32_t wait_ms, struct vector *out,
               struct err *err);
    // Looks at what is indexed. True: vectors from before cannot be compared with those from now on.
    // NULL: it knows all it needs.
    bool (*learn)(struct embedder *self, const struct snapshot *snapshot);
    // Nothing is left to embed for now: what it needs for that alone need not be in memory. NULL: it has nothing such.
    void (*rest)(struct embedder *self);
    // Ends what embed and ask wait for: they return soon, from now on at once. NULL: nothing waits.
    void (*stop)(struct embedder *self);
    void (*close)(struct embedder *self);
};

// Embedded first in every implementation.
struct embedder {
    const struct embedder_operations *operations;
    const char *model; // names what its vectors can be compared with; once it is prepared
    size_t batch;      // texts that it likes at once
    bool is_kept;      // its vectors depend on the text alone and are worth keeping on disk
};

static inline int embedder_embed(struct embedder *embedder, const struct slice *texts, size_t count,
                                 struct vector *out, struct err *err) {
    return embedder->operations->embed(embedder, texts, count, out, err);
}
int embedder_ask(struct embedder *embedder, struct slice text, uint32_t wait_ms, struct vector *out,
                 struct err *err);
static inline int embedder_prepare(struct embedder *embedder, struct err *err) {
    return embedder->operations->prepare ? embedder->operations->prepare(embedder, err) : 0;
}
static inline bool embedder_learn(struct embedder *embedder, const struct snapshot *snapshot) {
    return embedder->operations->learn && embedder->operations->learn(embedder, snapshot);
}
static inline void embedder_rest(struct embedder *embedder) {
    if (embedder->operations->rest) {
        embedder->operations->rest(embedder);
    }
}
static inline void embedder_stop(struct embedder *embedder) {
    if (embedder->operations->stop) {
        embedder->operations->stop(embedder);
    }
}
static inline void embedder_close(struct embedder *embedder) {
    if (embedder) {
        embedder->operations->close(embedder);
    }
}

#endif
