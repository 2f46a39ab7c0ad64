// slab.c - see slab.h.
//
// Blocks lie at multiples of their size, so that a thing tells its block. Those that have room are in a list of their
// size, the one that was used last first.
// With the address sanitizer all is the ordinary allocator's, so that it sees who looks at what was freed.
#include "base/slab.h"

#include "base/mem.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { STEP = 16, CLASSES = SLAB_MOST / STEP };

struct free_one {
    struct free_one *next;
};

struct block {
    struct block *next, *before; // in the list, if it has room
    struct free_one *freed;
    uint32_t cut, used; // bytes that were ever handed out, with this; things in use
    _Alignas(STEP) char memory[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; // of these
static struct block *blocks_with_room[CLASSES];
static size_t block_count;

static size_t class_of(size_t size) {
    return size ? (size - 1) / STEP : 0;
}

static size_t size_of(size_t class) {
    return (class + 1) * STEP;
}

static bool has_room(const struct block *block, size_t class) {
    return block->freed || SLAB_BLOCK - block->cut >= size_of(class);
}

static void put_in_list(struct block *block, size_t class) {
    block->before = NULL;
    block->next = blocks_with_room[class];
    if (block->next) {
        block->next->before = block;
    }
    blocks_with_room[class] = block;
}

static void take_from_list(struct block *block, size_t class) {
    if (block->next) {
        block->next->before = block->before;
    }
    *(block->before ? &block->before->next : &blocks_with_room[class]) = block->next;
}

// From the machine, for in the allocator's heaps its edges would hold pages of what lies beside it.
static void *map_block(void) {
    char *room = mem_map(2 * SLAB_BLOCK);
    size_t before = -(uintptr_t)room % SLAB_BLOCK;
    mem_unmap(room, before);
    mem_unmap(room + before + SLAB_BLOCK, SLAB_BLOCK - before);
    return room + before;
}

static void add_block(size_t class) {
    struct block *block = map_block();
    *block = (struct block){.cut = sizeof *block};
    put_in_list(block, class);
    block_count++;
}

// Of a block that has room.
static void *take(struct block *block, size_t class) {
    void *memory = (char *)block + block->cut;
    if (block->freed) {
        memory = block->freed;
        block->freed = block->freed->next;
    } else {
        block->cut += (uint32_t)size_of(class);
    }
    block->used++;
    if (!has_room(block, class)) {
        take_from_list(block, class);
    }
    return memory;
}

void *slab_alloc(size_t size) {
    if (size > SLAB_MOST || MEM_IS_WATCHED) {
        return mem_zero(1, size);
    }
    size_t class = class_of(size);
    pthread_mutex_lock(&lock);
    if (!blocks_with_room[class]) {
        add_block(class);
    }
    void *memory = take(blocks_with_room[class], class);
    pthread_mutex_unlock(&lock);
    return memset(memory, 0, size_of(class));
}

// Under the lock.
static void give_back(void *memory, size_t class) {
    struct block *block = (struct block *)((uintptr_t)memory & ~(uintptr_t)(SLAB_BLOCK - 1));
    struct free_one *freed = memory;
    if (!has_room(block, class)) {
        put_in_list(block, class);
    }
    freed->next = block->freed;
    block->freed = freed;
    if (--block->used == 0) {
        take_from_list(block, class);
        mem_unmap(block, SLAB_BLOCK);
        block_count--;
    }
}

void slab_free(void *memory, size_t size) {
    if (size > SLAB_MOST || MEM_IS_WATCHED) {
        free(memory);
    } else if (memory) {
        pthread_mutex_lock(&lock);
        give_back(memory, class_of(size));
        pthread_mutex_unlock(&lock);
    }
}

size_t slab_blocks(void) {
    pthread_mutex_lock(&lock);
    size_t count = block_count;
    pthread_mutex_unlock(&lock);
    return count;
}
