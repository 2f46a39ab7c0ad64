// reply.h - what of a chat model's reply is the text that belongs at the cursor.
//
// A chat model is told to put the text between REPLY_OPEN and REPLY_CLOSE
// (provider_instruction). Many add something: thoughts, a greeting, a fence
// of Markdown, the beginning of the line that stands there already. Until the
// opening mark has come everything is held back, so that nothing has to be
// taken back; a reply without the mark is sorted out when it is complete.
//
// Ownership: embedded; reply_init / reply_fini. Returned slices point into the reply until the next call.
// Threads:   one owner at a time.
// Errors:    none.
// Limits:    REPLY_LIMIT bytes are held back; what comes after is thrown away.
//
// Invariants (tests/unit/backends/reply_test.c):
//   R1  the text does not depend on where the bytes were split
//   R2  nothing that stands before REPLY_OPEN or after REPLY_CLOSE is given out
//   R3  nor is a reply without REPLY_OPEN that repeats the prompt
#ifndef HUNCH_BACKENDS_REPLY_H
#define HUNCH_BACKENDS_REPLY_H

#include "base/str.h"

#define REPLY_OPEN  "<insert>"
#define REPLY_CLOSE "</insert>"
// How the prompt shows the cursor, and what begins a file in it; a reply that has them goes on with the prompt.
#define REPLY_CURSOR "<|cursor|>"
#define REPLY_FILE   "<file>\n"

enum { REPLY_LIMIT = 256 * 1024 };

struct reply {
    struct str held;  // not yet given out
    struct str given; // the last returned text
    struct str line;  // the cursor's line up to the cursor
    size_t blanks;    // with which what is held begins
    size_t searched;  // no mark begins in so much of what is held
    bool opened;      // the mark was seen
    bool led;         // a newline and a fence in front are decided
    bool begun;       // so is the line's echo: what follows is text
    bool ended;
    bool fenced; // a fence was opened: the next ends the text
};

void reply_init(struct reply *reply, struct slice line);
void reply_fini(struct reply *reply);
// Takes the next bytes; returns the text that is now certain.
struct slice reply_add(struct reply *reply, struct slice bytes);
// Nothing follows: returns what was held back.
struct slice reply_finish(struct reply *reply);

#endif
