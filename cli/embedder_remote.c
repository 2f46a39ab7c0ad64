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
    TRIES_ONCE = 2,
    FIRST_REST_MS = 1000, // doubled with each try
    LONGEST_REST_MS = 60000,
    REFUSAL_US = 300 * 1000000, // as say_way_out says
    SHORTEST_TEXT = 200,        // bytes; what is refused though it is this short gets no vector
};

struct embedder_remote {
    struct embedder embedder;
    struct embedding_client *client;
    struct str name;
    int tries; // of a batch
    atomic_ullong tokens;
    // Of the thread that embeds:
    uint64_t seed;
    bool is_known;        // it has answered, or may take its time to
    uint64_t deadline_us; // of the first answer; 0: none
    uv_mutex_t lock;      // of these
    uint64_t refused_until_us;
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

static uint32_t wait_of(const struct embedder_remote *self) {
    uint64_t now = clock_now_us();
    return !self->deadline_us        ? BATCH_MS
           : self->deadline_us > now ? (uint32_t)((self->deadline_us - now) / 1000)
                                     : 0;
}

// Until it works, or is of no use.
static int try_batch(struct embedder_remote *self, const struct slice *texts, size_t count,
                     struct vector *out, struct err *err) {
    int code = 0;
    for (int tries = 0; tries < self->tries; tries++) {
        struct embedding_answer answer;
        code = embedding_client_embed(self->client, EMBEDDING_PASSAGE, texts, count, wait_of(self), &answer,
                                      err);
        if (code == 0) {
            take(self, &answer, count, out);
        }
        bool has_another_key = answer.key_expired && tries == 0;
        if ((!is_passing(code) && !has_another_key) || is_too_much(err)) {
            break;
        }
        uint32_t rest = rest_of(self, tries, answer.retry_after_ms);
        if (rest >= wait_of(self)) {
            break;
        }
        if (tries + 1 < self->tries && !embedding_client_rest(self->client, rest)) {
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

// Whoever waits for it must learn soon whether the server answers at all: the first text tells.
static int embed_first(struct embedder_remote *self, struct slice text, struct vector *out, struct err *err) {
    self->deadline_us = clock_now_us() + EMBEDDER_REMOTE_FIRST_MS * UINT64_C(1000);
    int code = embed_alone(self, text, out, err);
    self->deadline_us = 0;
    self->is_known = code == 0;
    return code;
}

// err: that of the last failure, if it was not long ago.
static bool is_refused(struct embedder_remote *self, struct err *err) {
    uv_mutex_lock(&self->lock);
    bool refused = clock_now_us() < self->refused_until_us;
    if (refused) {
        *err = self->refusal;
    }
    uv_mutex_unlock(&self->lock);
    return refused;
}

static void say_way_out(struct err *err) {
    static const struct {
        int code;
        const char *words;
    } ways_out[] = {
        {ERR_DENIED,
         "embedder.keyEnvironment, embedder.keyFile or embedder.keyCommand says where the key is"},
        {ERR_UNAVAILABLE, "start the server, wait until its model is loaded, or correct embedder.url"},
        {ERR_TIMEOUT, "is the server busy, or still loading its model? else correct embedder.url"},
        {ERR_NOT_FOUND, "does the server have this model? embedder.name names it, embedder.url the server"},
        {ERR_UNSUPPORTED, "llama-server needs --embeddings; embedder.url and embedder.name say whom to ask"},
        {ERR_BUSY, "it is asked again in five minutes"},
    };
    struct err cause = *err;
    const char *way_out = "embedder.url and embedder.name say whom to ask";
    for (size_t i = 0; i < sizeof ways_out / sizeof *ways_out; i++) {
        way_out = ways_out[i].code == cause.code ? ways_out[i].words : way_out;
    }
    err_set(err, cause.code, "no vectors at the moment: %s; %s", cause.message, way_out);
}

static void refuse(struct embedder_remote *self, const struct err *err) {
    uv_mutex_lock(&self->lock);
    self->refused_until_us = clock_now_us() + REFUSAL_US;
    self->refusal = *err;
    uv_mutex_unlock(&self->lock);
}

static int embed(struct embedder *embedder, const struct slice *texts, size_t count, struct vector *out,
                 struct err *err) {
    struct embedder_remote *self = (struct embedder_remote *)embedder;
    size_t first = self->is_known ? 0 : 1;
    if (is_refused(self, err)) {
        return err->code;
    }
    int code = first ? embed_first(self, texts[0], out, err) : 0;
    if (code == 0 && count > first) {
        code = embed_all(self, texts + first, count - first, out + first, err);
    }
    if (code && code != ERR_CANCELLED) {
        say_way_out(err);
        refuse(self, err);
    }
    return code;
}

static int ask(struct embedder *embedder, struct slice text, uint32_t wait_ms, struct vector *out,
               struct err *err) {
    struct embedder_remote *self = (struct embedder_remote *)embedder;
    struct embedding_answer answer;
    if (is_refused(self, err)) {
        return err->code;
    }
    int code = embedding_client_embed(self->client, EMBEDDING_QUERY, &text, 1, wait_ms, &answer, err);
    if (code == 0) {
        take(self, &answer, 1, out);
    } else {
        say_way_out(err);
    }
    return code;
}

static void stop(struct embedder *embedder) {
    embedding_client_stop(((struct embedder_remote *)embedder)->client);
}

static void close_embedder(struct embedder *embedder) {
    (void)embedder; // embedder_remote_release does it, on the loop
}

static void add_word(struct str *out, const char *word) {
    if (word[0]) {
        str_append_format(out, " %s", word);
    }
}

int embedder_remote_new(struct embedder_remote **out, uv_loop_t *loop, const struct embedding_server *server,
                        bool once, struct err *err) {
    static const struct embedder_operations operations = {
        .embed = embed, .ask = ask, .stop = stop, .close = close_embedder};
    struct embedding_client *client;
    int code = embedding_client_new(&client, loop, server, err);
    if (code) {
        return code;
    }
    struct embedder_remote *self = mem_zero(1, sizeof *self);
    self->client = client;
    self->tries = once ? TRIES_ONCE : TRIES;
    self->is_known = !once;
    uv_mutex_init(&self->lock);
    self->seed = clock_now_us();
    str_init(&self->name);
    str_append_string(&self->name, server->provider);
    add_word(&self->name, server->model);
    add_word(&self->name, server->url);
    add_word(&self->name, server->passage_prefix);
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

bool embedder_remote_leaves_machine(const struct embedder_remote *self) {
    return embedding_client_leaves_machine(self->client);
}

void embedder_remote_release(struct embedder_remote *self) {
    if (self) {
        embedding_client_close(self->client);
        str_free(&self->name);
        uv_mutex_destroy(&self->lock);
        free(self);
    }
}
