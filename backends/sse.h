// sse.h - an incremental parser of server-sent events that takes the bytes in any pieces.
//
// Source: the event stream format of the HTML standard, section 9.2. Lines end
// in \n, \r\n or \r, mixed as they like; the first space after a field's colon
// is dropped; lines of one event's `data` are joined with \n; a line that
// starts with a colon is a comment.
//
// Where servers differ from the standard this parser is generous, because a
// lost last event would be a lost answer:
//   - a stream that ends without the closing blank line still gives its last event;
//   - a field named `error` (older llama.cpp) counts as data of an event named "error".
//
// Ownership: embedded; sse_init / sse_fini. What on_event receives is borrowed for the call.
// Threads:   one owner at a time.
// Errors:    ERR_TOO_LARGE once a line or an event is over the limit, then for good;
//            ERR_CANCELLED when on_event returned false.
// Limits:    the one given at init, for a line and for an event's data alike.
//
// Invariants (tests/unit/backends/sse_test.c and tests/fuzz/sse_fuzz.c):
//   E1  the events do not depend on where the bytes were split
//   E2  no more than twice the limit is ever held
#ifndef HUNCH_BACKENDS_SSE_H
#define HUNCH_BACKENDS_SSE_H

#include "base/str.h"

struct sse_event {
    struct slice name; // "" unless the stream names it
    struct slice data;
};

struct sse {
    bool (*on_event)(void *context, const struct sse_event *event); // false: no more events wanted
    void *context;
    size_t limit;
    int failure;       // what every later call returns; 0 while all is well
    bool after_return; // the last byte was \r: a \n now belongs to it
    bool has_data;     // an empty `data:` line is data too
    struct str line, name, data;
};

void sse_init(struct sse *sse, size_t limit, bool (*on_event)(void *context, const struct sse_event *event),
              void *context);
void sse_fini(struct sse *sse);
int sse_feed(struct sse *sse, struct slice bytes);
int sse_finish(struct sse *sse); // the stream is over: gives what is left

// "[DONE]", the mark of OpenAI's dialect that nothing follows.
bool sse_is_done(const struct sse_event *event);

#endif
