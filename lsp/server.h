// server.h - a session on stdin and stdout, from the first byte to the exit code.
//
// Ownership: borrows everything in the options until server_run returns.
// Threads:   the loop's thread, which it runs.
// Errors:    a stdin or stdout that cannot be used is said on stderr, exit code 1.
// Limits:    those of frame.h, transport.h and session.h.
#ifndef HUNCH_LSP_SERVER_H
#define HUNCH_LSP_SERVER_H

#include "lsp/session.h"

// host.send and host.on_exit are the server's; the other functions get host.self as they do in a session.
// Runs the loop until the session is over and everything in it is closed. Returns the exit code: 0 after
// `shutdown`, else 1.
int server_run(const struct session_options *options);

#endif
