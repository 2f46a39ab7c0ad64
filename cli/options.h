// options.h - the arguments of subcommands about a folder: [DIR] [--json], and one more flag with its paths; and what is
// said of any subcommand's wrong ones.
//
// A command that cannot be begun ends with the status OPTIONS_REFUSED, whichever it is (README.md has the whole list).
//
// Ownership: folder and paths are borrowed from argv. Threads: main.
// Errors:    wrong usage is said on stderr, and options_parse gives false. Limits: none.
#ifndef HUNCH_CLI_OPTIONS_H
#define HUNCH_CLI_OPTIONS_H

#include "base/err.h"

#include <getopt.h>
#include <stdbool.h>

enum { OPTIONS_REFUSED = 2 };

struct options {
    const char *folder; // "." if none is given
    bool json;
    bool extra;   // the extra flag was given ...
    char **paths; // ... and these, which may then be many
    int path_count;
};

// extra: the name of one more flag, NULL: none.
bool options_parse(int argc, char **argv, const char *usage, const char *extra, struct options *options);

// Does a command's argument ask what it is for? Anywhere before "--", behind which nothing is an option.
bool options_want_help(int argc, char **argv);

// Says on stderr what is wrong, then the usage. Gives OPTIONS_REFUSED, as all that refuse do.
int options_refuse(const char *usage, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Of an option that getopt_long gave '?' or, with a ":" before its short options, ':' for.
int options_refuse_option(const char *usage, const struct option *known, int given, char **argv);
// Which of the known ones was meant; NULL: none is like it.
const char *options_meant(const struct option *known, const char *argument);
// Of an argument that is one too many.
int options_refuse_more(const char *usage, const char *argument);
// Of a folder that is not there or may not be read, as err says. example: a command that names one.
int options_refuse_folder(const struct err *err, const char *example);

// An option's whole number; false: it is none from least to most.
bool options_number(const char *text, long least, long most, long *number);

#endif
