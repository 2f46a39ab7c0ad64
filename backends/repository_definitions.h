// repository_definitions.h - what the signatures of the definitions that retrieval found say, as word ids and sub-words.
//
// Ownership: definitions_init / definitions_fini; the document and its scope are borrowed until then.
// Threads:   one at a time. Errors: none.
// Limits:    DEFINITIONS_PARAMETERS parameters of each, PARAMETER_NAMES names of a parameter; DEFINITIONS_READ definitions
//            are remembered.
#ifndef HUNCH_BACKENDS_REPOSITORY_DEFINITIONS_H
#define HUNCH_BACKENDS_REPOSITORY_DEFINITIONS_H

#include "backends/repository_scope.h"

#include "base/map.h"

enum { DEFINITIONS_READ = 1024, DEFINITIONS_PARAMETERS = 12, PARAMETER_NAMES = 6 };

struct parameter {
    uint64_t parts;
    uint32_t ids[PARAMETER_NAMES]; // names in it, of its type as well
    uint32_t id_count;
};

// What a definition says, as far as the document stays the same.
struct definition {
    uint32_t id;     // the word
    uint32_t before; // tokens up to the name that is defined before it; 0: none
    uint32_t after;  // tokens down to the one that is defined behind it; 0: none
    uint32_t owner;  // word id of the type whose member it is; 0: none
    uint64_t owner_parts;
    uint64_t type_parts;                  // of what a signature says beside the name and the parameters
    float at_hand;                        // share of its parameters that stand in sight
    bool has_fresh;                       // one of them stands in sight once, not used yet
    bool has_parameters, is_open;         // the number of arguments is not fixed
    bool has_unknown;                     // a name or the owner has no id, as yet
    uint32_t parameters, parameter_count; // the index of the first, and how many
};

struct definitions {
    const struct document *document;
    struct scope *scope;
    struct map known; // hash of what was read -> index
    VEC(struct definition) items;
    VEC(struct parameter) parameters;
};

void definitions_init(struct definitions *read, const struct document *document, struct scope *scope);
void definitions_fini(struct definitions *read);
// So many more will be read: if there is no room for them, all is forgotten, and what was returned is of no more use.
void definitions_make_room(struct definitions *read, size_t count);
// Its word and owner alone. False if the word is not known, as yet.
bool definitions_name(const struct definitions *read, const struct backend_hint *from,
                      struct definition *definition);
// All of it. A definition that was read already is not read again, unless a name in it was not known then, as it may have
// been typed since.
void definitions_read(struct definitions *read, const struct backend_hint *from,
                      struct definition *definition);
// index: less than the definition's parameter_count. Valid until the next definition is read.
const struct parameter *definitions_parameter(const struct definitions *read,
                                              const struct definition *definition, uint32_t index);

#endif
