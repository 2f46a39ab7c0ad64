// embedder_remote.h - an embedding model behind a server, as an embedder.
//
// Ownership: embedder_remote_new / embedder_close, which is called off the loop and leaves the client to
//            embedder_remote_release.
// Threads:   those of embedder.h; new and release on the loop's.
// Errors:    where it may work later it is tried again, ever more slowly; what has failed for good is refused for some
//            minutes, with the last error. Where somebody waits (`once`) it is tried twice, and if the first text has
//            no vector after EMBEDDER_REMOTE_FIRST_MS, that is the end of it.
// Limits:    the first 256 components of a vector are kept.
#ifndef HUNCH_CLI_EMBEDDER_REMOTE_H
#define HUNCH_CLI_EMBEDDER_REMOTE_H

#include "backends/embedding.h"
#include "retrieval/embedder.h"

enum { EMBEDDER_REMOTE_FIRST_MS = 3000 };

struct embedder_remote;

int embedder_remote_new(struct embedder_remote **out, uv_loop_t *loop, const struct embedding_server *server,
                        bool once, struct err *err);
struct embedder *embedder_remote_embedder(struct embedder_remote *remote);
uint64_t
embedder_remote_tokens(const struct embedder_remote *remote); // counted by the server so far. Any thread
bool embedder_remote_leaves_machine(const struct embedder_remote *remote);
// After the embedder is closed. NULL is allowed; the loop must turn once more.
void embedder_remote_release(struct embedder_remote *remote);

#endif
