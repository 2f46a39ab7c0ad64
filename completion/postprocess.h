// postprocess.h - from a model's raw text to what an editor may show, or a reason to stay silent.
//
// A model does not know the text right of the cursor as an editor does. This
// pass cuts what would stand twice, keeps one line where several would tear
// the line apart, and chooses the range to replace:
//
//     nothing right of the cursor    from the start of the word being typed to the cursor
//     only closers right of it       over those closers that the suggestion repeats, else empty
//     other text right of it         empty, one line, without the tail that stands there already
//
// Ownership: the result's text lives in the caller's arena.
// Threads:   any; pure.
// Errors:    an outcome other than OUTCOME_SHOWN says why nothing is left.
// Limits:    max_lines of the query.
#ifndef HUNCH_COMPLETION_POSTPROCESS_H
#define HUNCH_COMPLETION_POSTPROCESS_H

#include "base/arena.h"
#include "completion/outcome.h"

#include <stdint.h>

struct postprocess_query {
    struct slice document;
    size_t cursor;
    uint32_t max_lines;
};

struct postprocess_result {
    struct slice text;                 // to put in place of [replace_start, replace_end)
    struct slice shown;                // the part of text that is new at the cursor
    size_t replace_start, replace_end; // on the cursor's line
};

enum outcome postprocess(const struct postprocess_query *query, struct slice raw, struct arena *arena,
                         struct postprocess_result *out);
// How many lines may a suggestion at this cursor have? 1 when text other than closers stands right of it.
uint32_t postprocess_line_limit(struct slice document, size_t cursor, uint32_t wanted);
// The bytes right of the cursor that a suggestion may replace: closers up to the line's end; 0 if other text is
// there, too.
size_t postprocess_closers(struct slice document, size_t cursor);
// Is the cursor inside a word (a word character on both sides)?
bool postprocess_mid_word(struct slice document, size_t cursor);

#endif
