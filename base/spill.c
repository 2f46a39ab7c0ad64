// spill.c - see spill.h.
//
// Every allocation begins with a head that says where it came from. A large
// one is a file of its own, whose blocks the kernel frees with the unmapping.
// Small ones are cut from shared files in sizes of four steps to a doubling; a freed one waits in
// its size's list for the next of that size, so the records of files that come
// and go reuse each other's room. A shared file of which nothing is in use is given
// back, save the last. So that this happens, what lives short and what lives
// long do not share: of the kernel's 200 MB more than half of all shared
// files would otherwise stay empty behind the first pass.
#include "base/spill.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/size_classes.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { LEAST_BLOCK = 512, STEPS = 4, SIZES = 12 * STEPS };
enum { MEDIUM = 64 << 10 };
enum { RETRY_US = 10 * 1000 * 1000 };

// By the numbers that statfs(2) lists or the file systems document.
static const uint32_t copying_file_systems[] = {0x9123683E /* btrfs */, 0xCA451A4E /* bcachefs */,
                                                0x2FC12FC1 /* ZFS */};

struct free_block {
    struct free_block *next;
};

// A shared file begins with this.
struct region {
    struct region *next;
    struct pool *pool;
    size_t used;                           // bytes that were ever cut from it, with this
    size_t count;                          // blocks in use, and who looks at the region as a whole
    struct free_block *free_blocks[SIZES]; // by class
    _Alignas(16) char memory[];
};

// Regions of things that live about as long, the oldest first, which are filled up first.
struct pool {
    struct region *regions;
};

struct head {
    size_t size;           // with the head
    struct region *region; // NULL: ordinary memory
    _Alignas(16) char memory[];
};
_Static_assert(sizeof(struct head) == SPILL_HEAD, "as promised in the header");

static char *folder;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
// What is brief; small things, such as records; larger ones, such as a small segment's arrays until it is merged.
static struct pool brief_pool, small_pool, medium_pool;
static struct region own_file; // stands for a file that is not shared
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

int spill_open_file(void) {
    return folder && fs_make_folders(folder, NULL) == 0 ? open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)
                                                        : -1;
}

bool spill_reserve(int file, uint64_t from, size_t size) {
    bool is_reserved = has_room(file, size) && fallocate(file, 0, (off_t)from, (off_t)size) == 0;
    atomic_fetch_add(&file_bytes, is_reserved ? size : 0);
    return is_reserved;
}

static void *try_to_map(size_t size) {
    int file = spill_open_file();
    void *memory = MAP_FAILED;
    if (file >= 0 && keeps_blocks(file) && spill_reserve(file, 0, size)) {
        memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        atomic_fetch_sub(&file_bytes, memory == MAP_FAILED ? size : 0);
    }
    if (file >= 0) {
        close(file);
    }
    return memory == MAP_FAILED ? NULL : memory;
}

// After a failure nobody tries again for a while: each try is a handful of calls to what may be a slow disk.
static void *map_file(size_t size) {
    uint64_t now = clock_now_us();
    if (now < atomic_load(&no_use_before_us)) {
        return NULL;
    }
    void *memory = try_to_map(size);
    if (!memory) {
        atomic_store(&no_use_before_us, now + RETRY_US);
    }
    return memory;
}

static void unmap_file(void *memory, size_t size) {
    atomic_fetch_sub(&file_bytes, size);
    munmap(memory, size);
}

static size_t size_of(unsigned class) {
    return size_class_bytes(LEAST_BLOCK, STEPS, class);
}

// Under the lock; NULL: there is none left.
static void *cut_block(struct region *region, unsigned class) {
    struct free_block *freed = region->free_blocks[class];
    bool has_room = SPILL_REGION - region->used >= size_of(class);
    void *block = freed ? (void *)freed : has_room ? (char *)region + region->used : NULL;
    if (freed) {
        region->free_blocks[class] = freed->next;
    } else if (block) {
        region->used += size_of(class);
    }
    region->count += block ? 1 : 0;
    return block;
}

// Under the lock.
static struct head *take_ready_block(struct pool *pool, unsigned class) {
    for (struct region *region = pool->regions; region; region = region->next) {
        struct head *head = cut_block(region, class);
        if (head) {
            head->region = region;
            return head;
        }
    }
    return NULL;
}

// Of what nobody uses any size may be cut.
static void clear_region(struct region *region) {
    region->used = sizeof *region;
    memset(region->free_blocks, 0, sizeof region->free_blocks);
}

static void add_region(struct pool *pool, struct region *region) {
    struct region **last = &pool->regions;
    while (*last) {
        last = &(*last)->next;
    }
    region->pool = pool;
    clear_region(region);
    *last = region;
}

// A new shared file is made without the lock: others must not wait for a slow disk. Who comes second with one
// adds it all the same.
static struct head *take_block(struct pool *pool, unsigned class) {
    pthread_mutex_lock(&lock);
    struct head *head = take_ready_block(pool, class);
    pthread_mutex_unlock(&lock);
    struct region *fresh = head ? NULL : map_file(SPILL_REGION);
    if (fresh) {
        pthread_mutex_lock(&lock);
        add_region(pool, fresh);
        head = take_ready_block(pool, class);
        pthread_mutex_unlock(&lock);
    }
    return head;
}

static struct head *take_from_file(size_t size, bool is_brief) {
    if (size >= SPILL_LEAST) {
        struct head *head = map_file(size);
        if (head) {
            head->region = &own_file;
        }
        return head;
    }
    struct pool *pool = is_brief ? &brief_pool : size < MEDIUM ? &small_pool : &medium_pool;
    struct head *head = take_block(pool, size_class_of(LEAST_BLOCK, STEPS, size));
    if (head) {
        memset(head->memory, 0, size - sizeof *head);
    }
    return head;
}

enum lifetime { LASTING, BRIEF, RESTING };

static bool belongs_in_file(size_t whole, enum lifetime lifetime) {
    bool is_over = atomic_load(&ordinary_bytes) + whole > SPILL_AFTER;
    return folder && (is_over || (lifetime == RESTING && whole >= SPILL_LEAST));
}

static void *allocate(size_t size, enum lifetime lifetime) {
    size_t whole = size + sizeof(struct head);
    struct head *head = belongs_in_file(whole, lifetime) ? take_from_file(whole, lifetime == BRIEF) : NULL;
    if (!head) {
        head = mem_zero(1, whole); // of no region
        atomic_fetch_add(&ordinary_bytes, whole);
    }
    head->size = whole;
    return head->memory;
}

void *spill_alloc(size_t size) {
    return allocate(size, LASTING);
}

void *spill_alloc_brief(size_t size) {
    return allocate(size, BRIEF);
}

void *spill_alloc_resting(size_t size) {
    return allocate(size, RESTING);
}

// Under the lock. Is the region out of its pool now? The last one is kept, lest one be made and given back again and
// again; cleared, or one that cannot cut the next size would stay empty behind it.
static bool take_out_if_empty(struct region *region) {
    struct region **at = &region->pool->regions;
    if (region->count) {
        return false;
    }
    if (!region->next) {
        clear_region(region);
        return false;
    }
    while (*at != region) {
        at = &(*at)->next;
    }
    *at = region->next;
    return true;
}

// Under the lock. Is the region out of its pool now?
static bool let_go(struct region *region) {
    region->count--;
    return take_out_if_empty(region);
}

static void give_back_block(struct head *head, struct region *region) {
    unsigned class = size_class_of(LEAST_BLOCK, STEPS, head->size);
    struct free_block *block = (struct free_block *)head;
    pthread_mutex_lock(&lock);
    block->next = region->free_blocks[class];
    region->free_blocks[class] = block;
    bool is_out = let_go(region);
    pthread_mutex_unlock(&lock);
    if (is_out) {
        unmap_file(region, SPILL_REGION);
    }
}

static struct head *head_of(void *memory) {
    return (struct head *)(void *)((char *)memory - offsetof(struct head, memory));
}

// The pages are the file's: they stay the kernel's, who writes them out when it needs their room.
void spill_rest(void *memory, size_t size) {
    struct head *head = head_of(memory);
    if (head->region == &own_file) {
        madvise(head, sizeof *head + size, MADV_DONTNEED);
    }
}

// The file behind `held`, or the pool's first; until it is let go in its turn it stays, for nobody waits while the
// kernel is at work on it.
static struct region *hold_next(struct pool *pool, struct region *held) {
    pthread_mutex_lock(&lock);
    struct region *next = held ? held->next : pool->regions;
    if (next) {
        next->count++;
    }
    bool is_out = held && let_go(held);
    pthread_mutex_unlock(&lock);
    if (is_out) {
        unmap_file(held, SPILL_REGION);
    }
    return next;
}

// All of a shared file's pages: those in use come back when they are looked at, which costs less than to tell them apart.
void spill_give_back(void) {
    struct pool *pools[] = {&brief_pool, &small_pool, &medium_pool};
    for (size_t i = 0; i < sizeof pools / sizeof pools[0]; i++) {
        for (struct region *held = hold_next(pools[i], NULL); held; held = hold_next(pools[i], held)) {
            madvise(held, SPILL_REGION, MADV_DONTNEED);
        }
    }
}

void spill_free(void *memory) {
    if (!memory) {
        return;
    }
    struct head *head = head_of(memory);
    if (!head->region) {
        atomic_fetch_sub(&ordinary_bytes, head->size);
        free(head);
    } else if (head->region == &own_file) {
        unmap_file(head, head->size);
    } else {
        give_back_block(head, head->region);
    }
}

void spill_statistics(struct spill_statistics *out) {
    out->ordinary = atomic_load(&ordinary_bytes);
    out->in_files = atomic_load(&file_bytes);
}
