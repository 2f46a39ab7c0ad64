// imports.h - which files of the repository a file imports, by path rules alone.
//
// A name that stands in an imported file is far likelier to be meant than the
// same name elsewhere. Rules per language turn what an import statement says
// into paths that exist in the snapshot; build systems are not asked.
//
// Ownership: imports_init / imports_free.
// Threads:   any; the snapshot is pinned.
// Errors:    an import that leads nowhere below the root is passed over.
// Limits:    IMPORTS_FILES files; the second hop is taken through headers and re-exporting files only.
//
// Invariants (tests/unit/retrieval/imports_test.c quotes the numbers):
//   I1  a file is listed once, with the nearest way to it; the importing file never
//   I2  dead files are never listed
#ifndef HUNCH_RETRIEVAL_IMPORTS_H
#define HUNCH_RETRIEVAL_IMPORTS_H

#include "base/map.h"
#include "base/vec.h"
#include "retrieval/snapshot.h"

enum { IMPORTS_FILES = 1000 };

enum imports_way {
    IMPORTS_NONE,
    IMPORTS_DIRECT,  // an import statement, the own header, the tested file
    IMPORTS_PACKAGE, // the own folder, where the language makes it one name space
    IMPORTS_SECOND,  // imported by an imported header or re-exported
};

struct imports {
    VEC(struct snapshot_file) files;
    struct map ways; // file -> enum imports_way
};

// The imports of a file `path` of `language` (LSP id) that has these import statements.
void imports_init(struct imports *imports, const struct snapshot *snapshot, struct slice path,
                  const char *language, const struct import *statements, uint32_t count);
void imports_free(struct imports *imports);
enum imports_way imports_way(const struct imports *imports, struct snapshot_file at);

#endif
