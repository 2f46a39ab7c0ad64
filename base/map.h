// map.h - a hash map from 64-bit keys to 64-bit values, and an interner of strings.
//
// Open addressing with linear probing, at most 7/8 full, tombstone-free
// (deletion shifts back). Keys are used as given: hash first if they cluster.
// The interner gives every distinct byte string a small number, 0, 1, 2, ..., and takes 15 to 20 bytes beside it.
//
// Ownership: the map owns its table; the interner copies the strings.
// Threads:   one writer; readers of an unchanging map from any thread.
// Errors:    none (see mem.h).
// Limits:    7/8 of 2^31 interned strings, each of less than 4 GB.
#ifndef HUNCH_BASE_MAP_H
#define HUNCH_BASE_MAP_H

#include "base/arena.h"

#include <stdint.h>

struct map_slot {
    uint64_t key;
    uint64_t value;
};

struct map {
    struct map_slot *slots;
    unsigned char *used; // one byte a slot: 0 free, else bits of the key's hash, which mostly tell keys apart
    size_t capacity;     // a power of two, or 0
    size_t count;
};

void map_init(struct map *map);
void map_free(struct map *map);
void map_reserve(struct map *map, size_t count); // of a map without keys: so many will not make it grow
void map_set(struct map *map, uint64_t key, uint64_t value);
// A pointer to the value, NULL if the key is absent; valid until the next map_set or map_remove.
uint64_t *map_get(const struct map *map, uint64_t key);
// Inserts `value` if the key is absent; returns the pointer to what is there now.
uint64_t *map_insert(struct map *map, uint64_t key, uint64_t value);
bool map_remove(struct map *map, uint64_t key); // true if it was there

#define INTERN_NONE 0xFFFFFFFFu // no such string

enum { INTERN_LONG = 255 };

struct intern {
    uint32_t *slots;     // 0: free; else id + 1, and above that as many bits of the hash as there is room for
    uint32_t slot_count; // a power of two, or 0
    const char **strings;     // by id: the length in a byte, or INTERN_LONG and it in four; then the string
    uint32_t count, capacity; // of the strings
    struct arena arena;
};

void intern_init(struct intern *intern);
void intern_free(struct intern *intern);
uint32_t intern_add(struct intern *intern, struct slice string);
uint32_t intern_find(const struct intern *intern, struct slice string); // INTERN_NONE if absent
// Of many: in a large interner each of them is far away, so the processor fetches all at once.
void intern_find_all(const struct intern *intern, const struct slice *strings, size_t count, uint32_t *ids);
// NUL-terminated; its address never changes.
static inline struct slice intern_string(const struct intern *intern, uint32_t id) {
    const char *at = intern->strings[id];
    uint32_t length = (unsigned char)*at++;
    if (length == INTERN_LONG) {
        memcpy(&length, at, sizeof length);
        at += sizeof length;
    }
    return slice_of(at, length);
}
size_t intern_size(const struct intern *intern); // bytes, with the strings

#endif
