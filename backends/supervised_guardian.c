// supervised_guardian.c - see supervised_guardian.h.
//
//     lock -> listen -> (background: fork, the caller is answered) -> serve -> leave
//
// The lock is taken before the socket's stale file is removed: who holds it
// knows that nobody listens there. It is given back by the process's end.
#include "backends/supervised_guardian.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { FIRST_USER_MS = 10 * 1000, KEY_BYTES = 16, WAITING_USERS = 64 };

struct user {
    uv_pipe_t pipe;
    struct guardian *guardian;
    struct user *next;
    char ignored[64]; // users say nothing that is known
};

struct guardian {
    const struct guardian_options *options;
    struct supervised_place place;
    int lock, socket;
    char key[2 * KEY_BYTES + 1];
    uv_loop_t loop;
    uv_pipe_t listener;
    uv_timer_t grace;
    uv_signal_t signals[2];
    struct user *users;
    size_t user_count;
    struct supervised_server *server;
    enum supervised_phase phase;
    struct str message;
    bool leaving;
};

// --- below: what users are told ---

static void write_state(const struct guardian *self, struct str *out) {
    struct json *state = json_object();
    json_set_string(state, "state", supervised_phase_name(self->phase));
    json_set_string(state, "message", self->message.data);
    if (self->phase == SUPERVISED_READY) {
        json_set_string(state, "url", supervised_server_url(self->server));
        json_set_string(state, "key", self->key);
        json_set_number(state, "process", supervised_server_id(self->server));
    }
    json_set_number(state, "users", (double)self->user_count);
    json_print(state, out);
    str_append_char(out, '\n');
    json_free(state);
}

static void on_user_closed(uv_handle_t *handle) {
    free(handle->data);
}

static void on_grace_over(uv_timer_t *timer);

static void lose(struct user *user) {
    struct guardian *self = user->guardian;
    struct user **link = &self->users;
    while (*link != user) {
        link = &(*link)->next;
    }
    *link = user->next;
    self->user_count--;
    uv_close((uv_handle_t *)&user->pipe, on_user_closed);
    if (self->user_count == 0 && self->options->background && !self->leaving) {
        uv_timer_start(&self->grace, on_grace_over, GUARDIAN_GRACE_MS, 0);
    }
}

// A line fits into the socket, unless somebody has stopped reading.
static void tell(struct user *user, const struct str *line) {
    uv_buf_t buffer = uv_buf_init(line->data, (unsigned)line->length);
    if (uv_try_write((uv_stream_t *)&user->pipe, &buffer, 1) != (int)line->length) {
        lose(user);
    }
}

static void tell_all(struct guardian *self) {
    struct str line;
    str_init(&line);
    write_state(self, &line);
    struct user *next = NULL;
    for (struct user *user = self->users; user; user = next) {
        next = user->next;
        tell(user, &line);
    }
    explicit_bzero(line.data, line.length);
    str_free(&line);
}

// --- below: life and death ---

static void leave(struct guardian *self) {
    if (self->leaving) {
        return;
    }
    self->leaving = true;
    unlink(self->place.guardian);
    uv_close((uv_handle_t *)&self->listener, NULL);
    while (self->users) {
        lose(self->users);
    }
    supervised_server_close(self->server);
    uv_close((uv_handle_t *)&self->grace, NULL);
    uv_close((uv_handle_t *)&self->signals[0], NULL);
    uv_close((uv_handle_t *)&self->signals[1], NULL);
}

static void on_grace_over(uv_timer_t *timer) {
    leave(timer->data);
}

static void on_signal(uv_signal_t *signal, int number) {
    (void)number;
    leave(signal->data);
}

static void on_state(void *context, enum supervised_phase phase, const char *message) {
    struct guardian *self = context;
    self->phase = phase;
    str_clear(&self->message);
    str_append_string(&self->message, message);
    if (self->options->tell) {
        struct str line;
        str_init(&line);
        str_append_format(&line, "%s%s%s", supervised_phase_name(phase), message[0] ? ": " : "", message);
        self->options->tell(line.data);
        str_free(&line);
    }
    tell_all(self);
    if (phase == SUPERVISED_FAILED) { // who comes in a moment shall know why, too
        uv_timer_start(&self->grace, on_grace_over, self->options->background ? GUARDIAN_GRACE_MS : 0, 0);
    }
}

// --- below: users ---

static void on_room(uv_handle_t *handle, size_t size, uv_buf_t *buffer) {
    struct user *user = handle->data;
    (void)size;
    *buffer = uv_buf_init(user->ignored, sizeof user->ignored);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer) {
    (void)buffer;
    if (count < 0) {
        lose(stream->data);
    }
}

static void on_connection(uv_stream_t *listener, int status) {
    struct guardian *self = listener->data;
    if (status != 0 || self->leaving) {
        return;
    }
    struct user *user = mem_zero(1, sizeof *user);
    user->guardian = self;
    user->pipe.data = user;
    uv_pipe_init(&self->loop, &user->pipe, 0);
    user->next = self->users;
    self->users = user;
    self->user_count++;
    if (self->phase != SUPERVISED_FAILED) {
        uv_timer_stop(&self->grace);
    }
    if (uv_accept(listener, (uv_stream_t *)&user->pipe) != 0 || self->user_count > GUARDIAN_USERS ||
        uv_read_start((uv_stream_t *)&user->pipe, on_room, on_read) != 0) {
        lose(user);
        return;
    }
    struct str line;
    str_init(&line);
    write_state(self, &line);
    tell(user, &line);
    explicit_bzero(line.data, line.length);
    str_free(&line);
}

// --- below: the beginning ---

static int take_lock(struct guardian *self, bool *taken, struct err *err) {
    self->lock = open(self->place.lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    *taken = self->lock >= 0 && flock(self->lock, LOCK_EX | LOCK_NB) == 0;
    if (!*taken && (self->lock < 0 || errno != EWOULDBLOCK)) {
        return err_set(err, ERR_IO, "cannot lock %s: %s", self->place.lock, strerror(errno));
    }
    return 0;
}

static int start_listening(struct guardian *self, struct err *err) {
    struct sockaddr_un address = {.sun_family = AF_UNIX}; // the path fits: supervised_place_init
    memcpy(address.sun_path, self->place.guardian, strlen(self->place.guardian) + 1);
    unlink(self->place.guardian);
    self->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (self->socket < 0 || bind(self->socket, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(self->socket, WAITING_USERS) != 0) {
        return err_set(err, ERR_IO, "cannot listen at %s: %s", self->place.guardian, strerror(errno));
    }
    return 0;
}

static void close_standard_streams(void) {
    int nothing = open("/dev/null", O_RDWR);
    for (int stream = 0; stream <= 2 && nothing >= 0; stream++) {
        dup2(nothing, stream);
    }
    if (nothing > 2) {
        close(nothing);
    }
}

// True in the process that goes on, false in the caller's. That one waits until the other has left its group, which
// may be killed at its end.
static bool go_to_background(struct guardian *self, struct err *err) {
    int left[2];
    char byte;
    pid_t id = pipe2(left, O_CLOEXEC) == 0 ? fork() : -1;
    if (id == 0) {
        setsid();
        close_standard_streams();
        close(left[1]);
        close(left[0]);
        return true;
    }
    if (id < 0) {
        err_set(err, ERR_IO, "cannot go to the background: %s", strerror(errno));
        return false;
    }
    close(left[1]);
    while (read(left[0], &byte, 1) < 0 && errno == EINTR) {
    }
    close(left[0]);
    close(self->socket);
    close(self->lock); // the other's copy holds the lock
    return false;
}

static int make_key(struct guardian *self, struct err *err) {
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[KEY_BYTES];
    int code = uv_random(NULL, NULL, bytes, sizeof bytes, 0, NULL);
    if (code) {
        return err_set(err, ERR_UNAVAILABLE, "the system gives no random numbers for a key: %s",
                       uv_strerror(code));
    }
    mem_forbid_dumps();
    for (size_t i = 0; i < sizeof bytes; i++) {
        self->key[2 * i] = digits[bytes[i] >> 4];
        self->key[2 * i + 1] = digits[bytes[i] & 15];
    }
    explicit_bzero(bytes, sizeof bytes);
    return 0;
}

static void serve(struct guardian *self) {
    static const int ends[] = {SIGTERM, SIGINT};
    struct supervised_server_options options = {.model = self->options->model,
                                                .socket = self->place.server,
                                                .key = self->key,
                                                .on_state = on_state,
                                                .context = self};
    thread_name("hunch-guardian");
    umask(077);
    uv_loop_init(&self->loop);
    uv_pipe_init(&self->loop, &self->listener, 0);
    uv_timer_init(&self->loop, &self->grace);
    for (int i = 0; i < 2; i++) {
        uv_signal_init(&self->loop, &self->signals[i]);
        self->signals[i].data = self;
        uv_signal_start(&self->signals[i], on_signal, ends[i]);
    }
    self->listener.data = self->grace.data = self;
    uv_pipe_open(&self->listener, self->socket);
    uv_listen((uv_stream_t *)&self->listener, WAITING_USERS, on_connection);
    if (self->options->background) {
        uv_timer_start(&self->grace, on_grace_over, FIRST_USER_MS, 0);
    }
    self->server = supervised_server_new(&self->loop, &options);
    uv_run(&self->loop, UV_RUN_DEFAULT);
    uv_loop_close(&self->loop);
    close(self->lock);
}

static int prepare_and_serve(struct guardian *self, struct err *err) {
    bool background = self->options->background;
    bool taken = false;
    int code = take_lock(self, &taken, err);
    if (code == 0 && !taken && !background) {
        return err_set(err, ERR_BUSY, "%s is served already", self->options->model->file);
    }
    code = code || !taken ? code : start_listening(self, err);
    if (code || !taken) {
        return code;
    }
    err->code = 0;
    if (background && !go_to_background(self, err)) {
        return err->code;
    }
    if (make_key(self, err) != 0) {
        return err->code;
    }
    serve(self);
    return self->phase == SUPERVISED_FAILED && !background
               ? err_set(err, ERR_UNAVAILABLE, "%s", self->message.data)
               : 0;
}

int supervised_guardian_run(const struct guardian_options *options, struct err *err) {
    struct guardian self = {.options = options, .lock = -1, .socket = -1};
    str_init(&self.message);
    int code = supervised_place_init(&self.place, options->model, err);
    code = code ? code : prepare_and_serve(&self, err);
    supervised_place_fini(&self.place);
    str_free(&self.message);
    explicit_bzero(self.key, sizeof self.key);
    return code;
}
