// supervised_server.h - keeps one llama-server running: starts it, waits until it is healthy, starts it again.
//
//     STARTING --answers 503--> LOADING --answers 200--> READY
//         ^                        |                       |
//         |                        v                       v    it ended, or took too long
//         `--------the pause is over-----------------------WAITING --too often--> FAILED
//
// The first end costs no pause, each further one twice as long a pause, until
// it has run for a minute. SUPERVISED_FAILURES ends within a minute, or a program that cannot
// be run at all, are the end of it: FAILED, with what the program said last.
// An option of ours that this version of the program does not know is left out
// the next time, and counts for nothing. So does a socket that it cannot listen
// at (those before April 2025 know none): then it is given a port of this
// machine, and is not READY before a program of ours listens there and refuses
// who has no key.
//
// Ownership: supervised_server_new / supervised_server_close; options are copied, the model is borrowed.
// Threads:   the loop's, which must be one that lives as long as the process (child.h).
// Errors:    through on_state.
// Limits:    SUPERVISED_LINES lines of output are kept.
//
// Invariants (tests/unit/backends/supervised_server_test.c):
//   V1  on_state never runs inside supervised_server_new; each call is a change
//   V2  the key is in the environment of the program and in no argument, state or line kept
//   V3  after FAILED and after supervised_server_close no process is left, nor a socket's file
#ifndef HUNCH_BACKENDS_SUPERVISED_SERVER_H
#define HUNCH_BACKENDS_SUPERVISED_SERVER_H

#include "backends/supervised_model.h"

#include <uv.h>

enum { SUPERVISED_FAILURES = 5, SUPERVISED_LINES = 20 };

enum supervised_phase {
    SUPERVISED_STARTING,
    SUPERVISED_LOADING,
    SUPERVISED_READY,
    SUPERVISED_WAITING,
    SUPERVISED_FAILED,
    SUPERVISED_PHASES
};

// "starting" ...; of a name the phase, SUPERVISED_PHASES: none of them.
const char *supervised_phase_name(enum supervised_phase phase);
enum supervised_phase supervised_phase_of(const char *name);

struct supervised_server_options {
    const struct supervised_model *model;
    const char *socket; // where it shall listen, if it can
    const char *key;
    uint32_t silence_ms; // how long it may not answer at all; 0: a minute
    uint32_t loading_ms; // how long it may load; 0: fifteen minutes
    // message: "" or, of WAITING and FAILED, what went wrong.
    void (*on_state)(void *context, enum supervised_phase phase, const char *message);
    void *context;
};

struct supervised_server;

struct supervised_server *supervised_server_new(uv_loop_t *loop,
                                                const struct supervised_server_options *options);
const char *supervised_server_url(const struct supervised_server *server); // of its last start
int supervised_server_id(const struct supervised_server *server);          // of its process; 0: none runs
void supervised_server_close(struct supervised_server *server);            // the loop must turn once more

#endif
