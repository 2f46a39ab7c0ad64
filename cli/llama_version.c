// llama_version.c - see llama_version.h.
#include "cli/llama_version.h"

#include "backends/supervised_environment.h"
#include "base/child.h"

#include <stdlib.h>

enum { PATIENCE_MS = 10 * 1000, SHOWN = 100 };

struct question {
    uv_loop_t loop;
    uv_timer_t clock;
    struct child *child;
    struct str *version;
    bool told, ended;
};

// "version: 0.7.0 (build 11669, commit Debian)" is what it has said for years.
static void on_line(void *context, struct slice line) {
    static const char mark[] = "version: ";
    struct question *question = context;
    size_t at = slice_find(line, SLICE_LITERAL(mark), 0);
    if (at != (size_t)-1 && !question->told) {
        struct slice rest = slice_sub(line, at + sizeof mark - 1, at + sizeof mark - 1 + SHOWN);
        question->told = true;
        str_append_slice(question->version, slice_trim(rest));
    }
}

static void end(struct question *question) {
    child_close(question->child);
    uv_close((uv_handle_t *)&question->clock, NULL);
}

static void on_exit_of(void *context, int status, int killer) {
    struct question *question = context;
    (void)status;
    (void)killer;
    question->ended = true;
    end(question);
}

static void on_clock(uv_timer_t *clock) {
    end(clock->data);
}

int llama_version(const char *program, struct str *version, struct err *err) {
    struct question question = {.version = version};
    char *const words[] = {(char *)(uintptr_t)program, (char *)(uintptr_t) "--version", NULL};
    const char **variables = supervised_environment(NULL);
    struct child_options options = {.arguments = words,
                                    .variables = variables,
                                    .folder = "/",
                                    .on_line = on_line,
                                    .on_exit = on_exit_of,
                                    .context = &question};
    uv_loop_init(&question.loop);
    int code = child_start(&question.child, &question.loop, &options, err);
    free(variables);
    if (code == 0) {
        uv_timer_init(&question.loop, &question.clock);
        question.clock.data = &question;
        uv_timer_start(&question.clock, on_clock, PATIENCE_MS, 0);
    }
    uv_run(&question.loop, UV_RUN_DEFAULT);
    uv_loop_close(&question.loop);
    if (code == 0 && !question.told) {
        code = err_set(err, ERR_INVALID, "%s --version %s: is it llama.cpp's llama-server?", program,
                       question.ended ? "names no version" : "does not end");
    }
    return code;
}
