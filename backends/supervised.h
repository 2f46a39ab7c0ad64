// supervised.h - a model file of the user's behind a llama-server that Hunch keeps running (supervised_guardian.h).
//
// To the rest it is one more backend. Behind it stands a remote (remote.h) that
// is made anew each time the server becomes ready. What is asked before then
// waits, up to its deadline or as long as another may answer in its place. What was lost with the server before any of its
// text was shown is asked once more; so the death of a server costs one
// suggestion at most. A server that cannot be had is tried again when somebody
// asks, SUPERVISED_REST_MS after it failed.
//
// Ownership: supervised_new / backend_close; strings are copied.
// Threads:   the loop's.
// Errors:    supervised_new: the program, the file or the place cannot be had. Later ones through on_done.
// Limits:    a probe waits for as long as the model loads.
//
// Invariants (tests/unit/backends/supervised_test.c):
//   U1  on_done comes exactly once, never inside start or cancel
//   U2  a call that has shown text is never asked again, one that has not at most once
#ifndef HUNCH_BACKENDS_SUPERVISED_H
#define HUNCH_BACKENDS_SUPERVISED_H

#include "backends/backend.h"
#include "backends/supervised_client.h"

enum { SUPERVISED_REST_MS = 5 * 60 * 1000 };

struct supervised_options {
    const char *group;       // as in remote_options
    const char *program;     // as in supervised_model_init
    const char *file;        // likewise
    const char *arguments;   // likewise; NULL: none
    const char *name;        // for people and for the template; NULL or "": the file's
    const char *template;    // FIM template's name; NULL or "": guessed, or asked for
    uint32_t context_tokens; // 0: SUPERVISED_CONTEXT
    uint32_t timeout_ms;     // of requests without a deadline; 0: 10,000
    const char *hunch;       // as in supervised_client_options
    // Each change of the server's state; may be NULL. Never inside supervised_new.
    void (*on_state)(void *context, enum supervised_phase phase, const char *message);
    void *context;
};

struct backend *supervised_new(uv_loop_t *loop, const struct supervised_options *options, struct err *err);

#endif
