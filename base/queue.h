// queue.h - a bounded first-in first-out queue of pointers between threads.
//
// Ownership: the queue holds borrowed pointers; who pops one owns it again.
// Threads:   any number on both ends.
// Errors:    queue_try_push says false when full; the others block.
// Limits:    the capacity given at init.
#ifndef HUNCH_BASE_QUEUE_H
#define HUNCH_BASE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

struct queue {
    void **items;
    size_t capacity;
    size_t head;
    size_t count;
    bool closed;
    uv_mutex_t mutex;
    uv_cond_t not_empty;
    uv_cond_t not_full;
};

void queue_init(struct queue *queue, size_t capacity);
void queue_fini(struct queue *queue);                 // nobody may be waiting in it
bool queue_push(struct queue *queue, void *item);     // waits for room; false once closed
bool queue_try_push(struct queue *queue, void *item); // never waits; false if full or closed
void *queue_pop(struct queue *queue);                 // waits; NULL once closed and empty
void *queue_try_pop(struct queue *queue);             // never waits; NULL if empty
void queue_close(struct queue *queue);                // wakes everyone; what is in it can still be popped
size_t queue_count(struct queue *queue);

#endif
