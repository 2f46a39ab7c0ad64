// child.h - a program that runs below ours, whose words we read, and which does not outlive us.
//
// The program leads a process group of its own, so that what it starts ends
// with it; one that may ask something at the terminal stays in ours, and ends
// alone. On Linux the kernel kills it when the thread that started it ends
// (PR_SET_PDEATHSIG), even by kill -9: start children from a thread that lives
// as long as the process. A program that hands its work to another without
// exec is out of reach then. Elsewhere a killed parent leaves its child behind.
//
// Ownership: child_start / child_close; options are copied as far as needed.
// Threads:   the loop's; callbacks never inside child_start, which takes as long as the system needs to find the program,
//            however much memory is ours.
// Errors:    child_start says what could not be run and why: a program that is missing is told here.
// Limits:    lines of output are cut at CHILD_LINE bytes.
//
// Invariants (tests/unit/base/child_test.c):
//   C1  on_exit comes once, after the last on_line; neither comes after child_close
//   C2  nothing of the group that it leads is left after on_exit or child_close
//   C3  it is gone when we are killed (Linux)
//   C4  it inherits its three standard streams and nothing else that is open (Linux 5.11)
//   C5  it begins with no signal blocked or ignored, and no handler of ours runs in it
#ifndef HUNCH_BASE_CHILD_H
#define HUNCH_BASE_CHILD_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <uv.h>

enum { CHILD_LINE = 4096 };

struct child;

struct child_options {
    char *const *arguments;       // NULL at the end
    const char *program;          // a path, or a name to be found on PATH; NULL: the first argument
    const char *const *variables; // its environment, "NAME=value", NULL at the end; NULL: ours
    const char *folder;           // to run in
    bool mute;                    // what it says on stderr goes nowhere
    bool stays_in_group;          // ours
    // Of what it prints; it is overwritten afterwards. Closing the child inside is allowed.
    void (*on_line)(void *context, struct slice line);
    // Status is the program's; or killer, not 0, the signal that ended it. Close the child; inside is allowed.
    void (*on_exit)(void *context, int status, int killer);
    void *context;
};

int child_start(struct child **out, uv_loop_t *loop, const struct child_options *options, struct err *err);
int child_id(
    const struct child *child); // of its process; 0: it has ended, though its last lines may yet come
// Kills it and its group if it runs still, and waits for its end, which is a matter of milliseconds; then frees. The
// loop must turn once more. NULL is allowed.
void child_close(struct child *child);

#endif
