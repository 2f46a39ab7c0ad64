// deny.h - names that are never indexed, whatever any ignore file says.
//
// Two lists: files that usually hold secrets (keys, tokens, passwords) and
// folders that are no source of this repository (version control, downloaded
// packages, tool caches). A repository cannot lift them: its own files are not
// trusted with that. Build outputs are left to .gitignore.
//
// Ownership: results are static strings.
// Threads:   any; pure.
// Errors:    none. Limits: names over 255 bytes are looked at up to there.
#ifndef HUNCH_INDEXER_DENY_H
#define HUNCH_INDEXER_DENY_H

#include "base/str.h"

// Why a file or folder of this name (not path) is refused; NULL if it is not. Upper and lower case are alike.
const char *deny_name(struct slice name, bool is_folder);

#endif
