// rpc.h - JSON-RPC 2.0 as LSP uses it: requests both ways, notifications, cancellation, life-cycle rules.
//
// The table of methods is given at the start; everything that is no such
// method is answered here by the book: -32700 for what is no JSON, -32600 for
// what is no request, -32601 for unknown methods (unknown notifications are
// ignored), -32002 before initialize and -32600 after shutdown. Every request
// that reaches a handler becomes a struct rpc_request, which must end in
// exactly one rpc_reply or rpc_fail, at once or later.
//
//   request: received -> running -(rpc_reply, rpc_fail)-> answered (gone)
//                           '-($/cancelRequest: on_cancel)-> still running, to be answered soon
//   phase:   FRESH -(initialize)-> RUNNING -(shutdown)-> SHUT_DOWN
//
// Ownership: a request belongs to whoever answers it and is freed by the answer; results are taken over.
//            Parameters are borrowed for the handler's call.
// Threads:   the loop's thread.
// Errors:    none; trouble becomes an error response.
// Limits:    RPC_RUNNING_LIMIT requests at once, the rest get -32803.
#ifndef HUNCH_LSP_RPC_H
#define HUNCH_LSP_RPC_H

#include "base/json.h"

enum { RPC_RUNNING_LIMIT = 1024 };

enum rpc_error {
    RPC_PARSE_ERROR = -32700,
    RPC_INVALID_REQUEST = -32600,
    RPC_METHOD_NOT_FOUND = -32601,
    RPC_INVALID_PARAMS = -32602,
    RPC_NOT_INITIALIZED = -32002,
    RPC_REQUEST_FAILED = -32803,
    RPC_REQUEST_CANCELLED = -32800,
};

enum rpc_phase { RPC_FRESH, RPC_RUNNING, RPC_SHUT_DOWN };

struct rpc;
struct rpc_request;

struct rpc_method {
    const char *name;
    // One of the two is NULL: a method is a request or a notification.
    void (*on_request)(void *context, struct rpc_request *request, const struct json *params);
    void (*on_notification)(void *context, const struct json *params);
};

struct rpc_options {
    const struct rpc_method *methods; // outlives the rpc
    size_t method_count;
    void *context;                                  // of the handlers
    void (*send)(void *context, struct slice body); // one message, without its header
    void *send_context;
};

struct rpc *rpc_new(const struct rpc_options *options);
void rpc_free(struct rpc *rpc); // running requests must be answered before; what is left is dropped
enum rpc_phase rpc_phase(const struct rpc *rpc);
void rpc_set_phase(struct rpc *rpc, enum rpc_phase phase);
size_t rpc_running_count(const struct rpc *rpc);

// One message of the client. False if it is no JSON at all (answered with -32700).
bool rpc_receive(struct rpc *rpc, struct slice body);

void rpc_reply(struct rpc_request *request, struct json *result); // NULL: null
void rpc_fail(struct rpc_request *request, int code, const char *message);
// Called when the client cancels the request, which then still awaits its answer.
void rpc_on_cancel(struct rpc_request *request, void (*on_cancel)(void *context), void *context);

void rpc_notify(struct rpc *rpc, const char *method, struct json *params); // takes over params
// A request to the client. on_reply gets its result, or NULL and the error; dropped when the rpc is freed.
void rpc_call(struct rpc *rpc, const char *method, struct json *params,
              void (*on_reply)(void *context, const struct json *result, const struct json *error),
              void *context);

#endif
