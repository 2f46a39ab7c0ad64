// repository_hints.h - what retrieval's names say of each next word: how likely it is needed, whose member it is, which
// argument it would be.
//
// Ownership: hints_new / hints_free; the document and its scope are borrowed until then.
// Threads:   one at a time. Errors: none.
// Limits:    HINTS_KEPT names, HINTS_PARAMETERS parameters of each.
#ifndef HUNCH_BACKENDS_REPOSITORY_HINTS_H
#define HUNCH_BACKENDS_REPOSITORY_HINTS_H

#include "backends/repository_scope.h"

enum { HINTS_KEPT = 128, HINTS_PARAMETERS = 12, HINTS_FEATURES = 24, HINTS_CONTEXT = 48 };

struct hints;
struct hint;

// What a context asks of the hints, found once for all words behind it.
struct hints_place {
    bool is_member;         // behind . -> :: ?.
    uint32_t receiver;      // the name before that sign; 0: none
    uint64_t parts;         // its sub-words
    uint64_t line;          // those of all names on the line
    const struct hint *call; // whose arguments the context ends in; NULL: none that is known
    uint32_t argument;      // the how manieth
    bool begun;             // something of that argument stands there
};

struct hints *hints_new(const struct document *document, struct scope *scope);
void hints_free(struct hints *hints);
// context: word ids, the nearest last.
struct hints_place hints_place(struct hints *hints, const uint32_t *context, size_t length);
void hints_fill(struct hints *hints, const struct hints_place *place, uint32_t id,
                float features[HINTS_FEATURES]);
// The names worth considering there, at most `limit`; returns how many.
uint32_t hints_names(struct hints *hints, const struct hints_place *place, uint32_t limit, uint32_t *ids);

#endif
