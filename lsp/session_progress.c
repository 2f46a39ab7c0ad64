// session_progress.c - work that goes on, in the client's own display of progress ($/progress).
//
//   hidden -(a pass that is long or the first)-> asked -(the client has made the token)-> shown -(end)-> hidden
//
// A token is for one pass alone. A pass may end before the client has answered; then it is shown for a moment,
// as the client has made room for it.
#include "base/clock.h"
#include "lsp/session_state.h"

#include <stdio.h>

static void set_token(const struct session_pass *pass, struct json *params) {
    char token[40];
    snprintf(token, sizeof token, pass->number > 1 ? "%s/%u" : "%s", pass->token, pass->number);
    json_set_string(params, "token", token);
}

// Percentages never go back, though the total may grow meanwhile.
static unsigned percentage_of(struct session_pass *pass) {
    uint64_t now = pass->total ? pass->done * 100 / pass->total : 0;
    unsigned value = now > 99 ? 99 : (unsigned)now;
    pass->percentage = value > pass->percentage ? value : pass->percentage;
    return pass->percentage;
}

static void set_message(const struct session_pass *pass, struct json *value) {
    struct str message;
    str_init(&message);
    if (pass->unit) {
        str_append_format(&message, "%llu of %llu %s", (unsigned long long)pass->done,
                          (unsigned long long)pass->total, pass->unit);
    } else if (pass->doing) {
        str_append_string(&message, pass->doing);
    }
    if (message.length) {
        json_set_slice(value, "message", str_slice(&message));
    }
    str_free(&message);
}

static void send_progress(struct session_pass *pass, const char *kind) {
    struct json *params = json_object();
    set_token(pass, params);
    struct json *value = json_set(params, "value", json_object());
    json_set_string(value, "kind", kind);
    set_message(pass, value);
    if (strcmp(kind, "begin") == 0) {
        json_set_string(value, "title", pass->number > 1 ? pass->next : pass->first);
        json_set_bool(value, "cancellable", false);
    }
    if (strcmp(kind, "end") != 0 && pass->unit) {
        json_set_number(value, "percentage", percentage_of(pass));
    }
    rpc_notify(pass->session->rpc, "$/progress", params);
}

static bool is_running(const struct session_pass *pass) {
    return rpc_phase(pass->session->rpc) == RPC_RUNNING;
}

static void on_created(void *context, const struct json *result, const struct json *error) {
    (void)result;
    struct session_pass *pass = context;
    if (error && pass->session->client_progress) {
        pass->session->client_progress = false;
        session_log_refusal("window/workDoneProgress/create", error,
                            "no progress is shown; the status tells how far the index is");
    }
    if (error || !is_running(pass)) {
        pass->state = PROGRESS_HIDDEN;
        return;
    }
    pass->state = PROGRESS_SHOWN;
    send_progress(pass, "begin");
    if (!pass->since_us) {
        pass->state = PROGRESS_HIDDEN;
        send_progress(pass, "end");
    }
}

static void ask_for_progress(struct session_pass *pass) {
    if (!pass->session->client_progress || pass->state != PROGRESS_HIDDEN || !is_running(pass)) {
        return;
    }
    pass->state = PROGRESS_ASKED;
    pass->number++;
    pass->percentage = 0;
    struct json *params = json_object();
    set_token(pass, params);
    rpc_call(pass->session->rpc, "window/workDoneProgress/create", params, on_created, pass);
}

void session_pass_show(struct session_pass *pass) {
    pass->since_us = clock_now_us();
    ask_for_progress(pass);
}

void session_pass_report(struct session_pass *pass, uint64_t done, uint64_t total) {
    pass->done = done;
    pass->total = total;
    pass->since_us = pass->since_us ? pass->since_us : clock_now_us();
    if (pass->state == PROGRESS_SHOWN && is_running(pass)) {
        send_progress(pass, "report");
    } else if (clock_ms_since(pass->since_us) >= SESSION_PASS_SHOWN_MS) {
        ask_for_progress(pass);
    }
}

void session_pass_end(struct session_pass *pass, uint64_t done, uint64_t total) {
    pass->done = done;
    pass->total = total;
    pass->since_us = 0;
    if (pass->state == PROGRESS_SHOWN && is_running(pass)) {
        pass->state = PROGRESS_HIDDEN;
        send_progress(pass, "end");
    }
}

void session_progress_init(struct session *session) {
    session->indexing = (struct session_pass){.session = session,
                                              .token = "hunch/index",
                                              .first = "Hunch: indexing",
                                              .next = "Hunch: indexing what changed",
                                              .unit = "files"};
    session->embedding = (struct session_pass){.session = session,
                                               .token = "hunch/vectors",
                                               .first = "Hunch: making vectors",
                                               .next = "Hunch: making vectors of what changed",
                                               .unit = "chunks"};
    session->loading = (struct session_pass){
        .session = session, .token = "hunch/model", .first = "Hunch: model", .next = "Hunch: model"};
}
