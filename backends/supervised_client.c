// supervised_client.c - see supervised_client.h.
//
// A guardian that is started says in words on stderr if it cannot be one, and
// ends well once it can be connected to, or another holds its place. So its end
// is the time to connect. That other may be leaving just then: hence the tries.
#include "backends/supervised_client.h"

#include "backends/supervised_environment.h"
#include "base/child.h"
#include "base/json.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LINE_LIMIT = 4096, TRIES = 25, PAUSE_MS = 100, LONGEST_PAUSE_MS = 1000 };

struct supervised_client {
    uv_loop_t *loop;
    const struct supervised_model *model;
    struct supervised_place place;
    char *hunch;
    const char *program; // that is run as it; NULL: hunch itself
    bool only_look;
    void (*on_news)(void *context, const struct supervised_news *news);
    void *context;
    struct connection *connection;  // NULL: none
    struct child *starter;          // the program that becomes a guardian
    char complaint[CHILD_LINE + 1]; // the last line it said
    uv_timer_t timer;               // the next try
    uint32_t tries;                 // since something was heard
    bool closed;
};

// Lives until its handle is closed, whatever becomes of the client.
struct connection {
    uv_pipe_t pipe;
    uv_connect_t request;
    struct supervised_client *client; // NULL: it is not wanted any more
    char line[LINE_LIMIT];
    size_t length;
};

static void try_again(struct supervised_client *self);

static void say(struct supervised_client *self, enum supervised_phase phase, const char *message) {
    self->on_news(self->context,
                  &(struct supervised_news){.phase = phase, .message = message, .url = "", .key = ""});
}

// --- below: the connection ---

static void on_connection_closed(uv_handle_t *handle) {
    struct connection *connection = handle->data;
    explicit_bzero(connection->line, sizeof connection->line);
    free(connection);
}

static void disconnect(struct supervised_client *self) {
    if (self->connection) {
        self->connection->client = NULL;
        uv_close((uv_handle_t *)&self->connection->pipe, on_connection_closed);
        self->connection = NULL;
    }
}

static void take_state(struct supervised_client *self, const struct json *state) {
    struct supervised_news news = {
        .phase = supervised_phase_of(json_get_string(state, "state", "")),
        .message = json_get_string(state, "message", ""),
        .url = json_get_string(state, "url", ""),
        .key = json_get_string(state, "key", ""),
        .process = (int)json_get_integer(state, "process", 0),
        .users = (uint32_t)json_get_integer(state, "users", 0),
    };
    if (news.phase == SUPERVISED_PHASES) {
        return; // from another version
    }
    self->tries = news.phase == SUPERVISED_READY ? 0 : self->tries;
    if (news.phase == SUPERVISED_FAILED) {
        disconnect(self);
    }
    self->on_news(self->context, &news);
}

static void take_line(struct supervised_client *self, struct slice line) {
    struct json *state = json_parse(line, NULL);
    if (json_is_object(state)) {
        take_state(self, state);
    }
    json_free(state);
}

// Whole lines of what is there. Whoever listens may close the client, or the connection, in any of them.
static void take_lines(struct connection *connection) {
    char *end = NULL;
    while (connection->client && (end = memchr(connection->line, '\n', connection->length))) {
        size_t used = (size_t)(end - connection->line) + 1;
        take_line(connection->client, slice_of(connection->line, used - 1));
        memmove(connection->line, connection->line + used, connection->length - used);
        connection->length -= used;
    }
}

static void on_room(uv_handle_t *handle, size_t size, uv_buf_t *buffer) {
    struct connection *connection = handle->data;
    (void)size;
    *buffer = uv_buf_init(connection->line + connection->length, (unsigned)(LINE_LIMIT - connection->length));
}

// The guardian is gone, or says what none would.
static void lose_guardian(struct supervised_client *self) {
    disconnect(self);
    say(self, SUPERVISED_STARTING, "");
    if (!self->closed) {
        try_again(self);
    }
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer) {
    struct connection *connection = stream->data;
    (void)buffer;
    if (connection->client && count < 0) {
        lose_guardian(connection->client);
    } else if (connection->client && count > 0) {
        connection->length += (size_t)count;
        take_lines(connection);
    }
}

// --- below: to find a guardian ---

static void start_guardian(struct supervised_client *self);

static void on_connect(uv_connect_t *request, int status) {
    struct connection *connection = request->data;
    struct supervised_client *self = connection->client;
    if (!self) {
        return;
    }
    if (status == 0 && uv_read_start((uv_stream_t *)&connection->pipe, on_room, on_read) == 0) {
        return;
    }
    disconnect(self);
    if (self->only_look) {
        say(self, SUPERVISED_FAILED, "");
    } else {
        start_guardian(self);
    }
}

static void try_to_connect(uv_timer_t *timer) {
    struct supervised_client *self = timer->data;
    struct connection *connection = mem_zero(1, sizeof *connection);
    connection->client = self;
    connection->pipe.data = connection->request.data = connection;
    self->connection = connection;
    uv_pipe_init(self->loop, &connection->pipe, 0);
    uv_pipe_connect(&connection->request, &connection->pipe, self->place.guardian, on_connect);
}

static void try_again(struct supervised_client *self) {
    uint32_t pause = PAUSE_MS * self->tries;
    if (++self->tries > TRIES) {
        char message[200];
        snprintf(message, sizeof message, "no process could be had that keeps %s running",
                 self->model->program);
        say(self, SUPERVISED_FAILED, message);
        return;
    }
    uv_timer_start(&self->timer, try_to_connect, pause < LONGEST_PAUSE_MS ? pause : LONGEST_PAUSE_MS, 0);
}

static void on_complaint(void *context, struct slice line) {
    struct supervised_client *self = context;
    memcpy(self->complaint, line.data, line.length);
    self->complaint[line.length] = '\0';
}

static void on_starter_exit(void *context, int status, int killer) {
    struct supervised_client *self = context;
    child_close(self->starter);
    self->starter = NULL;
    if (status || killer) {
        say(self, SUPERVISED_FAILED, self->complaint[0] ? self->complaint : "hunch model serve was killed");
    } else {
        try_again(self);
    }
}

static void start_guardian(struct supervised_client *self) {
    char context[16];
    struct err err;
    snprintf(context, sizeof context, "%u", self->model->context_tokens);
    char *const words[] = {self->hunch,
                           (char *)(uintptr_t) "model",
                           (char *)(uintptr_t) "serve",
                           (char *)(uintptr_t) "--background",
                           (char *)(uintptr_t) "--program",
                           self->model->program,
                           (char *)(uintptr_t) "--context",
                           context,
                           (char *)(uintptr_t) "--arguments",
                           self->model->arguments,
                           self->model->file,
                           NULL};
    const char **variables = supervised_environment(NULL);
    struct child_options options = {.arguments = words,
                                    .program = self->program,
                                    .variables = variables,
                                    .folder = "/",
                                    .on_line = on_complaint,
                                    .on_exit = on_starter_exit,
                                    .context = self};
    self->complaint[0] = '\0';
    if (child_start(&self->starter, self->loop, &options, &err) != 0) {
        self->starter = NULL;
        say(self, SUPERVISED_FAILED, err.message);
    }
    free(variables);
}

// --- below: life and death ---

// The program that we are, even if another version has its name by now: that one may meet at another place.
static const char *own_program(void) {
    static const char self[] = "/proc/self/exe";
    return access(self, X_OK) == 0 ? self : NULL;
}

static char *own_name(void) {
    char path[4096];
    size_t size = sizeof path;
    return mem_copy_string(uv_exepath(path, &size) == 0 ? path : "hunch");
}

struct supervised_client *
supervised_client_new(uv_loop_t *loop, const struct supervised_client_options *options, struct err *err) {
    struct supervised_client *self = mem_zero(1, sizeof *self);
    if (supervised_place_init(&self->place, options->model, err) != 0) {
        free(self);
        return NULL;
    }
    self->loop = loop;
    self->model = options->model;
    self->hunch = options->hunch ? mem_copy_string(options->hunch) : own_name();
    self->program = options->hunch ? NULL : own_program();
    self->only_look = options->only_look;
    self->on_news = options->on_news;
    self->context = options->context;
    uv_timer_init(loop, &self->timer);
    self->timer.data = self;
    uv_timer_start(&self->timer, try_to_connect, 0, 0);
    return self;
}

void supervised_client_again(struct supervised_client *client) {
    if (!client->closed) {
        disconnect(client);
        client->tries = 0;
        try_again(client);
    }
}

static void on_closed(uv_handle_t *handle) {
    struct supervised_client *self = handle->data;
    supervised_place_fini(&self->place);
    free(self->hunch);
    free(self);
}

void supervised_client_close(struct supervised_client *client) {
    if (client && !client->closed) {
        client->closed = true;
        disconnect(client);
        child_close(client->starter);
        uv_close((uv_handle_t *)&client->timer, on_closed);
    }
}
