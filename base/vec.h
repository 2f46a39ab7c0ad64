// vec.h - a growable array of any type, by macro.
//
//     struct { int *items; size_t count, capacity; } numbers = {0};   // or VEC(int) numbers = {0};
//     vec_push(&numbers, 7);
//     for (size_t i = 0; i < numbers.count; i++) use(numbers.items[i]);
//     vec_free(&numbers);
//
// Ownership: the vec owns its array, not what the items point to.
// Threads:   one owner at a time.
// Errors:    none (see mem.h).
// Limits:    none; callers cap what outside input makes them push.
#ifndef HUNCH_BASE_VEC_H
#define HUNCH_BASE_VEC_H

#include "base/mem.h"

#include <stdlib.h>

#define VEC(type)                                                                                            \
    struct {                                                                                                 \
        type *items;                                                                                         \
        size_t count;                                                                                        \
        size_t capacity;                                                                                     \
    }

#define vec_reserve(vec, total)                                                                              \
    do {                                                                                                     \
        size_t vec_need_ = (total);                                                                          \
        if (vec_need_ > (vec)->capacity) {                                                                   \
            size_t vec_grown_ = (vec)->capacity ? (vec)->capacity * 2 : 8;                                   \
            (vec)->capacity = vec_grown_ > vec_need_ ? vec_grown_ : vec_need_;                               \
            (vec)->items = mem_resize((vec)->items, (vec)->capacity, sizeof *(vec)->items);                  \
        }                                                                                                    \
    } while (0)

// The argument list is variadic so that a compound literal with commas can be pushed.
#define vec_push(vec, ...)                                                                                   \
    do {                                                                                                     \
        vec_reserve((vec), (vec)->count + 1);                                                                \
        (vec)->items[(vec)->count++] = __VA_ARGS__;                                                          \
    } while (0)

#define vec_free(vec)                                                                                        \
    do {                                                                                                     \
        free((vec)->items);                                                                                  \
        (vec)->items = NULL;                                                                                 \
        (vec)->count = (vec)->capacity = 0;                                                                  \
    } while (0)

#endif
