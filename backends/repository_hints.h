// repository_hints.h - what retrieval's names say of each next word: how likely it is needed, whose member it is, which
// argument it would be.
//
// Ownership: hints_new / hints_free; the document and its scope are borrowed until then.
// Threads:   one at a time. Errors: none.
// Limits:    HINTS_KEPT names; those of repository_definitions.h.
#ifndef HUNCH_BACKENDS_REPOSITORY_HINTS_H
#define HUNCH_BACKENDS_REPOSITORY_HINTS_H

#include "backends/repository_definitions.h"

enum {
    HINTS_KEPT = 128,
    HINTS_CONTEXT = 48, // tokens, in which a call's beginning is looked for
    HINTS_OF_WORD = 21,
    HINTS_FEATURES = HINTS_OF_WORD + 9
};

struct hints;
struct hint;

// What a context asks of the hints, found once for all words behind it.
struct hints_place {
    bool is_member;          // behind . -> :: ?.
    bool at_cursor;          // what is behind it is what retrieval knows the members of
    uint32_t receiver;       // the name before that sign; 0: none
    uint64_t parts;          // its sub-words
    uint64_t line;           // those of all names on the line
    const struct hint *call; // whose arguments the context ends in; NULL: none that is known
    uint32_t argument;       // the how manieth
    bool begun;              // something of that argument stands there
};

struct hints *hints_new(const struct document *document, struct scope *scope);
// The document has other hints now. A definition that was read already is not read again, unless a name in it was not
// known then, as it may have been typed since.
void hints_renew(struct hints *hints);
void hints_free(struct hints *hints);
// context: word ids, the nearest last; line: the sub-words of the names on its line.
struct hints_place hints_place(struct hints *hints, const uint32_t *context, size_t length, uint64_t line);
// The first HINTS_OF_WORD of the features, which are the same in every place. Asks the scope of other words, so that the
// standing is of no more use.
void hints_fill_word(struct hints *hints, const struct standing *word, float features[HINTS_FEATURES]);
// And the others; false if all of them are 0.
bool hints_fill_place(struct hints *hints, const struct hints_place *place, const struct standing *word,
                      float features[HINTS_FEATURES]);
// The names worth considering there that scope_near has not, at most `limit`; returns how many.
uint32_t hints_names(struct hints *hints, const struct hints_place *place, uint32_t limit, uint32_t *ids);

#endif
