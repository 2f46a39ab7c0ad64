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
    map->slots = mem_zero(capacity, sizeof *map->slots);
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

void intern_init(struct intern *intern) {
    *intern = (struct intern){0};
    map_init(&intern->ids);
    arena_init(&intern->arena);
}

void intern_free(struct intern *intern) {
    map_free(&intern->ids);
    free(intern->strings);
    free(intern->next);
    arena_free(&intern->arena);
    intern_init(intern);
}

uint32_t intern_find(const struct intern *intern, struct slice string) {
    const uint64_t *first = map_get(&intern->ids, hash_bytes(string.data, string.length));
    for (uint32_t id = first ? (uint32_t)*first : INTERN_NONE; id != INTERN_NONE; id = intern->next[id]) {
        if (slice_equal(intern->strings[id], string)) {
            return id;
        }
    }
    return INTERN_NONE;
}

uint32_t intern_add(struct intern *intern, struct slice string) {
    uint32_t id = intern_find(intern, string);
    if (id != INTERN_NONE) {
        return id;
    }
    if (intern->count == intern->capacity) {
        intern->capacity = intern->capacity ? intern->capacity * 2 : 64;
        intern->strings = mem_resize(intern->strings, intern->capacity, sizeof *intern->strings);
        intern->next = mem_resize(intern->next, intern->capacity, sizeof *intern->next);
    }
    id = intern->count++;
    intern->strings[id] = slice_of(arena_copy(&intern->arena, string), string.length);
    intern->next[id] = INTERN_NONE;
    uint64_t *first = map_insert(&intern->ids, hash_bytes(string.data, string.length), id);
    if (*first != id) {
        intern->next[id] = (uint32_t)*first;
        *first = id;
    }
    return id;
}
