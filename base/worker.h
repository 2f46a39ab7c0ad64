// worker.h - one thread that runs jobs for the main loop, in order.
//
// A job is two functions and a context: run() in the worker's thread, then
// done() on the loop's thread. done() is called exactly once for every
// accepted job, with ran = false if the worker was freed before its turn, so a
// job's context can always be freed there. A job that is not handed back yet
// keeps the loop alive; an idle worker does not.
//
// Ownership: worker_new's result is freed by worker_free; contexts are the caller's.
// Threads:   submit and free from the loop's thread.
// Errors:    worker_submit gives ERR_BUSY when the queue is full.
// Limits:    the queue's length given at creation.
#ifndef HUNCH_BASE_WORKER_H
#define HUNCH_BASE_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

struct worker;

struct worker *worker_new(uv_loop_t *loop, size_t queue_limit);
int worker_submit(struct worker *worker, void (*run)(void *context), void (*done)(void *context, bool ran),
                  void *context);
// Waits for the job that runs now, hands back the rest as not run, ends the
// thread. The loop must turn once more (uv_run) to close its handle.
void worker_free(struct worker *worker);

#endif
