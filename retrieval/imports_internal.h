// imports_internal.h - what the rules of the languages share: one file's imports being resolved.
//
// Ownership: struct resolution is on imports_init's stack; slices are views into records and the snapshot.
// Threads:   one. Errors: false for what the snapshot does not have. Limits: as in imports.h.
#ifndef HUNCH_RETRIEVAL_IMPORTS_INTERNAL_H
#define HUNCH_RETRIEVAL_IMPORTS_INTERNAL_H

#include "retrieval/imports.h"

struct resolution {
    struct imports *imports;
    const struct snapshot *snapshot;
    struct slice path, folder, extension;
    const char *language;
    enum imports_way way;
    struct str guess, second;
};

bool imports_add_path(struct resolution *r, struct slice path);
// stem + tail, for the tails that exist. r->second is written to; stem may be r->guess.
bool imports_add_tails(struct resolution *r, struct slice stem, const char *const *tails);
// The living files that `text` spells and whose path ends in `tail`, the nearest few of them.
bool imports_add_nearest(struct resolution *r, enum segment_spelling spelling, struct slice text,
                         struct slice tail);
struct slice imports_without_extension(struct slice path);
// Does the target name the module, or something in it? What follows the module's name goes to *rest.
bool imports_is_in_module(const struct module *module, struct slice target, struct slice *rest);

void imports_resolve_script(struct resolution *r, struct slice target);
void imports_resolve_rust(struct resolution *r, struct slice target);

#endif
