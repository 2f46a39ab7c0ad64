// transport.h - the client's bytes in and our messages out, over stdin and stdout.
//
// Whatever stands behind the two descriptors works: pipes and sockets through
// the loop, files and devices (which libuv's streams cannot read) by file
// reads. Messages go out in order; while one write is under way the next ones
// are collected and leave together.
//
// Ownership: transport_open's result is freed by transport_close, once its handles are closed.
// Threads:   the loop's thread.
// Errors:    on_end is called once, with the reason or "" at the end of the input.
// Limits:    TRANSPORT_BACKLOG bytes that the client does not take; then it counts as gone.
#ifndef HUNCH_LSP_TRANSPORT_H
#define HUNCH_LSP_TRANSPORT_H

#include "base/err.h"
#include "base/str.h"

#include <uv.h>

enum { TRANSPORT_BACKLOG = 256 * 1024 * 1024, TRANSPORT_FLUSH_MS = 1000 };

struct transport;

struct transport_options {
    uv_loop_t *loop;
    int input, output; // descriptors, closed by the transport
    void (*on_bytes)(void *context, struct slice bytes);
    void (*on_end)(void *context, const char *reason);
    void *context;
};

// Keeps stdout for the protocol: its descriptor moves to a private number and whatever prints to stdout
// lands on stderr. Returns the private descriptor or a negative code.
int transport_take_stdout(struct err *err);

int transport_open(struct transport **out, const struct transport_options *options, struct err *err);
void transport_send(struct transport *transport, struct slice body); // adds the header
// Writes out what waits, for at most TRANSPORT_FLUSH_MS, then closes. on_end is not called any more. The
// loop must turn until its handles are closed.
void transport_close(struct transport *transport);

#endif
