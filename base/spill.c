// spill.c - see spill.h.
//
// Every allocation begins with a head that says where it came from. A large
// one is a file of its own, whose blocks the kernel frees with the unmapping.
// Small ones are cut from shared files in sizes of four steps to a doubling; a freed one waits in
// its size's list for the next of that size, so the records of files that come
// and go reuse each other's room, and the shared files stay.
#include "base/spill.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/mem.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { LEAST_BLOCK = 512, STEPS = 4, SIZES = 12 * STEPS };
enum { RETRY_US = 10 * 1000 * 1000 };

// By the numbers that statfs(2) lists or the file systems document.
static const uint32_t copying_file_systems[] = {0x9123683E /* btrfs */, 0xCA451A4E /* bcachefs */,
                                                0x2FC12FC1 /* ZFS */};

enum origin { ORDINARY, OWN_FILE, SHARED_FILE };

struct head {
    size_t size; // with the head
    enum origin origin;
    _Alignas(16) char memory[];
};
_Static_assert(sizeof(struct head) == SPILL_HEAD, "as promised in the header");

struct free_block {
    struct free_block *next;
};

static char *folder;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct free_block *free_blocks[SIZES]; // by class
static char *region;                          // what is left of the last shared file
static size_t region_left;
static atomic_uint_fast64_t ordinary_bytes, file_bytes;
static atomic_uint_fast64_t no_use_before_us; // there was no room, or no support

void spill_folder(const char *path) {
    free(folder);
    folder = path ? mem_copy_string(path) : NULL;
    atomic_store(&no_use_before_us, 0);
}

// May we hold so much more? Half of what would be free without us.
static bool has_room(int file, size_t size) {
    struct statvfs disk;
    if (fstatvfs(file, &disk) != 0) {
        return false;
    }
    uint64_t ours = atomic_load(&file_bytes);
    return ours + size <= ((uint64_t)disk.f_bavail * disk.f_frsize + ours) / 2;
}

// Does a block that was reserved stay ours when it is written again? Where each write takes a new block, a full
// disk would end the process.
static bool keeps_blocks(int file) {
    struct statfs disk;
    bool keeps = fstatfs(file, &disk) == 0;
    for (size_t i = 0; i < sizeof copying_file_systems / sizeof copying_file_systems[0]; i++) {
        keeps = keeps && (uint32_t)disk.f_type != copying_file_systems[i];
    }
    return keeps;
}

// A file of that many reserved bytes and without a name; -1 if that cannot be had.
static int make_file(size_t size) {
    int file = fs_make_folders(folder, NULL) == 0 ? open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) : -1;
    if (file >= 0 &&
        (!has_room(file, size) || !keeps_blocks(file) || fallocate(file, 0, 0, (off_t)size) != 0)) {
        close(file);
        file = -1;
    }
    return file;
}

static void *try_to_map(size_t size) {
    int file = make_file(size);
    if (file < 0) {
        return NULL;
    }
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    return memory == MAP_FAILED ? NULL : memory;
}

// After a failure nobody tries again for a while: each try is a handful of calls to what may be a slow disk.
static void *map_file(size_t size) {
    uint64_t now = clock_now_us();
    if (now < atomic_load(&no_use_before_us)) {
        return NULL;
    }
    void *memory = try_to_map(size);
    if (memory) {
        atomic_fetch_add(&file_bytes, size);
    } else {
        atomic_store(&no_use_before_us, now + RETRY_US);
    }
    return memory;
}

static void unmap_file(void *memory, size_t size) {
    atomic_fetch_sub(&file_bytes, size);
    munmap(memory, size);
}

static size_t size_of(unsigned class) {
    size_t doubled = (size_t)LEAST_BLOCK << class / STEPS;
    return doubled + doubled / STEPS * (class % STEPS);
}

static unsigned class_of(size_t size) {
    unsigned class = 0;
    while (size_of(class) < size) {
        class ++;
    }
    return class;
}

// Under the lock; NULL: there is not enough left.
static void *cut_from_region(size_t size) {
    if (region_left < size) {
        return NULL;
    }
    void *block = region;
    region += size;
    region_left -= size;
    return block;
}

static void *take_ready_block(unsigned class) {
    pthread_mutex_lock(&lock);
    void *block = free_blocks[class];
    if (block) {
        free_blocks[class] = free_blocks[class]->next;
    } else {
        block = cut_from_region(size_of(class));
    }
    pthread_mutex_unlock(&lock);
    return block;
}

// A new shared file is made without the lock: others must not wait for a slow disk. Who comes second with one
// gives it back.
static void *take_block(unsigned class) {
    void *block = take_ready_block(class);
    char *fresh = block ? NULL : map_file(SPILL_REGION);
    if (!fresh) {
        return block;
    }
    pthread_mutex_lock(&lock);
    bool is_needed = region_left < size_of(class);
    if (is_needed) {
        region = fresh;
        region_left = SPILL_REGION;
    }
    block = cut_from_region(size_of(class));
    pthread_mutex_unlock(&lock);
    if (!is_needed) {
        unmap_file(fresh, SPILL_REGION);
    }
    return block;
}

static struct head *take_from_file(size_t size) {
    bool is_large = size >= SPILL_LEAST;
    unsigned class = is_large ? 0 : class_of(size);
    struct head *head = is_large ? map_file(size) : take_block(class);
    if (head && !is_large) {
        memset(head, 0, size);
    }
    if (head) {
        head->origin = is_large ? OWN_FILE : SHARED_FILE;
    }
    return head;
}

void *spill_alloc(size_t size) {
    size_t whole = size + sizeof(struct head);
    bool is_over = folder && atomic_load(&ordinary_bytes) + whole > SPILL_AFTER;
    struct head *head = is_over ? take_from_file(whole) : NULL;
    if (!head) {
        head = mem_zero(1, whole); // origin is ORDINARY
        atomic_fetch_add(&ordinary_bytes, whole);
    }
    head->size = whole;
    return head->memory;
}

static void give_back_block(void *memory, unsigned class) {
    struct free_block *block = memory;
    pthread_mutex_lock(&lock);
    block->next = free_blocks[class];
    free_blocks[class] = block;
    pthread_mutex_unlock(&lock);
}

void spill_free(void *memory) {
    if (!memory) {
        return;
    }
    struct head *head = (struct head *)(void *)((char *)memory - offsetof(struct head, memory));
    size_t size = head->size;
    switch (head->origin) {
    case ORDINARY:
        atomic_fetch_sub(&ordinary_bytes, size);
        free(head);
        break;
    case OWN_FILE:
        unmap_file(head, size);
        break;
    case SHARED_FILE:
        give_back_block(head, class_of(size));
        break;
    }
}

void spill_statistics(struct spill_statistics *out) {
    out->ordinary = atomic_load(&ordinary_bytes);
    out->in_files = atomic_load(&file_bytes);
}
