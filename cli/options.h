// options.h - the arguments of subcommands about a folder: [DIR] [--json].
//
// Ownership: the folder is borrowed from argv. Threads: main.
// Errors:    wrong usage is said on stderr, and options_parse gives false. Limits: none.
#ifndef HUNCH_CLI_OPTIONS_H
#define HUNCH_CLI_OPTIONS_H

#include <stdbool.h>

struct options {
    const char *folder; // "." if none is given
    bool json;
};

bool options_parse(int argc, char **argv, const char *usage, struct options *options);

#endif
