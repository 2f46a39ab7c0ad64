// arena.c - see arena.h.
#include "base/arena.h"

#include "base/mem.h"
#include "base/spill.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

// Most arenas stay small (a file's record, a request), so blocks begin small and double.
enum { FIRST_BLOCK = 1024, LARGEST_BLOCK = 16 * 1024, ALIGNMENT = 16 };

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t size;
    _Alignas(ALIGNMENT) char bytes[];
};

void arena_init(struct arena *arena) {
    *arena = (struct arena){0};
}

void arena_init_spilling(struct arena *arena) {
    *arena = (struct arena){.spills = true};
}

void arena_free(struct arena *arena) {
    while (arena->blocks) {
        struct arena_block *next = arena->blocks->next;
        if (arena->spills) {
            spill_free(arena->blocks);
        } else {
            free(arena->blocks);
        }
        arena->blocks = next;
    }
    arena->used = 0;
}

// A block for an oversized allocation goes behind the current one, so that the room left there is not lost.
static struct arena_block *add_block(struct arena *arena, size_t size) {
    size_t heads = sizeof(struct arena_block) + SPILL_HEAD;
    size_t usual = arena->blocks ? (arena->blocks->size + heads) * 2 : FIRST_BLOCK;
    usual = (usual < LARGEST_BLOCK ? usual : LARGEST_BLOCK) - heads;
    bool oversized = size > usual;
    size_t capacity = oversized ? size : usual;
    size_t whole = sizeof(struct arena_block) + capacity;
    struct arena_block *block = arena->spills ? spill_alloc_brief(whole) : mem_zero(1, whole);
    block->size = capacity;
    if (oversized && arena->blocks) {
        block->next = arena->blocks->next;
        arena->blocks->next = block;
    } else {
        block->next = arena->blocks;
        arena->blocks = block;
    }
    return block;
}

static void *take(struct arena *arena, size_t size, size_t alignment) {
    struct arena_block *block = arena->blocks;
    size_t start = block ? (block->used + alignment - 1) & ~(alignment - 1) : 0;
    if (!block || start > block->size || block->size - start < size) {
        block = add_block(arena, size);
        start = (block->used + alignment - 1) & ~(alignment - 1);
    }
    arena->used += start + size - block->used;
    block->used = start + size;
    return block->bytes + start;
}

void *arena_alloc(struct arena *arena, size_t size) {
    return take(arena, size, ALIGNMENT);
}

char *arena_bytes(struct arena *arena, size_t size) {
    return take(arena, size, 1);
}

char *arena_copy(struct arena *arena, struct slice slice) {
    char *copy = arena_bytes(arena, slice.length + 1);
    if (slice.length) {
        memcpy(copy, slice.data, slice.length);
    }
    return copy;
}

char *arena_copy_string(struct arena *arena, const char *text) {
    return arena_copy(arena, slice_of_string(text));
}

char *arena_format(struct arena *arena, const char *format, ...) {
    va_list arguments;
    va_list again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    size_t size = length > 0 ? (size_t)length : 0;
    char *text = take(arena, size + 1, 1);
    vsnprintf(text, size + 1, format, again);
    va_end(again);
    return text;
}
