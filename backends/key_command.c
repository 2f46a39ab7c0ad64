// key_command.c - see key_command.h.
//
//     run -> (output ends, program ends | time is up | cannot start) -> finish -> handles close -> gone
//
// Output and program end in any order; both must. Whatever held the key is
// overwritten. A program that is not wanted any more is told to end, and killed
// if it does not; its handle stays open until then, as nobody else waits for it
// and it would stay a zombie.
#include "backends/key_command.h"

#include "base/mem.h"
#include "base/str.h"

#include <signal.h>
#include <stdlib.h>

enum { OUTPUT_LIMIT = 4096, WORDS = 32, PATIENCE_MS = 60 * 1000, GRACE_MS = 1000 };

struct key_command {
    uv_process_t process;
    uv_pipe_t output;
    uv_timer_t clock;
    int handles; // not yet closed
    char *words; // the command, cut in pieces
    char *arguments[WORDS + 1];
    char bytes[OUTPUT_LIMIT + 1];
    size_t length;
    bool output_ended, program_ended, started, finished;
    int64_t status;
    struct err err;
    key_command_done *on_done;
    void *context;
};

static void on_closed(uv_handle_t *handle) {
    struct key_command *run = handle->data;
    if (--run->handles == 0) {
        explicit_bzero(run->bytes, sizeof run->bytes);
        free(run->words);
        free(run);
    }
}

static void close_rest(struct key_command *run) {
    uv_close((uv_handle_t *)&run->clock, on_closed);
    if (run->arguments[0]) { // else there never was a process
        uv_close((uv_handle_t *)&run->process, on_closed);
    }
}

static void on_grace_over(uv_timer_t *clock) {
    struct key_command *run = clock->data;
    uv_process_kill(&run->process, SIGKILL);
}

static void end(struct key_command *run) {
    run->finished = true;
    uv_close((uv_handle_t *)&run->output, on_closed);
    if (run->started && !run->program_ended) {
        uv_process_kill(&run->process, SIGTERM);
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
        err_set(&run->err, ERR_DENIED, "model.keyCommand: %.100s ended with status %d", program,
                (int)run->status);
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

static void finish_if_both(struct key_command *run) {
    if (run->output_ended && run->program_ended) {
        finish(run);
    }
}

static void on_exit_of(uv_process_t *process, int64_t status, int killer) {
    struct key_command *run = process->data;
    run->program_ended = true;
    run->status = killer ? 128 + killer : status;
    if (run->finished) {
        close_rest(run);
    } else {
        finish_if_both(run);
    }
}

static void on_room(uv_handle_t *handle, size_t size, uv_buf_t *buffer) {
    struct key_command *run = handle->data;
    (void)size;
    // One byte beyond the limit tells that it was passed.
    *buffer = uv_buf_init(run->bytes + run->length, (unsigned)(sizeof run->bytes - run->length));
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer) {
    struct key_command *run = stream->data;
    (void)buffer;
    if (count >= 0) {
        run->length += (size_t)count;
        if (run->length > OUTPUT_LIMIT) {
            finish(run);
        }
        return;
    }
    uv_read_stop(stream);
    run->output_ended = true;
    finish_if_both(run);
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

static int spawn(struct key_command *run, uv_loop_t *loop) {
    const char *home = getenv("HOME");
    uv_stdio_container_t streams[3] = {
        {.flags = UV_IGNORE},
        {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&run->output},
        {.flags = UV_IGNORE}};
    uv_process_options_t options = {.exit_cb = on_exit_of,
                                    .file = run->arguments[0],
                                    .args = run->arguments,
                                    .cwd = home && home[0] == '/' ? home : "/",
                                    .stdio = streams,
                                    .stdio_count = 3};
    return run->arguments[0] ? uv_spawn(loop, &run->process, &options) : UV_EINVAL;
}

struct key_command *key_command_run(uv_loop_t *loop, const char *command, key_command_done *on_done,
                                    void *context) {
    struct key_command *run = mem_zero(1, sizeof *run);
    run->on_done = on_done;
    run->context = context;
    mem_forbid_dumps();
    split(run, command);
    run->handles = run->arguments[0] ? 3 : 2;
    uv_timer_init(loop, &run->clock);
    uv_pipe_init(loop, &run->output, 0);
    run->clock.data = run->output.data = run->process.data = run;
    int code = spawn(run, loop);
    run->started = code == 0;
    if (code == 0) {
        code = uv_read_start((uv_stream_t *)&run->output, on_room, on_read);
    }
    if (code) {
        err_set(&run->err, ERR_NOT_FOUND, "model.keyCommand: cannot run %.100s: %s",
                run->arguments[0] ? run->arguments[0] : "nothing", uv_strerror(code));
    }
    uv_timer_start(&run->clock, on_clock, code ? 0 : PATIENCE_MS, 0);
    return run;
}

void key_command_cancel(struct key_command *run) {
    if (!run->finished) {
        end(run);
    }
}
