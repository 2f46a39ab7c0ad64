// ndjson.h - an incremental parser of one JSON text a line that takes the bytes in any pieces.
//
// Source: github.com/ndjson/ndjson-spec. Lines end in \n or \r\n; empty ones
// mean nothing. A last line without its end counts too.
//
// Ownership: embedded; ndjson_init / ndjson_fini. What on_line receives is borrowed for the call.
// Threads:   one owner at a time.
// Errors:    ERR_TOO_LARGE once a line is over the limit, then for good; ERR_CANCELLED when on_line returned false.
// Limits:    the one given at init, for a line.
//
// Invariants (tests/unit/backends/ndjson_test.c):
//   N1  the lines do not depend on where the bytes were split
#ifndef HUNCH_BACKENDS_NDJSON_H
#define HUNCH_BACKENDS_NDJSON_H

#include "base/str.h"

struct ndjson {
    bool (*on_line)(void *context, struct slice line); // false: no more lines wanted
    void *context;
    size_t limit;
    int failure;     // what every later call returns; 0 while all is well
    struct str held; // the beginning of a line
};

void ndjson_init(struct ndjson *ndjson, size_t limit, bool (*on_line)(void *context, struct slice line),
                 void *context);
void ndjson_fini(struct ndjson *ndjson);
int ndjson_feed(struct ndjson *ndjson, struct slice bytes);
int ndjson_finish(struct ndjson *ndjson); // the stream is over: gives what is left

#endif
