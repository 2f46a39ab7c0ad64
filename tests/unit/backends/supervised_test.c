// supervised_test.c - calls to a server that comes, goes and comes back; its guardian is played by the test.
#include "remote_world.h"

#include "backends/supervised.h"
#include "backends/supervised_client.h"
#include "base/fs.h"

#include <sys/stat.h>
#include <unistd.h>

#define TOLD                                                                                                 \
    "data: {\"content\":\"return 7;\",\"stop\":false}\n\ndata: {\"content\":\"\",\"stop\":true,\"stop_type\":\"eos\"}\n\n"
#define HALF  "data: {\"content\":\"return\",\"stop\":false}\n\n"
#define NEVER "data: {\"prompt_progress\":{}}\n\n"
#define PROPS JSON("200 OK", "Content-Length: 2\r\n", "{}")

struct guard { // the guardian, and what stands behind it
    struct world world;
    struct backend_callbacks callbacks;
    char folder[64];
    struct supervised_model model;
    struct supervised_place place;
    uv_pipe_t listener;
    uv_timer_t tick; // a turn of the loop that finds nothing but a timer would wait for ever after it
    uv_pipe_t *user; // the last; NULL: none
    int users;
    struct str states;
};

static void free_handle(uv_handle_t *handle) {
    free(handle);
}

static void on_user(uv_stream_t *listener, int status) {
    struct guard *guard = listener->data;
    assert_int_equal(status, 0);
    guard->user = mem_zero(1, sizeof *guard->user);
    uv_pipe_init(&guard->world.loop, guard->user, 0);
    assert_int_equal(uv_accept(listener, (uv_stream_t *)guard->user), 0);
    guard->users++;
}

static void on_tick(uv_timer_t *tick) {
    (void)tick;
}

static void hang_up(struct guard *guard) {
    if (guard->user) {
        uv_close((uv_handle_t *)guard->user, free_handle);
        guard->user = NULL;
    }
}

static void on_model_state(void *context, enum supervised_phase phase, const char *message) {
    struct guard *guard = context;
    (void)message;
    str_append_format(&guard->states, "%s ", supervised_phase_name(phase));
}

static void turn(struct guard *guard) {
    uv_run(&guard->world.loop, UV_RUN_ONCE);
}

static void tell(struct guard *guard, const char *state, const char *message) {
    struct str line;
    while (!guard->user) {
        turn(guard);
    }
    str_init(&line);
    str_append_format(
        &line, "{\"state\":\"%s\",\"message\":\"%s\",\"url\":\"http://127.0.0.1:%d\",\"key\":\"" KEY "\"}\n",
        state, message, guard->world.server.port);
    uv_buf_t buffer = uv_buf_init(line.data, (unsigned)line.length);
    assert_int_equal(uv_try_write((uv_stream_t *)guard->user, &buffer, 1), line.length);
    str_free(&line);
    size_t heard = guard->states.length;
    while (guard->states.length == heard) {
        turn(guard);
    }
}

static char *text_of(const char *text) {
    return (char *)(uintptr_t)text;
}

static void open_backend(struct guard *guard, const char *name) {
    struct err err = {0};
    struct supervised_options options = {.program = "/bin/true",
                                         .file = guard->model.file,
                                         .name = name,
                                         .hunch = "/no/such/guardian",
                                         .on_state = on_model_state,
                                         .context = guard};
    guard->world.backend = supervised_new(&guard->world.loop, &options, &err);
    assert_non_null(guard->world.backend);
}

static int begin_guard(void **state) {
    struct guard *guard = mem_zero(1, sizeof *guard);
    struct err err = {0};
    snprintf(guard->folder, sizeof guard->folder, "/tmp/hunch-supervised-test-%d", (int)getpid());
    assert_int_equal(mkdir(guard->folder, 0755), 0);
    setenv("XDG_RUNTIME_DIR", guard->folder, 1);
    guard->model = (struct supervised_model){
        text_of("/bin/true"), fs_join(guard->folder, "qwen2.5-coder-x.gguf"), text_of(""), 4096};
    assert_int_equal(fs_write(guard->model.file, SLICE_LITERAL("x"), false, NULL), 0);
    assert_int_equal(supervised_place_init(&guard->place, &guard->model, &err), 0);
    struct world *world = &guard->world;
    uv_loop_init(&world->loop);
    tiny_start(&world->server, &world->loop);
    world->server.routes[0] = (struct route){.start = "GET /props ", .bytes = PROPS};
    world->server.routes[1] = (struct route){.start = "POST /tokenize ", .bytes = PROPS};
    forget(&world->seen);
    str_init(&guard->states);
    uv_timer_init(&world->loop, &guard->tick);
    uv_timer_start(&guard->tick, on_tick, 5, 5);
    uv_pipe_init(&world->loop, &guard->listener, 0);
    guard->listener.data = guard;
    assert_int_equal(uv_pipe_bind(&guard->listener, guard->place.guardian), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&guard->listener, 8, on_user), 0);
    *state = guard;
    return 0;
}

static int finish_guard(void **state) {
    struct guard *guard = *state;
    char *own = fs_join(guard->folder, "hunch");
    backend_close(guard->world.backend);
    tiny_stop(&guard->world.server);
    hang_up(guard);
    uv_close((uv_handle_t *)&guard->listener, NULL);
    uv_close((uv_handle_t *)&guard->tick, NULL);
    uv_run(&guard->world.loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&guard->world.loop), 0); // no handle is left
    forget(&guard->world.seen);
    unlink(guard->model.file);
    unlink(guard->place.guardian);
    rmdir(own);
    assert_int_equal(rmdir(guard->folder), 0);
    supervised_place_fini(&guard->place);
    free(guard->model.file);
    free(own);
    str_free(&guard->states);
    free(guard);
    return 0;
}

static struct backend_call *start_call(struct guard *guard, struct backend_request *request) {
    guard->callbacks = callbacks_of(&guard->world);
    *request = request_of("int f(void) {");
    struct backend_call *call = backend_start(guard->world.backend, request, &guard->callbacks);
    assert_int_equal(guard->world.seen.done_calls, 0); // U1
    return call;
}

static void answer_with(struct guard *guard, const char *bytes, bool close_after) {
    guard->world.server.script = (struct script){.bytes = bytes, .close_after = close_after};
}

static void it_waits_and_is_asked(void **state) {
    struct guard *guard = *state;
    struct backend_request request;
    open_backend(guard, "");
    assert_string_equal(guard->world.backend->traits.model, "qwen2.5-coder-x");
    assert_string_equal(guard->world.backend->traits.template, "qwen2.5-coder");
    assert_false(guard->world.backend->traits.leaves_machine);
    answer_with(guard, STREAM TOLD, true);
    start_call(guard, &request);
    tell(guard, "starting", "");
    tell(guard, "loading", "");
    assert_int_equal(guard->world.seen.done_calls, 0);
    assert_int_equal(guard->world.server.requests, 0);
    tell(guard, "ready", "");
    wait_done(&guard->world);
    assert_string_equal(guard->world.seen.text.data, "return 7;");
    assert_non_null(strstr(guard->world.server.request.data, "Authorization: Bearer " KEY));
    assert_string_equal(guard->states.data, "starting loading ready ");
    forget(&guard->world.seen);
    start_call(guard, &request); // without waiting
    wait_done(&guard->world);
    assert_string_equal(guard->world.seen.text.data, "return 7;");
}

static void a_held_call_can_be_cancelled(void **state) {
    struct guard *guard = *state;
    struct backend_request request;
    open_backend(guard, "");
    struct backend_call *call = start_call(guard, &request);
    backend_cancel(guard->world.backend, call);
    assert_int_equal(guard->world.seen.done_calls, 0); // U1
    wait_done(&guard->world);
    assert_int_equal(guard->world.seen.result.code, ERR_CANCELLED);
    forget(&guard->world.seen);
    answer_with(guard, STREAM NEVER, false);
    call = start_call(guard, &request);
    tell(guard, "ready", "");
    while (guard->world.server.requests < 1) {
        turn(guard);
    }
    backend_cancel(guard->world.backend, call);
    wait_done(&guard->world);
    assert_int_equal(guard->world.seen.result.code, ERR_CANCELLED);
}

static void it_does_not_wait_longer_than_it_should(void **state) {
    struct guard *guard = *state;
    struct backend_callbacks callbacks = callbacks_of(&guard->world);
    struct backend_request request = request_of("x");
    open_backend(guard, "");
    tell(guard, "loading", "");
    request.deadline_us = clock_now_us() + 1000;
    backend_start(guard->world.backend, &request, &callbacks);
    wait_done(&guard->world);
    assert_int_equal(guard->world.seen.result.code, ERR_TIMEOUT);
    assert_non_null(
        strstr(guard->world.seen.message.data, "qwen2.5-coder-x: the model is still being loaded"));
}

// Whoever has prompts laid out for it must know for which model.
static void it_is_ready_when_it_is_known(void **state) {
    struct guard *guard = *state;
    struct backend_request request = request_of("x");
    struct backend_callbacks callbacks = callbacks_of(&guard->world);
    guard->world.server.routes[0].start = "GET /props"; // a router is asked for a model
    guard->world.server.routes[0].bytes =
        JSON("200 OK", "Content-Length: 35\r\n", "{\"model_path\":\"/m/starcoder2.gguf\"}");
    open_backend(guard, "mystery");
    assert_null(guard->world.backend->traits.template);
    tell(guard, "ready", "");
    assert_string_equal(guard->states.data, "ready ");
    assert_string_equal(guard->world.backend->traits.template, "starcoder2");
    assert_true(guard->world.backend->traits.reads_ahead);
    answer_with(guard, STREAM TOLD, true);
    request.ahead = true;
    backend_start(guard->world.backend, &request, &callbacks);
    wait_done(&guard->world);
    assert_non_null(strstr(guard->world.server.request.data, "\"n_predict\":0"));
    assert_int_equal(guard->world.server.requests, 1); // it need not be brought into memory
}

// Its batch would leave little of them.
static void halves_are_not_tried(void **state) {
    static const char can[] = STREAM TOLD;
    struct guard *guard = *state;
    struct backend_request request;
    struct route *infill = &guard->world.server.routes[2];
    guard->world.server.routes[0].start = "GET /props";
    *infill = (struct route){.start = "POST /infill ", .bytes = can};
    open_backend(guard, "mystery");
    answer_with(guard, STREAM TOLD, true);
    start_call(guard, &request);
    tell(guard, "ready", "");
    wait_done(&guard->world);
    assert_string_equal(guard->world.seen.text.data, "return 7;");
    assert_null(guard->world.backend->traits.template);
    assert_true(guard->world.server.routes[1].requests > 0); // after its tokens they would come
    assert_int_equal(infill->requests, 0);
}

// Where others answer in its place, they shall soon.
static void where_others_answer_it_does_not_wait(void **state) {
    struct guard *guard = *state;
    struct backend_callbacks callbacks = callbacks_of(&guard->world);
    struct backend_request request = request_of("x");
    struct err why = {0};
    open_backend(guard, "");
    struct backend *backend = guard->world.backend;
    tell(guard, "loading", "");
    assert_false(backend->operations->available(backend, &why));
    assert_non_null(strstr(why.message, "qwen2.5-coder-x: the model is still being loaded"));
    request.first_token_ms = 1;
    backend_start(backend, &request, &callbacks);
    wait_done(&guard->world);
    assert_int_equal(guard->world.seen.result.code, ERR_UNAVAILABLE);
    tell(guard, "ready", "");
    assert_true(backend->operations->available(backend, &why));
    tell(guard, "failed", "it said: no memory");
    assert_false(backend->operations->available(backend, &why));
    assert_non_null(strstr(why.message, "llama-server cannot be had: it said: no memory"));
}

static void what_is_lost_unheard_is_asked_once_more(void **state) {
    struct guard *guard = *state;
    struct backend_request request;
    open_backend(guard, "");
    tell(guard, "ready", "");
    answer_with(guard, STREAM NEVER, true); // it dies while it reads the prompt
    start_call(guard, &request);
    while (guard->world.server.requests < 1) {
        turn(guard);
    }
    while (guard->world.server.peers) {
        turn(guard);
    }
    answer_with(guard, STREAM TOLD, true);
    tell(guard, "starting", "");
    assert_int_equal(guard->world.seen.done_calls, 0);
    tell(guard, "ready", "");
    wait_done(&guard->world);
    assert_string_equal(guard->world.seen.text.data, "return 7;");
}

static void what_has_shown_text_is_not_asked_again(void **state) { // U2
    struct guard *guard = *state;
    struct backend_request request;
    open_backend(guard, "");
    tell(guard, "ready", "");
    answer_with(guard, STREAM HALF, true);
    start_call(guard, &request);
    wait_done(&guard->world);
    assert_int_equal(guard->world.seen.result.code, ERR_UNAVAILABLE);
    assert_non_null(strstr(guard->world.seen.message.data, "mid-answer"));
    assert_string_equal(guard->world.seen.deltas.data, "return");
}

static void a_failed_server_is_said_at_once(void **state) {
    struct guard *guard = *state;
    struct backend_request request;
    open_backend(guard, "");
    start_call(guard, &request);
    tell(guard, "failed", "it said: no memory");
    wait_done(&guard->world);
    assert_int_equal(guard->world.seen.result.code, ERR_UNAVAILABLE);
    assert_string_equal(guard->world.seen.message.data, "it said: no memory");
    forget(&guard->world.seen);
    start_call(guard, &request);
    wait_done(&guard->world);
    assert_string_equal(guard->world.seen.message.data, "it said: no memory");
    assert_int_equal(guard->users, 1); // it is left alone
}

static void on_client_news(void *context, const struct supervised_news *news) {
    on_model_state(context, news->phase, news->message);
}

// It may say what nobody can use, and say that it is ready.
static void a_useless_guardian_is_left(void **state) {
    struct guard *guard = *state;
    struct err err = {0};
    struct supervised_client_options options = {
        .model = &guard->model, .hunch = "/no/such/guardian", .on_news = on_client_news, .context = guard};
    struct supervised_client *client = supervised_client_new(&guard->world.loop, &options, &err);
    assert_non_null(client);
    tell(guard, "ready", "");
    supervised_client_again(client);
    hang_up(guard);
    tell(guard, "ready", "");
    assert_int_equal(guard->users, 2);
    supervised_client_close(client);
}

static void a_lost_guardian_is_found_again(void **state) {
    struct guard *guard = *state;
    struct backend_request request;
    open_backend(guard, "mystery"); // whose template only the server may know
    assert_null(guard->world.backend->traits.template);
    tell(guard, "ready", "");
    hang_up(guard);
    answer_with(guard, STREAM TOLD, true);
    start_call(guard, &request);
    tell(guard, "ready", "");
    wait_done(&guard->world);
    assert_string_equal(guard->world.seen.text.data, "return 7;");
    assert_int_equal(guard->users, 2);
    assert_string_equal(guard->states.data, "ready starting ready ");
}

static void without_a_guardian_it_fails(void **state) {
    struct guard *guard = *state;
    struct backend_request request;
    unlink(guard->place.guardian);
    open_backend(guard, "");
    start_call(guard, &request);
    wait_done(&guard->world);
    assert_int_equal(guard->world.seen.result.code, ERR_UNAVAILABLE);
    assert_non_null(strstr(guard->world.seen.message.data, "/no/such/guardian: No such file"));
}

static void settings_are_called_after_their_group(void **state) {
    struct guard *guard = *state;
    static const struct {
        const char *program, *file, *template, *message;
    } rows[] = {
        {"/bin/true", "/no/such.gguf", "", "fallback.file: there is no"},
        {"bin/true", NULL, "", "fallback.program bin/true must"},
        {"/bin/true", NULL, "bogus", "fallback.template \"bogus\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        struct supervised_options options = {.group = "fallback",
                                             .program = rows[i].program,
                                             .file = rows[i].file ? rows[i].file : guard->model.file,
                                             .template = rows[i].template};
        assert_null(supervised_new(&guard->world.loop, &options, &err));
        assert_non_null(strstr(err.message, rows[i].message));
    }
}

static void closing_ends_what_is_held(void **state) {
    struct guard *guard = *state;
    struct backend_request request;
    open_backend(guard, "");
    start_call(guard, &request);
    backend_close(guard->world.backend);
    guard->world.backend = NULL;
    assert_int_equal(guard->world.seen.done_calls, 1);
    assert_int_equal(guard->world.seen.result.code, ERR_CANCELLED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_guard, finish_guard)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(it_waits_and_is_asked),
        TEST(a_held_call_can_be_cancelled),
        TEST(it_does_not_wait_longer_than_it_should),
        TEST(it_is_ready_when_it_is_known),
        TEST(halves_are_not_tried),
        TEST(where_others_answer_it_does_not_wait),
        TEST(what_is_lost_unheard_is_asked_once_more),
        TEST(what_has_shown_text_is_not_asked_again),
        TEST(a_failed_server_is_said_at_once),
        TEST(a_useless_guardian_is_left),
        TEST(a_lost_guardian_is_found_again),
        TEST(without_a_guardian_it_fails),
        TEST(settings_are_called_after_their_group),
        TEST(closing_ends_what_is_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
