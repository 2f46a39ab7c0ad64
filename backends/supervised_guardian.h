// supervised_guardian.h - the process that holds llama-server for all who use it: `hunch model serve`.
//
// It is started by the first who wants the model and is nobody's child, so that
// it outlives that one. Who uses the model holds a connection to the
// guardian's socket; the kernel closes it when a user is killed. When the last
// one is gone for GUARDIAN_GRACE_MS, it ends, and the model's server with it.
// If the guardian itself is killed, the kernel ends the server (child.h), and
// some user starts another guardian.
//
//     user --connects--> guardian: a line of JSON now, and at each change of the server's state
//       {"state": "ready", "message": "", "url": "unix:/...", "key": "...", "process": 17, "users": 2}
//
// Two that are started at once: the lock decides, the other ends at once and
// without complaint. The lock's file stays, as removing one is never safe.
//
// Ownership: everything is borrowed for the call.
// Threads:   main, without any other thread before it.
// Errors:    err: the folder, the lock or the socket cannot be had. What befalls the server is told to the users.
// Limits:    GUARDIAN_USERS.
//
// Invariants (tests/models/supervised_test.py, tests/e2e/supervised_test.py):
//   G1  for one place there is at most one server
//   G2  no server is left when its users are gone, however they went, or when the guardian is killed
//   G3  the key leaves the guardian by its socket, which lies in a folder of mode 0700, and by nothing else
#ifndef HUNCH_BACKENDS_SUPERVISED_GUARDIAN_H
#define HUNCH_BACKENDS_SUPERVISED_GUARDIAN_H

#include "backends/supervised_server.h"

#include <stdbool.h>

enum { GUARDIAN_GRACE_MS = 5000, GUARDIAN_USERS = 256 };

struct guardian_options {
    const struct supervised_model *model;
    // Returns to the caller once users can connect, and goes on as a process of its own. Else it stays, counts as a
    // user itself, and ends by a signal alone.
    bool background;
    void (*tell)(const char *line); // of the foreground: each state, for people
};

// 0 when it has ended, or (in the background) there is one now.
int supervised_guardian_run(const struct guardian_options *options, struct err *err);

#endif
