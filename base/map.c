// map.c - see map.h.
#include "base/map.h"

#include "base/hash.h"
#include "base/mem.h"

#include <stdlib.h>

// Fibonacci hashing spreads keys that differ in high or low bits alike.
static uint64_t spread(uint64_t key) {
    return key * 0x9E3779B97F4A7C15u;
}

static size_t home(const struct map *map, uint64_t key) {
    return (size_t)(spread(key) >> 20) & (map->capacity - 1);
}

static unsigned char mark_of(uint64_t key) {
    return (unsigned char)(0x80 | spread(key) >> 57);
}

void map_init(struct map *map) {
    *map = (struct map){0};
}

void map_free(struct map *map) {
    free(map->slots);
    free(map->used);
    map_init(map);
}

static size_t find_slot(const struct map *map, uint64_t key) {
    size_t i = home(map, key);
    unsigned char mark = mark_of(key);
    while (map->used[i] && (map->used[i] != mark || map->slots[i].key != key)) {
        i = (i + 1) & (map->capacity - 1);
    }
    return i;
}

static void make_room(struct map *map, size_t capacity) {
    map->capacity = capacity;
    map->slots = mem_alloc(capacity * sizeof *map->slots); // only what is used is looked at
    map->used = mem_zero(capacity, 1);
}

void map_reserve(struct map *map, size_t count) {
    size_t capacity = 16;
    while (count * 8 > capacity * 7) {
        capacity *= 2;
    }
    map_free(map);
    make_room(map, capacity);
}

static void grow(struct map *map) {
    struct map old = *map;
    make_room(map, old.capacity ? old.capacity * 2 : 16);
    for (size_t i = 0; i < old.capacity; i++) {
        if (old.used[i]) {
            size_t slot = find_slot(map, old.slots[i].key);
            map->used[slot] = old.used[i];
            map->slots[slot] = old.slots[i];
        }
    }
    free(old.slots);
    free(old.used);
}

uint64_t *map_get(const struct map *map, uint64_t key) {
    if (!map->count) {
        return NULL;
    }
    size_t i = find_slot(map, key);
    return map->used[i] ? &map->slots[i].value : NULL;
}

uint64_t *map_insert(struct map *map, uint64_t key, uint64_t value) {
    if ((map->count + 1) * 8 > map->capacity * 7) {
        grow(map);
    }
    size_t i = find_slot(map, key);
    if (!map->used[i]) {
        map->used[i] = mark_of(key);
        map->slots[i] = (struct map_slot){key, value};
        map->count++;
    }
    return &map->slots[i].value;
}

void map_set(struct map *map, uint64_t key, uint64_t value) {
    *map_insert(map, key, value) = value;
}

bool map_remove(struct map *map, uint64_t key) {
    if (!map_get(map, key)) {
        return false;
    }
    size_t hole = find_slot(map, key);
    size_t mask = map->capacity - 1;
    for (size_t i = (hole + 1) & mask; map->used[i]; i = (i + 1) & mask) {
        size_t wanted = home(map, map->slots[i].key);
        if (((i - wanted) & mask) >= ((i - hole) & mask)) {
            map->slots[hole] = map->slots[i];
            map->used[hole] = map->used[i];
            hole = i;
        }
    }
    map->used[hole] = 0;
    map->count--;
    return true;
}

// --- the interner ---
//
// A slot has an id and, in the bits that ids do not need yet, some of the string's hash: so hardly a string is
// compared in vain, and a table of 32-bit slots is all there is beside the strings.

void intern_init(struct intern *intern) {
    *intern = (struct intern){0};
    arena_init(&intern->arena);
}

void intern_free(struct intern *intern) {
    free(intern->slots);
    free(intern->strings);
    arena_free(&intern->arena);
    intern_init(intern);
}

// The slot that holds a string, or the free one that would; some slot must be free.
static uint32_t *intern_slot(const struct intern *intern, struct slice string, uint64_t hash) {
    uint32_t ids = intern->slot_count - 1, at = (uint32_t)hash & ids, mark = (uint32_t)(hash >> 32) & ~ids;
    for (uint32_t slot; (slot = intern->slots[at]) != 0; at = (at + 1) & ids) {
        if ((slot & ~ids) == mark && slice_equal(intern_string(intern, (slot & ids) - 1), string)) {
            break;
        }
    }
    return &intern->slots[at];
}

static uint32_t find_hashed(const struct intern *intern, struct slice string, uint64_t hash) {
    uint32_t slot = *intern_slot(intern, string, hash);
    return slot ? (slot & (intern->slot_count - 1)) - 1 : INTERN_NONE;
}

uint32_t intern_find(const struct intern *intern, struct slice string) {
    return intern->count > 0 ? find_hashed(intern, string, hash_bytes(string.data, string.length))
                             : INTERN_NONE;
}

enum { FOUND_AT_ONCE = 64 };

// Fetches what the first slot of each string leads to, a step at a time.
static void fetch_all(const struct intern *intern, const struct slice *strings, size_t count,
                      uint64_t *hashes) {
    uint32_t ids = intern->slot_count - 1;
    for (size_t i = 0; i < count; i++) {
        hashes[i] = hash_bytes(strings[i].data, strings[i].length);
        __builtin_prefetch(&intern->slots[(uint32_t)hashes[i] & ids]);
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t slot = intern->slots[(uint32_t)hashes[i] & ids];
        __builtin_prefetch(&intern->strings[slot ? (slot & ids) - 1 : 0]);
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t slot = intern->slots[(uint32_t)hashes[i] & ids];
        __builtin_prefetch(intern->strings[slot ? (slot & ids) - 1 : 0]);
    }
}

void intern_find_all(const struct intern *intern, const struct slice *strings, size_t count, uint32_t *ids) {
    uint64_t hashes[FOUND_AT_ONCE];
    for (size_t start = 0; start < count; start += FOUND_AT_ONCE) {
        size_t some = count - start < FOUND_AT_ONCE ? count - start : FOUND_AT_ONCE;
        if (intern->count > 0) {
            fetch_all(intern, strings + start, some, hashes);
        }
        for (size_t i = 0; i < some; i++) {
            ids[start + i] =
                intern->count > 0 ? find_hashed(intern, strings[start + i], hashes[i]) : INTERN_NONE;
        }
    }
}

static void fill_slot(struct intern *intern, uint32_t *slot, uint32_t id, uint64_t hash) {
    *slot = ((uint32_t)(hash >> 32) & ~(intern->slot_count - 1)) | (id + 1);
}

static void intern_grow(struct intern *intern) {
    free(intern->slots);
    intern->slot_count = intern->slot_count ? intern->slot_count * 2 : 16;
    intern->slots = mem_zero(intern->slot_count, sizeof *intern->slots);
    for (uint32_t id = 0; id < intern->count; id++) {
        struct slice string = intern_string(intern, id);
        uint64_t hash = hash_bytes(string.data, string.length);
        uint32_t at = (uint32_t)hash & (intern->slot_count - 1);
        while (intern->slots[at]) {
            at = (at + 1) & (intern->slot_count - 1);
        }
        fill_slot(intern, &intern->slots[at], id, hash);
    }
}

static const char *intern_copy(struct intern *intern, struct slice string) {
    uint32_t length = (uint32_t)string.length;
    bool is_long = length >= INTERN_LONG;
    char *copy = arena_bytes(&intern->arena, string.length + (is_long ? 6 : 2)), *at = copy;
    *at++ = (char)(unsigned char)(is_long ? INTERN_LONG : length);
    if (is_long) {
        memcpy(at, &length, sizeof length);
        at += sizeof length;
    }
    if (length) {
        memcpy(at, string.data, length);
    }
    return copy;
}

uint32_t intern_add(struct intern *intern, struct slice string) {
    if (((uint64_t)intern->count + 1) * 8 > (uint64_t)intern->slot_count * 7) {
        intern_grow(intern);
    }
    uint64_t hash = hash_bytes(string.data, string.length);
    uint32_t *slot = intern_slot(intern, string, hash);
    if (*slot) {
        return (*slot & (intern->slot_count - 1)) - 1;
    }
    if (intern->count == intern->capacity) {
        intern->capacity = intern->capacity ? intern->capacity * 2 : 64;
        intern->strings = mem_resize(intern->strings, intern->capacity, sizeof *intern->strings);
    }
    fill_slot(intern, slot, intern->count, hash);
    intern->strings[intern->count] = intern_copy(intern, string);
    return intern->count++;
}

size_t intern_size(const struct intern *intern) {
    return intern->arena.used + intern->count * sizeof *intern->strings +
           intern->slot_count * sizeof *intern->slots;
}
