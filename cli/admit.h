// admit.h - may a command read all of the folder that it was started in?
//
// A repository says itself what it is. Any other folder may be a project, or
// /tmp, or somebody's home: minutes of reading, a large index, and private
// files in it. So its files are counted first, up to a bound: a few are read without a word, many are announced, and more than the
// bound, or the home folder, only if the folder itself was named on the command line. What is stored was admitted before.
//
// Ownership: nothing is kept.
// Threads:   main.
// Errors:    err names the folder and why it is not read; the way out is the caller's, who knows the command.
// Limits:    counts for two seconds at most.
#ifndef HUNCH_CLI_ADMIT_H
#define HUNCH_CLI_ADMIT_H

#include "base/err.h"

enum { ADMIT_FILES = 20000, ADMIT_SILENTLY = 1000 };

// 0 or ERR_DENIED. named: what the user gave, NULL: nothing, who stands in it. Of these a folder alone is meant to be read: who gives
// a file wants that. Announces on stderr.
int admit_root(const char *root, const char *named, struct err *err);
// app_require_root of the folder that the user gave, or (NULL) stands in, if it is admitted.
int admit_folder(const char *folder, char **root, struct err *err);

#endif
