// ready.h - suggestions at hand: what was shown and is being typed, and what was asked for ahead.
//
// While someone types what is shown to them, what is left of it stays, whoever
// would answer anew: text that changes under one's eyes helps nobody. A
// suggestion that was asked for in the background stands ready in the same way,
// behind what was shown: it counts from where that ends, or where the user
// leaves it and types what the other one says.
//
// Of a document no text is kept: hashes of what is above and below tell whether it is still the same.
//
// Ownership: ready_new / ready_free; what is put is copied; what is found is borrowed until the next put.
// Threads:   one owner at a time.
// Errors:    none.
// Limits:    READY_KEPT suggestions, the oldest is forgotten first.
//
// Invariants (tests/unit/completion/ready_test.c quotes the numbers):
//   R1  what is found is a suggestion less what was typed of it since; above and below nothing else has changed
//   R2  of two that fit, the one that was shown counts
#ifndef HUNCH_COMPLETION_READY_H
#define HUNCH_COMPLETION_READY_H

#include "base/str.h"

#include <stdint.h>

enum { READY_KEPT = 16 };

struct ready;

struct ready_suggestion {
    struct slice text;  // as the model gave it; of one that is found, what is left of it
    struct slice typed; // of one that is found: what was typed of it
    const char *model;  // of constant life
    double confidence;
    uint32_t max_lines;
    bool is_head; // of a line whose rest was not sure enough
};

struct ready *ready_new(void);
void ready_free(struct ready *ready); // NULL is allowed
// shown: else it was asked for ahead.
void ready_put(struct ready *ready, const char *path, struct slice document, size_t cursor,
               const struct ready_suggestion *suggestion, bool shown);
// What is left of one at this place; false: none fits.
bool ready_find(const struct ready *ready, const char *path, struct slice document, size_t cursor,
                struct ready_suggestion *out);
// Is this where the suggestion ends that was put last, which was shown?
bool ready_is_typed(const struct ready *ready, const char *path, struct slice document, size_t cursor);

#endif
