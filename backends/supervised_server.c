// supervised_server.c - see supervised_server.h.
//
// What the program prints is kept in a ring of lines, for the day it fails.
// Health is asked over its own socket, as everything else will be.
//
// The arguments: one slot, since one person types; small batches, since a
// batch that is begun is never interrupted and a cancelled request holds up the
// next one until then; one thread less than there are cores, since its
// threads wait for each other spinning, and one that has to share its core
// stops all. What the user adds comes last and is stronger.
//
// Source: tools/server/README.md of llama.cpp; seen of 0.7.0. Sockets came with its pull request 12613.
#include "backends/supervised_server.h"

#include "backends/http.h"
#include "backends/supervised_environment.h"
#include "base/child.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/vec.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    SILENCE_MS = 60 * 1000,
    LOADING_MS = 15 * 60 * 1000,
    ASK_MS = 100,         // between two questions for its health
    ANSWER_MS = 5000,     // what one may take
    FIRST_PAUSE_MS = 250, // after the second end
    DOUBLINGS = 7,        // of that at most
    STEADY_US = 60 * 1000 * 1000,
    SHOWN_LINES = 3,               // of the output, in a message
    WORDS = SUPERVISED_WORDS + 20, // ours beside the user's
};

// The phases of the picture, and what the names of their states are on the wire.
static const char *const phase_names[SUPERVISED_PHASES] = {
    [SUPERVISED_STARTING] = "starting", [SUPERVISED_LOADING] = "loading", [SUPERVISED_READY] = "ready",
    [SUPERVISED_WAITING] = "waiting",   [SUPERVISED_FAILED] = "failed",
};

// Options without which it works too.
static const char *const optional[][2] = {
    {"--no-ui", NULL}, {"--offline", NULL}, {"--sleep-idle-seconds", "300"}};
enum { OPTIONAL = sizeof optional / sizeof *optional };

// Where it listens: at a socket; at a port that we hold; at one that we held, where it does not share.
enum way { BY_SOCKET, BY_HELD_PORT, BY_PORT };

struct supervised_server {
    uv_loop_t *loop;
    const struct supervised_model *model;
    char *socket, *key;
    struct str url;
    enum way way;
    int holder; // of the port; -1: none
    uint32_t port;
    uint32_t silence_ms, loading_ms;
    void (*on_state)(void *context, enum supervised_phase phase, const char *message);
    void *context;
    enum supervised_phase phase;
    struct child *child;
    struct http *http;
    struct http_call *asking;
    uv_timer_t timer; // the next start or the next question
    uint64_t started_us;
    uint64_t ends_us[SUPERVISED_FAILURES]; // the last, a ring
    size_t ends;                           // in a row without a steady run
    bool left_out[OPTIONAL];               // options that it does not know
    char *lines[SUPERVISED_LINES];         // a ring
    size_t line_count;
};

const char *supervised_phase_name(enum supervised_phase phase) {
    return phase_names[phase];
}

enum supervised_phase supervised_phase_of(const char *name) {
    int phase = 0;
    while (phase < SUPERVISED_PHASES && strcmp(phase_names[phase], name) != 0) {
        phase++;
    }
    return (enum supervised_phase)phase;
}

static void set_phase(struct supervised_server *self, enum supervised_phase phase, const char *message) {
    self->phase = phase;
    self->on_state(self->context, phase, message);
}

// --- below: what it says ---

static void forget_lines(struct supervised_server *self) {
    for (size_t i = 0; i < SUPERVISED_LINES; i++) {
        free(self->lines[i]);
        self->lines[i] = NULL;
    }
    self->line_count = 0;
}

// A line that holds the key is not kept. It should not print it; a wrapper might.
static void on_line(void *context, struct slice line) {
    struct supervised_server *self = context;
    bool tells = slice_find(line, slice_of_string(self->key), 0) != (size_t)-1;
    if (slice_trim(line).length == 0 || tells) {
        return;
    }
    char **place = &self->lines[self->line_count++ % SUPERVISED_LINES];
    free(*place);
    *place = mem_copy_bytes(line.data, line.length);
}

// The i-th of those kept, oldest first.
static const char *line_at(const struct supervised_server *self, size_t i) {
    size_t first = self->line_count > SUPERVISED_LINES ? self->line_count - SUPERVISED_LINES : 0;
    return self->lines[(first + i) % SUPERVISED_LINES];
}

static size_t lines_kept(const struct supervised_server *self) {
    return self->line_count < SUPERVISED_LINES ? self->line_count : SUPERVISED_LINES;
}

// Lines that name an error tell more than the last ones, which tidy up.
static bool names_error(const char *line) {
    return strcasestr(line, "error") || strcasestr(line, "failed") || strcasestr(line, "invalid");
}

// Its log has time and level in front: "0.00.056.732 I srv ...". At level I it tells what it does when all is well.
static bool is_chatter(const char *line) {
    size_t length = strspn(line, "0123456789.");
    return length > 0 && strncmp(line + length, " I ", 3) == 0;
}

static bool is_told(const char *line, bool errors_only) {
    return errors_only ? names_error(line) : !is_chatter(line);
}

static void append_words(const struct supervised_server *self, bool errors_only, struct str *out) {
    size_t count = lines_kept(self);
    size_t skip = 0;
    size_t fitting = 0;
    for (size_t i = 0; i < count; i++) {
        fitting += is_told(line_at(self, i), errors_only);
    }
    skip = fitting > SHOWN_LINES ? fitting - SHOWN_LINES : 0;
    for (size_t i = 0; i < count; i++) {
        if (is_told(line_at(self, i), errors_only) && (skip == 0 || skip-- == 0)) {
            str_append_format(out, "%s%.120s", out->length ? " / " : "", line_at(self, i));
        }
    }
}

// `what` happened; what did it say before?
static void describe(const struct supervised_server *self, const char *what, struct str *out) {
    struct str words;
    str_init(&words);
    append_words(self, true, &words);
    if (words.length == 0) {
        append_words(self, false, &words);
    }
    for (size_t i = 0; i < words.length; i++) {
        words.data[i] = (unsigned char)words.data[i] < ' ' ? '?' : words.data[i];
    }
    str_append_format(out, "%s %s%s%s", self->model->program, what, words.length ? "; it said: " : "",
                      words.data);
    str_free(&words);
}

static bool refuses_words(const char *line) {
    return names_error(line) && (strcasestr(line, "argument") || strcasestr(line, "option"));
}

// An option of ours that it refused to know, as "error: invalid argument: --no-ui"; leaves it out.
static bool leave_out_unknown(struct supervised_server *self) {
    for (size_t i = 0; i < lines_kept(self); i++) {
        const char *line = line_at(self, i);
        for (size_t k = 0; k < OPTIONAL; k++) {
            if (refuses_words(line) && strstr(line, optional[k][0]) && !self->left_out[k]) {
                return self->left_out[k] = true;
            }
        }
    }
    return false;
}

// "couldn't bind HTTP server socket, hostname: /run/..., port: 8080" is what one says that takes the path for a name.
static bool turn_to_port(struct supervised_server *self) {
    for (size_t i = 0; i < lines_kept(self) && self->way < BY_PORT; i++) {
        if (strcasestr(line_at(self, i), "couldn't bind")) {
            self->way++;
            return true;
        }
    }
    return false;
}

// --- below: where it listens ---

static void release_port(struct supervised_server *self) {
    if (self->holder >= 0) {
        close(self->holder);
        self->holder = -1;
    }
}

// Any port, bound but not listened at. The program may bind it too, if it asks for SO_REUSEPORT, as those did that know no
// sockets; another user's may not, and could not get the key by being there first.
static int hold_port(struct supervised_server *self) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int yes = 1;
    self->holder = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (self->holder < 0 || setsockopt(self->holder, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes) != 0 ||
        bind(self->holder, (struct sockaddr *)&address, size) != 0 ||
        getsockname(self->holder, (struct sockaddr *)&address, &size) != 0) {
        return errno;
    }
    self->port = ntohs(address.sin_port);
    return 0;
}

static const char *word_behind(const char *text, int words) {
    for (; words; words--) {
        text += strcspn(text, " ");
        text += strspn(text, " ");
    }
    return text;
}

static bool tells_of_ours(const char *line, in_addr_t address, uint32_t port) {
    char listening[64];
    snprintf(listening, sizeof listening, ": %08X:%04X 00000000:0000 0A ", address, port);
    const char *found = strstr(line, listening);
    return found && strtoul(word_behind(found, 7), NULL, 10) == geteuid();
}

// Does a program of ours listen at the port? Then nobody else's can. Not known: yes. Source: proc_pid_net(5); 0A is a
// socket that listens.
static bool is_ours(const struct supervised_server *self) {
    char line[256];
    FILE *sockets = self->way == BY_SOCKET ? NULL : fopen("/proc/net/tcp", "re");
    bool ours = sockets == NULL;
    while (sockets && fgets(line, sizeof line, sockets)) {
        ours = ours || tells_of_ours(line, htonl(INADDR_LOOPBACK), self->port) ||
               tells_of_ours(line, htonl(INADDR_ANY), self->port);
    }
    if (sockets) {
        fclose(sockets);
    }
    return ours;
}

static int prepare_address(struct supervised_server *self, struct err *err) {
    unlink(self->socket); // it would not start
    release_port(self);
    int error = self->way == BY_SOCKET ? 0 : hold_port(self);
    if (error) {
        return err_set(err, ERR_IO, "no port of this machine can be had for %s: %s", self->model->program,
                       strerror(error));
    }
    str_clear(&self->url);
    if (self->way == BY_PORT) {
        release_port(self);
    }
    if (self->way != BY_SOCKET) {
        str_append_format(&self->url, "http://127.0.0.1:%u", self->port);
    } else {
        str_append_format(&self->url, "unix:%s", self->socket);
    }
    return 0;
}

// --- below: a start ---

struct command {
    char *words[WORDS + 1];
    size_t count;
    struct str port, context, threads, more;
};

static void add_word(struct command *command, const char *word) {
    if (command->count < WORDS) { // always: supervised_model_init counts the user's
        command->words[command->count++] = (char *)(uintptr_t)word;
    }
}

static void add_words(struct command *command, const char *const *words) {
    for (; *words; words++) {
        add_word(command, *words);
    }
}

// What the user adds, split at blanks.
static void add_more(struct command *command) {
    char *at = command->more.data;
    for (at += strspn(at, SUPERVISED_BLANKS); *at; at += strspn(at, SUPERVISED_BLANKS)) {
        add_word(command, at);
        at += strcspn(at, SUPERVISED_BLANKS);
        at += *at ? (*at = '\0', 1) : 0;
    }
}

static void command_init(struct command *command, const struct supervised_server *self) {
    const struct supervised_model *model = self->model;
    unsigned cores = uv_available_parallelism();
    *command = (struct command){.count = 0};
    str_init(&command->port);
    str_init(&command->context);
    str_init(&command->threads);
    str_init(&command->more);
    str_append_format(&command->port, "%u", self->port);
    str_append_format(&command->context, "%u", model->context_tokens);
    str_append_format(&command->threads, "%u", cores > 1 ? cores - 1 : 1);
    str_append_string(&command->more, model->arguments);
    const char *const words[] = {model->program,
                                 "--model",
                                 model->file,
                                 "--host",
                                 self->way == BY_SOCKET ? self->socket : "127.0.0.1",
                                 "--ctx-size",
                                 command->context.data,
                                 "--threads",
                                 command->threads.data,
                                 "--parallel",
                                 "1",
                                 "--batch-size",
                                 "256",
                                 "--ubatch-size",
                                 "256",
                                 NULL};
    add_words(command, words);
    if (self->way != BY_SOCKET) {
        add_words(command, (const char *const[]){"--port", command->port.data, NULL});
    }
    for (size_t i = 0; i < OPTIONAL; i++) {
        const char *const pair[] = {optional[i][0], optional[i][1], NULL};
        if (!self->left_out[i]) {
            add_words(command, pair);
        }
    }
    add_more(command);
}

static void command_fini(struct command *command) {
    str_free(&command->port);
    str_free(&command->context);
    str_free(&command->threads);
    str_free(&command->more);
}

static void on_child_exit(void *context, int status, int killer);
static void ask(uv_timer_t *timer);

static int run(struct supervised_server *self, struct err *err) {
    struct command command;
    struct str key;
    if (prepare_address(self, err) != 0) {
        return err->code;
    }
    str_init(&key);
    str_append_format(&key, "LLAMA_API_KEY=%s", self->key);
    command_init(&command, self);
    const char **variables = supervised_environment(key.data);
    struct child_options options = {.arguments = command.words,
                                    .variables = variables,
                                    .folder = "/",
                                    .on_line = on_line,
                                    .on_exit = on_child_exit,
                                    .context = self};
    int code = child_start(&self->child, self->loop, &options, err);
    free(variables);
    explicit_bzero(key.data, key.length);
    str_free(&key);
    command_fini(&command);
    return code;
}

static void stop(struct supervised_server *self) {
    uv_timer_stop(&self->timer);
    if (self->asking) {
        http_cancel(self->asking);
        self->asking = NULL;
    }
    child_close(self->child);
    self->child = NULL;
    unlink(self->socket);
    release_port(self);
}

static void start(uv_timer_t *timer) {
    struct supervised_server *self = timer->data;
    struct err err;
    forget_lines(self);
    self->started_us = clock_now_us();
    if (run(self, &err) != 0) {
        set_phase(self, SUPERVISED_FAILED, err.message);
        return;
    }
    set_phase(self, SUPERVISED_STARTING, "");
    uv_timer_start(&self->timer, ask, ASK_MS, 0);
}

// --- below: an end ---

static bool ended_too_often(struct supervised_server *self, uint64_t now) {
    self->ends_us[self->ends++ % SUPERVISED_FAILURES] = now;
    uint64_t fifth_last = self->ends_us[self->ends % SUPERVISED_FAILURES];
    return self->ends >= SUPERVISED_FAILURES && now - fifth_last < STEADY_US;
}

static uint64_t pause_ms(const struct supervised_server *self) {
    size_t doublings = self->ends > 2 ? self->ends - 2 : 0;
    return self->ends < 2 ? 0 : (uint64_t)FIRST_PAUSE_MS << (doublings < DOUBLINGS ? doublings : DOUBLINGS);
}

// It ended, or was ended.
static void come_back(struct supervised_server *self, const char *what) {
    struct str message;
    uint64_t now = clock_now_us();
    bool unknown = self->phase == SUPERVISED_STARTING && (leave_out_unknown(self) || turn_to_port(self));
    str_init(&message);
    describe(self, what, &message);
    stop(self);
    if (now - self->started_us > STEADY_US) {
        self->ends = 0;
    }
    if (!unknown && ended_too_often(self, now)) {
        set_phase(self, SUPERVISED_FAILED, message.data);
    } else {
        set_phase(self, SUPERVISED_WAITING, unknown ? "" : message.data);
        uv_timer_start(&self->timer, start, unknown ? 0 : pause_ms(self), 0);
    }
    str_free(&message);
}

static void on_child_exit(void *context, int status, int killer) {
    char what[80];
    if (killer) {
        snprintf(what, sizeof what, "was ended by signal %d%s", killer,
                 killer == SIGKILL ? " (if memory ran out: take a smaller model)" : "");
    } else {
        snprintf(what, sizeof what, "ended with status %d", status);
    }
    come_back(context, what);
}

// --- below: its health ---

static void ask_later(struct supervised_server *self) {
    uint32_t limit_ms = self->phase == SUPERVISED_LOADING ? self->loading_ms : self->silence_ms;
    if (clock_ms_since(self->started_us) > limit_ms) {
        come_back(self, self->phase == SUPERVISED_LOADING ? "does not end loading its model"
                                                          : "runs, but does not answer");
    } else {
        uv_timer_start(&self->timer, ask, ASK_MS, 0);
    }
}

static bool on_data(void *context, const struct http_head *head, struct slice bytes) {
    (void)context;
    (void)head;
    (void)bytes;
    return true;
}

// Without the key.
static void get(struct supervised_server *self, const char *path,
                void (*on_done)(void *context, const struct http_result *result)) {
    struct str url;
    str_init(&url);
    str_append_format(&url, "%s%s", self->url.data, path);
    struct http_request request = {.url = url.data,
                                   .deadline_us = clock_now_us() + ANSWER_MS * UINT64_C(1000)};
    self->asking = http_start(self->http, &request, &(struct http_callbacks){on_data, on_done, self});
    str_free(&url);
}

// Anyone on this machine may ask at a port: one that takes no key from its environment would tell them the prompts.
static void on_refusal(void *context, const struct http_result *result) {
    struct supervised_server *self = context;
    struct str message;
    if (!self->asking) {
        return;
    }
    self->asking = NULL;
    if (result->code == 0 && result->head.status == 401) {
        set_phase(self, SUPERVISED_READY, "");
    } else if (result->code == 0 && result->head.status == 200) {
        str_init(&message);
        str_append_format(
            &message,
            "%s wants no key, and anyone on this machine can reach it: take a newer llama-server, "
            "which listens at a socket",
            self->model->program);
        stop(self);
        set_phase(self, SUPERVISED_FAILED, message.data);
        str_free(&message);
    } else {
        ask_later(self);
    }
}

static void on_health(void *context, const struct http_result *result) {
    struct supervised_server *self = context;
    if (!self->asking) { // an answer that was there already cannot be cancelled, see stop()
        return;
    }
    self->asking = NULL;
    if (result->code == 0 && !is_ours(self)) {
        come_back(self, "does not listen at its port, another program answers there");
        return;
    }
    if (result->code == 0 && result->head.status == 200 && self->way != BY_SOCKET) {
        get(self, "/props", on_refusal);
        return;
    }
    if (result->code == 0 && result->head.status == 200) {
        set_phase(self, SUPERVISED_READY, "");
        return;
    }
    if (result->code == 0 && result->head.status == 503 && self->phase == SUPERVISED_STARTING) {
        set_phase(self, SUPERVISED_LOADING, "");
    }
    ask_later(self);
}

static void ask(uv_timer_t *timer) {
    get(timer->data, "/health", on_health);
}

// --- below: life and death ---

static void on_closed(uv_handle_t *handle) {
    struct supervised_server *self = handle->data;
    explicit_bzero(self->key, strlen(self->key));
    free(self->key);
    free(self->socket);
    str_free(&self->url);
    forget_lines(self);
    free(self);
}

struct supervised_server *supervised_server_new(uv_loop_t *loop,
                                                const struct supervised_server_options *options) {
    struct supervised_server *self = mem_zero(1, sizeof *self);
    str_init(&self->url);
    self->holder = -1;
    self->loop = loop;
    self->model = options->model;
    self->socket = mem_copy_string(options->socket);
    self->key = mem_copy_string(options->key);
    self->silence_ms = options->silence_ms ? options->silence_ms : SILENCE_MS;
    self->loading_ms = options->loading_ms ? options->loading_ms : LOADING_MS;
    self->on_state = options->on_state;
    self->context = options->context;
    self->http = http_new(loop, NULL);
    uv_timer_init(loop, &self->timer);
    self->timer.data = self;
    uv_timer_start(&self->timer, start, 0, 0);
    return self;
}

const char *supervised_server_url(const struct supervised_server *server) {
    return server->url.data;
}

int supervised_server_id(const struct supervised_server *server) {
    return server->child ? child_id(server->child) : 0;
}

void supervised_server_close(struct supervised_server *server) {
    if (server) {
        stop(server);
        http_close(server->http);
        uv_close((uv_handle_t *)&server->timer, on_closed);
    }
}
