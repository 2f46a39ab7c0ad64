// hinting.h - the hints that a server gives its model, without a server: for who asks the built-in model alone.
//
// Ownership: hinting_new / hinting_free. What hinting_ask returns is valid until the next call of it.
// Threads:   one at a time.
// Errors:    none; a file of no known language has no names.
// Limits:    those of the retriever.
#ifndef HUNCH_CLI_HINTING_H
#define HUNCH_CLI_HINTING_H

#include "backends/hint.h"

struct hinting;

struct hinting_place {
    const char *path, *language; // language: LSP id, "" if not known
    struct slice prefix, suffix; // the document
};

struct hinting *hinting_new(const char *root);
void hinting_free(struct hinting *hinting);
// A file's text as it is now; its record: hash, size and taint are set, the rest is filled in.
void hinting_put(struct hinting *hinting, struct record *record, struct slice text);
void hinting_remove(struct hinting *hinting, const char *path);
// What was put is known from then on.
void hinting_commit(struct hinting *hinting, bool full_pass);
const struct backend_hint *hinting_ask(struct hinting *hinting, const struct hinting_place *place,
                                       size_t *count);

#endif
