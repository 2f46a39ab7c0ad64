// map.h - a hash map from 64-bit keys to 64-bit values, and an interner of strings on top of it.
//
// Open addressing with linear probing, at most 7/8 full, tombstone-free
// (deletion shifts back). Keys are used as given: hash first if they cluster.
// The interner gives every distinct byte string a small number, 0, 1, 2, ...
//
// Ownership: the map owns its table; the interner copies the strings.
// Threads:   one writer; readers of an unchanging map from any thread.
// Errors:    none (see mem.h).
// Limits:    2^32 - 1 interned strings.
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

struct intern {
    struct map ids; // hash of the string -> first id with that hash
    struct slice *strings;
    uint32_t *next; // collision chain by id, INTERN_NONE ends it
    uint32_t count;
    uint32_t capacity;
    struct arena arena;
};

void intern_init(struct intern *intern);
void intern_free(struct intern *intern);
uint32_t intern_add(struct intern *intern, struct slice string);
uint32_t intern_find(const struct intern *intern, struct slice string); // INTERN_NONE if absent
static inline struct slice intern_string(const struct intern *intern, uint32_t id) {
    return intern->strings[id];
}

#endif
