// scratch.c - see scratch.h.
//
// The file is cut into places of eight sizes to a doubling, one behind the
// other. A lock guards the numbers alone: who writes has a place to himself, and
// what may be read does not change. Growing has a lock of its own, as the disk
// may take its time over it; who reads or gives back never asks for that one.
#include "base/scratch.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/size_classes.h"
#include "base/slab.h"
#include "base/spill.h"
#include "base/vec.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum { LEAST_PLACE = 256, STEPS = 8, CLASSES = 16 * STEPS + 1, IN_MEMORY = -1 };
enum { RETRY_US = 10 * 1000 * 1000 };
_Static_assert(LEAST_PLACE << (CLASSES - 1) / STEPS == SCRATCH_STEP,
               "the largest place is what the file grows by");

struct scratch {
    atomic_int holders;
    uint64_t hash;
    size_t length;
    off_t place; // IN_MEMORY: the bytes follow
    char bytes[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER, growing = PTHREAD_MUTEX_INITIALIZER;
static VEC(off_t) free_places[CLASSES]; // under the lock
static off_t cut, reserved;             // under the lock: of the file, from its begin
static uint64_t no_growth_before_us;    // under the other lock: there was no room, or no support
static atomic_int file = -1;            // made when needed, and then the same for good
static atomic_size_t bytes_in_memory;

static size_t size_of(unsigned class) {
    return size_class_bytes(LEAST_PLACE, STEPS, class);
}

// IN_MEMORY: the file has to grow first.
static off_t take_ready_place(unsigned class) {
    off_t place = IN_MEMORY, size = (off_t)size_of(class);
    pthread_mutex_lock(&lock);
    if (free_places[class].count) {
        place = free_places[class].items[--free_places[class].count];
    } else if (reserved - cut >= size) {
        place = cut;
        cut += size;
    }
    pthread_mutex_unlock(&lock);
    return place;
}

static bool grow(void) {
    if (atomic_load(&file) < 0) {
        atomic_store(&file, spill_open_file());
    }
    pthread_mutex_lock(&lock);
    off_t from = reserved;
    pthread_mutex_unlock(&lock);
    bool is_longer =
        atomic_load(&file) >= 0 && spill_reserve(atomic_load(&file), (uint64_t)from, SCRATCH_STEP);
    pthread_mutex_lock(&lock);
    reserved += is_longer ? SCRATCH_STEP : 0;
    pthread_mutex_unlock(&lock);
    return is_longer;
}

// After a failure nobody tries again for a while: each try is a handful of calls to what may be a slow disk.
static off_t take_place(size_t size) {
    unsigned class = size_class_of(LEAST_PLACE, STEPS, size);
    off_t place = take_ready_place(class);
    if (place != IN_MEMORY) {
        return place;
    }
    pthread_mutex_lock(&growing);
    place = take_ready_place(class); // another may have made it longer meanwhile
    if (place == IN_MEMORY && clock_now_us() >= no_growth_before_us) {
        no_growth_before_us = grow() ? 0 : clock_now_us() + RETRY_US;
        place = take_ready_place(class);
    }
    pthread_mutex_unlock(&growing);
    return place;
}

static void give_back_place(off_t place, size_t size) {
    unsigned class = size_class_of(LEAST_PLACE, STEPS, size);
    pthread_mutex_lock(&lock);
    vec_push(&free_places[class], place);
    pthread_mutex_unlock(&lock);
}

static bool write_all(off_t place, struct slice bytes) {
    while (bytes.length) {
        ssize_t written = pwrite(atomic_load(&file), bytes.data, bytes.length, place);
        if (written <= 0) {
            return false;
        }
        bytes = slice_sub(bytes, (size_t)written, bytes.length);
        place += written;
    }
    return true;
}

static bool read_all(off_t place, char *bytes, size_t length) {
    while (length) {
        ssize_t got = pread(atomic_load(&file), bytes, length, place);
        if (got <= 0) {
            return false;
        }
        bytes += got;
        length -= (size_t)got;
        place += got;
    }
    return true;
}

// Where the bytes were written to; IN_MEMORY: nowhere.
static off_t put_aside(struct slice bytes) {
    bool is_little = bytes.length == 0 || atomic_load(&bytes_in_memory) + bytes.length <= SCRATCH_AFTER;
    off_t place = is_little || bytes.length > SCRATCH_STEP ? IN_MEMORY : take_place(bytes.length);
    if (place != IN_MEMORY && !write_all(place, bytes)) {
        give_back_place(place, bytes.length);
        place = IN_MEMORY;
    }
    return place;
}

struct scratch *scratch_keep(struct slice bytes) {
    off_t place = put_aside(bytes);
    size_t held = place == IN_MEMORY ? bytes.length : 0;
    struct scratch *scratch =
        place == IN_MEMORY ? mem_alloc(sizeof *scratch + held) : slab_alloc(sizeof *scratch);
    atomic_init(&scratch->holders, 1);
    scratch->hash = hash_bytes(bytes.data, bytes.length);
    scratch->length = bytes.length;
    scratch->place = place;
    if (held) {
        memcpy(scratch->bytes, bytes.data, held);
    }
    atomic_fetch_add(&bytes_in_memory, held);
    return scratch;
}

struct scratch *scratch_retain(struct scratch *scratch) {
    atomic_fetch_add_explicit(&scratch->holders, 1, memory_order_relaxed);
    return scratch;
}

void scratch_release(struct scratch *scratch) {
    if (!scratch || atomic_fetch_sub_explicit(&scratch->holders, 1, memory_order_acq_rel) != 1) {
        return;
    }
    if (scratch->place == IN_MEMORY) {
        atomic_fetch_sub(&bytes_in_memory, scratch->length);
        free(scratch);
    } else {
        give_back_place(scratch->place, scratch->length);
        slab_free(scratch, sizeof *scratch);
    }
}

uint64_t scratch_hash(const struct scratch *scratch) {
    return scratch->hash;
}

bool scratch_is_in_file(const struct scratch *scratch) {
    return scratch->place != IN_MEMORY;
}

bool scratch_read(const struct scratch *scratch, struct str *out) {
    size_t before = out->length;
    if (scratch->place == IN_MEMORY) {
        str_append(out, scratch->bytes, scratch->length);
        return true;
    }
    str_reserve(out, scratch->length);
    bool is_there = read_all(scratch->place, out->data + before, scratch->length) &&
                    hash_bytes(out->data + before, scratch->length) == scratch->hash;
    out->length += is_there ? scratch->length : 0;
    out->data[out->length] = '\0';
    return is_there;
}
