// manifests.h - the names that a repository's manifests give to its folders.
//
// An import may say a name that no path shows: a Go module's prefix (go.mod),
// a package of a JavaScript workspace (package.json), a crate (Cargo.toml), or
// an alias of the TypeScript compiler (paths and baseUrl in tsconfig.json).
// Each becomes a pair of a name and the folder it stands for.
//
// Ownership: what is emitted is borrowed for the call.
// Threads:   any; pure.
// Errors:    none: what does not read as a manifest names nothing.
// Limits:    MANIFEST_BYTES of a file, MANIFEST_NAMES names of one.
#ifndef HUNCH_RETRIEVAL_MANIFESTS_H
#define HUNCH_RETRIEVAL_MANIFESTS_H

#include "base/str.h"

enum { MANIFEST_BYTES = 256 * 1024, MANIFEST_NAMES = 64 };

enum manifest_kind { MANIFEST_NONE, MANIFEST_GO, MANIFEST_NODE, MANIFEST_CARGO, MANIFEST_TYPESCRIPT };

enum manifest_kind manifests_kind(struct slice path);
// name: as imports begin with it. folder: below the root, "" for the root itself.
typedef void manifests_emit(void *context, const char *name, const char *folder);
void manifests_read(struct slice path, struct slice text, manifests_emit *emit, void *context);

#endif
