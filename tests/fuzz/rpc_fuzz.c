// rpc_fuzz.c - any bytes from a client: framing and dispatch survive them and answer each request once.
#include "lsp/frame.h"
#include "lsp/rpc.h"

#include <stdint.h>
#include <stdlib.h>

struct sink {
    struct rpc *rpc;
    size_t received, sent;
};

static void send_body(void *context, struct slice body) {
    struct sink *sink = context;
    struct json *json = json_parse(body, NULL);
    if (!json) {
        abort(); // we sent what is no JSON
    }
    json_free(json);
    sink->sent++;
}

static bool on_body(void *context, struct slice body) {
    struct sink *sink = context;
    sink->received++;
    return rpc_receive(sink->rpc, body);
}

static void on_garbage(void *context, const char *what) {
    (void)context;
    (void)what;
}

static void initialize(void *context, struct rpc_request *request, const struct json *params) {
    rpc_set_phase(((struct sink *)context)->rpc, RPC_RUNNING);
    rpc_reply(request, json_copy(params));
}

static void on_cancel(void *request) {
    rpc_fail(request, RPC_REQUEST_CANCELLED, "cancelled");
}

static void hold(void *context, struct rpc_request *request, const struct json *params) {
    (void)context;
    (void)params;
    rpc_on_cancel(request, on_cancel, request);
}

static const struct rpc_method methods[] = {{"initialize", initialize, NULL}, {"wait", hold, NULL}};

// The first byte says in how large pieces the rest arrives.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) {
        return 0;
    }
    struct sink sink = {0};
    struct rpc_options options = {methods, 2, &sink, send_body, &sink};
    sink.rpc = rpc_new(&options);
    struct frame frame;
    frame_init(&frame, 4096, on_body, on_garbage, &sink);
    struct slice input = slice_of((const char *)data + 1, size - 1);
    size_t step = 1 + data[0];
    for (size_t at = 0; at < input.length; at += step) {
        frame_feed(&frame, slice_sub(input, at, at + step));
    }
    if (sink.sent + rpc_running_count(sink.rpc) > sink.received) {
        abort(); // a request was answered twice
    }
    frame_fini(&frame);
    rpc_free(sink.rpc);
    return 0;
}
