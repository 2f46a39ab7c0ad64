// supervised_environment.h - the variables that a model's server is given: what it needs to run, and no secret.
//
// An editor's environment holds keys of clouds, tokens, addresses of agents. A
// program that reads code and that Hunch starts by itself has no use for them; nor has
// the guardian that outlives the editor. What a program of the user's needs beside these, a wrapper script can set.
//
// Ownership: the array is the caller's (free), its strings are borrowed from the environment.
// Threads:   any, as long as nobody changes the environment. Errors: none. Limits: none.
//
// Invariants (tests/unit/backends/supervised_environment_test.c):
//   E1  a variable passes by its name alone, and none whose name speaks of a secret
#ifndef HUNCH_BACKENDS_SUPERVISED_ENVIRONMENT_H
#define HUNCH_BACKENDS_SUPERVISED_ENVIRONMENT_H

// Those of ours that pass, then `more`, "NAME=value", unless it is NULL; NULL at the end.
const char **supervised_environment(const char *more);

#endif
