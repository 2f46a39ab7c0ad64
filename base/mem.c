// mem.c - see mem.h.
#include "base/mem.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#ifdef __GLIBC__
#include <malloc.h>
#endif

#ifdef __GLIBC__
enum { LARGE = 4 << 20, KEPT_AT_END = 1 << 20 };                           // of mallopt(3)
enum { LEAST_KEPT = 24, MOST_KEPT = 1032, KEPT_STEP = 16, KEPT_EACH = 7 }; // of glibc's caches of threads
#endif

static void *check(void *memory, size_t size) {
    if (!memory) {
        fprintf(stderr,
                "hunch: the machine is out of memory (%zu bytes asked): close other programs and restart\n",
                size);
        abort();
    }
    return memory;
}

static size_t multiply(size_t count, size_t size) {
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) {
        check(NULL, (size_t)-1);
    }
    return total ? total : 1;
}

void *mem_alloc(size_t size) {
    return check(malloc(size ? size : 1), size);
}

void *mem_zero(size_t count, size_t size) {
    size_t total = multiply(count, size);
    return check(calloc(1, total), total);
}

void *mem_map(size_t size) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return check(memory == MAP_FAILED ? NULL : memory, size);
}

void *mem_map_whole(size_t size) {
    void *memory = mem_map(size);
#ifdef MADV_POPULATE_WRITE // advice, so nothing depends on whether it is taken
    madvise(memory, size, MADV_HUGEPAGE);
    madvise(memory, size, MADV_POPULATE_WRITE);
#endif
    return memory;
}

void mem_unmap(void *memory, size_t size) {
    if (size) {
        munmap(memory, size);
    }
}

void *mem_resize(void *memory, size_t count, size_t size) {
    size_t total = multiply(count, size);
    return check(realloc(memory, total), total);
}

char *mem_copy_string(const char *text) {
    return mem_copy_bytes(text, strlen(text));
}

char *mem_copy_bytes(const void *bytes, size_t length) {
    char *copy = mem_alloc(length + 1);
    if (length) {
        memcpy(copy, bytes, length);
    }
    copy[length] = '\0';
    return copy;
}

void mem_set_up(void) {
#ifdef __GLIBC__
    mallopt(M_MXFAST, 0);
    mallopt(M_MMAP_THRESHOLD, LARGE); // setting either keeps both as they are set
    mallopt(M_TRIM_THRESHOLD, KEPT_AT_END);
#endif
}

#ifdef __GLIBC__
struct piece {
    struct piece *next;
};

static void *free_pieces(void *first) {
    for (struct piece *piece = first, *next; piece; piece = next) {
        next = piece->next;
        free(piece);
    }
    return NULL;
}
#endif

// Takes as many pieces of each size as may be kept. A thread that frees them and ends keeps none.
void mem_share_freed(void) {
#ifdef __GLIBC__
    struct piece *pieces = NULL;
    pthread_t thread;
    for (size_t size = LEAST_KEPT; size <= MOST_KEPT; size += KEPT_STEP) {
        for (int i = 0; i < KEPT_EACH; i++) {
            struct piece *piece = mem_alloc(size);
            piece->next = pieces;
            pieces = piece;
        }
    }
    if (pthread_create(&thread, NULL, free_pieces, pieces) == 0) {
        pthread_join(thread, NULL);
    } else {
        free_pieces(pieces);
    }
#endif
}

void mem_give_back(void) {
    mem_share_freed();
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

void mem_forbid_dumps(void) {
#ifdef __linux__
    prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
#endif
}
