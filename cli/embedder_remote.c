// embedder_remote.c - see embedder_remote.h.
//
// What can go wrong with a batch is of three kinds. The server is busy or away:
// rest and try again. One of the texts is more than it takes: each alone, and a
// text that is still too long by halves. All else stays wrong until somebody
// changes the settings: say so, and ask nothing for a while.
#include "cli/embedder_remote.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <stdatomic.h>
#include <stdlib.h>

enum {
    BATCH = 32,
    BATCH_MS = 120000, // a model on a processor may take long
    TRIES = 6,
    FIRST_REST_MS = 1000, // doubled with each try
    LONGEST_REST_MS = 60000,
    REFUSAL_US = 300 * 1000000,
    SHORTEST_TEXT = 200, // bytes; what is refused though it is this short gets no vector
};

struct embedder_remote {
    struct embedder embedder;
    struct embedding_client *client;
    struct str name;
    atomic_ullong tokens;
    // Of the thread that embeds:
    uint64_t seed, refused_until_us;
    struct err refusal;
};

static bool is_passing(int code) {
    return code == ERR_BUSY || code == ERR_UNAVAILABLE || code == ERR_TIMEOUT || code == ERR_IO;
}

static bool is_too_much(const struct err *err) {
    return err->code == ERR_INVALID || err->code == ERR_TOO_LARGE || strstr(err->message, "too large") ||
           strstr(err->message, "too long");
}

// Half of it to all of it, so that several clients do not come back together.
static uint32_t with_jitter(struct embedder_remote *self, uint32_t milliseconds) {
    self->seed = self->seed * 6364136223846793005ull + 1442695040888963407ull;
    return milliseconds / 2 + (uint32_t)((self->seed >> 33) % (milliseconds / 2 + 1));
}

// Not before the server said, but a little later.
static uint32_t rest_of(struct embedder_remote *self, int tries, uint32_t retry_after_ms) {
    uint32_t rest = with_jitter(self, (uint32_t)FIRST_REST_MS << tries);
    uint32_t asked = retry_after_ms ? retry_after_ms + with_jitter(self, FIRST_REST_MS) : 0;
    rest = rest > asked ? rest : asked;
    return rest < LONGEST_REST_MS ? rest : LONGEST_REST_MS;
}

static void take(struct embedder_remote *self, struct embedding_answer *answer, size_t count,
                 struct vector *out) {
    for (size_t i = 0; i < count; i++) {
        float values[VECTOR_DIMENSIONS] = {0};
        size_t kept = answer->dimensions < VECTOR_DIMENSIONS ? answer->dimensions : VECTOR_DIMENSIONS;
        memcpy(values, answer->vectors + i * answer->dimensions, kept * sizeof *values);
        vector_quantize(values, &out[i]);
    }
    atomic_fetch_add(&self->tokens, answer->tokens);
    free(answer->vectors);
}

// Until it works, or is of no use.
static int try_batch(struct embedder_remote *self, const struct slice *texts, size_t count,
                     struct vector *out, struct err *err) {
    int code = 0;
    for (int tries = 0; tries < TRIES; tries++) {
        struct embedding_answer answer;
        code = embedding_client_embed(self->client, texts, count, BATCH_MS, &answer, err);
        if (code == 0) {
            take(self, &answer, count, out);
        }
        if (!is_passing(code) || is_too_much(err)) {
            break;
        }
        if (tries + 1 < TRIES &&
            !embedding_client_rest(self->client, rest_of(self, tries, answer.retry_after_ms))) {
            return err_set(err, ERR_CANCELLED, "cancelled");
        }
    }
    return code;
}

static int embed_alone(struct embedder_remote *self, struct slice text, struct vector *out, struct err *err) {
    int code = try_batch(self, &text, 1, out, err);
    while (code && is_too_much(err) && text.length > SHORTEST_TEXT) {
        text.length = utf8_floor(text, text.length / 2);
        code = try_batch(self, &text, 1, out, err);
    }
    if (code && is_too_much(err) && err->code != ERR_INVALID) {
        *out = (struct vector){{0}};
        code = 0;
    }
    return code;
}

static int embed_all(struct embedder_remote *self, const struct slice *texts, size_t count,
                     struct vector *out, struct err *err) {
    int code = try_batch(self, texts, count, out, err);
    if (code == 0 || !is_too_much(err)) {
        return code;
    }
    code = 0;
    for (size_t i = 0; i < count && code == 0; i++) {
        code = embed_alone(self, texts[i], &out[i], err);
    }
    return code;
}

static int embed(struct embedder *embedder, const struct slice *texts, size_t count, struct vector *out,
                 struct err *err) {
    struct embedder_remote *self = (struct embedder_remote *)embedder;
    if (clock_now_us() < self->refused_until_us) {
        *err = self->refusal;
        return self->refusal.code;
    }
    int code = embed_all(self, texts, count, out, err);
    if (code && code != ERR_CANCELLED) {
        self->refused_until_us = clock_now_us() + REFUSAL_US;
        err_set(
            &self->refusal, code,
            code == ERR_DENIED
                ? "no vectors for now: %s; embedder.keyEnvironment and embedder.keyFile say where the key is"
                : "no vectors for now: %s; embedder.url and embedder.name say whom to ask",
            err->message);
        *err = self->refusal;
    }
    return code;
}

static bool ask(struct embedder *embedder, struct slice text, uint32_t wait_ms, struct vector *out) {
    struct embedder_remote *self = (struct embedder_remote *)embedder;
    struct embedding_answer answer;
    struct err ignored;
    if (embedding_client_embed(self->client, &text, 1, wait_ms, &answer, &ignored) != 0) {
        return false;
    }
    take(self, &answer, 1, out);
    return true;
}

static void stop(struct embedder *embedder) {
    embedding_client_stop(((struct embedder_remote *)embedder)->client);
}

static void close_embedder(struct embedder *embedder) {
    (void)embedder; // embedder_remote_release does it, on the loop
}

int embedder_remote_new(struct embedder_remote **out, uv_loop_t *loop, const struct embedding_server *server,
                        struct err *err) {
    static const struct embedder_operations operations = {
        .embed = embed, .ask = ask, .stop = stop, .close = close_embedder};
    struct embedding_client *client;
    int code = embedding_client_new(&client, loop, server, err);
    if (code) {
        return code;
    }
    struct embedder_remote *self = mem_zero(1, sizeof *self);
    self->client = client;
    self->seed = clock_now_us();
    str_init(&self->name);
    str_append_format(&self->name, "%s %s %s", server->provider, server->model, server->url);
    self->embedder = (struct embedder){
        .operations = &operations, .model = self->name.data, .batch = BATCH, .is_kept = true};
    *out = self;
    return 0;
}

struct embedder *embedder_remote_embedder(struct embedder_remote *self) {
    return &self->embedder;
}

uint64_t embedder_remote_tokens(const struct embedder_remote *self) {
    return atomic_load(&self->tokens);
}

void embedder_remote_release(struct embedder_remote *self) {
    if (self) {
        embedding_client_close(self->client);
        str_free(&self->name);
        free(self);
    }
}
