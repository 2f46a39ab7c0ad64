// paths.h - taking '/'-separated paths below the root apart and joining them.
//
// Ownership: slices returned are views into the argument; paths_join writes into the caller's str.
// Threads:   any; pure. Errors: none.
// Limits:    paths_join gives "" for a path that climbs above the root.
#ifndef HUNCH_RETRIEVAL_PATHS_H
#define HUNCH_RETRIEVAL_PATHS_H

#include "base/str.h"

#include <stdint.h>

struct slice paths_folder(struct slice path);    // "" for a file at the root
struct slice paths_base(struct slice path);      // after the last '/'
struct slice paths_stem(struct slice path);      // the base up to its last '.', unless it starts with it
struct slice paths_extension(struct slice path); // with the '.', "" if none
// The stem without what marks a test: test_a, a_test, ATest, a.spec -> a.
struct slice paths_plain_stem(struct slice path);
// The name under which other files of a language with modules by file (Rust) know it: the stem, or the
// folder's name for mod.rs and lib.rs, and for src/main.rs and src/lib.rs the folder above src.
struct slice paths_module(struct slice path);
// Is it the folder (no "/" at its end), or in it? Everything is in "".
bool paths_is_below(struct slice folder, struct slice path);
bool paths_ends_with(struct slice path, struct slice tail); // at a '/' boundary
// folder + "/" + relative with "." and ".." resolved, into out (cleared first).
void paths_join(struct str *out, struct slice folder, struct slice relative);
uint32_t paths_distance(struct slice a, struct slice b); // folders to climb and descend from a to b

#endif
