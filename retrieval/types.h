// types.h - what stands left of a member's sign, and which types the text says it may be of.
//
// Ownership: types_init / types_free; names lie in the text, or where types_add has them from, which outlive them.
// Threads:   one owner at a time.
// Errors:    none; any bytes will do.
// Limits:    TYPES_OF_TEXT names, about, from what one name's uses say.
#ifndef HUNCH_RETRIEVAL_TYPES_H
#define HUNCH_RETRIEVAL_TYPES_H

#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"

enum { TYPES_OF_TEXT = 16 };

struct types {
    struct map keys; // segment_exact_key of each name
    VEC(struct slice) names;
};

void types_init(struct types *types);
void types_free(struct types *types);
// Not a keyword, and each once.
void types_add(struct types *types, struct slice name);
// Where the ".", "->" or "::" stands that ends at `at`; `at` if none does.
size_t types_sign_before(struct slice text, size_t at);
// The name whose type has the members behind a sign at `at`: x of "x", "x?", "x!", "x(y)", "x[y]", "(y as x)" and
// "x().unwrap()", also over lines. Empty if there is none.
struct slice types_holder_before(struct slice text, size_t at);
// The name itself, and what its uses before `end` say of its type, the nearest first.
void types_read(struct types *types, struct slice text, struct slice name, size_t end);

#endif
