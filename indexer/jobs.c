// jobs.c - see jobs.h.
//
// One mutex, and two conditions: for parsers that find nothing to do, and for
// the scanner when the files' queue is full. A parser that waits for an overlay
// to fall due waits with a time limit. Whoever takes a job wakes another parser
// if more is there, so that a wake-up that met a busy moment is not lost.
#include "indexer/jobs.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>

void jobs_init(struct jobs *jobs) {
    *jobs = (struct jobs){0};
    uv_mutex_init(&jobs->lock);
    uv_cond_init(&jobs->not_empty);
    uv_cond_init(&jobs->not_full);
}

void job_free(struct job *job) {
    if (job) {
        text_release(job->text);
        free(job->language);
        free(job->path);
        free(job);
    }
}

static void slot_fini(struct overlay_slot *slot) {
    text_release(slot->text);
    free(slot->language);
    free(slot->path);
}

void jobs_fini(struct jobs *jobs) {
    for (; jobs->count; jobs->count--) {
        job_free(jobs->files[jobs->head]);
        jobs->head = (jobs->head + 1) % JOBS_FILES;
    }
    for (size_t i = 0; i < jobs->slot_count; i++) {
        slot_fini(&jobs->slots[i]);
    }
    free(jobs->slots);
    uv_cond_destroy(&jobs->not_full);
    uv_cond_destroy(&jobs->not_empty);
    uv_mutex_destroy(&jobs->lock);
}

bool jobs_push_file(struct jobs *jobs, struct job *job) {
    uv_mutex_lock(&jobs->lock);
    while (!jobs->closed && jobs->count == JOBS_FILES) {
        uv_cond_wait(&jobs->not_full, &jobs->lock);
    }
    bool open = !jobs->closed;
    if (open) {
        jobs->files[(jobs->head + jobs->count++) % JOBS_FILES] = job;
        uv_cond_signal(&jobs->not_empty);
    }
    uv_mutex_unlock(&jobs->lock);
    return open;
}

static struct overlay_slot *find_slot(struct jobs *jobs, const char *path) {
    for (size_t i = 0; i < jobs->slot_count; i++) {
        if (strcmp(jobs->slots[i].path, path) == 0) {
            return &jobs->slots[i];
        }
    }
    return NULL;
}

static struct overlay_slot *add_slot(struct jobs *jobs, const char *path) {
    if (jobs->slot_count == jobs->slot_capacity) {
        jobs->slot_capacity = jobs->slot_capacity ? jobs->slot_capacity * 2 : 8;
        jobs->slots = mem_resize(jobs->slots, jobs->slot_capacity, sizeof *jobs->slots);
    }
    struct overlay_slot *slot = &jobs->slots[jobs->slot_count++];
    *slot = (struct overlay_slot){.path = mem_copy_string(path)};
    return slot;
}

static void remove_slot(struct jobs *jobs, struct overlay_slot *slot) {
    slot_fini(slot);
    *slot = jobs->slots[--jobs->slot_count];
}

uint64_t jobs_overlay(struct jobs *jobs, const char *path, const char *language, struct text *text) {
    uint64_t now = clock_now_us();
    uv_mutex_lock(&jobs->lock);
    struct overlay_slot *slot = find_slot(jobs, path);
    slot = slot ? slot : add_slot(jobs, path);
    if (!slot->text) {
        slot->latest_us = now + JOBS_LONGEST_DELAY_MS * 1000;
    }
    uint64_t due = slot->was_taken ? now + JOBS_DELAY_MS * 1000 : now;
    slot->due_us = due < slot->latest_us ? due : slot->latest_us;
    text_release(slot->text);
    free(slot->language);
    slot->text = text_retain(text);
    slot->language = mem_copy_string(language ? language : "");
    uint64_t ticket = slot->ticket = ++jobs->last_ticket;
    slot->is_closing = false;
    uv_cond_signal(&jobs->not_empty);
    uv_mutex_unlock(&jobs->lock);
    return ticket;
}

void jobs_overlay_remove(struct jobs *jobs, const char *path) {
    uv_mutex_lock(&jobs->lock);
    struct overlay_slot *slot = find_slot(jobs, path);
    if (slot) {
        text_release(slot->text);
        slot->text = NULL;
        slot->ticket = ++jobs->last_ticket;
        slot->is_closing = true;
        uv_cond_signal(&jobs->not_empty);
    }
    uv_mutex_unlock(&jobs->lock);
}

static struct job *take_slot(struct jobs *jobs, struct overlay_slot *slot) {
    struct job *job = mem_zero(1, sizeof *job);
    job->path = mem_copy_string(slot->path);
    job->ticket = slot->ticket;
    if (slot->is_closing) {
        job->kind = JOB_OVERLAY_REMOVE;
        remove_slot(jobs, slot);
        return job;
    }
    job->kind = JOB_OVERLAY;
    job->text = slot->text;
    job->language = slot->language;
    slot->text = NULL;
    slot->language = NULL;
    slot->was_taken = true;
    return job;
}

// The overlay that is due now, if any; *next_us gets the time at which the next one will be, 0 if none waits.
static struct job *take_due(struct jobs *jobs, uint64_t *next_us) {
    uint64_t now = clock_now_us();
    *next_us = 0;
    for (size_t i = 0; i < jobs->slot_count; i++) {
        struct overlay_slot *slot = &jobs->slots[i];
        if (slot->is_closing || (slot->text && slot->due_us <= now)) {
            return take_slot(jobs, slot);
        }
        if (slot->text && (*next_us == 0 || slot->due_us < *next_us)) {
            *next_us = slot->due_us;
        }
    }
    return NULL;
}

static struct job *take_file(struct jobs *jobs) {
    if (jobs->count == 0) {
        return NULL;
    }
    struct job *job = jobs->files[jobs->head];
    jobs->head = (jobs->head + 1) % JOBS_FILES;
    jobs->count--;
    if (jobs->count == JOBS_FILES / 2) { // to wake the scanner for each costs more than what it does then
        uv_cond_signal(&jobs->not_full);
    }
    return job;
}

static void wait_for_more(struct jobs *jobs, uint64_t next_us) {
    uint64_t now = clock_now_us();
    if (next_us == 0) {
        uv_cond_wait(&jobs->not_empty, &jobs->lock);
    } else if (next_us > now) {
        uv_cond_timedwait(&jobs->not_empty, &jobs->lock, (next_us - now) * 1000);
    }
}

// What may be done now; NULL: nothing before *next_us, 0 if nothing waits.
static struct job *take_ready(struct jobs *jobs, uint64_t *next_us) {
    struct job *job = take_due(jobs, next_us);
    uint64_t now = clock_now_us();
    uint64_t pause = jobs->count ? pause_left(&jobs->pause, now) : 0;
    job = (job || pause) ? job : take_file(jobs);
    if (!job && pause && (*next_us == 0 || now + pause < *next_us)) {
        *next_us = now + pause;
    }
    if (job && (jobs->count || jobs->slot_count)) {
        uv_cond_signal(&jobs->not_empty);
    }
    return job;
}

struct job *jobs_pop_ready(struct jobs *jobs) {
    uint64_t next_us;
    uv_mutex_lock(&jobs->lock);
    struct job *job = jobs->closed ? NULL : take_ready(jobs, &next_us);
    uv_mutex_unlock(&jobs->lock);
    return job;
}

struct job *jobs_pop(struct jobs *jobs) {
    uint64_t next_us;
    struct job *job = NULL;
    uv_mutex_lock(&jobs->lock);
    while (!jobs->closed && !(job = take_ready(jobs, &next_us))) {
        wait_for_more(jobs, next_us);
    }
    uv_mutex_unlock(&jobs->lock);
    return job;
}

void jobs_pause(struct jobs *jobs, unsigned ms) {
    uv_mutex_lock(&jobs->lock);
    pause_extend(&jobs->pause, clock_now_us(), (uint64_t)ms * 1000);
    uv_mutex_unlock(&jobs->lock);
}

uint64_t jobs_pause_left(struct jobs *jobs) {
    uv_mutex_lock(&jobs->lock);
    uint64_t left = pause_left(&jobs->pause, clock_now_us());
    uv_mutex_unlock(&jobs->lock);
    return left;
}

void jobs_close(struct jobs *jobs) {
    uv_mutex_lock(&jobs->lock);
    jobs->closed = true;
    uv_cond_broadcast(&jobs->not_empty);
    uv_cond_broadcast(&jobs->not_full);
    uv_mutex_unlock(&jobs->lock);
}
