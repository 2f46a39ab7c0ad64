// embedding.c - see embedding.h.
//
// News comes on the embeddings' thread; only the latest counts, and the loop is
// woken to hand it on.
#include "cli/embedding.h"

#include "backends/embedding_prefix.h"
#include "base/mem.h"
#include "base/worker.h"
#include "cli/app.h"
#include "cli/embedder_remote.h"
#include "indexer/store.h"
#include "retrieval/embedder_hashed.h"
#include "retrieval/embedder_static.h"

#include <stdlib.h>

enum { EXAMINED_MS = 5000 };

struct embedding {
    struct embedding_options options;
    uv_loop_t *loop;
    struct embedder_remote *remote; // NULL: the embedder is none behind a server
    uv_async_t wake;
    uv_mutex_t lock;
    struct embedding_progress progress; // under the lock, as is
    struct err trouble;                 // "": none
    struct err told;                    // the last one
    double price;                       // of a million tokens
};

static int open_static(const struct config *config, struct embedder **out, struct err *err) {
    char *folder = config_full_path(config->embedder.path);
    if (!folder) {
        return err_set(err, ERR_INVALID,
                       "embedder.path is not a path: give the folder of the table from / or ~/ on");
    }
    *out = embedder_static_new(folder);
    free(folder);
    return 0;
}

// Empty: as the model's name says; "none": none.
static const char *prefix_of(const char *given, const char *usual) {
    return strcmp(given, "none") == 0 ? "" : given[0] ? given : usual;
}

static int open_remote(struct embedding *self, const struct config *config, struct embedder **out,
                       struct err *err) {
    struct embedding_prefixes usual = embedding_prefixes_of(config->embedder.name);
    struct str key;
    str_init(&key);
    int code = config_read_key(&config->embedder, &key, err);
    struct embedding_server server = {.provider = config->embedder.provider,
                                      .url = config->embedder.url,
                                      .model = config->embedder.name,
                                      .key = key.data,
                                      .key_command = config->embedder.key_command,
                                      .query_prefix = prefix_of(config->embedder.query_prefix, usual.query),
                                      .passage_prefix =
                                          prefix_of(config->embedder.passage_prefix, usual.passage),
                                      .trust = app_trust(&config->embedder)};
    code = code ? code : embedder_remote_new(&self->remote, self->loop, &server, self->options.once, err);
    *out = code ? NULL : embedder_remote_embedder(self->remote);
    explicit_bzero(key.data, key.length);
    str_free(&key);
    return code;
}

static int open_embedder(struct embedding *self, const struct config *config, struct embedder **out,
                         struct err *err) {
    if (strcmp(config->embedder.provider, "hashed") == 0) {
        *out = embedder_hashed_new();
        return 0;
    }
    return strcmp(config->embedder.provider, "static") == 0 ? open_static(config, out, err)
                                                            : open_remote(self, config, out, err);
}

static void on_wake(uv_async_t *wake) {
    struct embedding *self = wake->data;
    uv_mutex_lock(&self->lock);
    struct err trouble = self->trouble;
    struct embedding_progress progress = self->progress;
    uv_mutex_unlock(&self->lock);
    if (self->options.on_progress) {
        self->options.on_progress(self->options.context, &progress);
    }
    if (trouble.message[0] && strcmp(trouble.message, self->told.message) != 0 && self->options.on_warning) {
        self->options.on_warning(self->options.context, trouble.message);
    }
    self->told = trouble;
}

static void on_progress(void *context, const struct embeddings_progress *progress) {
    struct embedding *self = context;
    uv_mutex_lock(&self->lock);
    err_set(&self->trouble, 0, "%s", progress->trouble);
    uint64_t tokens = self->remote ? embedder_remote_tokens(self->remote) : 0;
    self->progress = (struct embedding_progress){progress->done, progress->total, progress->ended, tokens,
                                                 (double)tokens / 1e6 * self->price};
    uv_mutex_unlock(&self->lock);
    uv_async_send(&self->wake);
}

int embedding_open(struct embedding **out, uv_loop_t *loop, const struct config *config,
                   struct retriever *retriever, const struct embedding_options *options, struct err *err) {
    struct embedder *embedder = NULL;
    if (strcmp(config->embedder.provider, "none") == 0) {
        return 0;
    }
    struct embedding *self = mem_zero(1, sizeof *self);
    self->options = *options;
    self->loop = loop;
    self->price = config->embedder.price;
    int code = open_embedder(self, config, &embedder, err);
    if (code) {
        free(self);
        return code;
    }
    self->wake.data = self;
    uv_mutex_init(&self->lock);
    uv_async_init(loop, &self->wake, on_wake);
    uv_unref((uv_handle_t *)&self->wake);
    char *store = store_path_of(retriever_root(retriever));
    retriever_embed(retriever, &(struct embeddings_options){.embedder = embedder,
                                                            .kept_path = store,
                                                            .on_progress = on_progress,
                                                            .context = self});
    free(store);
    *out = self;
    return 0;
}

static void on_closed(uv_handle_t *handle) {
    struct embedding *self = handle->data;
    uv_mutex_destroy(&self->lock);
    free(self);
}

void embedding_close(struct embedding *self) {
    if (self) {
        embedder_remote_release(self->remote);
        uv_close((uv_handle_t *)&self->wake, on_closed);
    }
}

// --- a look at it ---

struct examination {
    struct embedder *embedder;
    struct embedding_state *state;
    uv_loop_t *loop;
};

// Off the loop, which a server needs meanwhile.
static void ask_for_one(void *context) {
    struct examination *self = context;
    struct vector vector;
    int code = embedder_prepare(self->embedder, &self->state->err);
    if (code == 0) {
        embedder_ask(self->embedder, SLICE_LITERAL("hunch"), EXAMINED_MS, &vector, &self->state->err);
    }
}

static void on_asked(void *context, bool ran) {
    (void)ran;
    uv_stop(((struct examination *)context)->loop);
}

static void examine(struct examination *self) {
    struct worker *worker = worker_new(self->loop, 1);
    worker_submit(worker, ask_for_one, on_asked, self);
    uv_run(self->loop, UV_RUN_DEFAULT);
    worker_free(worker);
}

void embedding_examine(struct embedding_state *out, uv_loop_t *loop, const struct config *config) {
    struct embedding self = {.loop = loop, .options.once = true};
    struct examination examination = {.state = out, .loop = loop};
    *out = (struct embedding_state){.err.code = 0};
    if (open_embedder(&self, config, &examination.embedder, &out->err) != 0) {
        return;
    }
    examine(&examination);
    out->model = examination.embedder->model ? mem_copy_string(examination.embedder->model) : NULL;
    out->is_kept = examination.embedder->is_kept;
    out->leaves_machine = self.remote && embedder_remote_leaves_machine(self.remote);
    embedder_close(examination.embedder);
    embedder_remote_release(self.remote);
    uv_run(loop, UV_RUN_DEFAULT);
}
