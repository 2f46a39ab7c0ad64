// session_model.c - a model's server that is on its way, shown as progress of its own.
//
// The client is asked for a token first; by the time it has given one the
// server may be there, then begin and end follow at once.
#include "lsp/session_state.h"

#include <stdio.h>

static void tell(struct session *session, const char *kind) {
    char token[40];
    struct json *params = json_object();
    snprintf(token, sizeof token, "hunch/model/%u", session->model_progress_number);
    json_set_string(params, "token", token);
    struct json *value = json_set(params, "value", json_object());
    json_set_string(value, "kind", kind);
    if (strcmp(kind, "begin") == 0) {
        json_set_string(value, "title", "Hunch");
        json_set_bool(value, "cancellable", false);
    }
    if (session->model_loading) {
        json_set_string(value, "message", session->model_loading);
    }
    rpc_notify(session->rpc, "$/progress", params);
}

static void end(struct session *session) {
    session->model_progress = PROGRESS_HIDDEN;
    tell(session, "end");
}

static void on_created(void *context, const struct json *result, const struct json *error) {
    struct session *session = context;
    (void)result;
    if (error || rpc_phase(session->rpc) != RPC_RUNNING) {
        session->model_progress = PROGRESS_HIDDEN;
        return;
    }
    session->model_progress = PROGRESS_SHOWN;
    tell(session, "begin");
    if (!session->model_loading) {
        end(session);
    }
}

static void ask_for_token(struct session *session) {
    char token[40];
    struct json *params = json_object();
    session->model_progress = PROGRESS_ASKED;
    snprintf(token, sizeof token, "hunch/model/%u", ++session->model_progress_number);
    json_set_string(params, "token", token);
    rpc_call(session->rpc, "window/workDoneProgress/create", params, on_created, session);
}

void session_note_model(struct session *session, const char *loading, const char *trouble) {
    session_replace_string(&session->model_loading, loading);
    session_replace_string(&session->server_trouble, trouble);
    if (rpc_phase(session->rpc) != RPC_RUNNING) {
        return;
    }
    if (loading && session->model_progress == PROGRESS_HIDDEN && session->client_progress) {
        ask_for_token(session);
    } else if (loading && session->model_progress == PROGRESS_SHOWN) {
        tell(session, "report");
    } else if (session->model_progress == PROGRESS_SHOWN) {
        end(session);
    }
    if (session->is_open) {
        session_status_changed(session);
    }
}
