// ignore.h - which paths the repository wants left alone.
//
// A stack of rules, one level a folder from the root of the git repository
// down. At each level `.gitignore` is read with git's semantics (later and
// deeper rules win, `!` takes back, `/` anchors, a trailing `/` means folders,
// nothing below an excluded folder can be taken back), before them
// `.git/info/exclude`, and beside them `.hunchignore`, same syntax, which wins
// over all of git's. deny.h's names come first and cannot be taken back.
//
// The root may lie inside a git repository: the rules of the folders above it
// count too, but an excluded folder above it does not (who opens an ignored
// folder wants it indexed). The user's own global ignore file of git is not read.
//
// Ownership: ignore_new's result is freed by ignore_free; reasons are static strings.
// Threads:   one owner at a time; ignore_path from any.
// Errors:    an unreadable ignore file counts as absent.
// Limits:    an ignore file over 1 MB counts as absent.
#ifndef HUNCH_INDEXER_IGNORE_H
#define HUNCH_INDEXER_IGNORE_H

#include "base/str.h"

struct ignore;

// root NULL: nothing is read from disk (for rules from memory).
struct ignore *ignore_new(const char *root);
void ignore_free(struct ignore *ignore);
// Goes down into a folder, "" for the root itself, then "a", "a/b", ...: reads its ignore files.
void ignore_enter(struct ignore *ignore, const char *folder);
// The same with the files' text given.
void ignore_enter_text(struct ignore *ignore, const char *folder, struct slice gitignore,
                       struct slice hunchignore);
void ignore_leave(struct ignore *ignore);
// Is this path excluded? Its parent must be the folder entered last, and not be excluded itself.
bool ignore_check(const struct ignore *ignore, const char *path, bool is_folder, const char **reason);
// Reads all that is needed for one path and its parents: a few small files.
bool ignore_path(const char *root, const char *path, bool is_folder, const char **reason);
// Is it the name of a file with rules in it?
bool ignore_is_rules(const char *path);

#endif
