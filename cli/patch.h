// patch.h - what `git log -p` says, commit by commit, and how to take one file's changes back.
//
// Ownership: patch_next fills the caller's struct, whose slices point into the reader's text; reuse
//            it from commit to commit, then patch_free.
// Threads:   one at a time.
// Errors:    what is not understood (binary files, quoted names) is left out; patch_revert says false where the
//            text is not what the patch made of it.
// Limits:    none of its own; the text is in memory.
#ifndef HUNCH_CLI_PATCH_H
#define HUNCH_CLI_PATCH_H

#include "base/str.h"
#include "base/vec.h"

#include <stdint.h>

struct patch_line {
    char kind;         // ' ' in both texts, '-' in the old one, '+' in the new one
    bool unended;      // the text's last line, and no line end behind it
    size_t new_before; // lines of the new text before this one
    struct slice text;
};

struct patch_file {
    struct slice old_path, new_path; // empty: it did not exist, it does no more
    size_t first, count;             // of the commit's lines
};

struct patch_commit {
    struct slice id;
    VEC(struct patch_file) files;
    VEC(struct patch_line) lines;
};

struct patch_reader {
    struct slice text;
    size_t at;
};

// The next commit; false when there is none.
bool patch_next(struct patch_reader *reader, struct patch_commit *commit);
void patch_free(struct patch_commit *commit);
// The old text from the new one, appended. places (NULL: not wanted) gets for each of the file's lines where it
// begins in the new text and how much of the old text stands before it.
struct patch_place {
    size_t in_new, in_old;
};
bool patch_revert(const struct patch_commit *commit, const struct patch_file *file, struct slice new_text,
                  struct str *old_text, struct patch_place *places);

#endif
