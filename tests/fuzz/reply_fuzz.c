// reply_fuzz.c - a chat model's talk gives the same text whole and in pieces (reply.h, R1).
//
// The first byte chooses the size of the pieces; what follows up to a newline is the cursor's line.
#include "backends/reply.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void read_reply(struct slice line, struct slice talk, size_t piece, struct str *out) {
    struct reply reply;
    reply_init(&reply, line);
    for (size_t at = 0; at < talk.length; at += piece) {
        str_append_slice(out, reply_add(&reply, slice_sub(talk, at, at + piece)));
    }
    str_append_slice(out, reply_finish(&reply));
    reply_fini(&reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct slice text = slice_of((const char *)bytes, length);
    size_t end = slice_line_end(text, 0);
    size_t piece = length ? (size_t)bytes[0] % 7 + 1 : 1;
    struct slice line = slice_sub(text, 1, end);
    struct slice talk = slice_sub(text, end + 1, length);
    struct str whole;
    struct str pieces;
    str_init(&whole);
    str_init(&pieces);
    read_reply(line, talk, talk.length + 1, &whole);
    read_reply(line, talk, piece, &pieces);
    if (!slice_equal(str_slice(&whole), str_slice(&pieces)) || whole.length > talk.length) {
        abort();
    }
    str_free(&whole);
    str_free(&pieces);
    return 0;
}
