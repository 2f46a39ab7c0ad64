// jobs.h - what waits for a parsing thread: files, and texts of open documents.
//
// Files wait in a bounded queue, first in first out. Open documents wait apart,
// at most one text a path: a newer text replaces the older one and starts its
// delay again (people type), but not for ever. The first text of a document,
// which the later ones are compared with, is due at once. When due they go
// before all files.
//
// Ownership: a job handed over or out belongs to the receiver; job_free. Paths and language ids are copied.
// Threads:   jobs_push_file from the scanner, jobs_overlay* and jobs_pause from the loop, jobs_pop* from the parsers.
// Errors:    jobs_push_file says false once closed.
// Limits:    JOBS_FILES waiting files; one waiting text for each open document.
//
// An overlay's states: WAITING -(jobs_pop)-> TAKEN -(jobs_overlay)-> WAITING; jobs_overlay_remove makes it
// CLOSING until that is popped, even if it was never taken: live.h may have shown it.
#ifndef HUNCH_INDEXER_JOBS_H
#define HUNCH_INDEXER_JOBS_H

#include "base/text.h"
#include "indexer/pause.h"

#include <stdint.h>
#include <uv.h>

enum { JOBS_FILES = 128, JOBS_DELAY_MS = 150, JOBS_LONGEST_DELAY_MS = 600 };

enum job_kind { JOB_FILE, JOB_WORDS, JOB_OVERLAY, JOB_OVERLAY_REMOVE };

struct job {
    enum job_kind kind;
    char *path;
    uint64_t ticket;   // FILE: catalog.h's; OVERLAY*: rises with every change of any overlay
    bool in_pass;      // FILE, WORDS: found by a walk
    bool has_hash;     // FILE: of the known content
    uint64_t hash;     // FILE
    struct text *text; // OVERLAY
    char *language;    // OVERLAY: LSP's id, "" if unknown
};

struct overlay_slot {
    char *path;
    char *language;
    struct text *text;  // NULL: nothing waits
    uint64_t due_us;    // when what waits may go
    uint64_t latest_us; // when it must
    uint64_t ticket;
    bool was_taken; // its first text, at least
    bool is_closing;
};

struct jobs {
    uv_mutex_t lock;
    uv_cond_t not_empty;
    uv_cond_t not_full;
    struct job *files[JOBS_FILES];
    size_t head;
    size_t count;
    struct overlay_slot *slots;
    size_t slot_count;
    size_t slot_capacity;
    uint64_t last_ticket;
    struct pause pause; // of the files
    bool closed;
};

void jobs_init(struct jobs *jobs);
void jobs_fini(struct jobs *jobs);                       // after all threads left it
bool jobs_push_file(struct jobs *jobs, struct job *job); // waits for room
// The ticket that the text's job will have, if no newer text replaces it.
uint64_t jobs_overlay(struct jobs *jobs, const char *path, const char *language, struct text *text);
void jobs_overlay_remove(struct jobs *jobs, const char *path);
struct job *jobs_pop(struct jobs *jobs);       // waits; NULL once closed
struct job *jobs_pop_ready(struct jobs *jobs); // NULL if there is none now
// Files wait so long (within the limits of pause.h), open documents do not.
void jobs_pause(struct jobs *jobs, unsigned ms);
uint64_t jobs_pause_left(struct jobs *jobs); // microseconds
void jobs_close(struct jobs *jobs);          // what waits is dropped
void job_free(struct job *job);

#endif
