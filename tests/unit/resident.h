// resident.h - what of files a process has in memory, for tests of what leaves it.
#ifndef HUNCH_TESTS_UNIT_RESIDENT_H
#define HUNCH_TESTS_UNIT_RESIDENT_H

#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// In bytes.
static inline size_t resident_of_files(void) {
    char text[256] = "", *at = text;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    fclose(file);
    strtoul(at, &at, 10); // all of it
    strtoul(at, &at, 10); // what is resident
    return strtoul(at, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
}

#endif
