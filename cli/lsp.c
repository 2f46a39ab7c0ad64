// lsp.c - `hunch lsp`: the language server. An app is opened for the root that the client names.
#include "base/log.h"
#include "cli/app.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "lsp/server.h"

#include <stdio.h>
#include <string.h>

struct host {
    uv_loop_t loop;
    struct config *config;
    struct app *app;
    struct session_events events; // of the open project
    struct str config_trouble;    // lines about the settings file, told to the editor once it listens
};

static void note_trouble(void *context, const char *line) {
    struct host *host = context;
    log_warning("%s", line);
    str_append_format(&host->config_trouble, "%s%s", host->config_trouble.length ? "; " : "", line);
}

static void on_progress(void *context, const struct index_progress *progress) {
    const struct host *host = context;
    host->events.on_progress(host->events.context, progress);
}

static void on_ready(void *context, const struct index_progress *progress) {
    const struct host *host = context;
    host->events.on_ready(host->events.context, progress);
}

static void on_warning(void *context, const char *message) {
    const struct host *host = context;
    host->events.on_warning(host->events.context, message);
}

static void on_model(void *context, const char *loading, const char *trouble) {
    const struct host *host = context;
    host->events.on_model(host->events.context, loading, trouble);
}

static void on_vectors(void *context, const struct embedding_progress *progress) {
    const struct host *host = context;
    struct session_vectors vectors = {progress->done, progress->total, progress->ended, progress->tokens,
                                      progress->cost};
    host->events.on_vectors(host->events.context, &vectors);
}

static int open_project(void *self, const char *root, const struct session_events *events,
                        struct session_project *out, struct err *err) {
    struct host *host = self;
    struct app_events app_events = {
        .on_progress = on_progress,
        .on_ready = on_ready,
        .on_warning = on_warning,
        .on_model = on_model,
        .on_vectors = on_vectors,
        .context = host,
        .watch = true,
    };
    host->events = *events;
    int code = app_open(&host->app, &host->loop, host->config, root, &app_events, err);
    if (host->config_trouble.length) {
        events->on_warning(events->context, host->config_trouble.data);
        str_clear(&host->config_trouble);
    }
    if (code == 0) {
        *out = (struct session_project){host->app->engine, host->app->indexer,
                                        backend_choose(host->app->model, NULL)->model};
    }
    return code;
}

static void close_project(void *self) {
    struct host *host = self;
    app_close(host->app);
    host->app = NULL;
}

static int serve(void) {
    struct host host = {0};
    uv_loop_init(&host.loop);
    str_init(&host.config_trouble);
    host.config = app_load_config(note_trouble, &host);
    struct session_options options = {
        .loop = &host.loop,
        .config = host.config,
        .host = {.self = &host, .open = open_project, .close = close_project},
    };
    int status = server_run(&options);
    uv_run(&host.loop, UV_RUN_DEFAULT);
    uv_loop_close(&host.loop);
    str_free(&host.config_trouble);
    config_free(host.config);
    return status;
}

int command_lsp(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        // Editors start servers with --stdio by habit; it is the only way to talk anyway.
        if (strcmp(argv[i], "--stdio") != 0) {
            return options_refuse("hunch lsp [--stdio]", "\"%s\" is no argument of it", argv[i]);
        }
    }
    return serve();
}
