// embedding.c - see embedding.h.
//
// News comes on the embeddings' thread; only the latest counts, and the loop is
// woken to hand it on.
#include "cli/embedding.h"

#include "base/mem.h"
#include "cli/app.h"
#include "cli/embedder_remote.h"
#include "indexer/store.h"
#include "retrieval/embedder_hashed.h"
#include "retrieval/embedder_static.h"

#include <stdlib.h>

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

static int open_remote(struct embedding *self, const struct config *config, struct embedder **out,
                       struct err *err) {
    struct str key;
    str_init(&key);
    int code = config_read_key(&config->embedder, &key, err);
    struct embedding_server server = {.provider = config->embedder.provider,
                                      .url = config->embedder.url,
                                      .model = config->embedder.name,
                                      .key = key.data,
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
    self->progress = (struct embedding_progress){progress->done, progress->total, tokens,
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
