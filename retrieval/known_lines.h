// known_lines.h - the lines that a text has, to tell whether another says anything new.
//
// Ownership: known_lines_init / known_lines_free; the text is not kept.
// Threads:   one owner at a time. Errors: none.
// Limits:    lines are compared without the white space at their rims; very short ones (a brace) tell nothing.
#ifndef HUNCH_RETRIEVAL_KNOWN_LINES_H
#define HUNCH_RETRIEVAL_KNOWN_LINES_H

#include "base/map.h"
#include "base/str.h"

struct known_lines {
    struct map hashes;
};

void known_lines_init(struct known_lines *known, struct slice text);
void known_lines_reserve(struct known_lines *known,
                         size_t bytes); // of none yet: room for those of a text as long
void known_lines_add(struct known_lines *known, struct slice text);
void known_lines_add_line(struct known_lines *known, struct slice line); // trimmed
void known_lines_forget(struct known_lines *known, struct slice line);
void known_lines_free(struct known_lines *known);
bool known_lines_have(const struct known_lines *known, struct slice line); // trimmed
// Has it most of the text's lines? Also of a text whose lines all tell nothing.
bool known_lines_cover(const struct known_lines *known, struct slice text);

#endif
