// remote_learn.c - see remote_learn.h.
//
// The facts come first, then, if they leave it open, which control tokens the
// model has. Once the server is known to be there, one request without a
// prompt brings the model into memory before somebody waits for it.
#include "backends/remote_learn.h"

#include "backends/fim.h"
#include "backends/remote_choice.h"
#include "base/mem.h"

#include <stdlib.h>

// The settings count more than what the server says, its context more than a wish for a longer one.
void remote_take_facts(struct remote *self, const struct json *json) {
    struct provider_facts facts = {.model = ""};
    struct backend_traits *traits = &self->backend.traits;
    if (!self->provider->read_facts) {
        return;
    }
    self->provider->read_facts(json, &facts);
    const struct fim_template *fim = fim_for_model(facts.model);
    if (!fim && facts.takes_halves) {
        fim = fim_by_name("halves");
    }
    if (!self->template_given) {
        traits->template = fim ? fim_name(fim) : NULL;
    }
    bool less = facts.context_tokens && facts.context_tokens < self->context_tokens;
    traits->context_tokens = less ? facts.context_tokens : self->context_tokens;
    if (facts.model[0] && !self->model[0] && !self->shown_model) {
        traits->model = self->shown_model = remote_shown_name(facts.model);
    }
    self->known = true;
}

// Which of the families' tokens the model has, where its name tells nothing.
void remote_take_tokens(struct remote *self, const struct json *json) {
    const char *template = remote_template_of_tokens(self->provider, json);
    if (template && !self->template_given) {
        self->backend.traits.template = template;
    }
}

static void start_probe(struct remote *self, const struct backend_callbacks *callbacks) {
    struct answer_limits none = {0};
    struct backend_call *call = remote_call_new(self, self->provider->facts_path, &none, callbacks);
    struct json *body = self->provider->write_facts ? json_object() : NULL;
    call->probing = true;
    if (body) {
        self->provider->write_facts(self->model, body);
    }
    remote_call_send(call, body);
}

static void after_warm_up(void *context, const struct backend_result *result) {
    (void)context;
    (void)result;
}

static void warm_up(struct remote *self) {
    struct answer_limits any = {0};
    if (!self->provider->write_warm_up) {
        return;
    }
    struct backend_call *call = remote_call_new(self, self->provider->path, &any,
                                                &(struct backend_callbacks){NULL, after_warm_up, NULL});
    struct provider_ask ask = {.model = self->model, .context_tokens = self->backend.traits.context_tokens};
    struct json *body = json_object();
    self->provider->write_warm_up(&ask, body);
    remote_call_send(call, body);
}

static void ask_for_tokens(struct remote *self, const struct backend_callbacks *callbacks) {
    struct answer_limits none = {0};
    struct backend_call *call = remote_call_new(self, self->provider->tokens_path, &none, callbacks);
    struct json *body = json_object();
    struct str tokens;
    str_init(&tokens);
    fim_tokens(&tokens);
    call->probing = call->tokenizing = true;
    self->provider->write_tokens(self->model, str_slice(&tokens), body);
    remote_call_send(call, body);
    str_free(&tokens);
}

// Who wants to know what a server is. Its facts come first, then, if they leave it open, the model's tokens.
struct inquiry {
    struct remote *self;
    struct backend_callbacks callbacks;
};

static void answer_inquiry(struct inquiry *inquiry, const struct backend_result *result) {
    inquiry->callbacks.on_done(inquiry->callbacks.context, result);
    free(inquiry);
}

// A server that cannot tell its tokens is none the worse for it.
static void after_tokens(void *context, const struct backend_result *result) {
    struct backend_result fine = {.message = "", .hint = ""};
    answer_inquiry(context, result->code == ERR_CANCELLED ? result : &fine);
}

static void after_facts(void *context, const struct backend_result *result) {
    struct inquiry *inquiry = context;
    struct remote *self = inquiry->self;
    if (result->code == 0 && !self->backend.traits.template && self->provider->tokens_path) {
        ask_for_tokens(self, &(struct backend_callbacks){NULL, after_tokens, inquiry});
    } else {
        answer_inquiry(inquiry, result);
    }
}

void remote_inquire(struct remote *self, const struct backend_callbacks *callbacks) {
    struct inquiry *inquiry = mem_zero(1, sizeof *inquiry);
    *inquiry = (struct inquiry){self, *callbacks};
    start_probe(self, &(struct backend_callbacks){NULL, after_facts, inquiry});
}

static void after_learning(void *context, const struct backend_result *result) {
    struct remote *self = context;
    self->learning = false;
    if (result->code == 0) {
        warm_up(self);
    }
}

void remote_learn(struct remote *self) {
    if (self->provider->read_facts && !self->known && !self->learning) {
        self->learning = true;
        remote_inquire(self, &(struct backend_callbacks){NULL, after_learning, self});
    }
}
