// queue.c - see queue.h.
#include "base/queue.h"

#include "base/mem.h"

#include <stdlib.h>

void queue_init(struct queue *queue, size_t capacity) {
    *queue = (struct queue){.items = mem_zero(capacity, sizeof *queue->items), .capacity = capacity};
    uv_mutex_init(&queue->mutex);
    uv_cond_init(&queue->not_empty);
    uv_cond_init(&queue->not_full);
}

void queue_fini(struct queue *queue) {
    uv_cond_destroy(&queue->not_full);
    uv_cond_destroy(&queue->not_empty);
    uv_mutex_destroy(&queue->mutex);
    free(queue->items);
}

static bool push(struct queue *queue, void *item, bool wait) {
    uv_mutex_lock(&queue->mutex);
    while (wait && !queue->closed && queue->count == queue->capacity) {
        uv_cond_wait(&queue->not_full, &queue->mutex);
    }
    bool room = !queue->closed && queue->count < queue->capacity;
    if (room) {
        queue->items[(queue->head + queue->count++) % queue->capacity] = item;
        uv_cond_signal(&queue->not_empty);
    }
    uv_mutex_unlock(&queue->mutex);
    return room;
}

// With the mutex held.
static void *take(struct queue *queue) {
    if (queue->count == 0) {
        return NULL;
    }
    void *item = queue->items[queue->head];
    queue->head = (queue->head + 1) % queue->capacity;
    queue->count--;
    uv_cond_signal(&queue->not_full);
    return item;
}

static void *pop(struct queue *queue, bool wait) {
    uv_mutex_lock(&queue->mutex);
    while (wait && !queue->closed && queue->count == 0) {
        uv_cond_wait(&queue->not_empty, &queue->mutex);
    }
    void *item = take(queue);
    uv_mutex_unlock(&queue->mutex);
    return item;
}

bool queue_push(struct queue *queue, void *item) {
    return push(queue, item, true);
}
bool queue_try_push(struct queue *queue, void *item) {
    return push(queue, item, false);
}
void *queue_pop(struct queue *queue) {
    return pop(queue, true);
}
void *queue_try_pop(struct queue *queue) {
    return pop(queue, false);
}

void queue_close(struct queue *queue) {
    uv_mutex_lock(&queue->mutex);
    queue->closed = true;
    uv_cond_broadcast(&queue->not_empty);
    uv_cond_broadcast(&queue->not_full);
    uv_mutex_unlock(&queue->mutex);
}

size_t queue_count(struct queue *queue) {
    uv_mutex_lock(&queue->mutex);
    size_t count = queue->count;
    uv_mutex_unlock(&queue->mutex);
    return count;
}
