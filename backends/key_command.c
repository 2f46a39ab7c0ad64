// key_command.c - see key_command.h.
//
//     run -> (the program ends | it printed too much | time is up | cannot start) -> finish -> end -> gone
//
// Whatever held the key is overwritten. A program that is not wanted any more
// is told to end, and killed if it does not.
#include "backends/key_command.h"

#include "base/child.h"
#include "base/mem.h"

#include <signal.h>
#include <stdlib.h>

enum { OUTPUT_LIMIT = CHILD_LINE - 1 /* a longer line comes cut */, WORDS = 32 };
enum { PATIENCE_MS = 60 * 1000, GRACE_MS = 1000 };

struct key_command {
    struct child *child; // NULL: never was one, or it has ended
    uv_timer_t clock;
    char *words; // the command, cut in pieces
    char *arguments[WORDS + 1];
    char bytes[OUTPUT_LIMIT + 1];
    size_t length;
    bool finished;
    int status;
    struct err err;
    key_command_done *on_done;
    void *context;
};

static void on_closed(uv_handle_t *handle) {
    struct key_command *run = handle->data;
    explicit_bzero(run->bytes, sizeof run->bytes);
    free(run->words);
    free(run);
}

static void close_rest(struct key_command *run) {
    child_close(run->child);
    run->child = NULL;
    uv_close((uv_handle_t *)&run->clock, on_closed);
}

static void on_grace_over(uv_timer_t *clock) {
    close_rest(clock->data);
}

static void end(struct key_command *run) {
    int id = run->child ? child_id(run->child) : 0;
    run->finished = true;
    if (id) {
        kill(id, SIGTERM);
        uv_timer_start(&run->clock, on_grace_over, GRACE_MS, 0);
    } else {
        close_rest(run);
    }
}

static void judge(struct key_command *run) {
    const char *program = run->arguments[0] ? run->arguments[0] : "";
    if (run->err.code) {
        return;
    }
    if (run->status != 0) {
        err_set(&run->err, ERR_DENIED, "model.keyCommand: %.100s ended with status %d", program, run->status);
    } else if (run->length > OUTPUT_LIMIT) {
        err_set(&run->err, ERR_INVALID, "model.keyCommand: %.100s prints too much for a key", program);
    } else if (run->length == 0) {
        err_set(&run->err, ERR_INVALID, "model.keyCommand: %.100s prints nothing", program);
    }
}

static void finish(struct key_command *run) {
    if (run->finished) {
        return;
    }
    run->bytes[run->length <= OUTPUT_LIMIT ? run->length : 0] = '\0';
    struct slice key = slice_trim(slice_of(run->bytes, strlen(run->bytes)));
    run->length = run->length <= OUTPUT_LIMIT ? key.length : run->length;
    judge(run);
    memmove(run->bytes, key.data, key.length);
    run->bytes[key.length] = '\0';
    run->on_done(run->context, run->err.code ? "" : run->bytes, run->err.code ? &run->err : NULL);
    end(run);
}

static void on_exit_of(void *context, int status, int killer) {
    struct key_command *run = context;
    child_close(run->child);
    run->child = NULL;
    run->status = killer ? 128 + killer : status;
    if (run->finished) {
        close_rest(run);
    } else {
        finish(run);
    }
}

static void on_line(void *context, struct slice line) {
    struct key_command *run = context;
    if (run->finished) {
        return;
    }
    if (run->length + line.length + 1 > OUTPUT_LIMIT) {
        run->length = OUTPUT_LIMIT + 1;
        finish(run);
        return;
    }
    memcpy(run->bytes + run->length, line.data, line.length);
    run->length += line.length;
    run->bytes[run->length++] = '\n';
}

static void on_clock(uv_timer_t *clock) {
    struct key_command *run = clock->data;
    if (!run->err.code) {
        err_set(&run->err, ERR_TIMEOUT, "model.keyCommand: %.100s did not end within %d seconds",
                run->arguments[0], PATIENCE_MS / 1000);
    }
    finish(run);
}

static void split(struct key_command *run, const char *command) {
    char *at = run->words = mem_copy_string(command);
    for (size_t count = 0; count < WORDS; count++) {
        at += strspn(at, " \t");
        if (!*at) {
            return;
        }
        run->arguments[count] = at;
        at += strcspn(at, " \t");
        at += *at ? (*at = '\0', 1) : 0;
    }
}

// What it starts of its own, an agent or a question at the terminal, is the user's and goes on.
static int start(struct key_command *run, uv_loop_t *loop, struct err *err) {
    const char *home = getenv("HOME");
    struct child_options options = {.arguments = run->arguments,
                                    .folder = home && home[0] == '/' ? home : "/",
                                    .mute = true,
                                    .stays_in_group = true,
                                    .on_line = on_line,
                                    .on_exit = on_exit_of,
                                    .context = run};
    return run->arguments[0] ? child_start(&run->child, loop, &options, err)
                             : err_set(err, ERR_INVALID, "cannot start nothing");
}

struct key_command *key_command_run(uv_loop_t *loop, const char *command, key_command_done *on_done,
                                    void *context) {
    struct key_command *run = mem_zero(1, sizeof *run);
    struct err err;
    run->on_done = on_done;
    run->context = context;
    mem_forbid_dumps();
    split(run, command);
    uv_timer_init(loop, &run->clock);
    run->clock.data = run;
    int code = start(run, loop, &err);
    if (code) {
        run->child = NULL;
        err_set(&run->err, ERR_NOT_FOUND, "model.keyCommand: %.300s", err.message);
    }
    uv_timer_start(&run->clock, on_clock, code ? 0 : PATIENCE_MS, 0);
    return run;
}

void key_command_cancel(struct key_command *run) {
    if (!run->finished) {
        end(run);
    }
}
