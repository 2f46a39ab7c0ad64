// skip.h - why a file or folder is not in the index: the one list of reasons, in words.
//
// The words complete "... is not indexed: " and stand in the table that
// `hunch index` prints; the short name is the reason's key in JSON and in
// docs/indexing.md, which has the rules with their numbers.
//
// Ownership: words are static.
// Threads:   any; struct skip_counts has one owner at a time.
// Errors:    none. Limits: none.
#ifndef HUNCH_INDEXER_SKIP_H
#define HUNCH_INDEXER_SKIP_H

#include <stdbool.h>
#include <stdint.h>

#define SKIP_LIST(X)                                                                                         \
    X(SKIP_NOT, "none", "nothing speaks against it")                                                         \
    /* built in, by name; a secret by its content, too */                                                    \
    X(SKIP_SECRET, "secret", "its name or content says that it may hold secrets")                            \
    X(SKIP_FOREIGN, "foreign", "a folder of this name belongs to a tool (.git, node_modules and the like)")  \
    /* by a rule in a file */                                                                                \
    X(SKIP_GITIGNORE, "gitignore", "a rule in .gitignore excludes it")                                       \
    X(SKIP_GIT_EXCLUDE, "git-exclude", "a rule in .git/info/exclude excludes it")                            \
    X(SKIP_GIT_GLOBAL, "git-global", "a rule in your own ignore file of git excludes it")                    \
    X(SKIP_HUNCHIGNORE, "hunchignore", "a rule in .hunchignore excludes it")                                 \
    X(SKIP_CURSORIGNORE, "cursorignore", "a rule in .cursorignore excludes it")                              \
    X(SKIP_AIEXCLUDE, "aiexclude", "a rule in .aiexclude excludes it")                                       \
    X(SKIP_COPILOTIGNORE, "copilotignore", "a rule in .copilotignore excludes it")                           \
    /* by what it is */                                                                                      \
    X(SKIP_OUTSIDE, "outside", "it is not below the folder")                                                 \
    X(SKIP_LINK, "link", "it is a link")                                                                     \
    X(SKIP_BEHIND_LINK, "behind-link", "a folder on its path is a link")                                     \
    X(SKIP_SPECIAL, "special", "it is not a regular file")                                                   \
    X(SKIP_LONG_PATH, "long-path", "its path is over 4,000 bytes")                                           \
    X(SKIP_UNREADABLE, "unreadable", "it could not be read")                                                 \
    /* by its name's end */                                                                                  \
    X(SKIP_LOCK, "lock-file", "it is a lock file that a package manager wrote")                              \
    X(SKIP_BUILT, "built", "its name says that a tool made it")                                              \
    X(SKIP_MEDIA, "media", "its name says that it is no text")                                               \
    X(SKIP_DATA, "data", "its name says that it holds data, not code")                                       \
    /* by its size */                                                                                        \
    X(SKIP_LARGE, "large", "it is over 1 MB")                                                                \
    X(SKIP_LARGE_UNKNOWN, "large-unknown", "it is over 128 KB and of no known language")                     \
    /* by its content */                                                                                     \
    X(SKIP_BINARY, "binary", "it is a binary file")                                                          \
    X(SKIP_UTF16, "utf-16", "it is UTF-16 text, and only UTF-8 is read")                                     \
    X(SKIP_ENCODING, "encoding", "too much of it is not UTF-8")                                              \
    X(SKIP_LONG_LINE, "long-line", "it is minified or data (a line is over 20,000 bytes)")                   \
    X(SKIP_DENSE, "dense", "it is minified or data (over 500 bytes a line)")

enum skip {
#define SKIP_ENUM(name, key, words) name,
    SKIP_LIST(SKIP_ENUM)
#undef SKIP_ENUM
        SKIP_COUNT
};

// How many files and folders were left out for each reason; [SKIP_NOT] stays 0.
struct skip_counts {
    uint64_t of[SKIP_COUNT];
};

const char *skip_key(enum skip skip);
const char *skip_words(enum skip skip);
// Is it a rule that somebody wrote into a file?
static inline bool skip_is_rule(enum skip skip) {
    return skip >= SKIP_GITIGNORE && skip <= SKIP_COPILOTIGNORE;
}

#endif
