// chain.c - see chain.h.
#include "backends/chain.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>

struct link {
    struct backend *backend;
    struct err trouble; // why it did not answer when it was last its turn; "": it did
};

struct chain {
    struct backend backend;
    struct link links[CHAIN_LINKS];
    size_t count;
    struct str instead; // of the last answer
};

struct backend_call {
    struct chain *chain;
    size_t link;
    struct backend_call *inner; // the model's
    struct backend_callbacks callbacks;
    struct backend_request request;
};

// count: it is none of the chain's.
static size_t place_of(const struct chain *chain, const struct backend_traits *traits) {
    size_t i = 0;
    while (i < chain->count && &chain->links[i].backend->traits != traits) {
        i++;
    }
    return i;
}

static bool is_available(struct link *link) {
    const struct backend_operations *operations = link->backend->operations;
    return !operations->available || operations->available(link->backend, &link->trouble);
}

// The first available one from `from` on; count: none.
static size_t next_available(struct chain *chain, size_t from) {
    while (from < chain->count && !is_available(&chain->links[from])) {
        from++;
    }
    return from;
}

static const struct backend_traits *choose(struct backend *self, const struct backend_traits *after) {
    struct chain *chain = (struct chain *)self;
    size_t place = next_available(chain, after ? place_of(chain, after) + 1 : 0);
    if (place >= chain->count) {
        return after ? NULL : &chain->links[0].backend->traits; // which says what is wrong
    }
    return &chain->links[place].backend->traits;
}

static bool on_delta(void *context, struct slice delta) {
    const struct backend_call *call = context;
    return !call->callbacks.on_delta || call->callbacks.on_delta(call->callbacks.context, delta);
}

// What was wrong with those that come before this one.
static const char *instead_of(struct chain *chain, size_t link) {
    str_clear(&chain->instead);
    for (size_t i = 0; i < link; i++) {
        const char *trouble = chain->links[i].trouble.message;
        bool is_next = trouble[0] && chain->instead.length;
        str_append_format(&chain->instead, "%s%s", is_next ? "; then " : "", trouble);
    }
    return chain->instead.data;
}

static void on_done(void *context, const struct backend_result *result) {
    struct backend_call *call = context;
    struct link *link = &call->chain->links[call->link];
    struct backend_result told = *result;
    if (result->code == 0) {
        link->trouble = (struct err){0};
    } else if (result->code != ERR_CANCELLED) {
        err_set(&link->trouble, result->code, "%.400s%s%.200s", result->message, result->hint[0] ? ": " : "",
                result->hint);
    }
    told.instead = instead_of(call->chain, call->link);
    told.retry_after_ms = 0; // each model keeps to its own
    call->callbacks.on_done(call->callbacks.context, &told);
    free(call);
}

// Who has a successor may take half of the time to begin; what was waited for it before counts.
static uint32_t patience(struct chain *chain, size_t link, const struct backend_request *request) {
    uint64_t now = clock_now_us();
    uint64_t begun = request->begun_us ? request->begun_us : now;
    bool has_time = request->deadline_us > now;
    if (!has_time || next_available(chain, link + 1) == chain->count) {
        return request->first_token_ms;
    }
    uint64_t half = begun + (request->deadline_us - begun) / 2;
    uint64_t left_ms = half > now ? (half - now) / 1000 : 0;
    return left_ms < UINT32_MAX ? (uint32_t)left_ms + 1 : UINT32_MAX; // 0 would be no limit
}

// A successor has a tenth of the time left if the answer begins, but does not end.
static uint64_t deadline(struct chain *chain, size_t link, const struct backend_request *request) {
    uint64_t now = clock_now_us();
    bool is_last = next_available(chain, link + 1) == chain->count;
    bool has_time = request->deadline_us > now;
    return is_last || !has_time ? request->deadline_us
                                : request->deadline_us - (request->deadline_us - now) / 10;
}

static struct backend_call *start(struct backend *self, const struct backend_request *request,
                                  const struct backend_callbacks *callbacks) {
    struct chain *chain = (struct chain *)self;
    struct backend_call *call = mem_zero(1, sizeof *call);
    const struct backend_traits *model = request->model ? request->model : choose(self, NULL);
    *call = (struct backend_call){chain, place_of(chain, model) % chain->count, NULL, *callbacks, *request};
    call->request.first_token_ms = patience(chain, call->link, request);
    call->request.deadline_us = deadline(chain, call->link, request);
    call->inner = backend_start(chain->links[call->link].backend, &call->request,
                                &(struct backend_callbacks){on_delta, on_done, call});
    return call;
}

static void cancel(struct backend *self, struct backend_call *call) {
    (void)self;
    backend_cancel(call->chain->links[call->link].backend, call->inner);
}

static void close_chain(struct backend *self) {
    struct chain *chain = (struct chain *)self;
    for (size_t i = 0; i < chain->count; i++) {
        backend_close(chain->links[i].backend);
    }
    str_free(&chain->instead);
    free(chain);
}

struct backend *chain_new(struct backend *const *models, size_t count) {
    static const struct backend_operations operations = {
        .start = start, .cancel = cancel, .choose = choose, .close = close_chain};
    struct chain *chain = mem_zero(1, sizeof *chain);
    chain->backend.operations = &operations;
    chain->backend.traits = models[0]->traits;
    chain->count = count;
    str_init(&chain->instead);
    for (size_t i = 0; i < count; i++) {
        chain->links[i] = (struct link){.backend = models[i]};
    }
    return &chain->backend;
}
