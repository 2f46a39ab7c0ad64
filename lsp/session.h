// session.h - one editor's conversation with Hunch: the life cycle, the documents, every method we answer.
//
// The session knows LSP and nothing of models or indexes; it asks the engine
// and follows the indexer through their headers. What makes those two for a
// root is the host's: a few function pointers that cli wires, and that tests
// replace. Nothing here reads a file or waits: initialize is answered from
// constants, the project opens after `initialized`.
//
//   NEW -(initialize)-> INITIALIZED -(initialized: host.open)-> OPEN -(shutdown)-> SHUT DOWN -(exit)-> ended
//   any -(exit, end of input, the editor is gone)-> ended: host.on_exit, once; the host then closes
//
// Ownership: session_new / session_close; loop, config and host outlive it. The project is the host's,
//            opened and closed through it.
// Threads:   the loop's thread, but for the log lines, which may come from any.
// Errors:    every request is answered exactly once; trouble with the project is said in hunch/status.
// Limits:    SESSION_LOG_LIMIT log lines wait for the loop, SESSION_SHOWN_LIMIT suggestions can be accepted.
#ifndef HUNCH_LSP_SESSION_H
#define HUNCH_LSP_SESSION_H

#include "base/config.h"
#include "completion/engine.h"
#include "indexer/indexer.h"

#include <uv.h>

enum {
    SESSION_LOG_LIMIT = 200,
    SESSION_SHOWN_LIMIT = 64,
    SESSION_PARENT_CHECK_MS = 10000,
    SESSION_TYPING_MS = 300,      // the index holds still so long after a keystroke
    SESSION_PASS_SHOWN_MS = 1000, // a later pass is shown once it has taken so long
};

struct session;

// What the host opened for a root.
struct session_project {
    struct engine *engine;   // never NULL after a successful open
    struct indexer *indexer; // NULL: no root, or no index
    const char *model;       // for people; outlives the project
};

// The vectors of what is indexed, if the settings ask for any.
struct session_vectors {
    uint64_t done, total; // chunks that have theirs, of all
    bool ended;           // no more are made until something changes
    uint64_t tokens;      // that a server counted since the start
    double cost;          // of them; 0: not known
};

// What the project tells the session, on the loop's thread; the first three are the same as in struct indexer_options.
struct session_events {
    void (*on_progress)(void *context, const struct index_progress *progress);
    void (*on_ready)(void *context, const struct index_progress *progress);
    void (*on_warning)(void *context, const char *message);
    void (*on_vectors)(void *context, const struct session_vectors *vectors);
    void *context;
};

struct session_host {
    void *self;
    void (*send)(void *self, struct slice body); // one message to the client
    // Called at most once with a root (absolute, as the client named it), and again without one if that
    // failed. root NULL: completions from the open documents alone. Must not run the loop.
    int (*open)(void *self, const char *root, const struct session_events *events,
                struct session_project *out, struct err *err);
    void (*close)(void *self); // only after a successful open; running requests end in it
    // A suggestion was accepted; may be NULL.
    void (*on_accept)(void *self, const char *path, size_t bytes);
    void (*on_exit)(void *self, int code); // the session is over; close it, but not from inside this call
};

struct session_options {
    uv_loop_t *loop;
    struct config *config; // the session merges what the editor sends
    struct session_host host;
};

struct session *session_new(const struct session_options *options);
// One message; false if it was no JSON (answered all the same).
bool session_receive(struct session *session, struct slice body);
void session_end_of_input(struct session *session);
// Closes the project, answers what still runs, frees. The loop must turn once more.
void session_close(struct session *session);

#endif
