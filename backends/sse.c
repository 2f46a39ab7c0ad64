// sse.c - see sse.h.
//
// Bytes are gathered into a line, lines into an event, events are handed out
// at a blank line. A \r ends a line at once and remembers itself, so that a \n
// arriving later, perhaps in another piece, is swallowed instead of counting
// as a blank line.
#include "backends/sse.h"

#include "base/err.h"

void sse_init(struct sse *sse, size_t limit, bool (*on_event)(void *context, const struct sse_event *event),
              void *context) {
    *sse = (struct sse){.on_event = on_event, .context = context, .limit = limit};
    str_init(&sse->line);
    str_init(&sse->name);
    str_init(&sse->data);
}

void sse_fini(struct sse *sse) {
    str_free(&sse->line);
    str_free(&sse->name);
    str_free(&sse->data);
}

bool sse_is_done(const struct sse_event *event) {
    return slice_equal(slice_trim(event->data), SLICE_LITERAL("[DONE]"));
}

static void forget_event(struct sse *sse) {
    str_clear(&sse->name);
    str_clear(&sse->data);
    sse->has_data = false;
}

static void dispatch(struct sse *sse) {
    struct sse_event event = {.name = str_slice(&sse->name), .data = str_slice(&sse->data)};
    if (sse->has_data && !sse->on_event(sse->context, &event)) {
        sse->failure = ERR_CANCELLED;
    }
    forget_event(sse);
}

static void add_data(struct sse *sse, struct slice value) {
    if (sse->data.length + value.length + 1 > sse->limit) {
        sse->failure = ERR_TOO_LARGE;
        return;
    }
    if (sse->has_data) {
        str_append_char(&sse->data, '\n');
    }
    str_append_slice(&sse->data, value);
    sse->has_data = true;
}

static void take_field(struct sse *sse, struct slice name, struct slice value) {
    bool error = slice_equal(name, SLICE_LITERAL("error"));
    if (error || slice_equal(name, SLICE_LITERAL("event"))) {
        str_clear(&sse->name);
        str_append_slice(&sse->name, error ? name : value);
    }
    if (error || slice_equal(name, SLICE_LITERAL("data"))) {
        add_data(sse, value);
    }
}

static void end_line(struct sse *sse) {
    struct slice line = str_slice(&sse->line);
    if (line.length == 0) {
        dispatch(sse);
        return;
    }
    const char *colon = memchr(line.data, ':', line.length);
    size_t end = colon ? (size_t)(colon - line.data) : line.length;
    size_t value = colon ? end + 1 : end;
    value += value < line.length && line.data[value] == ' ';
    if (end > 0) { // else a comment
        take_field(sse, slice_sub(line, 0, end), slice_sub(line, value, line.length));
    }
    str_clear(&sse->line);
}

// How many bytes of text come before its first line end.
static size_t line_length(struct slice text) {
    size_t length = 0;
    while (length < text.length && text.data[length] != '\n' && text.data[length] != '\r') {
        length++;
    }
    return length;
}

int sse_feed(struct sse *sse, struct slice bytes) {
    while (bytes.length && !sse->failure) {
        if (sse->after_return && bytes.data[0] == '\n') {
            bytes = slice_sub(bytes, 1, bytes.length);
            sse->after_return = false;
            continue;
        }
        sse->after_return = false;
        size_t length = line_length(bytes);
        if (sse->line.length + length > sse->limit) {
            sse->failure = ERR_TOO_LARGE;
            break;
        }
        str_append(&sse->line, bytes.data, length);
        if (length < bytes.length) {
            sse->after_return = bytes.data[length] == '\r';
            end_line(sse);
            length++;
        }
        bytes = slice_sub(bytes, length, bytes.length);
    }
    return sse->failure;
}

int sse_finish(struct sse *sse) {
    if (!sse->failure && sse->line.length) {
        end_line(sse);
    }
    if (!sse->failure) {
        dispatch(sse);
    }
    return sse->failure;
}
