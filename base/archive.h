// archive.h - arrays of numbers as bytes and back, for files that only this machine and this version read.
//
// What is put is copied as it lies in memory, each array from a multiple of
// eight on. Whoever keeps such bytes keeps a version and a checksum with them;
// here only sizes are checked.
//
// Ownership: the bytes are the caller's; archive_take gives spill memory (spill.h).
// Threads:   any; no state.
// Errors:    reading beyond the end sets is_bad, and from then on everything reads as zero.
// Limits:    none.
#ifndef HUNCH_BASE_ARCHIVE_H
#define HUNCH_BASE_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Writing is done twice: with bytes NULL, to learn the size, then with room for it.
struct archive_out {
    char *bytes;
    size_t size;
};

struct archive_in {
    const char *at;
    size_t left;
    bool is_bad;
};

void archive_put(struct archive_out *out, const void *items, size_t count, size_t size);
void archive_get(struct archive_in *in, void *items, size_t count, size_t size);
// The same in new memory, with room for one more, which is zero. NULL if is_bad.
void *archive_take(struct archive_in *in, size_t count, size_t size);

#endif
