// arena.h - memory that lives exactly as long as one request or one record.
//
// Allocation bumps a pointer in a list of blocks; nothing is freed alone, all
// of it at once.
//
// Ownership: whoever called arena_init calls arena_free; pointers die with it.
// Threads:   one owner at a time.
// Errors:    none (see mem.h).
// Limits:    none; an allocation over the block size gets a block of its own.
#ifndef HUNCH_BASE_ARENA_H
#define HUNCH_BASE_ARENA_H

#include "base/str.h"

struct arena_block;

struct arena {
    struct arena_block *blocks; // newest first
    size_t used;                // bytes handed out, for limits and reports
    bool spills;                // its blocks come from spill.h
};

void arena_init(struct arena *arena);
// For what lives as long as the index: see spill.h.
void arena_init_spilling(struct arena *arena);
void arena_free(struct arena *arena); // leaves an empty, usable arena
void *arena_alloc(struct arena *arena, size_t size)
    __attribute__((returns_nonnull)); // 16-byte aligned, zeroed
char *arena_bytes(struct arena *arena, size_t size) __attribute__((returns_nonnull)); // the same, not aligned
// NUL-terminated, not aligned.
char *arena_copy(struct arena *arena, struct slice slice) __attribute__((returns_nonnull));
char *arena_copy_string(struct arena *arena, const char *text) __attribute__((returns_nonnull));
char *arena_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
