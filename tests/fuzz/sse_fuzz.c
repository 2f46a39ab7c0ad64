// sse_fuzz.c - any bytes, whole and in pieces, give the same events (sse.h, E1) and stay bounded (E2).
//
// The first byte chooses the size of the pieces.
#include "backends/sse.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { LIMIT = 64 };

static bool collect(void *context, const struct sse_event *event) {
    struct str *out = context;
    str_append_slice(out, event->name);
    str_append_char(out, '\0');
    str_append_slice(out, event->data);
    str_append_char(out, '\0');
    return !sse_is_done(event);
}

static int parse(struct slice bytes, size_t piece, struct str *out) {
    struct sse sse;
    sse_init(&sse, LIMIT, collect, out);
    for (size_t at = 0; at < bytes.length; at += piece) {
        sse_feed(&sse, slice_sub(bytes, at, at + piece));
        if (sse.line.length + sse.data.length > (size_t)2 * LIMIT) {
            abort();
        }
    }
    int code = sse_finish(&sse);
    sse_fini(&sse);
    return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct slice text = slice_of((const char *)bytes, length);
    size_t piece = length ? (size_t)bytes[0] % 7 + 1 : 1;
    struct str whole;
    struct str pieces;
    str_init(&whole);
    str_init(&pieces);
    int code = parse(text, length + 1, &whole);
    if (parse(text, piece, &pieces) != code || !slice_equal(str_slice(&whole), str_slice(&pieces))) {
        abort();
    }
    str_free(&whole);
    str_free(&pieces);
    return 0;
}
