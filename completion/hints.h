// hints.h - the names that retrieval found, as a model's request carries them.
//
// Ownership: the array lies in the arena; its strings are the context's.
// Threads:   any. Errors: none. Limits: CONTEXT_NAMES.
#ifndef HUNCH_COMPLETION_HINTS_H
#define HUNCH_COMPLETION_HINTS_H

#include "backends/hint.h"
#include "retrieval/context.h"

// As many as context->name_count.
const struct backend_hint *hints_of(const struct context *context, struct arena *arena);

#endif
