// rpc.c - see rpc.h. Source of the codes: JSON-RPC 2.0, section 5.1; LSP 3.18, ErrorCodes and LSPErrorCodes.
//
// Ids go back exactly as they came: whole numbers within 2^53 or strings.
// Anything else cannot be told apart by every client, so such a request is
// invalid and answered with the id null. Messages are put together by hand
// around printed JSON, because a number printed as a double would lose the
// form of the id (1e+15).
#include "lsp/rpc.h"

#include "base/mem.h"

#include <stdlib.h>

struct rpc_id {
    char *string;   // NULL: a number
    int64_t number; // INT64_MIN: no usable id
};

struct rpc_request {
    struct rpc *rpc;
    struct rpc_request *next;
    struct rpc_id id;
    void (*on_cancel)(void *context);
    void *cancel_context;
};

// A request of ours that the client has not answered yet.
struct call {
    struct call *next;
    int64_t id;
    void (*on_reply)(void *context, const struct json *result, const struct json *error);
    void *context;
};

struct rpc {
    struct rpc_options options;
    enum rpc_phase phase;
    struct rpc_request *running;
    size_t running_count;
    struct call *calls;
    int64_t last_call;
};

struct rpc *rpc_new(const struct rpc_options *options) {
    struct rpc *rpc = mem_zero(1, sizeof *rpc);
    rpc->options = *options;
    return rpc;
}

static void free_request(struct rpc_request *request) {
    free(request->id.string);
    free(request);
}

void rpc_free(struct rpc *rpc) {
    while (rpc && rpc->running) {
        struct rpc_request *request = rpc->running;
        rpc->running = request->next;
        free_request(request);
    }
    while (rpc && rpc->calls) {
        struct call *call = rpc->calls;
        rpc->calls = call->next;
        free(call);
    }
    free(rpc);
}

enum rpc_phase rpc_phase(const struct rpc *rpc) {
    return rpc->phase;
}
void rpc_set_phase(struct rpc *rpc, enum rpc_phase phase) {
    rpc->phase = phase;
}
size_t rpc_running_count(const struct rpc *rpc) {
    return rpc->running_count;
}

static struct rpc_id read_id(const struct json *json) {
    const char *string = json_string(json, NULL);
    return (struct rpc_id){string ? mem_copy_string(string) : NULL, json_integer(json, INT64_MIN)};
}

static bool usable(const struct rpc_id *id) {
    return id->string || id->number != INT64_MIN;
}

static bool same_id(const struct rpc_id *a, const struct rpc_id *b) {
    if (a->string || b->string) {
        return a->string && b->string && strcmp(a->string, b->string) == 0;
    }
    return a->number == b->number;
}

static void append_id(struct str *out, const struct rpc_id *id) {
    if (id && id->string) {
        struct json *string = json_new_string(slice_of_string(id->string));
        json_print(string, out);
        json_free(string);
    } else if (id && usable(id)) {
        str_append_format(out, "%lld", (long long)id->number);
    } else {
        str_append_string(out, "null");
    }
}

// Sends {"jsonrpc":"2.0",<head>,"<member>":<value>} and frees value.
static void send_message(struct rpc *rpc, struct str *head, const char *member, struct json *value) {
    struct str body;
    str_init(&body);
    str_append_string(&body, "{\"jsonrpc\":\"2.0\",");
    str_append_slice(&body, str_slice(head));
    if (value || strcmp(member, "result") == 0) {
        str_append_format(&body, ",\"%s\":", member);
        if (value) {
            json_print(value, &body);
        } else {
            str_append_string(&body, "null");
        }
    }
    str_append_char(&body, '}');
    rpc->options.send(rpc->options.send_context, str_slice(&body));
    json_free(value);
    str_free(&body);
    str_free(head);
}

static void answer(struct rpc *rpc, const struct rpc_id *id, const char *member, struct json *value) {
    struct str head;
    str_init(&head);
    str_append_string(&head, "\"id\":");
    append_id(&head, id);
    send_message(rpc, &head, member, value);
}

static void refuse(struct rpc *rpc, const struct rpc_id *id, int code, const char *message) {
    struct json *error = json_object();
    json_set_number(error, "code", code);
    json_set_string(error, "message", message);
    answer(rpc, id, "error", error);
}

static void forget(struct rpc_request *request) {
    struct rpc *rpc = request->rpc;
    struct rpc_request **link = &rpc->running;
    while (*link != request) {
        link = &(*link)->next;
    }
    *link = request->next;
    rpc->running_count--;
    free_request(request);
}

void rpc_reply(struct rpc_request *request, struct json *result) {
    answer(request->rpc, &request->id, "result", result);
    forget(request);
}

void rpc_fail(struct rpc_request *request, int code, const char *message) {
    refuse(request->rpc, &request->id, code, message);
    forget(request);
}

void rpc_on_cancel(struct rpc_request *request, void (*on_cancel)(void *), void *context) {
    request->on_cancel = on_cancel;
    request->cancel_context = context;
}

static void append_method(struct str *head, const char *method) {
    str_append_format(head, "\"method\":\"%s\"", method);
}

void rpc_notify(struct rpc *rpc, const char *method, struct json *params) {
    struct str head;
    str_init(&head);
    append_method(&head, method);
    send_message(rpc, &head, "params", params);
}

void rpc_call(struct rpc *rpc, const char *method, struct json *params,
              void (*on_reply)(void *, const struct json *, const struct json *), void *context) {
    struct call *call = mem_zero(1, sizeof *call);
    *call = (struct call){rpc->calls, ++rpc->last_call, on_reply, context};
    rpc->calls = call;
    struct str head;
    str_init(&head);
    str_append_format(&head, "\"id\":%lld,", (long long)call->id);
    append_method(&head, method);
    send_message(rpc, &head, "params", params);
}

// The client cancels; ids that are unknown or answered already are normal and ignored.
static void cancel(struct rpc *rpc, const struct json *params) {
    struct rpc_id id = read_id(json_get(params, "id"));
    struct rpc_request *request = usable(&id) ? rpc->running : NULL;
    while (request && !same_id(&request->id, &id)) {
        request = request->next;
    }
    free(id.string);
    if (request && request->on_cancel) {
        void (*on_cancel)(void *) = request->on_cancel;
        request->on_cancel = NULL;
        on_cancel(request->cancel_context);
    }
}

static const struct rpc_method *find_method(const struct rpc *rpc, const char *name) {
    for (size_t i = 0; i < rpc->options.method_count; i++) {
        if (strcmp(rpc->options.methods[i].name, name) == 0) {
            return &rpc->options.methods[i];
        }
    }
    return NULL;
}

static void take_notification(struct rpc *rpc, const char *name, const struct json *params) {
    if (strcmp(name, "$/cancelRequest") == 0) {
        cancel(rpc, params);
        return;
    }
    bool is_exit = strcmp(name, "exit") == 0;
    const struct rpc_method *method = find_method(rpc, name);
    if (method && method->on_notification && (rpc->phase == RPC_RUNNING || is_exit)) {
        method->on_notification(rpc->options.context, params);
    }
}

// What the life cycle has against this request now; 0 if nothing.
static int phase_error(const struct rpc *rpc, bool initialize, const char **message) {
    if (rpc->phase == RPC_SHUT_DOWN) {
        *message = "the server is shut down";
        return RPC_INVALID_REQUEST;
    }
    if (rpc->phase == RPC_FRESH && !initialize) {
        *message = "the first request must be initialize";
        return RPC_NOT_INITIALIZED;
    }
    if (rpc->phase == RPC_RUNNING && initialize) {
        *message = "initialize came already";
        return RPC_INVALID_REQUEST;
    }
    return 0;
}

static void run(struct rpc *rpc, const struct rpc_method *method, struct rpc_id *id,
                const struct json *params) {
    struct rpc_request *request = mem_zero(1, sizeof *request);
    request->rpc = rpc;
    request->id = *id;
    request->next = rpc->running;
    id->string = NULL;
    rpc->running = request;
    rpc->running_count++;
    method->on_request(rpc->options.context, request, params);
}

static void take_request(struct rpc *rpc, struct rpc_id *id, const char *name, const struct json *params) {
    const char *message = "";
    int code = phase_error(rpc, strcmp(name, "initialize") == 0, &message);
    const struct rpc_method *method = find_method(rpc, name);
    if (!usable(id)) {
        refuse(rpc, NULL, RPC_INVALID_REQUEST, "an id is a string or a whole number within 2^53");
    } else if (code) {
        refuse(rpc, id, code, message);
    } else if (!method || !method->on_request) {
        refuse(rpc, id, RPC_METHOD_NOT_FOUND, "no such method");
    } else if (rpc->running_count >= RPC_RUNNING_LIMIT) {
        refuse(rpc, id, RPC_REQUEST_FAILED, "too many requests are running");
    } else {
        run(rpc, method, id, params);
    }
}

static void take_response(struct rpc *rpc, const struct json *message) {
    int64_t id = json_get_integer(message, "id", 0);
    struct call **link = &rpc->calls;
    while (*link && (*link)->id != id) {
        link = &(*link)->next;
    }
    struct call *call = *link;
    if (call) {
        *link = call->next;
        const struct json *error = json_get(message, "error");
        error = json_is_null(error) ? NULL : error; // some clients send both members
        call->on_reply(call->context, error ? NULL : json_get(message, "result"), error);
        free(call);
    }
}

static bool is_params(const struct json *params) {
    return json_is_null(params) || json_is_object(params) || json_is_array(params);
}

static void dispatch(struct rpc *rpc, const struct json *message) {
    const char *name = json_get_string(message, "method", NULL);
    const struct json *params = json_get(message, "params");
    const struct json *version = json_get(message, "jsonrpc");
    struct rpc_id id = read_id(json_get(message, "id"));
    bool valid = name && is_params(params) && (!version || strcmp(json_string(version, ""), "2.0") == 0);
    if (valid && json_get(message, "id")) {
        take_request(rpc, &id, name, params);
    } else if (valid) {
        take_notification(rpc, name, params);
    } else if (!name && !json_get(message, "method") &&
               (json_get(message, "result") || json_get(message, "error"))) {
        take_response(rpc, message);
    } else if (json_get(message, "id") || !name) {
        refuse(rpc, &id, RPC_INVALID_REQUEST, "not a JSON-RPC 2.0 request");
    }
    free(id.string);
}

bool rpc_receive(struct rpc *rpc, struct slice body) {
    struct err err;
    struct json *message = json_parse(body, &err);
    if (!message) {
        refuse(rpc, NULL, RPC_PARSE_ERROR, err.message);
        return false;
    }
    dispatch(rpc, message);
    json_free(message);
    return true;
}
