// slab.h - small things of which there are tens of thousands and that live long, side by side.
//
// The allocator puts a small thing wherever there is room, between others that
// live shorter; when those are gone each of the small ones holds a page of
// memory of its own. A first pass makes two of them for each file while it
// parses. From here they come out of blocks in which nothing else lies, a block
// for things of one size; one of which nothing is in use is given back.
//
// Ownership: slab_alloc / slab_free, with the same size.
// Threads:   any, a mutex inside.
// Errors:    none (see mem.h).
// Limits:    above SLAB_MOST bytes it is the ordinary allocator's.
#ifndef HUNCH_BASE_SLAB_H
#define HUNCH_BASE_SLAB_H

#include <stddef.h>

enum { SLAB_MOST = 1024, SLAB_BLOCK = 64 << 10 };

void *slab_alloc(size_t size) __attribute__((returns_nonnull, malloc)); // zeroed, 16-byte aligned
void slab_free(void *memory, size_t size);                              // NULL is allowed
size_t slab_blocks(void);                                               // how many there are now

#endif
