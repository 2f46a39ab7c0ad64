// text.h - an immutable, reference-counted document text, shared between threads.
//
// An edit makes a new text; whoever still reads the old one keeps it alive.
//
// Ownership: text_new gives one reference; text_retain adds one, text_release drops one.
// Threads:   any; the bytes never change.
// Errors:    none. Limits: the caller's.
#ifndef HUNCH_BASE_TEXT_H
#define HUNCH_BASE_TEXT_H

#include "base/str.h"

#include <stdatomic.h>

struct text {
    atomic_int references;
    size_t length;
    char bytes[]; // NUL-terminated
};

struct text *text_new(struct slice bytes);
struct text *text_retain(struct text *text);
void text_release(struct text *text); // NULL is allowed
static inline struct slice text_slice(const struct text *text) {
    return slice_of(text->bytes, text->length);
}

#endif
