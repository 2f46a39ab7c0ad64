// engine_world.h - an engine with a model that the test plays, and requests to it.
#ifndef HUNCH_TESTS_ENGINE_WORLD_H
#define HUNCH_TESTS_ENGINE_WORLD_H

#include "base/mem.h"
#include "completion/engine.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

struct backend_call {
    struct backend_callbacks callbacks;
    const struct backend_request *request;
    bool cancelled;
};

// A model that waits until the test answers for it.
struct played {
    struct backend base;
    struct backend_call calls[8];
    struct backend_call *call; // the latest
    int starts, cancels;
    bool cancels_later; // the test ends what is cancelled
    size_t used;
};

static inline struct backend_call *played_start(struct backend *self, const struct backend_request *request,
                                                const struct backend_callbacks *callbacks) {
    struct played *played = (struct played *)self;
    played->starts++;
    played->call = &played->calls[played->used++ % 8];
    *played->call = (struct backend_call){*callbacks, request, false};
    return played->call;
}

static inline void played_cancel(struct backend *self, struct backend_call *call) {
    struct played *played = (struct played *)self;
    played->cancels++;
    if (played->cancels_later) {
        return;
    }
    struct backend_result result = {.code = ERR_CANCELLED, .message = "cancelled", .hint = ""};
    call->callbacks.on_done(call->callbacks.context, &result);
}

// Its memory is the test's.
static void played_close(struct backend *self) {
    (void)self;
}

static const struct backend_operations played_operations = {
    .start = played_start, .cancel = played_cancel, .close = played_close};

struct fixture {
    uv_loop_t loop;
    struct worker *worker;
    struct retriever *retriever;
    struct config *config;
    struct played model;
    struct engine *engine;
};

struct asked {
    int answers;
    enum outcome outcome;
    char shown[64];
    char reason[256];
    size_t count;
};

static inline int set_up(void **state) {
    struct fixture *fixture = mem_zero(1, sizeof *fixture);
    uv_loop_init(&fixture->loop);
    fixture->worker = worker_new(&fixture->loop, 8);
    fixture->retriever = retriever_new("/nonexistent");
    fixture->config = config_new();
    fixture->model.base.operations = &played_operations;
    fixture->model.base.traits = (struct backend_traits){.name = "played", .model = "played"};
    struct engine_options options = {&fixture->loop,       fixture->worker, fixture->retriever,
                                     &fixture->model.base, fixture->config, NULL,
                                     "/nonexistent"};
    fixture->engine = engine_new(&options);
    *state = fixture;
    return 0;
}

static inline int tear_down(void **state) {
    struct fixture *fixture = *state;
    worker_free(fixture->worker);
    engine_free(fixture->engine);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    retriever_free(fixture->retriever);
    config_free(fixture->config);
    int code = uv_loop_close(&fixture->loop);
    free(fixture);
    return code;
}

static inline void on_answer(void *context, const struct engine_answer *answer) {
    struct asked *asked = context;
    asked->answers++;
    asked->outcome = answer->outcome;
    asked->count = answer->candidate_count;
    snprintf(asked->reason, sizeof asked->reason, "%s", answer->reason);
    if (answer->candidate_count) {
        snprintf(asked->shown, sizeof asked->shown, "%.*s", (int)answer->candidates[0].shown.length,
                 answer->candidates[0].shown.data);
    }
}

static inline struct engine_request *ask_on(struct fixture *fixture, struct asked *asked,
                                            const char *document, unsigned channel, bool invoked) {
    struct str text;
    str_init(&text);
    str_append_string(&text, document);
    size_t cursor = slice_find(str_slice(&text), SLICE_LITERAL("|"), 0);
    str_splice(&text, cursor, cursor + 1, NULL, 0);
    struct text *shared = text_new(str_slice(&text));
    struct engine_query query = {.path = "a.c",
                                 .language = "c",
                                 .text = shared,
                                 .cursor = cursor,
                                 .channel = channel,
                                 .invoked = invoked};
    struct engine_request *request = engine_start(fixture->engine, &query, on_answer, asked);
    text_release(shared);
    str_free(&text);
    return request;
}

static inline struct engine_request *ask(struct fixture *fixture, struct asked *asked, const char *document) {
    return ask_on(fixture, asked, document, 0, false);
}

// Turns the loop until the model has been asked `starts` times, or the request was answered.
static inline void turn(struct fixture *fixture, const struct asked *asked, int starts) {
    for (int i = 0; i < 10000 && !asked->answers && fixture->model.starts < starts; i++) {
        uv_run(&fixture->loop, UV_RUN_NOWAIT);
        uv_sleep(1);
    }
    uv_run(&fixture->loop, UV_RUN_NOWAIT);
}

static inline void reply_with(struct fixture *fixture, const struct backend_candidate *candidate) {
    struct backend_result result = {
        .message = "", .hint = "", .candidates = candidate, .candidate_count = 1, .finish = FINISH_STOP};
    fixture->model.call->callbacks.on_done(fixture->model.call->callbacks.context, &result);
}

static inline void reply(struct fixture *fixture, const char *text, double confidence) {
    reply_with(fixture, &(struct backend_candidate){.text = slice_of_string(text), .confidence = confidence});
}

#endif
