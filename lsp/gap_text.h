// gap_text.h - a text that is edited.
//
// Each edit of a message speaks of the text that the edits before it made. To
// move all that stands behind each of a thousand edits takes tens of
// milliseconds in a large text. Here the bytes, and the starts of the lines,
// have a gap where the last edit was: the next one, mostly nearby, moves what
// lies between the two.
//
// Ownership: gap_text_init copies; gap_text_free. The slice given by gap_text_whole is good until the next
//            call.
// Threads:   one owner at a time.
// Errors:    none: what lies outside is clamped, as in base/position.h.
// Limits:    texts under 4 GB.
#ifndef HUNCH_LSP_GAP_TEXT_H
#define HUNCH_LSP_GAP_TEXT_H

#include "base/position.h"

struct gap_text {
    char *bytes; // [0, before) of the text, the gap, [before, length) of the text
    size_t before, behind, capacity;
    uint32_t *starts; // of the lines that start at or before the gap, the gap,
    size_t starts_before, starts_behind, starts_capacity; // and of the others, counted from the text's end
};

void gap_text_init(struct gap_text *gap, struct slice text, const struct line_index *lines);
void gap_text_free(struct gap_text *gap);
// The text in one piece, and where its lines start.
struct slice gap_text_whole(struct gap_text *gap, struct line_index *lines);
static inline size_t gap_text_length(const struct gap_text *gap) {
    return gap->before + gap->behind;
}
size_t gap_text_byte(struct gap_text *gap, struct position position, enum position_encoding encoding);
void gap_text_replace(struct gap_text *gap, size_t start, size_t end, struct slice text);

#endif
