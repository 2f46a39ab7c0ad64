// worker.c - see worker.h. Jobs travel through two queues: to the thread, and back to the loop by an async.
#include "base/worker.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/queue.h"
#include "base/thread.h"

#include <stdlib.h>

struct job {
    void (*run)(void *context);
    void (*done)(void *context, bool ran);
    void *context;
    bool ran;
};

struct worker {
    uv_thread_t thread;
    uv_async_t wake;
    struct queue pending;
    struct queue finished;
    size_t outstanding; // accepted, not handed back; the loop stays alive for them
    bool stopping;
};

// While stopping, what is still queued is handed back unrun.
static void thread_main(void *argument) {
    struct worker *worker = argument;
    thread_name("hunch-worker");
    for (struct job *job = queue_pop(&worker->pending); job; job = queue_pop(&worker->pending)) {
        bool skip = __atomic_load_n(&worker->stopping, __ATOMIC_ACQUIRE);
        if (!skip) {
            job->run(job->context);
            job->ran = true;
        }
        queue_push(&worker->finished, job);
        uv_async_send(&worker->wake);
    }
}

static void drain(struct worker *worker) {
    for (struct job *job = queue_try_pop(&worker->finished); job; job = queue_try_pop(&worker->finished)) {
        if (--worker->outstanding == 0) {
            uv_unref((uv_handle_t *)&worker->wake);
        }
        job->done(job->context, job->ran);
        free(job);
    }
}

static void on_wake(uv_async_t *wake) {
    drain(wake->data);
}

struct worker *worker_new(uv_loop_t *loop, size_t queue_limit) {
    struct worker *worker = mem_zero(1, sizeof *worker);
    queue_init(&worker->pending, queue_limit);
    // Room for every pending job and the running one, so that the thread never waits for the loop.
    queue_init(&worker->finished, queue_limit + 2);
    uv_async_init(loop, &worker->wake, on_wake);
    worker->wake.data = worker;
    uv_unref((uv_handle_t *)&worker->wake);
    uv_thread_create(&worker->thread, thread_main, worker);
    return worker;
}

int worker_submit(struct worker *worker, void (*run)(void *), void (*done)(void *, bool), void *context) {
    struct job *job = mem_zero(1, sizeof *job);
    *job = (struct job){run, done, context, false};
    // A slow loop must not let finished jobs pile up past their queue.
    if (queue_count(&worker->finished) >= worker->pending.capacity ||
        !queue_try_push(&worker->pending, job)) {
        free(job);
        return ERR_BUSY;
    }
    if (worker->outstanding++ == 0) {
        uv_ref((uv_handle_t *)&worker->wake);
    }
    return 0;
}

static void on_closed(uv_handle_t *handle) {
    struct worker *worker = handle->data;
    queue_fini(&worker->pending);
    queue_fini(&worker->finished);
    free(worker);
}

void worker_free(struct worker *worker) {
    if (!worker) {
        return;
    }
    __atomic_store_n(&worker->stopping, true, __ATOMIC_RELEASE);
    queue_close(&worker->pending);
    // The finished queue could fill while nobody drains it; the loop thread does so here until the thread
    // ends.
    while (queue_count(&worker->pending)) {
        drain(worker);
    }
    uv_thread_join(&worker->thread);
    drain(worker);
    uv_close((uv_handle_t *)&worker->wake, on_closed);
}
