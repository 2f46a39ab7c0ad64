// repository_changes.h - what an editing session took away and what it put in its place, held against a line.
//
// A change is a run of words and signs that became another, with what stood on either side; what was removed as a
// whole line is known besides.
//
// Ownership: changes_init / changes_fini; texts are read and not kept.
// Threads:   one at a time to add to; any number of readers.
// Errors:    none.
// Limits:    CHANGES_RULES changes and CHANGES_REMOVED lines, the last ones joined; a run of CHANGES_RUN words and signs, in a
//            place of CHANGES_PLACE; CHANGES_PAIRS pairs of them compared in a text. One that differs in over CHANGES_HUNKS
//            places or CHANGES_BYTES bytes says nothing.
//
// Invariants (tests quote the numbers):
//   G1  what a text says that is the same in both versions is no change, wherever it moved
//   G2  a change is proposed only for what is behind the cursor, and never alters what stands there
#ifndef HUNCH_BACKENDS_REPOSITORY_CHANGES_H
#define HUNCH_BACKENDS_REPOSITORY_CHANGES_H

#include "base/str.h"
#include "base/vec.h"

#include <stdint.h>

enum {
    CHANGES_RULES = 64,
    CHANGES_REMOVED = 512,
    CHANGES_RUN = 8,
    CHANGES_AROUND = 3,
    CHANGES_PUT = 96,
    CHANGES_PLACE = 300,
    CHANGES_HUNKS = 256,
    CHANGES_BYTES = 64 << 10,
    CHANGES_PAIRS = 1 << 20,
    CHANGES_FEATURES = 6
};

#define CHANGES_NOWHERE SIZE_MAX

struct change_run {
    uint32_t words[CHANGES_RUN]; // hashes
    uint32_t count;
    bool tells; // it has a word of some length
};

struct change_rule {
    struct change_run old, now;
    uint32_t left[CHANGES_AROUND], right[CHANGES_AROUND]; // the nearest first
    char put[CHANGES_PUT];                                // the text of what is there now
    uint32_t put_length;
    uint32_t times; // seen with the same on either side
};

struct changes {
    VEC(struct change_rule) rules; // the latest last
    VEC(uint64_t) removed;         // hashes of lines that are no more
    VEC(uint64_t) here;            // of those that stood where the cursor's line is
};

void changes_init(struct changes *changes);
void changes_fini(struct changes *changes);
// What became of a text. cursor: of a byte in `now` on the line that is being written, which says nothing yet;
// CHANGES_NOWHERE: on none. False: it differs in too much.
bool changes_read(struct changes *changes, struct slice before, struct slice now, size_t cursor);
void changes_join(struct changes *changes, const struct changes *others);

// The line that a suggestion would make of the cursor's: before and behind the cursor as it is, and what comes between.
struct change_line {
    struct slice before, text, after;
};
// What the changes say of it: whether it was removed here, and elsewhere; how far it stands in what was changed, and how often
// that was; and how far in what it was changed to, and how often.
void changes_judge(const struct changes *changes, const struct change_line *line,
                   float features[CHANGES_FEATURES]);
// The text as the change that fits best, or second best, would make it; appended. False: there is none.
bool changes_apply(const struct changes *changes, const struct change_line *line, uint32_t which,
                   struct str *text);

#endif
