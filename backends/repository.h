// repository.h - the built-in model: it has read the user's own repository and nothing else.
//
// A context-sorted suffix array over the repository's tokens; the open file's
// text above and below the cursor stands nested in it and counts more.
//
// Ownership: repository_new / backend_close, after which the loop must turn once more. The root path is copied.
// Threads:   the sink on the indexer's writer thread, which it does not keep waiting: learning has a thread of
//            its own. The backend's functions on the loop's thread; predictions run in the worker given.
// Errors:    a file that cannot be read is left out. Limits: see repository_options.
#ifndef HUNCH_BACKENDS_REPOSITORY_H
#define HUNCH_BACKENDS_REPOSITORY_H

#include "backends/backend.h"
#include "base/worker.h"
#include "indexer/sink.h"

struct repository_options {
    const char *root;
    struct worker *worker; // borrowed; outlives the backend
    uint64_t max_tokens;   // of the whole corpus; 0: 64 million (470 MB)
};

struct repository_statistics {
    uint64_t files, tokens, vocabulary, bytes;
};

struct backend *repository_new(uv_loop_t *loop, const struct repository_options *options);
struct index_sink repository_sink(struct backend *backend);
// Calls back once, on the loop, when all that the index has committed by then is learned. Keeps the loop alive
// until then. One at a time.
void repository_await(struct backend *backend, void (*on_learned)(void *context), void *context);
// Someone works on this file: what lies near it is learned first. Requests say so by themselves.
void repository_attend(struct backend *backend, const char *path);
void repository_statistics(struct backend *backend, struct repository_statistics *out); // any thread

#endif
