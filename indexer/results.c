// results.c - see results.h.
//
// A list under one mutex. The one who pops sleeps only when it is empty, so only the push that ends this wakes
// him; those who wait for room are woken when half of it is free, not at every result that leaves.
#include "indexer/results.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>

struct result *result_new(enum result_kind kind, const char *path, uint64_t ticket) {
    struct result *result = mem_zero(1, sizeof *result);
    result->kind = kind;
    result->path = mem_copy_string(path);
    result->ticket = ticket;
    str_init(&result->bytes);
    return result;
}

void result_free(struct result *result) {
    if (result) {
        record_release(result->record);
        text_release(result->text);
        str_free(&result->bytes);
        free(result->path);
        free(result);
    }
}

static void free_chain(struct result *result) {
    while (result) {
        struct result *next = result->next;
        result_free(result);
        result = next;
    }
}

void results_init(struct results *self, size_t limit) {
    *self = (struct results){.limit = limit};
    self->end = &self->first;
    uv_mutex_init(&self->lock);
    uv_cond_init(&self->not_empty);
    uv_cond_init(&self->not_full);
}

void results_fini(struct results *self) {
    free_chain(self->first);
    uv_cond_destroy(&self->not_full);
    uv_cond_destroy(&self->not_empty);
    uv_mutex_destroy(&self->lock);
}

// What the store holds of a file was in memory before.
static size_t size_of(const struct result *result) {
    bool is_new = result->record && result->kind != RESULT_STORED;
    return sizeof *result + result->bytes.capacity + (is_new ? result->record->arena.used : 0);
}

static void append(struct results *self, struct result *chain) {
    bool was_empty = !self->first;
    *self->end = chain;
    for (struct result *result = chain; result; result = result->next) {
        self->bytes += size_of(result);
        self->end = &result->next;
    }
    if (was_empty) {
        uv_cond_signal(&self->not_empty);
    }
}

void results_push(struct results *self, struct result *result) {
    uv_mutex_lock(&self->lock);
    while (!self->closed && self->bytes >= self->limit) {
        uv_cond_wait(&self->not_full, &self->lock);
    }
    bool is_late = self->closed;
    if (!is_late) {
        append(self, result);
    }
    uv_mutex_unlock(&self->lock);
    if (is_late) {
        free_chain(result);
    }
}

static void wait_for_one(struct results *self, uint64_t microseconds) {
    uint64_t now = clock_now_us();
    uint64_t until = microseconds < UINT64_MAX - now ? now + microseconds : UINT64_MAX;
    for (; !self->first && !self->closed && now < until; now = clock_now_us()) {
        if (until == UINT64_MAX) {
            uv_cond_wait(&self->not_empty, &self->lock);
        } else {
            uv_cond_timedwait(&self->not_empty, &self->lock, (until - now) * 1000);
        }
    }
}

static struct result *take(struct results *self) {
    struct result *result = self->first;
    if (!result) {
        return NULL;
    }
    self->first = result->next;
    self->end = self->first ? self->end : &self->first;
    result->next = NULL;
    size_t before = self->bytes;
    self->bytes -= size_of(result);
    if (before > self->limit / 2 && self->bytes <= self->limit / 2) {
        uv_cond_broadcast(&self->not_full);
    }
    return result;
}

struct result *results_pop(struct results *self, uint64_t microseconds, bool *more) {
    uv_mutex_lock(&self->lock);
    wait_for_one(self, microseconds);
    struct result *result = take(self);
    *more = self->first != NULL;
    uv_mutex_unlock(&self->lock);
    return result;
}

void results_close(struct results *self) {
    uv_mutex_lock(&self->lock);
    self->closed = true;
    uv_cond_broadcast(&self->not_empty);
    uv_cond_broadcast(&self->not_full);
    uv_mutex_unlock(&self->lock);
}
