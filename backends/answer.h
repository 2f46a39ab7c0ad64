// answer.h - a model's streamed text on its way in: made harmless, cut at stops, counted in lines.
//
// What a model writes is hostile input. The answer is always valid UTF-8, and
// holds no control characters but \n and \t, no characters that turn the
// direction of text around (they can make code read differently from what it
// does) and no invisible tag characters.
//
// Ownership: embedded; answer_init / answer_fini; the limits' stops are borrowed. Returned slices point into
//            the answer and are valid until the next call.
// Threads:   one owner at a time.
// Errors:    none: whatever comes in, something valid comes out.
// Limits:    max_bytes of text, then it is over (ANSWER_FULL).
//
// Invariants (tests/unit/backends/answer_test.c):
//   A1  text and end do not depend on where the bytes were split
//   A2  nothing that has been given out is taken back: text that may be the beginning of a stop is kept
//       until that is decided
//   A3  the text holds no stop
#ifndef HUNCH_BACKENDS_ANSWER_H
#define HUNCH_BACKENDS_ANSWER_H

#include "base/str.h"

#include <stdint.h>

enum { ANSWER_TEXT_LIMIT = 64 * 1024 };

struct answer_limits {
    const char *const *stops; // empty strings among them are ignored
    size_t stop_count;
    uint32_t max_lines; // 0: any; blank lines before the first other line do not count
    size_t max_bytes;   // 0: ANSWER_TEXT_LIMIT
};

enum answer_end { ANSWER_OPEN, ANSWER_STOPPED /* by a stop */, ANSWER_LINES, ANSWER_FULL };

struct answer {
    struct answer_limits limits;
    struct str text;     // clean; valid whole once the answer is over
    enum answer_end end; // once not ANSWER_OPEN, the rest is thrown away
    size_t given;        // bytes of text handed out
    struct str raw;      // an unfinished UTF-8 sequence, at most 3 bytes
    uint32_t lines;      // newlines that count
    bool started;        // a character other than white space was seen
};

void answer_init(struct answer *answer, const struct answer_limits *limits);
void answer_fini(struct answer *answer);
// Takes the next bytes; returns the text that is now certain.
struct slice answer_add(struct answer *answer, struct slice bytes);
// Nothing follows: returns what was held back.
struct slice answer_finish(struct answer *answer);

// One line fit for a message: as the answer, but white space is single spaces and at most `limit` bytes.
void answer_clean_line(struct slice bytes, size_t limit, struct str *out);

#endif
