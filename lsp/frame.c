// frame.c - see frame.h.
//
//            a line with a length        an empty line
//   HEADER -----------------------> HEADER ----------> BODY --(all bytes there)--> HEADER
//      ^  any other line: skipped            no length: HEADER again
//
// Header lines are taken one by one as they become complete. "Content-Length:"
// counts anywhere in a line, since garbage before it need not end in a line
// end. A body that turns out to be no message and holds another
// "Content-Length:" was announced too long: what follows from there is read
// again.
#include "lsp/frame.h"

#include <string.h>
#include <strings.h>

static const char length_name[] = "Content-Length:";
enum { LENGTH_NAME = sizeof length_name - 1 };

void frame_init(struct frame *frame, size_t body_limit, bool (*on_body)(void *, struct slice),
                void (*on_garbage)(void *, const char *), void *context) {
    *frame = (struct frame){.length = -1, .body_limit = body_limit, .on_body = on_body};
    frame->on_garbage = on_garbage;
    frame->context = context;
    str_init(&frame->bytes);
}

void frame_fini(struct frame *frame) {
    str_free(&frame->bytes);
}

static void report(struct frame *frame, const char *what) {
    if (!frame->in_garbage) {
        frame->in_garbage = true;
        frame->on_garbage(frame->context, what);
    }
}

static struct slice rest(const struct frame *frame) {
    return slice_sub(str_slice(&frame->bytes), frame->at, frame->bytes.length);
}

// Where the last "Content-Length:" of a line begins, in any case of letters; (size_t)-1 without one.
static size_t find_length_name(struct slice line) {
    for (size_t at = line.length; at-- > 0;) {
        if ((line.data[at] | 0x20) == 'c' && line.length - at >= LENGTH_NAME &&
            strncasecmp(line.data + at, length_name, LENGTH_NAME) == 0) {
            return at;
        }
    }
    return (size_t)-1;
}

// The number after the colon; -1 if it is none, negative, or over the limit.
static int64_t read_length(struct slice value, size_t limit) {
    value = slice_trim(value);
    int64_t length = value.length ? 0 : -1;
    for (size_t i = 0; i < value.length && length >= 0; i++) {
        bool digit = value.data[i] >= '0' && value.data[i] <= '9';
        length = digit ? length * 10 + (value.data[i] - '0') : -1;
        if (length > (int64_t)limit) {
            return -1;
        }
    }
    return length;
}

static void start_header(struct frame *frame) {
    frame->in_body = false;
    frame->length = -1;
    frame->header_bytes = 0;
    frame->scanned = frame->at;
}

static void take_empty_line(struct frame *frame) {
    if (frame->length >= 0) {
        frame->in_body = true;
        return;
    }
    if (frame->header_bytes > 2) {
        report(frame, "a header without a usable Content-Length");
    }
    start_header(frame);
}

static void take_line(struct frame *frame, struct slice line) {
    if (slice_trim(line).length == 0) {
        take_empty_line(frame);
        return;
    }
    size_t name = find_length_name(line);
    if (name != (size_t)-1) {
        frame->length = read_length(slice_sub(line, name + LENGTH_NAME, line.length), frame->body_limit);
        frame->header_bytes = line.length - name;
        if (frame->length < 0) {
            report(frame, "a Content-Length that is no usable number");
        }
    } else if (!memchr(line.data, ':', line.length)) {
        report(frame, "bytes that are no header");
    }
}

// A header longer than its limit is garbage, except for what follows the next "Content-Length:" in it.
static void drop_long_header(struct frame *frame) {
    report(frame, "a header that does not end");
    struct slice bytes = rest(frame);
    size_t keep = bytes.length < LENGTH_NAME ? 0 : bytes.length - LENGTH_NAME;
    size_t name = find_length_name(slice_sub(bytes, 1, bytes.length));
    if (name != (size_t)-1 && bytes.length - name - 1 <= FRAME_HEADER_LIMIT) {
        keep = name + 1;
    }
    frame->at += keep;
    start_header(frame);
    frame->scanned = frame->bytes.length;
}

// False if more bytes are needed.
static bool read_header(struct frame *frame) {
    struct slice bytes = rest(frame);
    size_t from = frame->scanned - frame->at;
    const char *end = from < bytes.length ? memchr(bytes.data + from, '\n', bytes.length - from) : NULL;
    if (!end) {
        frame->scanned = frame->bytes.length;
        if (bytes.length > FRAME_HEADER_LIMIT) {
            drop_long_header(frame);
        }
        return false;
    }
    size_t length = (size_t)(end - bytes.data) + 1;
    frame->at += length;
    frame->scanned = frame->at;
    frame->header_bytes += length;
    if (frame->header_bytes > FRAME_HEADER_LIMIT) {
        report(frame, "a header that does not end");
        start_header(frame);
    }
    take_line(frame, slice_of(bytes.data, length));
    return true;
}

static bool read_body(struct frame *frame) {
    struct slice bytes = rest(frame);
    size_t length = (size_t)frame->length;
    if (bytes.length < length) {
        return false;
    }
    struct slice body = slice_sub(bytes, 0, length);
    size_t start = frame->at;
    frame->at += length;
    start_header(frame);
    if (frame->on_body(frame->context, body)) {
        frame->in_garbage = false;
        return true;
    }
    const char *next = memmem(body.data, body.length, length_name, LENGTH_NAME);
    if (next) {
        frame->at = start + (size_t)(next - body.data);
        frame->scanned = frame->at;
    }
    return true;
}

// Consumed bytes go away when they are the larger part, so that each is moved once.
static void compact(struct frame *frame) {
    if (frame->at * 2 < frame->bytes.length || frame->at == 0) {
        return;
    }
    str_splice(&frame->bytes, 0, frame->at, NULL, 0);
    frame->scanned -= frame->at;
    frame->at = 0;
}

void frame_feed(struct frame *frame, struct slice bytes) {
    str_append_slice(&frame->bytes, bytes);
    while (frame->in_body ? read_body(frame) : read_header(frame)) {
    }
    compact(frame);
}
