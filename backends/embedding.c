// embedding.c - see embedding.h.
//
// An ask belongs to two: the thread that waits for it and the loop that sends
// it. Whoever is done with it last frees it; `abandoned` says that the waiter
// has gone. What the loop writes of it is read once `done` is seen under the lock.
#include "backends/embedding.h"

#include "backends/failure.h"
#include "backends/http.h"
#include "backends/provider.h"
#include "backends/server_key.h"
#include "base/clock.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

enum { BODY_LIMIT = 32 << 20, DIMENSIONS_MOST = 1 << 14 };

struct ask {
    struct embedding_client *client;
    struct ask *next; // in the queue
    struct str body, answer;
    uint64_t deadline_us;
    bool done, abandoned; // under the lock
    bool key_expired;
    struct err err;
    uint32_t retry_after_ms;
};

struct embedding_client {
    char *provider, *url, *model;
    char *prefixes[2];     // by role
    struct server_key key; // of the loop; asks are held until it is there
    bool leaves_machine;
    struct http *http;
    uv_async_t wake;
    uv_mutex_t lock; // of the queue, the asks' states and stopping
    uv_cond_t turned;
    struct ask *queue;
    bool stopping;
};

static const struct {
    const char *provider, *path, *home;
} servers[] = {{"openai", "/v1/embeddings", ""},
               {"llama-server", "/v1/embeddings", "http://127.0.0.1:8012"},
               {"ollama", "/api/embed", "http://127.0.0.1:11434"}};

static size_t server_of(const char *provider) {
    size_t at = 0;
    while (at + 1 < sizeof servers / sizeof servers[0] && strcmp(servers[at].provider, provider) != 0) {
        at++;
    }
    return at;
}

// --- the bytes ---

void embedding_write(const char *provider, const char *model, const char *prefix, const struct slice *texts,
                     size_t count, struct str *out) {
    struct json *body = json_object();
    struct str text;
    str_init(&text);
    if (model[0]) {
        json_set_string(body, "model", model);
    }
    struct json *input = json_set(body, "input", json_array());
    for (size_t i = 0; i < count; i++) {
        str_clear(&text);
        str_append_string(&text, prefix);
        str_append_slice(&text, texts[i].length ? texts[i] : SLICE_LITERAL(" "));
        json_push(input, json_new_string(str_slice(&text)));
    }
    str_free(&text);
    if (strcmp(provider, "ollama") == 0) {
        json_set_bool(body, "truncate", true);
    } else {
        json_set_string(body, "encoding_format", "float");
    }
    json_print(body, out);
    json_free(body);
}

static bool read_vector(const struct json *numbers, struct embedding_answer *answer, size_t index,
                        size_t count) {
    size_t dimensions = json_count(numbers), at = 0;
    if (!json_is_array(numbers) || dimensions == 0 || dimensions > DIMENSIONS_MOST) {
        return false;
    }
    if (!answer->vectors) {
        answer->dimensions = dimensions;
        answer->vectors = mem_zero(count * dimensions, sizeof *answer->vectors);
    }
    if (dimensions != answer->dimensions) {
        return false;
    }
    for (const struct json *number = json_first(numbers); number; number = json_next(number)) {
        float value = (float)json_number(number, NAN);
        if (!isfinite(value)) {
            return false;
        }
        answer->vectors[index * dimensions + at++] = value;
    }
    return true;
}

static bool read_vectors(const struct json *list, bool is_ollama, size_t count,
                         struct embedding_answer *answer) {
    size_t seen = 0;
    bool good = json_is_array(list) && json_count(list) == count;
    for (const struct json *entry = json_first(list); entry && good; entry = json_next(entry), seen++) {
        int64_t index = is_ollama ? (int64_t)seen : json_get_integer(entry, "index", (int64_t)seen);
        const struct json *numbers = is_ollama ? entry : json_get(entry, "embedding");
        good = index >= 0 && (uint64_t)index < count && read_vector(numbers, answer, (size_t)index, count);
    }
    return good && seen == count;
}

int embedding_read(const char *provider, struct slice body, size_t count, struct embedding_answer *answer) {
    bool is_ollama = strcmp(provider, "ollama") == 0;
    struct json *root = json_parse(body, NULL);
    *answer = (struct embedding_answer){.vectors = NULL};
    bool good = read_vectors(json_get(root, is_ollama ? "embeddings" : "data"), is_ollama, count, answer);
    int64_t tokens = is_ollama ? json_get_integer(root, "prompt_eval_count", 0)
                               : json_get_integer(json_get(root, "usage"), "prompt_tokens", 0);
    answer->tokens = tokens > 0 ? (uint64_t)tokens : 0;
    json_free(root);
    if (!good) {
        free(answer->vectors);
        *answer = (struct embedding_answer){.vectors = NULL};
    }
    return good ? 0 : ERR_INVALID;
}

// --- on the loop ---

static void free_ask(struct ask *ask) {
    str_free(&ask->body);
    str_free(&ask->answer);
    free(ask);
}

static bool on_data(void *context, const struct http_head *head, struct slice bytes) {
    struct ask *ask = context;
    (void)head;
    uv_mutex_lock(&ask->client->lock);
    bool abandoned = ask->abandoned;
    uv_mutex_unlock(&ask->client->lock);
    str_append_slice(&ask->answer, bytes);
    return !abandoned;
}

static void note_failure(struct ask *ask, const struct http_result *result) {
    struct failure failure = {.err = {.code = 0}};
    struct embedding_client *client = ask->client;
    if (result->code) {
        err_set(&ask->err, result->code, "%s", result->message);
    } else if (result->head.status < 200 || result->head.status > 299) {
        failure_of_answer(client->url, client->key.text, &result->head, str_slice(&ask->answer), &failure);
        ask->err = failure.err;
        ask->retry_after_ms = failure.retry_after_ms;
        if (result->head.status == 401) {
            server_key_expired(&client->key);
            ask->key_expired = client->key.expired;
        }
    }
}

static void on_done(void *context, const struct http_result *result) {
    struct ask *ask = context;
    struct embedding_client *client = ask->client;
    note_failure(ask, result);
    uv_mutex_lock(&client->lock);
    bool abandoned = ask->abandoned;
    ask->done = true;
    uv_cond_broadcast(&client->turned);
    uv_mutex_unlock(&client->lock);
    if (abandoned) {
        free_ask(ask);
    }
}

static void on_key(void *context, const struct err *err) {
    struct embedding_client *client = context;
    http_release(client->http, client->key.text, err,
                 "run embedder.keyCommand in a terminal to see what it says");
}

static void send_ask(struct embedding_client *client, struct ask *ask) {
    bool held = server_key_wish(&client->key);
    struct http_request request = {.url = client->url,
                                   .held = held,
                                   .bearer = held ? "" : client->key.text,
                                   .body = str_slice(&ask->body),
                                   .deadline_us = ask->deadline_us,
                                   .body_limit = BODY_LIMIT};
    http_start(client->http, &request, &(struct http_callbacks){on_data, on_done, ask});
}

static struct ask *take_queue(struct embedding_client *client) {
    uv_mutex_lock(&client->lock);
    struct ask *queue = client->queue;
    client->queue = NULL;
    uv_mutex_unlock(&client->lock);
    return queue;
}

static void on_wake(uv_async_t *wake) {
    struct embedding_client *client = wake->data;
    for (struct ask *ask = take_queue(client), *next; ask; ask = next) {
        next = ask->next;
        send_ask(client, ask);
    }
}

static int check(const struct embedding_server *server, const char *url, bool *loopback, struct err *err) {
    if (!url[0]) {
        return err_set(err, ERR_INVALID, "embedder.url is empty: give the address of the server");
    }
    if (!server->model[0] && strcmp(server->provider, "ollama") == 0) {
        return err_set(err, ERR_INVALID,
                       "embedder.name is missing: embedder.provider ollama must be told which model to use");
    }
    int code = http_check_url(url, loopback, err);
    code = code ? code : http_check_key(server->key, err);
    return code ? code : http_check_trust(&server->trust, err);
}

int embedding_client_new(struct embedding_client **out, uv_loop_t *loop,
                         const struct embedding_server *server, struct err *err) {
    size_t at = server_of(server->provider);
    const char *base = server->url[0] ? server->url : servers[at].home;
    bool loopback = false;
    struct str url;
    int code = check(server, base, &loopback, err);
    if (code) {
        return code;
    }
    str_init(&url);
    provider_url(provider_by_name("openai"), base, servers[at].path, "", &url);
    struct embedding_client *self = mem_zero(1, sizeof *self);
    self->provider = mem_copy_string(server->provider);
    self->url = str_detach(&url);
    self->model = mem_copy_string(server->model);
    self->prefixes[EMBEDDING_QUERY] = mem_copy_string(server->query_prefix);
    self->prefixes[EMBEDDING_PASSAGE] = mem_copy_string(server->passage_prefix);
    server_key_init(&self->key, loop, server->key, server->key_command, on_key, self);
    self->leaves_machine = !loopback;
    self->http = http_new(loop, &server->trust);
    self->wake.data = self;
    uv_mutex_init(&self->lock);
    uv_cond_init(&self->turned);
    uv_async_init(loop, &self->wake, on_wake);
    uv_unref((uv_handle_t *)&self->wake);
    *out = self;
    return 0;
}

static void on_closed(uv_handle_t *handle) {
    struct embedding_client *self = handle->data;
    uv_mutex_destroy(&self->lock);
    uv_cond_destroy(&self->turned);
    free(self->provider);
    free(self->url);
    free(self->model);
    free(self->prefixes[EMBEDDING_QUERY]);
    free(self->prefixes[EMBEDDING_PASSAGE]);
    free(self);
}

void embedding_client_close(struct embedding_client *self) {
    if (self) {
        http_close(self->http);
        for (struct ask *ask = take_queue(self), *next; ask; ask = next) {
            next = ask->next;
            free_ask(ask); // its waiter has gone
        }
        server_key_fini(&self->key);
        uv_close((uv_handle_t *)&self->wake, on_closed);
    }
}

bool embedding_client_leaves_machine(const struct embedding_client *self) {
    return self->leaves_machine;
}

// --- on the asking thread ---

void embedding_client_stop(struct embedding_client *self) {
    uv_mutex_lock(&self->lock);
    self->stopping = true;
    uv_cond_broadcast(&self->turned);
    uv_mutex_unlock(&self->lock);
}

// Under the lock: until the ask is done, out of time or stopped.
static void await(struct embedding_client *self, const struct ask *ask) {
    uint64_t now = clock_now_us();
    while (!ask->done && !self->stopping && now < ask->deadline_us) {
        uv_cond_timedwait(&self->turned, &self->lock, (ask->deadline_us - now) * 1000);
        now = clock_now_us();
    }
}

bool embedding_client_rest(struct embedding_client *self, uint32_t milliseconds) {
    struct ask never = {.deadline_us = clock_now_us() + milliseconds * UINT64_C(1000)};
    uv_mutex_lock(&self->lock);
    await(self, &never);
    bool stopping = self->stopping;
    uv_mutex_unlock(&self->lock);
    return !stopping;
}

static int conclude(const struct embedding_client *self, const struct ask *ask, size_t count,
                    struct embedding_answer *answer, struct err *err) {
    if (ask->err.message[0]) {
        answer->retry_after_ms = ask->retry_after_ms;
        answer->key_expired = ask->key_expired;
        return err_set(err, ask->err.code, "%s", ask->err.message);
    }
    if (embedding_read(self->provider, str_slice(&ask->answer), count, answer) != 0) {
        return err_set(err, ERR_UNSUPPORTED,
                       "%s: the answer is not %zu vectors; is it a server of embeddings?", self->url, count);
    }
    return 0;
}

int embedding_client_embed(struct embedding_client *self, enum embedding_role role, const struct slice *texts,
                           size_t count, uint32_t wait_ms, struct embedding_answer *answer, struct err *err) {
    struct ask *ask = mem_zero(1, sizeof *ask);
    *answer = (struct embedding_answer){.vectors = NULL};
    str_init(&ask->body);
    str_init(&ask->answer);
    ask->client = self;
    ask->deadline_us = clock_now_us() + wait_ms * UINT64_C(1000);
    embedding_write(self->provider, self->model, self->prefixes[role], texts, count, &ask->body);
    uv_mutex_lock(&self->lock);
    ask->next = self->queue;
    self->queue = ask;
    uv_async_send(&self->wake);
    await(self, ask);
    bool done = ask->done, stopping = self->stopping;
    ask->abandoned = !done;
    uv_mutex_unlock(&self->lock);
    if (!done) {
        return stopping ? err_set(err, ERR_CANCELLED, "cancelled")
                        : err_set(err, ERR_TIMEOUT, "%s: no answer in time", self->url);
    }
    int code = conclude(self, ask, count, answer, err);
    free_ask(ask);
    return code;
}
