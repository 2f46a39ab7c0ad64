// inject.h - makes chosen calls to the file system fail, or ends the process in their middle.
//
// It stands in front of the C library's functions, in two ways: linked into a
// test program, or as a library named by LD_PRELOAD in front of the real one:
//
//   INJECT_FOLDER=/home/me/.cache INJECT_KIND=full INJECT_AT=17 INJECT_EVER=1 LD_PRELOAD=.../libinject.so hunch ...
//
// Only calls about files below the folder count, in the order in which they come.
#ifndef HUNCH_TESTS_INJECT_H
#define HUNCH_TESTS_INJECT_H

#include <stdbool.h>

enum inject_kind {
    INJECT_NOTHING, // only counts
    INJECT_FULL,    // ENOSPC from what needs room
    INJECT_BROKEN,  // EIO from everything
    INJECT_SHORT,   // half of what was to be read or written
    INJECT_KILL,    // SIGKILL, when half is written
};

// From now on the call number `at` (from 1) fails, and with `ever` all that follow, too.
void inject_start(const char *folder, enum inject_kind kind, long at, bool ever);
long inject_stop(void); // the number of calls that this kind could have hit

#endif
