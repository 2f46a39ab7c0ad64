// repository_learner.h - learns what the selection says, and publishes it as generations.
//
// Ownership: learner_new / learner_free; options and what they point to are borrowed until then. A published
//            generation is the receiver's.
// Threads:   one at a time; `interrupt` is called from inside learner_work, and may call learner_overlay and
//            learner_show.
// Errors:    none. Limits: see repository_corpus.h.
#ifndef HUNCH_BACKENDS_REPOSITORY_LEARNER_H
#define HUNCH_BACKENDS_REPOSITORY_LEARNER_H

#include "backends/repository_corpus.h"
#include "backends/repository_selection.h"

struct learner;

struct learner_options {
    const char *root;
    struct selection *selection;
    bool (*is_stopped)(void *context);
    void (*interrupt)(void *context); // every few milliseconds
    void (*publish)(void *context, struct generation *generation);
    void *context;
};

struct learner *learner_new(const struct learner_options *options); // publishes an empty generation
void learner_free(struct learner *learner);
// Until there is nothing left to learn; false if stopped before.
bool learner_work(struct learner *learner);
// An open document's text, "" when it is closed; learned with the next learner_show, which publishes.
void learner_overlay(struct learner *learner, const struct segment_file *file, struct slice text);
void learner_show(struct learner *learner);

#endif
