// supervised.c - see supervised.h.
//
//     start -> held --ready--> asked -> on_done
//               ^  \--cancel, deadline, FAILED--> on_done
//               `--- lost before any text, for the first time
//
// All that happens to held calls happens in one place, sort(), which the timer
// calls: when something has changed, at once; else when the next one has waited too long. A call
// that comes while it runs waits for the next time.
//
// A request that is lost may be known before the server's end is: then the
// server is doubted for a moment, and not asked before there are news.
#include "backends/supervised.h"

#include "backends/remote.h"
#include "backends/remote_choice.h"
#include "base/clock.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

enum { TIMEOUT_MS = 10 * 1000, DOUBT_MS = 1000 };

struct supervised {
    struct backend backend;
    uv_loop_t *loop;
    struct supervised_model model;
    char *name, *template; // template: the settings'
    uint32_t timeout_ms;
    const char *group;
    void (*on_state)(void *context, enum supervised_phase phase, const char *message);
    void *context;
    struct supervised_client *client;
    enum supervised_phase phase;
    char message[512];      // of that phase
    uint64_t failed_us;     // when FAILED came
    uint64_t doubted_us;    // until when a READY is not believed
    struct backend *remote; // NULL: never was ready
    bool asking;            // what the server is, before the first request
    uv_timer_t timer;
    struct backend_call *calls; // newest first
    uint64_t call_count;        // ever
    bool closing;
};

struct backend_call {
    struct supervised *self;
    struct backend_call *next;
    uint64_t number;
    struct backend_request request; // what it points to is the caller's until on_done
    struct backend_callbacks callbacks;
    struct backend_call *inner; // the remote's; NULL: held
    uint64_t started_us;
    uint64_t held_until_us; // 0: for as long as it takes
    bool patient;           // held up to its own deadline
    bool probing, cancelled, heard, asked_again;
};

static void wake(struct supervised *self);

// --- below: the end of a call ---

static void deliver(struct supervised *self, struct backend_call *call, const struct backend_result *result) {
    struct backend_call **link = &self->calls;
    while (*link != call) {
        link = &(*link)->next;
    }
    *link = call->next;
    call->callbacks.on_done(call->callbacks.context, result);
    free(call);
}

static void fail(struct supervised *self, struct backend_call *call, int code, const char *message,
                 const char *hint) {
    struct backend_result result = {.code = code,
                                    .message = message,
                                    .hint = hint,
                                    .finish = FINISH_FAILED,
                                    .total_ms = clock_ms_since(call->started_us)};
    deliver(self, call, &result);
}

static void describe_wait(const struct supervised *self, struct err *why) {
    const char *what = self->phase == SUPERVISED_LOADING  ? "the model is still being loaded"
                       : self->phase == SUPERVISED_FAILED ? "llama-server cannot be had"
                                                          : "llama-server is not ready yet";
    err_set(why, ERR_UNAVAILABLE, "%.80s: %s%s%s", self->name, what, self->message[0] ? ": " : "",
            self->message);
}

static void fail_late(struct supervised *self, struct backend_call *call) {
    struct err why;
    describe_wait(self, &why);
    fail(self, call, call->patient ? ERR_TIMEOUT : ERR_UNAVAILABLE, why.message,
         "wait a moment, or take a smaller model");
}

static void fail_as_server(struct supervised *self, struct backend_call *call) {
    fail(self, call, ERR_UNAVAILABLE, self->message,
         "it is tried again in some minutes; `hunch model` shows how it is");
}

// --- below: a call that the remote has ---

static bool on_delta(void *context, struct slice delta) {
    struct backend_call *call = context;
    call->heard = true;
    return !call->callbacks.on_delta || call->callbacks.on_delta(call->callbacks.context, delta);
}

// The remote is cancelled by others than its caller only when it is replaced.
static bool was_lost(const struct backend_call *call, int code) {
    return (code == ERR_UNAVAILABLE || code == ERR_CANCELLED) && !call->cancelled && !call->self->closing;
}

// The server may say more of itself with each answer.
static void take_traits(struct supervised *self) {
    self->backend.traits.template = self->remote->traits.template;
    self->backend.traits.context_tokens = self->remote->traits.context_tokens;
    self->backend.traits.tokens = self->remote->traits.tokens;
}

static void on_done(void *context, const struct backend_result *result) {
    struct backend_call *call = context;
    struct supervised *self = call->self;
    call->inner = NULL;
    if (result->code == 0) {
        take_traits(self);
    }
    if (!was_lost(call, result->code)) {
        deliver(self, call, result);
        return;
    }
    self->doubted_us = clock_now_us() + DOUBT_MS * UINT64_C(1000);
    if (!call->heard && !call->asked_again) {
        call->asked_again = true;
        wake(self);
    } else {
        fail(self, call, ERR_UNAVAILABLE, "llama-server ended in mid-answer", "it is started again");
    }
}

static void ask(struct backend_call *call) {
    struct backend *remote = call->self->remote;
    struct backend_callbacks callbacks = {on_delta, on_done, call};
    if (call->probing) {
        call->inner = call; // not held; a probe is never cancelled
        remote->operations->probe(remote, &callbacks);
    } else {
        call->inner = backend_start(remote, &call->request, &callbacks);
    }
}

// --- below: calls that are held ---

static bool is_ready(const struct supervised *self, uint64_t now) {
    return self->phase == SUPERVISED_READY && self->remote && !self->asking && now >= self->doubted_us;
}

// What there is to do with a held call now, if anything.
static void settle(struct supervised *self, struct backend_call *call, uint64_t now) {
    if (call->cancelled) {
        fail(self, call, ERR_CANCELLED, "cancelled", "");
    } else if (self->phase == SUPERVISED_FAILED) {
        fail_as_server(self, call);
    } else if (call->held_until_us && now >= call->held_until_us) {
        fail_late(self, call);
    } else if (is_ready(self, now)) {
        ask(call);
    }
}

// Does it need settling: NULL if none of the first `count` does.
static struct backend_call *oldest_unsettled(const struct supervised *self, uint64_t count, uint64_t now) {
    struct backend_call *oldest = NULL;
    for (struct backend_call *call = self->calls; call; call = call->next) {
        bool due = call->cancelled || self->phase == SUPERVISED_FAILED ||
                   (call->held_until_us && now >= call->held_until_us) || is_ready(self, now);
        oldest = !call->inner && due && call->number < count ? call : oldest;
    }
    return oldest;
}

// When a held call is due again, if nothing changes before.
static uint64_t next_due_us(const struct supervised *self, uint64_t now) {
    uint64_t due = 0;
    for (const struct backend_call *call = self->calls; call; call = call->next) {
        uint64_t own = call->inner ? 0 : call->held_until_us;
        own = !call->inner && self->doubted_us > now && (!own || self->doubted_us < own) ? self->doubted_us
                                                                                         : own;
        due = own && (!due || own < due) ? own : due;
    }
    return due;
}

static void sort(uv_timer_t *timer) {
    struct supervised *self = timer->data;
    uint64_t now = clock_now_us();
    uint64_t count = self->call_count;
    for (struct backend_call *call; (call = oldest_unsettled(self, count, now)) && !self->closing;) {
        settle(self, call, now);
    }
    uint64_t due = self->closing ? 0 : next_due_us(self, now);
    if (due && !uv_is_active((uv_handle_t *)timer)) {
        uv_update_time(self->loop);
        uv_timer_start(timer, sort, due > now ? (due - now + 999) / 1000 : 0, 0);
    }
}

static void wake(struct supervised *self) {
    if (!self->closing) {
        uv_timer_start(&self->timer, sort, 0, 0);
    }
}

// --- below: news of the server ---

static void tell_state(struct supervised *self) {
    if (self->on_state) {
        self->on_state(self->context, self->phase, self->message);
    }
    wake(self);
}

// Cancelled: by the next remote, or by the end.
static void after_facts(void *context, const struct backend_result *result) {
    struct supervised *self = context;
    self->asking = false;
    if (result->code == 0) {
        take_traits(self);
    }
    if (result->code != ERR_CANCELLED && self->phase == SUPERVISED_READY) {
        tell_state(self);
    }
}

// A new remote: what the old one knew of failures is over.
static void become_ready(struct supervised *self, const struct supervised_news *news) {
    struct remote_options options = {.group = self->group,
                                     .provider = "llama-server",
                                     .url = news->url,
                                     .model = self->name,
                                     .key = news->key,
                                     .loaded = true,
                                     .cuts_halves = true, // by its batch (supervised_server.c)
                                     .template = self->template,
                                     .context_tokens = self->model.context_tokens,
                                     .timeout_ms = self->timeout_ms};
    struct err err;
    struct backend *old = self->remote;
    self->remote = remote_new(self->loop, &options, &err);
    if (old) {
        backend_close(old);
    }
    if (!self->remote) { // a guardian that says what none would
        self->phase = SUPERVISED_FAILED;
        snprintf(self->message, sizeof self->message, "%s", err.message);
        return;
    }
    self->doubted_us = 0; // by what the old one gave back
    self->asking = self->remote->traits.template == NULL;
    if (self->asking) {
        self->remote->operations->probe(self->remote, &(struct backend_callbacks){NULL, after_facts, self});
    }
}

static void on_news(void *context, const struct supervised_news *news) {
    struct supervised *self = context;
    self->phase = news->phase;
    snprintf(self->message, sizeof self->message, "%s", news->message);
    if (news->phase == SUPERVISED_READY) {
        become_ready(self, news);
    }
    if (self->phase == SUPERVISED_FAILED) {
        self->failed_us = clock_now_us();
    }
    if (self->phase != SUPERVISED_READY || !self->asking) { // else when it can be asked
        tell_state(self);
    }
}

// --- below: the operations ---

static struct backend_call *add_call(struct supervised *self, const struct backend_callbacks *callbacks) {
    struct backend_call *call = mem_zero(1, sizeof *call);
    call->self = self;
    call->callbacks = *callbacks;
    call->started_us = clock_now_us();
    call->number = self->call_count++;
    call->next = self->calls;
    self->calls = call;
    wake(self);
    return call;
}

static void try_failed_again(struct supervised *self) {
    if (self->phase == SUPERVISED_FAILED && clock_ms_since(self->failed_us) >= SUPERVISED_REST_MS) {
        self->phase = SUPERVISED_STARTING;
        supervised_client_again(self->client);
    }
}

static struct backend_call *start(struct backend *backend, const struct backend_request *request,
                                  const struct backend_callbacks *callbacks) {
    struct supervised *self = (struct supervised *)backend;
    try_failed_again(self);
    struct backend_call *call = add_call(self, callbacks);
    call->request = *request;
    uint64_t deadline =
        request->deadline_us ? request->deadline_us : call->started_us + self->timeout_ms * UINT64_C(1000);
    uint64_t patience = call->started_us + request->first_token_ms * UINT64_C(1000);
    call->patient = request->first_token_ms == 0 || deadline <= patience;
    call->held_until_us = call->patient ? deadline : patience;
    if (is_ready(self, call->started_us)) {
        ask(call); // without waiting for the loop to turn
    }
    return call;
}

static void cancel(struct backend *backend, struct backend_call *call) {
    struct supervised *self = (struct supervised *)backend;
    call->cancelled = true;
    if (call->inner) {
        backend_cancel(self->remote, call->inner);
    } else {
        wake(self);
    }
}

static void probe(struct backend *backend, const struct backend_callbacks *callbacks) {
    struct supervised *self = (struct supervised *)backend;
    try_failed_again(self);
    add_call(self, callbacks)->probing = true;
}

static void supervised_free(struct supervised *self) {
    supervised_model_fini(&self->model);
    free(self->name);
    free(self->template);
    free(self);
}

// While it is on its way, others answer in its place.
static bool available(struct backend *backend, struct err *why) {
    struct supervised *self = (struct supervised *)backend;
    try_failed_again(self);
    if (self->phase == SUPERVISED_READY && self->remote) {
        return self->remote->operations->available(self->remote, why);
    }
    describe_wait(self, why);
    return false;
}

static void on_closed(uv_handle_t *handle) {
    supervised_free(handle->data);
}

static void supervised_close(struct backend *backend) {
    struct supervised *self = (struct supervised *)backend;
    self->closing = true;
    supervised_client_close(self->client);
    backend_close(self->remote);
    for (struct backend_call *call; (call = self->calls);) {
        fail(self, call, ERR_CANCELLED, "cancelled", "");
    }
    uv_close((uv_handle_t *)&self->timer, on_closed);
}

static const struct backend_operations operations = {
    .start = start, .cancel = cancel, .probe = probe, .available = available, .close = supervised_close};

// --- below: the beginning ---

// What the settings say must be right before there is a server to ask.
static int choose(struct supervised *self, struct err *err) {
    struct remote_choice choice;
    struct remote_options options = {
        .group = self->group, .provider = "llama-server", .model = self->name, .template = self->template};
    int code = remote_choose(&options, &choice, err);
    self->backend.operations = &operations;
    self->backend.traits = (struct backend_traits){.name = "llama-server",
                                                   .reads_prompt = true,
                                                   .model = self->name,
                                                   .template = code ? NULL : choice.template,
                                                   .context_tokens = self->model.context_tokens,
                                                   .reads_ahead = true};
    return code;
}

struct backend *supervised_new(uv_loop_t *loop, const struct supervised_options *options, struct err *err) {
    const char *group = options->group ? options->group : "model";
    struct supervised *self = mem_zero(1, sizeof *self);
    if (supervised_model_init(&self->model, options->program, options->file, options->arguments,
                              options->context_tokens, err) != 0) {
        remote_name_settings_of(group, err);
        free(self);
        return NULL;
    }
    struct supervised_client_options client = {
        .model = &self->model, .hunch = options->hunch, .on_news = on_news, .context = self};
    self->loop = loop;
    self->name = options->name && options->name[0] ? mem_copy_string(options->name)
                                                   : supervised_name_of(self->model.file);
    self->template = mem_copy_string(options->template ? options->template : "");
    self->timeout_ms = options->timeout_ms ? options->timeout_ms : TIMEOUT_MS;
    self->group = group;
    self->on_state = options->on_state;
    self->context = options->context;
    self->client = choose(self, err) ? NULL : supervised_client_new(loop, &client, err);
    if (!self->client) {
        remote_name_settings_of(group, err);
        supervised_free(self);
        return NULL;
    }
    uv_timer_init(loop, &self->timer);
    self->timer.data = self;
    return &self->backend;
}
