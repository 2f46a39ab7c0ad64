// place.c - see place.h.
#include "cli/place.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <stdlib.h>

// Cuts a trailing ":number" off text; false if there is none.
static bool take_number(char *text, uint64_t *number) {
    char *colon = strrchr(text, ':');
    if (!colon || colon[1] < '0' || colon[1] > '9') {
        return false;
    }
    char *end = NULL;
    *number = strtoull(colon + 1, &end, 10);
    if (*end != '\0' || *number == 0) {
        return false;
    }
    *colon = '\0';
    return true;
}

int place_parse(const char *text, struct place *place, struct err *err) {
    place->file = mem_copy_string(text);
    if (!take_number(place->file, &place->column) || !take_number(place->file, &place->line) ||
        place->file[0] == '\0') {
        place_free(place);
        return err_set(
            err, ERR_INVALID,
            "\"%s\" is no place in a file: write FILE:LINE:COL, both counted from 1, as in src/main.c:12:5",
            text);
    }
    return 0;
}

void place_free(struct place *place) {
    free(place->file);
    place->file = NULL;
}

int place_offset(const struct place *place, struct slice text, size_t *offset, struct err *err) {
    size_t start = 0;
    for (uint64_t line = 1; line < place->line; line++) {
        size_t end = slice_find(text, SLICE_LITERAL("\n"), start);
        if (end == (size_t)-1) {
            return err_set(err, ERR_INVALID, "%s has %" PRIu64 " line%s, so it has no line %" PRIu64,
                           place->file, line, str_plural(line), place->line);
        }
        start = end + 1;
    }
    size_t length = 1;
    size_t at = start;
    for (uint64_t column = 1; column < place->column; column++) {
        if (at >= text.length || text.data[at] == '\n' || text.data[at] == '\r') {
            return err_set(err, ERR_INVALID,
                           "line %" PRIu64 " of %s ends at column %" PRIu64 ", so it has no column %" PRIu64,
                           place->line, place->file, column, place->column);
        }
        utf8_decode(slice_sub(text, at, text.length), &length);
        at += length;
    }
    *offset = at;
    return 0;
}
