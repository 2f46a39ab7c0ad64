// gitplaces.h - where git keeps the rules that are not in the tree: info/exclude and the user's own file.
//
// Files of git are read, never git run. `.git` may be a file that names the
// real folder (worktree, submodule), which may name a common one. The user's
// own ignore file is named by core.excludesFile in ~/.gitconfig or
// $XDG_CONFIG_HOME/git/config, files they include counted; without it, it is
// $XDG_CONFIG_HOME/git/ignore. A repository's own configuration is not asked:
// it must not name files outside the repository.
//
// Ownership: results are heap.
// Threads:   any; every call reads a few small files.
// Errors:    what cannot be read counts as absent.
// Limits:    configuration of 1 MB a file, 10 includes deep.
#ifndef HUNCH_INDEXER_GITPLACES_H
#define HUNCH_INDEXER_GITPLACES_H

#include "base/str.h"

// The file info/exclude of the repository whose top folder this is; it need not exist.
char *gitplaces_exclude(const char *top);
// The user's own ignore file; NULL if there is none. `top`: what a relative name is counted from, as in git.
char *gitplaces_global(const char *top);
// The last value of core.excludesFile in a text in the syntax of git's configuration; NULL without one.
// `folder` is where relative includes are looked for, NULL: they are not followed.
char *gitplaces_value(struct slice text, const char *folder);

#endif
