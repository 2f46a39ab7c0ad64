// remote.c - see remote.h.
//
// The backend itself: whom it asks, whether it may be asked now (breaker), what
// a request becomes. A call's life is in remote_call.c, what the server says of
// itself in remote_learn.c.
#include "backends/remote_ask.h"
#include "backends/remote_choice.h"
#include "backends/remote_learn.h"
#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>

enum { CONTEXT_TOKENS = 4096, CONNECT_TIMEOUT_MS = 2000, TIMEOUT_MS = 10000 };

static void on_key(void *context, const struct err *err) {
    struct remote *self = context;
    http_release(self->http, self->key.text, err, "run model.keyCommand in a terminal to see what it says");
}

// The server has failed and is left alone.
static void say_why(const struct remote *self, struct err *why) {
    uint64_t now = clock_now_us();
    if (self->breaker.until_us <= now) {
        err_set(why, self->last.err.code, "%.400s (being asked again)", self->last.err.message);
    } else {
        double wait_s = (double)(self->breaker.until_us - now) / 1e6;
        err_set(why, self->last.err.code, "%.400s (not asked again for %.0f s)", self->last.err.message,
                wait_s + 0.5);
    }
}

// The call ends with what was wrong, without asking.
static void refuse(struct backend_call *call) {
    call->failed = true;
    call->failure = (struct failure){.hint = call->self->last.hint};
    say_why(call->self, &call->failure.err);
    remote_call_send(call, NULL);
}

static struct backend_call *start(struct backend *backend, const struct backend_request *request,
                                  const struct backend_callbacks *callbacks) {
    struct remote *self = (struct remote *)backend;
    struct answer_limits limits = {
        .stops = request->stops, .stop_count = request->stop_count, .max_lines = request->max_lines};
    struct backend_call *call = remote_call_new(self, self->provider->path, &limits, callbacks);
    call->counts = breaker_allows(&self->breaker, call->started_us);
    self->checked = false;
    if (!call->counts) {
        refuse(call);
        return call;
    }
    self->warm = true; // what a warm-up reads would take the place of this prompt
    remote_learn(self);
    struct str rendered;
    str_init(&rendered);
    struct slice line = slice_sub(request->prefix, slice_line_start(request->prefix, request->prefix.length),
                                  request->prefix.length);
    str_append_slice(&call->reply.line, line);
    struct provider_ask ask = remote_ask(request, &self->backend.traits, self->model, &rendered);
    ask.without = self->without;
    if (ask.suffix.data && self->provider->halves_path) {
        remote_call_aim(call, self->provider->halves_path);
    }
    call->units = token_units_of(ask.prompt);
    struct token_units behind = token_units_of(ask.suffix);
    call->units.code += behind.code;
    call->units.digits += behind.digits;
    call->units.wide += behind.wide;
    struct json *body = json_object();
    self->provider->write_body(&ask, body);
    call->deadline_us = request->deadline_us ? request->deadline_us : call->deadline_us;
    call->first_token_ms = request->first_token_ms;
    remote_call_send(call, body);
    str_free(&rendered);
    return call;
}

static void cancel(struct backend *backend, struct backend_call *call) {
    (void)backend;
    call->cancelled = true;
    http_cancel(call->http);
}

static void probe(struct backend *backend, const struct backend_callbacks *callbacks) {
    remote_inquire((struct remote *)backend, callbacks);
}

static void after_check(void *context, const struct backend_result *result) {
    struct remote *self = context;
    self->checking = false;
    self->checked = result->code == 0;
    if (result->code && result->code != ERR_CANCELLED) {
        breaker_failed(&self->breaker, result->retry_after_ms, clock_now_us());
    }
}

// The same in one line, the way out at its end: it stands in the status for as long as the trouble lasts.
static void say_all(const struct remote *self, struct err *why) {
    struct err trouble;
    say_why(self, &trouble);
    bool has_hint = self->last.hint && self->last.hint[0];
    err_set(why, trouble.code, "%s%s%s", trouble.message, has_hint ? ": " : "",
            has_hint ? self->last.hint : "");
    remote_name_settings_of(self->group, why);
}

// One that has been left alone long enough is asked first whether it is there at all: who types waits for another
// model's answer meanwhile, not for a server that may not come back.
static bool available(struct backend *backend, struct err *why) {
    struct remote *self = (struct remote *)backend;
    enum breaker_state state = breaker_state(&self->breaker, clock_now_us());
    if (state == BREAKER_CLOSED || (state == BREAKER_HALF_OPEN && self->checked)) {
        return true;
    }
    say_all(self, why);
    if (state == BREAKER_HALF_OPEN && !self->checking) {
        self->checking = true;
        remote_inquire(self, &(struct backend_callbacks){NULL, after_check, self});
    }
    return false;
}

static void remote_close(struct backend *backend) {
    struct remote *self = (struct remote *)backend;
    http_close(self->http);
    server_key_fini(&self->key);
    json_room_free(&self->room);
    free(self->url);
    free(self->model);
    free(self->shown_model);
    free(self);
}

static const struct backend_operations operations = {
    .start = start, .cancel = cancel, .probe = probe, .available = available, .close = remote_close};

static uint32_t or_else(uint32_t value, uint32_t fallback) {
    return value ? value : fallback;
}

struct backend *remote_new(uv_loop_t *loop, const struct remote_options *options, struct err *err) {
    struct remote_choice choice;
    const char *group = options->group ? options->group : "model";
    if (remote_choose(options, &choice, err) != 0) {
        remote_name_settings_of(group, err);
        return NULL;
    }
    struct remote *self = mem_zero(1, sizeof *self);
    self->group = group;
    self->provider = choice.provider;
    self->http = http_new(loop, &options->trust);
    server_key_init(&self->key, loop, choice.key, options->key_command, on_key, self);
    self->url = mem_copy_string(choice.url);
    self->model = mem_copy_string(choice.model);
    self->connect_timeout_ms = or_else(options->connect_timeout_ms, CONNECT_TIMEOUT_MS);
    self->timeout_ms = or_else(options->timeout_ms, TIMEOUT_MS);
    self->context_tokens = or_else(options->context_tokens, CONTEXT_TOKENS);
    self->template_given = choice.template != NULL;
    self->warm = options->loaded;
    self->cuts_halves = options->cuts_halves;
    self->context_given = options->context_tokens != 0;
    json_room_init(&self->room, REMOTE_ROOM_BYTES);
    breaker_init(&self->breaker, clock_now_us());
    self->backend.operations = &operations;
    self->backend.traits = (struct backend_traits){
        .name = choice.provider->name,
        .model = self->model[0] ? self->model : "unnamed",
        .template = choice.template,
        .reads_prompt = true,
        .leaves_machine = !choice.loopback,
        .reads_ahead = choice.provider->reads_ahead,
    };
    remote_fit_context(self);
    remote_learn(self);
    return &self->backend;
}
