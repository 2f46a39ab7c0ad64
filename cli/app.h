// app.h - the wiring: one repository's index, retriever, model and engine on one loop.
//
// The only place that knows every layer. Each subcommand opens an app for a
// root and closes it at its end; `hunch lsp` opens one when the client says
// which folder it works in.
//
// Ownership: app_open / app_close; the loop and the config are borrowed and outlive the app.
// Threads:   the loop's.
// Errors:    err names the root, the cause and the way out; a model whose settings are wrong is none (on_unusable).
// Limits:    one root an app.
#ifndef HUNCH_CLI_APP_H
#define HUNCH_CLI_APP_H

#include "backends/repository.h"
#include "cli/embedding.h"
#include "cli/supervise.h"
#include "completion/engine.h"
#include "indexer/indexer.h"

// What an app reports while it indexes (every function may be NULL), and how it takes trouble.
struct app_events {
    void (*on_progress)(void *context, const struct index_progress *progress);
    // A full pass is in, and the built-in model has learned it; progress.ready is not said before.
    void (*on_ready)(void *context, const struct index_progress *progress);
    void (*on_warning)(void *context, const char *message);
    // A model that cannot be asked at all, as its settings say: the others answer in its place. NULL: a warning.
    void (*on_unusable)(void *context, const char *group, const char *message);
    // As in struct model_events, of a model that Hunch keeps running.
    void (*on_model)(void *context, const char *loading, const char *trouble);
    void (*on_vectors)(void *context, const struct embedding_progress *progress);
    void *context;
    const struct index_sink *observer; // fed like the others; called on the indexer's writer thread
    bool watch;                        // follow what happens to the files
    bool without_embedder;             // whatever the settings say
};

// One of the models that may answer.
struct app_link {
    const char *group; // the settings that name it: "model", "fallback"; "built-in" for the built-in one
    struct backend *backend;
};

struct app_awaiting {
    void (*then)(void *context);
    void *context;
    uint64_t since_us;
    uv_timer_t *limit; // NULL: not waiting for the model, or for as long as it takes
    bool ended;        // what its probe says comes too late
};

struct app {
    uv_loop_t *loop;
    const struct config *config;
    char *root;
    struct worker *worker;
    struct retriever *retriever;
    struct embedding *embedding; // NULL: the settings ask for none
    struct backend *repository;  // the built-in model; NULL if the settings leave it out
    struct app_link links[3];    // the models that are asked, in this order
    size_t link_count;
    struct backend *model; // what completes: the only link, or the chain of them
    struct engine *engine;
    struct indexer *indexer;    // NULL without a root
    struct index_sink sinks[3]; // who is fed by the indexer: retriever, built-in model, observer
    size_t sink_count;
    struct app_events events;
    struct model_events model_events;
    struct index_progress finished; // of the last pass that is told of when the built-in model has learned it
    bool is_ready;                  // one was told
    struct app_awaiting awaiting;   // whom app_await_model calls
    uint64_t awaited_us; // how long it took of the time that a model has, for engine_query.waited_us
};

// root NULL: no index; completions come from the open document alone.
int app_open(struct app **out, uv_loop_t *loop, const struct config *config, const char *root,
             const struct app_events *events, struct err *err);
// Large memory of this process goes to files below the cache folder (spill.h); app_open does it itself.
void app_spill_to_cache(void);
void app_close(struct app *app); // NULL is allowed; the loop must turn once more

// Calls `then` once the first model, if it is behind a server, has said how it wants to be asked; if it is not there,
// once the built-in one that may answer in its place has learned what is indexed by then. A server is waited for no
// longer than for an answer's beginning (completion.timeoutMs, half of it where another model may answer instead).
// For a single question; who asks many times finds out on the way. Not if the app is closed before.
void app_await_model(struct app *app, void (*then)(void *context), void *context);

// What a server's settings say of certificates; borrowed from the settings.
struct http_trust app_trust(const struct config_server *server);
// The repository that `path` (a file or folder) belongs to: its nearest ancestor with .git, .hg, .svn, .jj or
// .hunchignore; else, for a file, the current folder if the file is below it; else the folder itself. *root
// gets a heap string, or NULL for a file that belongs to none. err names a path that does not exist.
int app_find_root(const char *path, char **root, struct err *err);
// Likewise, where there has to be one: err says so of a file that belongs to none.
int app_require_root(const char *path, char **root, struct err *err);
// Does it have one of these itself? Without, many editors take it for no repository.
bool app_is_marked(const char *folder);
// The config as every subcommand loads it: from the user's file; warnings and errors go to tell, NULL: the
// log.
struct config *app_load_config(void (*tell)(void *context, const char *line), void *context);

#endif
