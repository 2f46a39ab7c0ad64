// repository_foreign.h - what is left of a line's odds for the names it has that stand nowhere in the open file.
//
// Ownership: nothing is kept. Threads: as the document's. Errors: none: what is not known leaves all. Limits: none.
//
// Invariants (tests quote the numbers):
//   N1  a name leaves all that stands in the file or left of the cursor, and any in quotes and comments
//   N2  so does one that is called or declared, and a constant or variable that is used
//   N3  one that is known as another thing leaves little, where it is used
//   N4  one that is typed is the person's own choice
#ifndef HUNCH_BACKENDS_REPOSITORY_FOREIGN_H
#define HUNCH_BACKENDS_REPOSITORY_FOREIGN_H

#include "backends/repository_beam.h"

// Of a line; brackets: at the cursor. From 0 to 1.
double foreign_part(const struct document *document, const struct brackets *brackets,
                    const struct beam_path *path);
// Of a line's beginning, which the path is.
double foreign_head_part(const struct document *document, const struct brackets *brackets,
                         const struct beam_path *path);
// Is what is typed taken for a whole name, which stands nowhere and is that of no known definition?
bool foreign_ends_name(const struct document *document, const struct beam_path *path);

#endif
