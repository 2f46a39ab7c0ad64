// server.c - see server.h.
//
//   transport -bytes-> frame -bodies-> session -bodies-> transport
//
// The end may be noticed deep inside a handler or a write, so it only stops the
// loop. Session and transport are closed outside of it, then it runs dry.
#include "lsp/server.h"

#include "base/log.h"
#include "lsp/frame.h"
#include "lsp/transport.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

struct server {
    struct session_host host; // the caller's
    struct session *session;
    struct transport *transport;
    struct frame frame;
    uv_loop_t *loop;
    bool ended;
    int code;
};

static void on_exit_code(void *self, int code) {
    struct server *server = self;
    if (!server->ended) {
        server->ended = true;
        server->code = code;
        uv_stop(server->loop);
    }
}

static void send_body(void *self, struct slice body) {
    struct server *server = self;
    transport_send(server->transport, body);
}

static int open_project(void *self, const char *root, const struct session_events *events,
                        struct session_project *out, struct err *err) {
    const struct session_host *host = &((struct server *)self)->host;
    return host->open(host->self, root, events, out, err);
}

static void close_project(void *self) {
    const struct session_host *host = &((struct server *)self)->host;
    host->close(host->self);
}

static void on_accept(void *self, const char *path, size_t bytes) {
    const struct session_host *host = &((struct server *)self)->host;
    if (host->on_accept) {
        host->on_accept(host->self, path, bytes);
    }
}

static bool on_body(void *context, struct slice body) {
    struct server *server = context;
    return session_receive(server->session, body);
}

static void on_garbage(void *context, const char *what) {
    (void)context;
    log_warning("the client sent %s; reading goes on at the next Content-Length", what);
}

static void on_bytes(void *context, struct slice bytes) {
    struct server *server = context;
    if (!server->ended) {
        frame_feed(&server->frame, bytes);
    }
}

static void on_end(void *context, const char *reason) {
    struct server *server = context;
    if (reason[0]) {
        log_error("the connection to the client broke: %s", reason);
    }
    session_end_of_input(server->session);
}

static int open_transport(struct server *server, uv_loop_t *loop) {
    struct err err;
    if (uv_guess_handle(STDIN_FILENO) == UV_TTY) {
        fprintf(stderr, "hunch: this is a language server; an editor starts it and talks to it on stdin. "
                        "Try `hunch --help`.\n");
    }
    struct transport_options options = {
        .loop = loop, .input = STDIN_FILENO, .on_bytes = on_bytes, .on_end = on_end, .context = server};
    options.output = transport_take_stdout(&err);
    int result = options.output < 0 ? options.output : transport_open(&server->transport, &options, &err);
    if (result != 0) {
        fprintf(stderr, "hunch: %s\n", err.message);
    }
    return result;
}

int server_run(const struct session_options *options) {
    struct server server = {.host = options->host, .loop = options->loop, .code = 1};
    signal(SIGPIPE, SIG_IGN); // a client that is gone shows up as a failed write
    if (open_transport(&server, options->loop) != 0) {
        return 1;
    }
    frame_init(&server.frame, FRAME_BODY_LIMIT, on_body, on_garbage, &server);
    struct session_options own = *options;
    own.host =
        (struct session_host){&server, send_body, open_project, close_project, on_accept, on_exit_code};
    server.session = session_new(&own);
    uv_run(server.loop, UV_RUN_DEFAULT);
    session_close(server.session);
    transport_close(server.transport);
    uv_run(server.loop, UV_RUN_DEFAULT);
    frame_fini(&server.frame);
    return server.code;
}
