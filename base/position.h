// position.h - where the lines of a text start, and the mapping between byte offsets and editor positions.
//
// Four coordinate systems meet here and nowhere else: bytes (what Hunch uses
// inside), and (line, character) with characters counted in UTF-16, UTF-8 or
// UTF-32 units (what editors send). A line ends with CR LF, LF or a lone CR.
// The index holds only the starts of the lines, so that an edit costs a shift
// of numbers, not another look at the text.
//
// Ownership: line_index_init / line_index_free; the text is the caller's and passed with each call.
// Threads:   one owner at a time.
// Errors:    none: what lies outside is clamped. A line beyond the last is the end of the text, a character
//            beyond the line's end is that end, the middle of a character is its start.
// Limits:    texts under 4 GB.
#ifndef HUNCH_BASE_POSITION_H
#define HUNCH_BASE_POSITION_H

#include "base/str.h"
#include "base/vec.h"

#include <stdint.h>

enum position_encoding { POSITION_UTF16, POSITION_UTF8, POSITION_UTF32 };

struct position {
    uint32_t line; // 0-based
    uint32_t character;
};

struct line_index {
    VEC(uint32_t) starts; // ascending; the first is 0
};

void line_index_init(struct line_index *index, struct slice text);
void line_index_free(struct line_index *index);
// The line that holds the byte; a byte beyond the end is on the last line.
uint32_t line_index_line_of(const struct line_index *index, size_t byte);
// The bytes of a line without its end; *start gets where it begins (may be NULL).
struct slice line_index_line(const struct line_index *index, struct slice text, uint32_t line, size_t *start);

// How many units a piece of a line has.
uint32_t position_units(struct slice piece, enum position_encoding encoding);
// The byte of a line's character, within the line.
size_t position_in_line(struct slice line, uint32_t character, enum position_encoding encoding);
size_t position_to_byte(const struct line_index *index, struct slice text, struct position position,
                        enum position_encoding encoding);
struct position position_from_byte(const struct line_index *index, struct slice text, size_t byte,
                                   enum position_encoding encoding);

#endif
