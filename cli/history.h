// history.h - how often the built-in model foretells the lines that a history's commits added.
//
// Ownership: everything is borrowed for the call.
// Threads:   any; it takes as long as reading the repository, and some milliseconds a line.
// Errors:    err names a folder that cannot be read. Changes that do not fit the folder's files are counted.
// Limits:    one line in several of a large commit, see history.c.
#ifndef HUNCH_CLI_HISTORY_H
#define HUNCH_CLI_HISTORY_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>
#include <stdio.h>

enum { HISTORY_GROUPS = 10 };

// The lines whose confidence is in one tenth of what it can be; sums over several repositories say more.
struct history_group {
    double lines, confidence, right; // the latter two summed up
    double variance;                 // of `right`, were the confidence exactly right
};

struct history_figures {
    size_t commits, positions;
    size_t said;                                  // positions with a suggestion, however unsure
    size_t unmatched;                             // changes that could not be taken back
    double exact, exact_line_start, exact_within; // per cent of the positions, white space aside
    double exact_surest_fifth;
    double calibration_error;  // mean distance of confidence and share of right ones, over ten groups
    double calibration_chance; // what that would be for a confidence that is exactly right
    struct history_group groups[HISTORY_GROUPS];
    double p50_ms, p99_ms; // of processor time
};

// What is done of how much (0: not known); often.
typedef void history_progress(const char *what, uint64_t done, uint64_t total);

// history: what `git log -p` prints, newest commit first; root: the folder as of that commit. evidence (NULL: not
// wanted) gets a line of JSON for each suggestion: whether it was right, and what its confidence is made of.
int history_replay(const char *root, struct slice history, size_t limit, FILE *evidence,
                   history_progress *tell, struct history_figures *figures, struct err *err);

#endif
