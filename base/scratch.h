// scratch.h - bytes that are seldom read again: in a nameless file, and nothing of them in the process's memory.
//
// What the index has of each file is larger than all that searching needs, and
// of a large repository most of it is never looked at again. The first
// SCRATCH_AFTER bytes stay in memory; what comes later is written to one file
// below spill.h's folder and read from there each time, so the kernel has it in
// memory as long as it sees fit. Where there is no folder, no room or no
// support, bytes stay in memory after all.
//
// Ownership: scratch_keep copies and gives one reference; scratch_retain adds, scratch_release drops.
// Threads:   any; nobody waits for another's reading or writing.
// Errors:    scratch_read tells of what the disk does not give back as it was written: a disk may fail after it took the
//            bytes, and then there are those of an earlier tenant of the place.
// Limits:    bytes of more than SCRATCH_STEP stay in memory; of the disk at most what spill.h says. The file never gets
//            shorter: a place that is free again waits for bytes of its size. It is gone when the process ends, however
//            that comes.
#ifndef HUNCH_BASE_SCRATCH_H
#define HUNCH_BASE_SCRATCH_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SCRATCH_AFTER = 1 << 18, // small repositories never touch the disk
    SCRATCH_STEP = 16 << 20  // by which the file grows
};

struct scratch;

struct scratch *scratch_keep(struct slice bytes);
struct scratch *scratch_retain(struct scratch *scratch);
void scratch_release(struct scratch *scratch);        // NULL is allowed
uint64_t scratch_hash(const struct scratch *scratch); // hash_bytes of the bytes
bool scratch_is_in_file(const struct scratch *scratch);
// Appends the bytes. False, and nothing is appended: they are lost.
bool scratch_read(const struct scratch *scratch, struct str *out);

#endif
