// remote_world.h - a backend, a scripted server and what the engine saw, for the tests of remote.c.
#ifndef HUNCH_TESTS_REMOTE_WORLD_H
#define HUNCH_TESTS_REMOTE_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "backends/remote.h"
#include "base/clock.h"
#include "base/json.h"

#include "tiny_server.h"

#define KEY    "sk-test-0123456789"
#define STREAM "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
#define JSON(status, headers, body)                                                                          \
    "HTTP/1.1 " status "\r\nContent-Type: application/json\r\n" headers "Connection: close\r\n\r\n" body
#define TEXT(text)  "data: {\"choices\":[{\"index\":0,\"text\":\"" text "\",\"finish_reason\":null}]}\n\n"
#define FINISH(why) "data: {\"choices\":[{\"index\":0,\"text\":\"\",\"finish_reason\":\"" why "\"}]}\n\n"
#define USAGE                                                                                                \
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":3,"                         \
    "\"prompt_tokens_details\":{\"cached_tokens\":8}}}\n\n"
#define DONE "data: [DONE]\n\n"

struct seen { // by the engine
    struct str deltas, text, message, hint;
    int delta_calls, done_calls;
    int enough_after; // deltas; 0: never
    struct backend_result result;
};

struct world {
    uv_loop_t loop;
    struct tiny_server server;
    struct backend *backend;
    struct backend_call *running;
    struct seen seen;
};

static bool on_delta(void *context, struct slice delta) {
    struct seen *seen = context;
    assert_int_equal(seen->done_calls, 0);
    assert_true(delta.length > 0);
    str_append_slice(&seen->deltas, delta);
    return ++seen->delta_calls != seen->enough_after;
}

static void on_done(void *context, const struct backend_result *result) {
    struct seen *seen = context;
    seen->done_calls++;
    seen->result = *result;
    for (size_t i = 0; i < result->candidate_count; i++) {
        str_append_slice(&seen->text, result->candidates[i].text);
    }
    str_append_string(&seen->message, result->message);
    str_append_string(&seen->hint, result->hint);
}

static struct backend_callbacks callbacks_of(struct world *world) {
    return (struct backend_callbacks){on_delta, on_done, &world->seen};
}

static void forget(struct seen *seen) {
    str_free(&seen->deltas);
    str_free(&seen->text);
    str_free(&seen->message);
    str_free(&seen->hint);
    *seen = (struct seen){0};
    str_init(&seen->deltas);
    str_init(&seen->text);
    str_init(&seen->message);
    str_init(&seen->hint);
}

static struct backend *backend_of(struct world *world, const char *provider, const char *model, int port) {
    char url[64];
    struct err err;
    snprintf(url, sizeof url, "http://127.0.0.1:%d/v1/", port);
    struct remote_options options = {.provider = provider, .url = url, .model = model, .key = KEY};
    struct backend *backend = remote_new(&world->loop, &options, &err);
    assert_non_null(backend);
    return backend;
}

static inline struct backend *backend_at(struct world *world, int port) {
    return backend_of(world, "openai", "qwen2.5-coder:1.5b", port);
}

static inline int begin(void **state) {
    struct world *world = mem_zero(1, sizeof *world);
    uv_loop_init(&world->loop);
    tiny_start(&world->server, &world->loop);
    forget(&world->seen);
    world->backend = backend_at(world, world->server.port);
    *state = world;
    return 0;
}

static inline int finish(void **state) {
    struct world *world = *state;
    backend_close(world->backend);
    tiny_stop(&world->server);
    uv_run(&world->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&world->loop), 0); // no handle is left
    forget(&world->seen);
    free(world);
    return 0;
}

static struct backend_request request_of(const char *prompt) {
    return (struct backend_request){
        .path = "a.c", .language = "c", .prompt = slice_of_string(prompt), .max_tokens = 32, .candidates = 1};
}

static void wait_done(struct world *world) {
    while (world->seen.done_calls == 0 && uv_run(&world->loop, UV_RUN_ONCE)) {
    }
    assert_int_equal(world->seen.done_calls, 1);
    assert_null(strstr(world->seen.message.data, KEY));
    assert_null(strstr(world->seen.message.data, "\n"));
}

static inline void ask(struct world *world, const struct backend_request *request) {
    forget(&world->seen);
    struct backend_callbacks callbacks = callbacks_of(world);
    backend_start(world->backend, request, &callbacks);
    assert_int_equal(world->seen.done_calls, 0); // H1
    wait_done(world);
}

#endif
