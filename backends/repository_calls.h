// repository_calls.h - whether a name is used or declared where it stands, whatever the language.
//
// Ownership: what it is given is borrowed. Threads: as the document's. Errors: none. Limits: none.
#ifndef HUNCH_BACKENDS_REPOSITORY_CALLS_H
#define HUNCH_BACKENDS_REPOSITORY_CALLS_H

#include "backends/repository_document.h"

#include "base/packed.h"

enum call { CALL_NONE, CALL_FUNCTION, CALL_MEMBER };

// Is a name declared that stands behind the word of this id, as behind `int` or `def`, but not `return`?
bool calls_declare_behind(const struct document *document, uint32_t id);
// What kind of call the context ends in, if in one: behind its `name(`. CALL_NONE, too, if that is not certain.
enum call calls_at(const struct document *document, const uint32_t *context, size_t length);
// Is the same `name(` defined before this place, which so says nothing of how it is called?
bool calls_are_defined(const struct document *document, enum call call, struct packed tokens,
                       uint32_t position);

#endif
