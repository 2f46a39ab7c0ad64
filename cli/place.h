// place.h - a place in a file as a person writes it: FILE:LINE:COL, counted from 1, COL in characters.
//
// Ownership: place.file is heap, freed by place_free. Threads: any.
// Errors:    err names what is wrong with the place. Limits: files of 16 MB.
#ifndef HUNCH_CLI_PLACE_H
#define HUNCH_CLI_PLACE_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

struct place {
    char *file;
    uint64_t line;
    uint64_t column;
};

int place_parse(const char *text, struct place *place, struct err *err);
void place_free(struct place *place);
// The byte offset of the place in the file's text; one past the last character of a line is a place too.
int place_offset(const struct place *place, struct slice text, size_t *offset, struct err *err);

#endif
