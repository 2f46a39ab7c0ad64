// lsp.c - `hunch lsp`: the language server. An app is opened for the root that the client names.
#include "base/log.h"
#include "cli/app.h"
#include "cli/commands.h"
#include "lsp/server.h"

#include <stdio.h>
#include <string.h>

struct host {
    uv_loop_t loop;
    struct config *config;
    struct app *app;
    struct str config_trouble; // lines about the settings file, told to the editor once it listens
};

static void note_trouble(void *context, const char *line) {
    struct host *host = context;
    log_warning("%s", line);
    str_append_format(&host->config_trouble, "%s%s", host->config_trouble.length ? "; " : "", line);
}

static int open_project(void *self, const char *root, const struct session_events *events,
                        struct session_project *out, struct err *err) {
    struct host *host = self;
    struct app_events app_events = {
        .on_progress = events->on_progress,
        .on_ready = events->on_ready,
        .on_warning = events->on_warning,
        .context = events->context,
        .tolerate_model = true,
        .watch = true,
    };
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
            fprintf(stderr, "hunch: usage: hunch lsp [--stdio]\n");
            return 2;
        }
    }
    return serve();
}
