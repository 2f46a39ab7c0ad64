// app.c - see app.h.
#include "cli/app.h"

#include "backends/chain.h"
#include "backends/remote.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/spill.h"
#include "indexer/language.h"

#include <stdio.h>
#include <stdlib.h>

// Jobs that may wait for the interactive worker; beyond it a request is answered "busy".
enum { WORKER_QUEUE = 64 };
// So many bytes take a few seconds to parse: of a larger repository the words come first.
enum { WORDS_ABOVE = 24 << 20 };

// --- one sink that passes everything on to the retriever's and the model's ---

static void put(void *self, struct record *record, struct slice text) {
    const struct app *app = self;
    for (size_t i = 0; i < app->sink_count; i++) {
        app->sinks[i].put(app->sinks[i].self, record, text);
    }
}

static void remove_path(void *self, const char *path) {
    const struct app *app = self;
    for (size_t i = 0; i < app->sink_count; i++) {
        app->sinks[i].remove(app->sinks[i].self, path);
    }
}

static void overlay(void *self, struct record *record, struct slice text) {
    const struct app *app = self;
    for (size_t i = 0; i < app->sink_count; i++) {
        app->sinks[i].overlay(app->sinks[i].self, record, text);
    }
}

static void overlay_remove(void *self, const char *path) {
    const struct app *app = self;
    for (size_t i = 0; i < app->sink_count; i++) {
        app->sinks[i].overlay_remove(app->sinks[i].self, path);
    }
}

static void show(void *self, struct record *record, struct text *text, uint64_t version) {
    const struct app *app = self;
    for (size_t i = 0; i < app->sink_count; i++) {
        if (app->sinks[i].show) {
            app->sinks[i].show(app->sinks[i].self, record, text, version);
        }
    }
}

static void hide(void *self, const char *path, uint64_t version) {
    const struct app *app = self;
    for (size_t i = 0; i < app->sink_count; i++) {
        if (app->sinks[i].hide) {
            app->sinks[i].hide(app->sinks[i].self, path, version);
        }
    }
}

static void searchable(void *self) {
    const struct app *app = self;
    for (size_t i = 0; i < app->sink_count; i++) {
        if (app->sinks[i].searchable) {
            app->sinks[i].searchable(app->sinks[i].self);
        }
    }
}

// One of them keeps something at most.
static const struct index_sink *keeper(const struct app *app) {
    const struct index_sink *found = NULL;
    for (size_t i = 0; i < app->sink_count; i++) {
        found = app->sinks[i].keep ? &app->sinks[i] : found;
    }
    return found;
}

static void restore(void *self, char *bytes, size_t size) {
    const struct index_sink *sink = keeper(self);
    if (sink) {
        sink->restore(sink->self, bytes, size);
    } else {
        spill_free(bytes);
    }
}

static char *keep(void *self, size_t *size) {
    const struct index_sink *sink = keeper(self);
    return sink ? sink->keep(sink->self, size) : NULL;
}

static void commit(void *self, bool full_pass) {
    const struct app *app = self;
    for (size_t i = 0; i < app->sink_count; i++) {
        app->sinks[i].commit(app->sinks[i].self, full_pass);
    }
}

// --- models ---

struct http_trust app_trust(const struct config_server *server) {
    return (struct http_trust){.group = server->group,
                               .ca_file = server->ca_file,
                               .certificate_file = server->certificate_file,
                               .certificate_key_file = server->certificate_key_file,
                               .insecure = server->insecure};
}

// NULL and err when it cannot be (a refused URL, an unreadable key).
static struct backend *server_model(const struct app *app, const struct config_server *server,
                                    struct err *err) {
    if (supervise_wanted(server)) {
        return supervise(app->loop, app->config, server, &app->model_events, err);
    }
    struct str key;
    str_init(&key);
    struct backend *model = NULL;
    if (config_read_key(server, &key, err) == 0) {
        struct remote_options options = {
            .group = server->group,
            .provider = server->provider,
            .url = server->url,
            .model = server->name,
            .key = key.data,
            .key_command = server->key_command,
            .template = server->template,
            .trust = app_trust(server),
            .context_tokens = server->context_tokens,
            .timeout_ms = app->config->timeout_ms,
        };
        model = remote_new(app->loop, &options, err);
    }
    explicit_bzero(key.data, key.length);
    str_free(&key);
    return model;
}

static void free_handle(uv_handle_t *handle) {
    free(handle);
}

static void end_wait(void *context) {
    struct app *app = context;
    app->awaiting.then(app->awaiting.context);
}

static void close_limit(struct app *app) {
    if (app->awaiting.limit) {
        uv_close((uv_handle_t *)app->awaiting.limit, free_handle);
        app->awaiting.limit = NULL;
    }
}

static void end_probe(struct app *app, bool answers) {
    if (app->awaiting.limit) {
        app->awaited_us = clock_now_us() - app->awaiting.since_us;
        close_limit(app);
    }
    app->awaiting.ended = true;
    if (!answers && app->repository) {
        repository_await(app->repository, end_wait, app);
    } else {
        end_wait(app);
    }
}

static void after_probe(void *context, const struct backend_result *result) {
    struct app *app = context;
    if (result->code != ERR_CANCELLED && !app->awaiting.ended) {
        end_probe(app, result->code == 0);
    }
}

static void on_limit(uv_timer_t *timer) {
    end_probe(timer->data, false);
}

static void limit_probe(struct app *app) {
    uint32_t time_ms = app->config->timeout_ms;
    app->awaiting.limit = mem_zero(1, sizeof *app->awaiting.limit);
    app->awaiting.limit->data = app;
    uv_timer_init(app->loop, app->awaiting.limit);
    uv_update_time(app->loop);
    uv_timer_start(app->awaiting.limit, on_limit, app->link_count > 1 ? time_ms / 2 : time_ms, 0);
}

void app_await_model(struct app *app, void (*then)(void *context), void *context) {
    struct backend *model = app->links[0].backend;
    bool is_fallback = strcmp(app->links[0].group, "fallback") == 0;
    bool is_ours = // which may load for minutes
        supervise_wanted(is_fallback ? &app->config->fallback : &app->config->model);
    bool known = app->link_count == 1 && model->traits.template && !is_ours;
    if (!model->operations->probe || known) {
        then(context);
        return;
    }
    app->awaiting = (struct app_awaiting){.then = then, .context = context, .since_us = clock_now_us()};
    if (!is_ours) {
        limit_probe(app);
    }
    model->operations->probe(model, &(struct backend_callbacks){NULL, after_probe, app});
}

static void add_link(struct app *app, const char *group, struct backend *backend) {
    app->links[app->link_count++] = (struct app_link){group, backend};
}

static void add_builtin(struct app *app) {
    struct repository_options options = {.root = app->root, .worker = app->worker};
    app->repository = repository_new(app->loop, &options);
    app->sinks[app->sink_count++] = repository_sink(app->repository);
    add_link(app, "built-in", app->repository);
}

static void tell_unusable(const struct app *app, const char *group, const char *trouble) {
    if (app->events.on_unusable) {
        app->events.on_unusable(app->events.context, group, trouble);
    } else if (app->events.on_warning) {
        char line[640];
        snprintf(line, sizeof line, "%s; the other models answer meanwhile", trouble);
        app->events.on_warning(app->events.context, line);
    }
}

static void add_server(struct app *app, const struct config_server *server) {
    struct err trouble = {0};
    struct backend *model = server_model(app, server, &trouble);
    if (model) {
        add_link(app, server->group, model);
    } else {
        tell_unusable(app, server->group, trouble.message);
    }
}

// The user's order: the model, what answers where it fails, the built-in one.
static void open_model(struct app *app) {
    const struct config *config = app->config;
    if (strcmp(config->model.provider, "repository") != 0) {
        add_server(app, &config->model);
        if (strcmp(config->fallback.provider, "none") != 0) {
            add_server(app, &config->fallback);
        }
    }
    if (config->fall_back_to_builtin || app->link_count == 0) {
        add_builtin(app);
    }
    struct backend *models[] = {app->links[0].backend, app->links[1].backend, app->links[2].backend};
    app->model = app->link_count == 1 ? models[0] : chain_new(models, app->link_count);
}

// --- events: a pass is over when the built-in model has learned it, too ---

static void on_progress(void *context, const struct index_progress *progress) {
    const struct app *app = context;
    struct index_progress told = *progress;
    told.ready = progress->ready && app->is_ready;
    if (app->events.on_progress) {
        app->events.on_progress(app->events.context, &told);
    }
}

static void on_learned(void *context) {
    struct app *app = context;
    app->is_ready = true;
    if (app->events.on_ready) {
        app->events.on_ready(app->events.context, &app->finished);
    }
}

static void on_ready(void *context, const struct index_progress *progress) {
    struct app *app = context;
    app->finished = *progress;
    if (app->model == app->repository) {
        repository_await(app->repository, on_learned, app);
    } else {
        on_learned(app);
    }
}

static void on_warning(void *context, const char *message) {
    const struct app *app = context;
    if (app->events.on_warning) {
        app->events.on_warning(app->events.context, message);
    }
}

// --- roots ---

bool app_is_marked(const char *folder) {
    static const char *const markers[] = {".git", ".hg", ".svn", ".jj", ".hunchignore"};
    bool found = false;
    for (size_t i = 0; i < sizeof markers / sizeof markers[0] && !found; i++) {
        char *path = fs_join(folder, markers[i]);
        found = fs_is_folder(path) || fs_is_file(path); // a worktree's .git is a file
        free(path);
    }
    return found;
}

// Editors started without a folder may name "/": what all users keep on this machine is nobody's project.
static int check_root(const char *root, struct err *err) {
    if (strcmp(root, "/") != 0 || app_is_marked(root)) {
        return 0;
    }
    return err_set(err, ERR_DENIED,
                   "/ is the whole machine and not indexed: open the folder that you work in");
}

// --- life cycle ---

// Said at each start, so that nobody forgets it.
static void warn_of_insecure(struct app *app, const struct config_server *server) {
    static const char *const without[] = {"repository", "none", "hashed", "static"};
    bool warn = server->insecure;
    for (size_t i = 0; i < sizeof without / sizeof *without; i++) {
        warn = warn && strcmp(server->provider, without[i]) != 0;
    }
    if (warn) {
        char line[256];
        snprintf(
            line, sizeof line,
            "%s.insecure is set: whoever answers in that server's place gets your code and your key; name "
            "its authority's file in %s.caFile instead",
            server->group, server->group);
        on_warning(app, line);
    }
}

// The built-in model takes no file: whoever names one has forgotten the provider.
static void warn_of_file(struct app *app) {
    struct supervised_model model;
    struct err err;
    const struct config_server *settings = &app->config->model;
    bool is_builtin = strcmp(settings->provider, "repository") == 0;
    if (is_builtin && supervise_wanted(settings) && supervise_model(settings, &model, &err) != 0) {
        on_warning(app, err.message);
    }
}

static void on_vectors(void *context, const struct embedding_progress *progress) {
    const struct app *app = context;
    if (app->events.on_vectors) {
        app->events.on_vectors(app->events.context, progress);
    }
}

// Trouble with it is a warning: everything else works without.
static void open_embedding(struct app *app) {
    struct err err;
    struct embedding_options options = {.on_progress = on_vectors, .on_warning = on_warning, .context = app};
    if (embedding_open(&app->embedding, app->loop, app->config, app->retriever, &options, &err) != 0) {
        on_warning(app, err.message);
    }
}

static int open_parts(struct app *app, const struct app_events *events, bool with_index, struct err *err) {
    app->worker = worker_new(app->loop, WORKER_QUEUE);
    app->retriever = retriever_new(app->root);
    app->sinks[app->sink_count++] = retriever_sink(app->retriever);
    open_model(app);
    warn_of_file(app);
    warn_of_insecure(app, &app->config->model);
    warn_of_insecure(app, &app->config->fallback);
    warn_of_insecure(app, &app->config->embedder);
    if (!events->without_embedder) {
        open_embedding(app);
    }
    if (events->observer) {
        app->sinks[app->sink_count++] = *events->observer;
    }
    struct engine_options engine = {
        .loop = app->loop,
        .worker = app->worker,
        .retriever = app->retriever,
        .backend = app->model,
        .config = app->config,
        .instant = app->model == app->repository ? NULL : app->repository,
        .root = app->root,
    };
    app->engine = engine_new(&engine);
    if (!with_index) {
        return 0;
    }
    struct indexer_options indexer = {
        .root = app->root,
        .cache_cap = (int64_t)app->config->cache_mb * 1024 * 1024,
        .threads = app->config->index_threads,
        .worker = app->worker,
        .watch = events->watch,
        .words_above = WORDS_ABOVE,
        .sink = {.self = app,
                 .put = put,
                 .remove = remove_path,
                 .overlay = overlay,
                 .overlay_remove = overlay_remove,
                 .searchable = searchable,
                 .restore = restore,
                 .keep = keep,
                 .commit = commit,
                 .show = show,
                 .hide = hide},
        .on_progress = on_progress,
        .on_ready = on_ready,
        .on_warning = on_warning,
        .context = app,
    };
    return indexer_open(&app->indexer, app->loop, &indexer, err);
}

void app_spill_to_cache(void) {
    char *cache = fs_cache_folder();
    spill_folder(cache);
    free(cache);
}

int app_open(struct app **out, uv_loop_t *loop, const struct config *config, const char *root,
             const struct app_events *events, struct err *err) {
    app_spill_to_cache();
    struct app *app = mem_zero(1, sizeof *app);
    app->loop = loop;
    app->config = config;
    app->events = *events;
    app->model_events = (struct model_events){events->on_model, events->context};
    app->root = fs_real_path(root ? root : "/", err);
    int code = !app->root ? ERR_NOT_FOUND : root ? check_root(app->root, err) : 0;
    code = code ? code : open_parts(app, events, root != NULL, err);
    if (code) {
        app_close(app);
        return code;
    }
    *out = app;
    return 0;
}

// The order matters: who is called dies after who calls.
void app_close(struct app *app) {
    if (!app) {
        return;
    }
    if (app->indexer) {
        indexer_close(app->indexer);
    }
    close_limit(app);
    worker_free(app->worker);
    engine_free(app->engine);
    backend_close(app->model);
    retriever_free(app->retriever);
    embedding_close(app->embedding);
    free(app->root);
    free(app);
}

// The nearest ancestor of `start` (itself included) that a version control system marks. Heap, or NULL.
static char *marked_ancestor(const char *start) {
    char *folder = mem_copy_string(start);
    while (!app_is_marked(folder)) {
        char *end = strrchr(folder, '/');
        if (!end || end == folder) {
            free(folder);
            return NULL;
        }
        *end = '\0';
    }
    return folder;
}

// The current folder, if `start` is below it and it is a place to work in (not / or the home folder).
static char *current_ancestor(const char *start) {
    char *current = fs_real_path(".", NULL);
    const char *home = getenv("HOME");
    size_t length = current ? strlen(current) : 0;
    bool inside =
        length > 1 && strncmp(start, current, length) == 0 && (start[length] == '/' || start[length] == '\0');
    if (inside && !(home && strcmp(home, current) == 0)) {
        return current;
    }
    free(current);
    return NULL;
}

int app_find_root(const char *path, char **out, struct err *err) {
    *out = NULL;
    char *start = fs_real_path(path, err);
    if (!start) {
        return ERR_NOT_FOUND;
    }
    bool is_folder = fs_is_folder(start);
    char *slash = strrchr(start, '/');
    if (!is_folder && slash) {
        slash[slash == start ? 1 : 0] = '\0';
    }
    char *root = marked_ancestor(start);
    if (!root && !is_folder) {
        root = current_ancestor(start);
    }
    if (!root && is_folder) {
        root = start;
        start = NULL;
    }
    free(start);
    int code = root ? check_root(root, err) : 0;
    if (code) {
        free(root);
        return code;
    }
    *out = root;
    return 0;
}

int app_require_root(const char *path, char **root, struct err *err) {
    int code = app_find_root(path, root, err);
    return code || *root ? code : err_set(err, ERR_INVALID, "%s is in no repository", path);
}

static void warn(void *context, const char *line) {
    (void)context;
    log_warning("%s", line);
}

struct config *app_load_config(void (*tell)(void *context, const char *line), void *context) {
    struct config *config = config_new();
    config_know_languages(config, language_id_meant);
    struct err err = {0};
    if (config_load(config, NULL, tell ? tell : warn, context, &err) != 0) {
        (tell ? tell : warn)(context, err.message);
    }
    log_set_level_named(config->log_level);
    return config;
}
