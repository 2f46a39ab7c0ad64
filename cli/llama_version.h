// llama_version.h - asks a llama-server which version it is.
//
// Ownership: appends to the caller's str. Threads: main; runs the loop until the program has ended.
// Errors:    err: it cannot be run, does not end, or says nothing.
// Limits:    ten seconds.
#ifndef HUNCH_CLI_LLAMA_VERSION_H
#define HUNCH_CLI_LLAMA_VERSION_H

#include "base/err.h"
#include "base/str.h"

// "0.7.0 (build 11669)".
int llama_version(const char *program, struct str *version, struct err *err);

#endif
