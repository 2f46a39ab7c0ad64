// tree_memory.c - see tree_memory.h.
//
// Sizes are rounded up to a class; what is freed waits in its class's list for
// the next request, and what no list can serve is cut from the present block.
// So neighbours in time are neighbours in memory, as they will be read. The
// class stands in front of each piece. Under AddressSanitizer each piece is a
// block of its own, so that what is written behind it is seen.
#include "indexer/tree_memory.h"

#include "base/mem.h"
#include "base/vec.h"

#include <pthread.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>
#include <tree_sitter/api.h>

enum {
    STEP = 16,          // bytes between two small classes
    SMALL_CLASSES = 32, // beyond them a class is a power of two
    SMALL_LOG = 9,      // of the largest small class
    CLASSES = SMALL_CLASSES + 1 + 64 - SMALL_LOG,
    BLOCK = 1 << 20,
};

// What stands in front of a piece. The next free one of its class lies in the piece itself.
struct head {
    alignas(STEP) size_t class;
};

struct block {
    char *data;
    size_t size;
};

struct tree_memory {
    void *free[CLASSES];
    VEC(struct block) blocks;
    size_t block; // that is cut from; those behind it are empty
    size_t used;  // bytes of it
};

static _Thread_local struct tree_memory *current;

static size_t class_of(size_t size) {
    if (size <= (size_t)1 << SMALL_LOG) {
        return size ? (size + STEP - 1) / STEP : 1;
    }
    return SMALL_CLASSES + (size_t)(64 - __builtin_clzll(size - 1)) - SMALL_LOG;
}

static size_t class_size(size_t class) {
    return class <= SMALL_CLASSES ? class * STEP : (size_t)1 << (class - SMALL_CLASSES + SMALL_LOG);
}

static size_t room(const struct tree_memory *self) {
    return self->block < self->blocks.count ? self->blocks.items[self->block].size - self->used : 0;
}

static void *cut(struct tree_memory *self, size_t class) {
    size_t size = sizeof(struct head) + class_size(class);
    while (room(self) < size || MEM_IS_WATCHED) {
        self->block += self->block < self->blocks.count;
        self->used = 0;
        if (self->block == self->blocks.count) {
            size_t block = size > BLOCK || MEM_IS_WATCHED ? size : BLOCK;
            vec_push(&self->blocks, (struct block){mem_alloc(block), block});
            break;
        }
    }
    struct head *head = (struct head *)(self->blocks.items[self->block].data + self->used);
    self->used += size;
    head->class = class;
    return head + 1;
}

static void *take(struct tree_memory *self, size_t size) {
    size_t class = class_of(size);
    void *piece = self->free[class];
    if (piece) {
        memcpy(&self->free[class], piece, sizeof self->free[class]);
        return piece;
    }
    return cut(self, class);
}

static void give_back(struct tree_memory *self, void *piece) {
    size_t class = ((struct head *)piece - 1)->class;
    memcpy(piece, &self->free[class], sizeof self->free[class]);
    self->free[class] = piece;
}

static void *any_malloc(size_t size) {
    return current ? take(current, size) : mem_alloc(size);
}

static void *any_calloc(size_t count, size_t size) {
    size_t total;
    if (!current || __builtin_mul_overflow(count, size, &total)) {
        return mem_zero(count, size);
    }
    return memset(take(current, total), 0, total);
}

static void *any_realloc(void *piece, size_t size) {
    if (!current) {
        return mem_resize(piece, size, 1);
    }
    size_t before = piece ? class_size(((struct head *)piece - 1)->class) : 0;
    if (piece && size <= before) {
        return piece;
    }
    void *larger = take(current, size);
    if (piece) {
        memcpy(larger, piece, before);
        give_back(current, piece);
    }
    return larger;
}

static void any_free(void *piece) {
    if (!current) {
        free(piece);
    } else if (piece) {
        give_back(current, piece);
    }
}

static void tell_tree_sitter(void) {
    ts_set_allocator(any_malloc, any_calloc, any_realloc, any_free);
}

struct tree_memory *tree_memory_new(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, tell_tree_sitter);
    return mem_zero(1, sizeof(struct tree_memory));
}

static void drop_blocks(struct tree_memory *self, size_t kept) {
    size_t count = 0;
    for (size_t i = 0; i < self->blocks.count; i++) {
        struct block block = self->blocks.items[i];
        if (!MEM_IS_WATCHED && block.size <= kept) {
            kept -= block.size;
            self->blocks.items[count++] = block;
        } else {
            free(block.data);
        }
    }
    self->blocks.count = count;
}

void tree_memory_give_back(struct tree_memory *self) {
    drop_blocks(self, 0);
}

void tree_memory_free(struct tree_memory *self) {
    if (self) {
        drop_blocks(self, 0);
        vec_free(&self->blocks);
        free(self);
    }
}

void tree_memory_begin(struct tree_memory *self) {
    current = self;
}

void tree_memory_end(struct tree_memory *self) {
    current = NULL;
    memset(self->free, 0, sizeof self->free);
    drop_blocks(self, TREE_MEMORY_KEPT);
    self->block = self->used = 0;
}
