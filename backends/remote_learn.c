// remote_learn.c - see remote_learn.h.
//
// The facts come first, then, if they leave it open, which control tokens the
// model has, then whether the server knows them where we do not. Once the
// server is known to be there, and if nobody has asked it yet, one request
// without a prompt brings the model into memory before somebody waits for it,
// and its tokenizer, where it can be asked, is measured.
#include "backends/remote_learn.h"

#include "backends/fim.h"
#include "backends/remote_choice.h"
#include "base/mem.h"

#include <stdlib.h>

enum { LEAST_CONTEXT = 256 };

void remote_fit_context(struct remote *self) {
    struct backend_traits *traits = &self->backend.traits;
    const struct fim_template *fim = traits->template ? fim_by_name(traits->template) : NULL;
    bool is_cut = fim && fim_has_halves(fim) && !self->context_given;
    const uint32_t limits[] = {self->server_tokens, is_cut ? self->provider->halves_tokens : 0};
    traits->context_tokens = self->context_tokens;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        bool is_less = limits[i] && limits[i] < traits->context_tokens;
        traits->context_tokens = is_less ? limits[i] : traits->context_tokens;
    }
}

// The settings count more than what the server says, its context more than a wish for a longer one.
void remote_take_facts(struct remote *self, const struct json *json) {
    struct provider_facts facts = {.model = ""};
    struct backend_traits *traits = &self->backend.traits;
    if (!self->provider->read_facts) {
        return;
    }
    self->provider->read_facts(self->model, json, &facts);
    const struct fim_template *fim = fim_for_model(facts.model);
    if (!fim && facts.takes_halves) {
        fim = fim_by_name("halves");
    }
    if (!self->template_given) {
        traits->template = fim ? fim_name(fim) : NULL;
    }
    self->server_tokens = facts.context_tokens;
    remote_fit_context(self);
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

void remote_take_count(struct remote *self, const struct json *json, size_t sample) {
    uint32_t tokens = self->provider->count_tokens(json);
    if (tokens) {
        token_weights_measured(&self->backend.traits.tokens, sample, tokens);
    }
}

void remote_take_counts(struct remote *self, const struct token_units *units, uint32_t tokens) {
    if (tokens) {
        token_weights_learn(&self->backend.traits.tokens, units, tokens, !self->provider->counts_part);
    }
}

// What the server says of its room is believed, unless nobody could work with it.
void remote_take_refusal(struct remote *self, const struct token_units *units,
                         const struct failure *failure) {
    token_weights_refused(&self->backend.traits.tokens, units, failure->prompt_tokens);
    if (failure->context_tokens >= LEAST_CONTEXT && failure->context_tokens < self->context_tokens) {
        self->context_tokens = failure->context_tokens;
        remote_fit_context(self);
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
    if (!self->provider->write_warm_up || self->warm) {
        return;
    }
    self->warm = true;
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

static void measure(struct remote *self);

static void after_measure(void *context, const struct backend_result *result) {
    struct remote *self = context;
    self->measured = result->code ? token_sample_count() : self->measured + 1;
    measure(self);
}

// How the model's tokenizer counts the next of the samples; once, whatever comes of it.
static void measure(struct remote *self) {
    if (!self->provider->count_tokens || self->measured >= token_sample_count()) {
        return;
    }
    struct answer_limits none = {0};
    struct backend_call *call = remote_call_new(self, self->provider->tokens_path, &none,
                                                &(struct backend_callbacks){NULL, after_measure, self});
    struct json *body = json_object();
    call->probing = call->tokenizing = true;
    call->sample = self->measured + 1;
    self->provider->write_tokens(self->model, token_sample(self->measured), body);
    remote_call_send(call, body);
}

// Who wants to know what a server is.
struct inquiry {
    struct remote *self;
    struct backend_callbacks callbacks;
};

static void answer_inquiry(struct inquiry *inquiry, const struct backend_result *result) {
    inquiry->callbacks.on_done(inquiry->callbacks.context, result);
    free(inquiry);
}

// A server that cannot do that is none the worse for it, nor one that cannot tell its tokens.
static void after_trial(void *context, const struct backend_result *result) {
    struct inquiry *inquiry = context;
    struct remote *self = inquiry->self;
    struct backend_result fine = {.message = "", .hint = ""};
    if (result->code == 0 && !self->template_given) {
        self->backend.traits.template = "halves";
        remote_fit_context(self);
    }
    answer_inquiry(inquiry, result->code == ERR_CANCELLED ? result : &fine);
}

static void try_halves(struct inquiry *inquiry) {
    struct remote *self = inquiry->self;
    struct answer_limits none = {0};
    struct provider_ask ask = {.model = self->model, .context_tokens = self->backend.traits.context_tokens};
    struct backend_call *call = remote_call_new(self, self->provider->halves_path, &none,
                                                &(struct backend_callbacks){NULL, after_trial, inquiry});
    struct json *body = json_object();
    call->trial = true;
    self->provider->write_halves_trial(&ask, body);
    remote_call_send(call, body);
}

static void after_tokens(void *context, const struct backend_result *result) {
    struct inquiry *inquiry = context;
    const struct remote *self = inquiry->self;
    struct backend_result fine = {.message = "", .hint = ""};
    bool open = result->code != ERR_CANCELLED && !self->backend.traits.template;
    if (open && self->provider->write_halves_trial && !self->cuts_halves) {
        try_halves(inquiry);
    } else {
        answer_inquiry(inquiry, result->code == ERR_CANCELLED ? result : &fine);
    }
}

static void after_facts(void *context, const struct backend_result *result) {
    struct inquiry *inquiry = context;
    struct remote *self = inquiry->self;
    if (result->code == 0 && !self->backend.traits.template && self->provider->read_tokens) {
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
        measure(self);
    }
}

void remote_learn(struct remote *self) {
    if (self->provider->read_facts && !self->known && !self->learning) {
        self->learning = true;
        remote_inquire(self, &(struct backend_callbacks){NULL, after_learning, self});
    }
}
