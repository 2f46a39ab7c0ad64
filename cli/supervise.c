// supervise.c - see supervise.h.
#include "cli/supervise.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>

bool supervise_wanted(const struct config_server *server) {
    return server->file && server->file[0];
}

static int check(const struct config_server *server, struct err *err) {
    if (strcmp(server->provider, "llama-server") != 0) {
        return err_set(err, ERR_INVALID,
                       "%s.file is for %s.provider \"llama-server\", not \"%s\": correct one of the two",
                       server->group, server->group, server->provider);
    }
    if (server->url[0]) {
        return err_set(
            err, ERR_INVALID,
            "%s.file is a model that Hunch serves itself, %s.url a server of yours: remove one of the two",
            server->group, server->group);
    }
    return 0;
}

int supervise_model(const struct config_server *server, struct supervised_model *model, struct err *err) {
    int code = check(server, err);
    return code ? code
                : supervised_model_init(model, server->program, server->file, server->arguments,
                                        server->context_tokens, err);
}

static void on_state(void *context, enum supervised_phase phase, const char *message) {
    const struct model_events *events = context;
    const char *loading = phase == SUPERVISED_STARTING  ? "starting llama-server"
                          : phase == SUPERVISED_LOADING ? "loading the model"
                          : phase == SUPERVISED_WAITING ? "starting llama-server again"
                                                        : NULL;
    if (message[0]) {
        log_warning("%s", message);
    }
    if (events->on_model) {
        events->on_model(events->context, loading, phase == SUPERVISED_FAILED ? message : NULL);
    }
}

struct backend *supervise(uv_loop_t *loop, const struct config *config, const struct config_server *server,
                          const struct model_events *events, struct err *err) {
    struct supervised_options options = {
        .group = server->group,
        .program = server->program,
        .file = server->file,
        .arguments = server->arguments,
        .name = server->name,
        .template = server->template,
        .context_tokens = server->context_tokens,
        .timeout_ms = config->timeout_ms,
        .on_state = on_state,
        .context = (void *)(uintptr_t)events,
    };
    return check(server, err) ? NULL : supervised_new(loop, &options, err);
}
