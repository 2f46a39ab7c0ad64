// spill.h - large, long-lived memory, beyond some amount backed by a file instead of by the machine's swap.
//
// What the index derives from a repository (postings, vectors, records, the
// built-in model's tokens) grows with it, and of a large one most is seldom
// looked at. Such memory comes from here: up to SPILL_AFTER bytes it is
// ordinary; what comes later, and what is large and rests most of the time,
// lies in nameless files below the folder that was set, so the kernel can write
// it out and take the memory back when somebody needs it more. Where there is no
// folder, no room or no support, it is ordinary memory after all.
//
// Ownership: spill_alloc, spill_alloc_brief, spill_alloc_resting / spill_free.
// Threads:   any, a mutex inside; spill_rest also while others read and write there; spill_folder once, before the others.
// Errors:    none (see mem.h).
// Limits:    holds at most half of what the folder's disk would have free without us.
//
// A file has no name and its blocks are reserved before use, so that a full disk cannot strike later; file systems
// that take a new block for each write (btrfs, ZFS, bcachefs) are not used. Killed at any moment it leaves nothing
// behind.
#ifndef HUNCH_BASE_SPILL_H
#define HUNCH_BASE_SPILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SPILL_AFTER = 48 << 20,  // without vectors small repositories never touch the disk
    SPILL_LEAST = 1 << 20,   // from here on an allocation gets a file of its own; smaller ones share
    SPILL_REGION = 16 << 20, // the shared files' size
    SPILL_HEAD = 16, // what an allocation costs beyond its size; sizes of 512 << n with it waste nothing
};

struct spill_statistics {
    uint64_t ordinary; // bytes now
    uint64_t in_files;
};

void spill_folder(const char *path);                                     // made when needed; NULL: none
void *spill_alloc(size_t size) __attribute__((returns_nonnull, malloc)); // zeroed, 16-byte aligned
// The same for what most likely goes soon, as most records do once they are packed.
void *spill_alloc_brief(size_t size) __attribute__((returns_nonnull, malloc));
// The same for what spill_rest will be told of: from SPILL_LEAST on in a file of its own, however little there is besides.
void *spill_alloc_resting(size_t size) __attribute__((returns_nonnull, malloc));
void spill_free(void *memory); // NULL is allowed
// Of what lies in a file of its own the first so many bytes leave the process's memory, until somebody looks at them.
void spill_rest(void *memory, size_t size);
// After a burst of work: what nobody uses of shared files leaves the process's memory.
void spill_give_back(void);
void spill_statistics(struct spill_statistics *out);

// For who reads and writes a file itself (scratch.h). A file without a name below the folder, empty; -1: none can be had.
int spill_open_file(void);
// Reserves [from, from + size) of it, which then counts as ours; false: there is no room.
bool spill_reserve(int file, uint64_t from, size_t size);

#endif
