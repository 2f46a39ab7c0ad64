// frame.h - cuts the byte stream of a client into messages, and survives what is not one.
//
// A message is a header (lines, one of them Content-Length) and a body of that
// many bytes. Bytes come in any portions. Input that breaks the rules costs
// what is broken, never the stream: after garbage, a missing or senseless
// length, or a body that was no message, reading goes on at the next
// "Content-Length:".
//
// Ownership: frame_init / frame_fini; bodies are borrowed for the callback.
// Threads:   one owner at a time; frame_feed must not be called from its own callbacks.
// Errors:    on_garbage gets one line for each run of bad input.
// Limits:    a body of `body_limit` bytes, a header of FRAME_HEADER_LIMIT.
#ifndef HUNCH_LSP_FRAME_H
#define HUNCH_LSP_FRAME_H

#include "base/str.h"

#include <stdint.h>

enum { FRAME_HEADER_LIMIT = 8 * 1024, FRAME_BODY_LIMIT = 64 * 1024 * 1024 };

struct frame {
    struct str bytes; // what is not consumed yet starts at `at`
    size_t at;
    size_t scanned;      // no line end in bytes before here
    size_t header_bytes; // of the header being read
    int64_t length;      // of the body announced by this header, -1: none yet
    bool in_body;
    bool in_garbage; // this run of bad input has been reported
    size_t body_limit;
    bool (*on_body)(void *context, struct slice body); // false: that was no message
    void (*on_garbage)(void *context, const char *what);
    void *context;
};

void frame_init(struct frame *frame, size_t body_limit, bool (*on_body)(void *context, struct slice body),
                void (*on_garbage)(void *context, const char *what), void *context);
void frame_fini(struct frame *frame);
void frame_feed(struct frame *frame, struct slice bytes);

#endif
