// ndjson.c - see ndjson.h.
#include "backends/ndjson.h"

#include "base/err.h"

void ndjson_init(struct ndjson *ndjson, size_t limit, bool (*on_line)(void *context, struct slice line),
                 void *context) {
    *ndjson = (struct ndjson){.on_line = on_line, .context = context, .limit = limit};
    str_init(&ndjson->held);
}

void ndjson_fini(struct ndjson *ndjson) {
    str_free(&ndjson->held);
}

static void hand_out(struct ndjson *ndjson) {
    struct slice line = slice_trim(str_slice(&ndjson->held));
    if (line.length && !ndjson->on_line(ndjson->context, line)) {
        ndjson->failure = ERR_CANCELLED;
    }
    str_clear(&ndjson->held);
}

int ndjson_feed(struct ndjson *ndjson, struct slice bytes) {
    while (bytes.length && !ndjson->failure) {
        size_t length = slice_line_end(bytes, 0);
        if (ndjson->held.length + length > ndjson->limit) {
            ndjson->failure = ERR_TOO_LARGE;
            break;
        }
        str_append(&ndjson->held, bytes.data, length);
        if (length < bytes.length) {
            hand_out(ndjson);
            length++;
        }
        bytes = slice_sub(bytes, length, bytes.length);
    }
    return ndjson->failure;
}

int ndjson_finish(struct ndjson *ndjson) {
    if (!ndjson->failure) {
        hand_out(ndjson);
    }
    return ndjson->failure;
}
