// explain.h - `hunch index --explain PATH...`: says whether paths are in the index, and why.
//
// What is said is what `hunch index` does when it is run in the current
// folder; for a path that is not below its repository, what it does there.
//
// Ownership: none. Threads: main.
// Errors:    one line on stderr for what is no path at all.
// Limits:    paths on stdin of 64 KB.
#ifndef HUNCH_CLI_EXPLAIN_H
#define HUNCH_CLI_EXPLAIN_H

#include <stdbool.h>

// "-": one path a line from stdin; no path: the current folder. The exit status: 0 all are in, 1 one is out.
int explain_command(char *const *paths, int count, bool json);

#endif
