// session_inspect.c - what people ask about Hunch itself; see session_state.h.
#include "base/log.h"
#include "lsp/session_state.h"

#include <stdlib.h>

static const char *path_asked(const struct session *session, const struct json *params) {
    if (json_is_null(json_get(params, "textDocument"))) {
        return session->last_path;
    }
    const struct document *document = session_document(session, params);
    return document ? session_path(session, document) : NULL;
}

// Why there is no answer to tell of.
static const char *why_none(const struct session *session, const struct json *params) {
    if (!session->is_open) {
        return "the project is not open";
    }
    const struct document *document = session_document(session, params);
    if (document && document->too_large) {
        _Static_assert(DOCUMENT_LIMIT == 16 * 1024 * 1024, "the words below say so");
        return "the document is over 16 MB: there are no completions in it";
    }
    if (path_asked(session, params)) {
        return "no suggestion was asked for in this document yet";
    }
    return document ? "this is neither a file nor a new document (untitled:); others get no suggestions"
                    : "no such document is open, or nothing was asked yet";
}

static struct json *why_json(const struct engine_answer *answer) {
    struct json *result = engine_answer_json(answer, true);
    struct str text;
    str_init(&text);
    engine_answer_text(answer, &text);
    json_set_slice(result, "text", slice_trim(str_slice(&text)));
    str_free(&text);
    return result;
}

void session_why(void *self, struct rpc_request *request, const struct json *params) {
    struct session *session = self;
    const char *path = path_asked(session, params);
    const struct engine_answer *answer =
        path && session->is_open ? engine_last(session->project.engine, path) : NULL;
    if (answer) {
        rpc_reply(request, why_json(answer));
        return;
    }
    const char *message = why_none(session, params);
    struct json *result = json_object();
    json_set_string(result, "message", message);
    json_set_string(result, "text", message);
    rpc_reply(request, result);
}

void session_status_request(void *self, struct rpc_request *request, const struct json *params) {
    (void)params;
    rpc_reply(request, session_status_json(self));
}

// The suggestion with this id, NULL if it is unknown or too long ago.
static const struct shown *find_shown(const struct session *session, const struct json *argument) {
    const char *text = json_string(argument, "");
    uint64_t id = strtoull(text, NULL, 10);
    const struct shown *shown = &session->shown[id % SESSION_SHOWN_LIMIT];
    return id && shown->id == id ? shown : NULL;
}

void session_execute_command(void *self, struct rpc_request *request, const struct json *params) {
    struct session *session = self;
    if (strcmp(json_get_string(params, "command", ""), "hunch.didAccept") != 0) {
        rpc_fail(request, RPC_INVALID_PARAMS, "no such command");
        return;
    }
    const struct shown *shown = find_shown(session, json_first(json_get(params, "arguments")));
    if (shown) {
        log_info("accepted %zu bytes in %s", shown->bytes, shown->path);
        if (session->options.host.on_accept) {
            session->options.host.on_accept(session->options.host.self, shown->path, shown->bytes);
        }
    }
    rpc_reply(request, NULL);
}
