// ignore.h - which paths the repository and its user want left alone.
//
// Five lists of rules, all in git's syntax, are read on the way down from the
// top of the git repository to a path:
//
//     git's            the user's own ignore file, .git/info/exclude, .gitignore
//     .hunchignore     may also take back what git's rules exclude
//     .cursorignore, .aiexclude, .copilotignore
//
// In each list later and deeper rules win and `!` takes back. Between the lists
// the most restrictive wins: what any of the last four excludes is out, and
// what git's exclude is out unless .hunchignore takes it back. Nothing below
// an excluded folder can be taken back, and deny.h's names by nothing.
//
// The root may lie inside a git repository: the rules of the folders above it
// count too, but an excluded folder above it does not (who opens an ignored
// folder wants it indexed).
//
// A root in no git repository (no .git in it or above it) is indexed whatever its own .gitignore says of
// everything: its rules `*` and `/*` do not count. Sources as distributions pack them have such lines, which are
// about a repository that is elsewhere.
//
// Ownership: ignore_new's result is freed by ignore_free; a rule is borrowed until the level it came from is
//            left, a story is owned by who asked.
// Threads:   one owner at a time; ignore_path and ignore_tell from any.
// Errors:    a .gitignore that cannot be read counts as absent, as in git; one of the other four excludes all
//            below its folder then, for what it wanted hidden is not known.
// Limits:    an ignore file over 1 MB counts as one that cannot be read.
#ifndef HUNCH_INDEXER_IGNORE_H
#define HUNCH_INDEXER_IGNORE_H

#include "base/str.h"
#include "indexer/skip.h"

enum ignore_file {
    IGNORE_GIT,
    IGNORE_HUNCH,
    IGNORE_CURSOR,
    IGNORE_AI,
    IGNORE_COPILOT,
    IGNORE_FILES,
};

enum {
    IGNORE_NESTED = 1u << IGNORE_FILES,          // a repository of its own begins here
    IGNORE_ANY = (1u << (IGNORE_FILES + 1)) - 1, // all that ignore_mark tells
};

struct ignore;

// The rule that decided, for people. line 0: none did, or all of an unreadable file's folder is excluded.
struct ignore_rule {
    const char *file; // below the root, else absolute
    unsigned line;
    struct slice written;
};

// The same about a path and its parents, to keep.
struct ignore_story {
    enum skip skip;
    bool is_waived; // the rule would exclude it in a git repository
    char *subject;  // the path, or the parent of it that is excluded
    bool is_folder;
    char *file; // "" without a rule
    unsigned line;
    char *written;
};

// root NULL: nothing is read from disk (for rules from memory).
struct ignore *ignore_new(const char *root);
void ignore_free(struct ignore *ignore);
// What the name of something in a folder means for ignore_enter_marked; 0 for most.
unsigned ignore_mark(const char *name);
// Goes down into a folder, "" for the root itself, then "a", "a/b", ...: reads its ignore files.
void ignore_enter(struct ignore *ignore, const char *folder);
// The same for a folder that is open, of whose names the marks are known.
void ignore_enter_marked(struct ignore *ignore, const char *folder, int open_folder, unsigned marks);
// The same with the files' text given.
void ignore_enter_text(struct ignore *ignore, const char *folder, const struct slice texts[IGNORE_FILES]);
void ignore_leave(struct ignore *ignore);
// Is this path excluded, and why? Its parent must be the folder entered last, and not be excluded itself. rule
// may be NULL; for a path that was taken back it is the rule that did it.
enum skip ignore_check(const struct ignore *ignore, const char *path, bool is_folder,
                       struct ignore_rule *rule);
// Reads all that is needed for one path and its parents: a few small files. reason gets words if excluded, else
// NULL.
bool ignore_path(const char *root, const char *path, bool is_folder, const char **reason);
// The same in full.
void ignore_tell(const char *root, const char *path, bool is_folder, struct ignore_story *story);
void ignore_story_free(struct ignore_story *story);
// Is it the name of a file with rules in it?
bool ignore_is_rules(const char *path);

#endif
