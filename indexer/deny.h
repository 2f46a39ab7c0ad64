// deny.h - names that are never indexed, whatever any ignore file says.
//
// Two lists: names that usually hold secrets (keys, tokens, passwords) and
// folders that are no source of this repository (version control, downloaded
// packages, tool caches). A repository cannot lift them: its own files are not
// trusted with that. Build outputs are left to .gitignore.
//
// Ownership: none.
// Threads:   any; pure.
// Errors:    none. Limits: see names.h.
#ifndef HUNCH_INDEXER_DENY_H
#define HUNCH_INDEXER_DENY_H

#include "base/str.h"
#include "indexer/skip.h"

// SKIP_SECRET, SKIP_FOREIGN or SKIP_NOT for a file or folder of this name (not path). Upper and lower case are
// alike.
enum skip deny_name(struct slice name, bool is_folder);

#endif
