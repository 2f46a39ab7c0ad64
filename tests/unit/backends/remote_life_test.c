// remote_life_test.c - a request's life: streams without end, deadlines, cancelling, connections, proxies.
#include "remote_world.h"
#include "tests/unit/unit.h"

#include <fcntl.h>

static void wait_for_close(struct world *world) {
    while (world->server.closed_by_client == 0 && uv_run(&world->loop, UV_RUN_ONCE)) {
    }
    assert_int_equal(world->server.closed_by_client, 1);
}

static void endless_text_is_cut(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("p");
    world->server.script =
        (struct script){.bytes = STREAM, .endless = TEXT("0123456789abcdef0123456789abcdef")};
    ask(world, &request);
    assert_int_equal(world->seen.result.code, 0);
    assert_int_equal(world->seen.result.finish, FINISH_LENGTH);
    assert_int_equal(world->seen.text.length, 64 * 1024);
    wait_for_close(world);
}

static void endless_noise_is_refused(void **state) {
    static const char *const noises[] = {": nothing\n\n", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"};
    struct world *world = *state;
    for (size_t i = 0; i < 2; i++) {
        struct backend_request request = request_of("p");
        world->server.closed_by_client = 0;
        world->server.script = (struct script){.bytes = STREAM, .endless = noises[i]};
        ask(world, &request);
        assert_int_equal(world->seen.result.code, ERR_TOO_LARGE);
        wait_for_close(world);
    }
}

static void endless_headers_are_refused(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("p");
    world->server.script =
        (struct script){.bytes = "HTTP/1.1 200 OK\r\n", .endless = "X-Noise: 0123456789\r\n"};
    ask(world, &request);
    assert_int_equal(world->seen.result.code, ERR_TOO_LARGE);
    assert_non_null(strstr(world->seen.message.data, "headers"));
}

static void enough_closes_the_stream(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("p");
    struct backend_callbacks callbacks = callbacks_of(world);
    world->server.script = (struct script){.bytes = STREAM, .endless = TEXT("a")};
    world->seen.enough_after = 2;
    backend_start(world->backend, &request, &callbacks);
    wait_done(world);
    assert_int_equal(world->seen.result.code, 0);
    assert_int_equal(world->seen.result.finish, FINISH_ENOUGH);
    assert_int_equal(world->seen.delta_calls, 2);
    assert_string_equal(world->seen.text.data, "aa");
    wait_for_close(world);
}

static void a_stall_ends_at_the_deadline(void **state) {
    static const char *const rows[] = {"", "HTTP/1.1 200 OK\r\n", STREAM, STREAM TEXT("a")};
    struct world *world = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct backend_request request = request_of("p");
        request.deadline_us = clock_now_us() + 50 * 1000;
        world->server.script = (struct script){.bytes = rows[i]};
        ask(world, &request);
        assert_int_equal(world->seen.result.code, ERR_TIMEOUT);
        assert_int_equal(world->seen.result.finish, FINISH_FAILED);
        assert_non_null(strstr(world->seen.hint.data, "completion.timeoutMs"));
    }
}

static void whole_lines_that_came_by_the_deadline_are_kept(void **state) {
    static const struct {
        const char *bytes, *text; // NULL: it fails
    } rows[] = {
        {STREAM TEXT("a();\\n  b(") TEXT(");\\n") TEXT("  c"), "a();\n  b();"},
        {STREAM TEXT("a();\\n"), "a();"},
        {STREAM TEXT("\\n  \\n  a"), NULL}, // blank lines say nothing
    };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct backend_request request = request_of("p");
        request.deadline_us = clock_now_us() + 200 * 1000;
        world->server.script = (struct script){.bytes = rows[i].bytes};
        ask(world, &request);
        assert_int_equal(world->seen.result.code, rows[i].text ? 0 : ERR_TIMEOUT);
        assert_int_equal(world->seen.result.finish, rows[i].text ? FINISH_LENGTH : FINISH_FAILED);
        assert_string_equal(world->seen.text.data, rows[i].text ? rows[i].text : "");
    }
}

static void a_deadline_in_the_past_ends_at_once(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("p");
    request.deadline_us = 1;
    ask(world, &request);
    assert_int_equal(world->seen.result.code, ERR_TIMEOUT);
}

static void a_complete_answer_counts_though_the_stream_stays_open(void **state) {
    static const char *const rows[] = {STREAM TEXT("ab") DONE, STREAM TEXT("ab") FINISH("stop")};
    struct world *world = *state;
    for (size_t i = 0; i < 2; i++) {
        struct backend_request request = request_of("p");
        world->server.script = (struct script){.bytes = rows[i]};
        ask(world, &request);
        assert_int_equal(world->seen.result.code, 0);
        assert_string_equal(world->seen.text.data, "ab");
    }
}

static void nobody_there(void **state) {
    struct world *world = *state;
    struct tiny_server gone;
    tiny_start(&gone, &world->loop);
    int port = gone.port;
    tiny_stop(&gone);
    uv_run(&world->loop, UV_RUN_NOWAIT);
    backend_close(world->backend);
    world->backend = backend_at(world, port);
    struct backend_request request = request_of("p");
    ask(world, &request);
    assert_int_equal(world->seen.result.code, ERR_UNAVAILABLE);
    assert_non_null(strstr(world->seen.message.data, "cannot connect"));
    assert_non_null(strstr(world->seen.hint.data, "model server"));
}

static void cancel_closes_the_stream(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("p");
    struct backend_callbacks callbacks = callbacks_of(world);
    world->server.script = (struct script){.bytes = STREAM, .endless = TEXT("a")};
    struct backend_call *call = backend_start(world->backend, &request, &callbacks);
    while (world->seen.delta_calls == 0) {
        uv_run(&world->loop, UV_RUN_ONCE);
    }
    int before = world->seen.delta_calls;
    backend_cancel(world->backend, call);
    assert_int_equal(world->seen.done_calls, 0); // H1
    uv_run(&world->loop, UV_RUN_NOWAIT);
    assert_int_equal(world->seen.done_calls, 1);
    assert_int_equal(world->seen.result.code, ERR_CANCELLED);
    wait_for_close(world);
    assert_int_equal(world->seen.delta_calls, before); // H2
    assert_int_equal(world->seen.done_calls, 1);
}

static void cancel_before_anything_happened(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("p");
    struct backend_callbacks callbacks = callbacks_of(world);
    struct backend_call *call = backend_start(world->backend, &request, &callbacks);
    backend_cancel(world->backend, call);
    wait_done(world);
    assert_int_equal(world->seen.result.code, ERR_CANCELLED);
    assert_int_equal(world->server.requests, 0);
}

static bool cancel_at_once(void *context, struct slice delta) {
    struct world *world = context;
    (void)delta;
    world->seen.delta_calls++;
    backend_cancel(world->backend, world->running);
    return true;
}

static void done_in_world(void *context, const struct backend_result *result) {
    on_done(&((struct world *)context)->seen, result);
}

static void cancel_inside_on_delta(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("p");
    struct backend_callbacks callbacks = {cancel_at_once, done_in_world, world};
    world->server.script = (struct script){.bytes = STREAM TEXT("a") TEXT("b") DONE, .close_after = true};
    world->running = backend_start(world->backend, &request, &callbacks);
    wait_done(world);
    assert_int_equal(world->seen.result.code, ERR_CANCELLED);
    assert_int_equal(world->seen.delta_calls, 1); // H2
}

static void requests_run_side_by_side(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("p");
    struct seen others[3] = {0};
    struct backend_call *calls[3];
    world->server.script = (struct script){.bytes = STREAM TEXT("ab") DONE, .close_after = true};
    for (int i = 0; i < 3; i++) {
        forget(&others[i]);
        struct backend_callbacks callbacks = {on_delta, on_done, &others[i]};
        calls[i] = backend_start(world->backend, &request, &callbacks);
    }
    backend_cancel(world->backend, calls[1]);
    while (!others[0].done_calls || !others[1].done_calls || !others[2].done_calls) {
        uv_run(&world->loop, UV_RUN_ONCE);
    }
    for (int i = 0; i < 3; i++) {
        assert_int_equal(others[i].result.code, i == 1 ? ERR_CANCELLED : 0);
        assert_string_equal(others[i].text.data, i == 1 ? "" : "ab");
        forget(&others[i]);
    }
}

static void start_again(void *context, const struct backend_result *result) {
    struct world *world = context;
    (void)result;
    struct backend_request request = request_of("p");
    struct backend_callbacks callbacks = {NULL, start_again, world};
    request.deadline_us = 1;
    if (++world->seen.done_calls < 20) {
        backend_start(world->backend, &request, &callbacks);
    }
}

static void failing_at_once_does_not_hold_the_loop(void **state) {
    struct world *world = *state;
    start_again(world, NULL);
    uv_run(&world->loop, UV_RUN_NOWAIT);
    assert_true(world->seen.done_calls < 10);
    while (world->seen.done_calls < 20) {
        uv_run(&world->loop, UV_RUN_ONCE);
    }
}

static void close_it(void *context, const struct backend_result *result) {
    struct world *world = context;
    on_done(&world->seen, result);
    if (world->backend) {
        struct backend *backend = world->backend;
        world->backend = NULL;
        backend_close(backend);
    }
}

static void close_from_inside_on_done(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("p");
    struct backend_callbacks callbacks = {NULL, close_it, world};
    world->server.script = (struct script){.bytes = STREAM TEXT("ab") DONE, .close_after = true};
    backend_start(world->backend, &request, &callbacks);
    backend_start(world->backend, &request, &callbacks);
    while (world->seen.done_calls < 2) {
        uv_run(&world->loop, UV_RUN_ONCE);
    }
    assert_int_equal(world->seen.done_calls, 2);
}

static void loopback_needs_no_proxy(void **state) {
    static const char *const names[] = {"http_proxy", "all_proxy", "ALL_PROXY"};
    for (size_t i = 0; i < 3; i++) {
        setenv(names[i], "http://127.0.0.1:1", 1);
    }
    struct world *world = *state;
    struct backend_request request = request_of("p");
    world->server.script = (struct script){.bytes = STREAM TEXT("ab") DONE, .close_after = true};
    ask(world, &request);
    assert_int_equal(world->seen.result.code, 0);
    for (size_t i = 0; i < 3; i++) {
        unsetenv(names[i]);
    }
}

static void a_proxy_does_not_see_the_key(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("secret code");
    struct remote_options options = {.provider = "openai", .url = "https://api.example.com", .key = KEY};
    char proxy[64];
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", world->server.port);
    setenv("https_proxy", proxy, 1);
    backend_close(world->backend);
    world->backend = remote_new(&world->loop, &options, NULL);
    world->server.script =
        (struct script){.bytes = "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", .close_after = true};
    ask(world, &request);
    unsetenv("https_proxy");
    assert_true(world->seen.result.code != 0);
    assert_ptr_equal(strstr(world->server.request.data, "CONNECT api.example.com:443 HTTP/1.1\r\n"),
                     world->server.request.data);
    assert_null(strstr(world->server.request.data, KEY)); // H3
    assert_null(strstr(world->server.request.data, "secret code"));
}

static void close_ends_what_runs(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("p");
    struct backend_callbacks callbacks = callbacks_of(world);
    backend_start(world->backend, &request, &callbacks);
    backend_close(world->backend);
    assert_int_equal(world->seen.done_calls, 1);
    assert_int_equal(world->seen.result.code, ERR_CANCELLED);
    world->backend = NULL;
}

static void start_one_more(void *context, const struct backend_result *result) {
    struct world *world = context;
    struct backend_request request = request_of("p");
    struct backend_callbacks callbacks = {NULL, start_one_more, world};
    on_done(&world->seen, result);
    assert_int_equal(result->code, ERR_CANCELLED);
    if (world->seen.done_calls < 3) {
        backend_start(world->backend, &request, &callbacks);
    }
}

// Who was told that it is closed may be gone when the loop turns next.
static void close_ends_what_starts_meanwhile(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("p");
    struct backend_callbacks callbacks = {NULL, start_one_more, world};
    backend_start(world->backend, &request, &callbacks);
    backend_close(world->backend);
    assert_int_equal(world->seen.done_calls, 3); // H2
    world->backend = NULL;
}

static void connections_are_kept(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("p");
    struct str bytes;
    str_init(&bytes);
    const char *body = TEXT("ab") USAGE DONE;
    str_append_format(&bytes,
                      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                      "Transfer-Encoding: chunked\r\n\r\n%zx\r\n%s\r\n0\r\n\r\n",
                      strlen(body), body);
    world->server.script = (struct script){.bytes = bytes.data};
    for (int i = 0; i < 3; i++) {
        ask(world, &request);
        assert_string_equal(world->seen.text.data, "ab");
    }
    assert_int_equal(world->server.requests, 3);
    assert_int_equal(world->server.connections, 1);
    str_free(&bytes);
}

static int open_descriptors(void) {
    int count = 0;
    for (int i = 0; i < 1024; i++) {
        count += fcntl(i, F_GETFD) != -1;
    }
    return count;
}

static void end_after(struct world *world, int turns) {
    for (int i = 0; i < turns && world->seen.done_calls == 0; i++) {
        uv_run(&world->loop, UV_RUN_NOWAIT);
    }
    if (world->seen.done_calls == 0) {
        backend_cancel(world->backend, world->running);
    }
    wait_done(world);
}

// Cancelled at every stage of its life, again and again: answered once each, and nothing is left behind.
static void thousands_are_cancelled(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("p");
    struct backend_callbacks callbacks = callbacks_of(world);
    world->server.script = (struct script){.bytes = STREAM TEXT("a") TEXT("b"), .byte_by_byte = true};
    int before = 0;
    for (int i = 0; i < 3000; i++) {
        forget(&world->seen);
        world->running = backend_start(world->backend, &request, &callbacks);
        end_after(world, i % 25);
        assert_int_equal(world->seen.result.code, ERR_CANCELLED);
        before = i == 100 ? open_descriptors() : before;
    }
    for (int i = 0; i < 50; i++) {
        uv_run(&world->loop, UV_RUN_NOWAIT);
    }
    assert_in_range(open_descriptors(), 0, before + 4); // kept connections come and go
    world->server.script = (struct script){.bytes = STREAM TEXT("ab") DONE, .close_after = true};
    ask(world, &request); // cancelling is no failure of the server's
    assert_string_equal(world->seen.text.data, "ab");
}

// B1, B2 (backends/breaker.h)
static void a_failing_server_is_left_alone(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("p");
    world->server.script = (struct script){.bytes = JSON("500 Oops", "", "{}"), .close_after = true};
    for (int i = 0; i < 3; i++) {
        ask(world, &request);
        assert_null(strstr(world->seen.message.data, "not asked again"));
    }
    assert_int_equal(world->server.requests, 3);
    ask(world, &request);
    assert_int_equal(world->server.requests, 3);
    assert_int_equal(world->seen.result.code, ERR_UNAVAILABLE);
    assert_non_null(strstr(world->seen.message.data, "HTTP 500) (not asked again for "));
    assert_non_null(strstr(world->seen.hint.data, "log"));
    assert_int_equal(world->seen.result.retry_after_ms, 0);
}

static void turn_for(struct world *world, uint64_t ms) {
    uint64_t end = clock_now_us() + ms * 1000;
    while (clock_now_us() < end) {
        uv_run(&world->loop, UV_RUN_NOWAIT);
        uv_sleep(1);
    }
}

// K2 (backends/chain.h): nobody's keystroke finds out whether a server is back.
static void a_server_that_was_left_alone_is_looked_for_first(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("p");
    struct err why = {0};
    world->server.script = (struct script){.bytes = JSON("500 Oops", "", "{}"), .close_after = true};
    assert_true(world->backend->operations->available(world->backend, &why));
    for (int i = 0; i < 3; i++) {
        ask(world, &request);
    }
    assert_false(world->backend->operations->available(world->backend, &why));
    assert_non_null(strstr(why.message, "HTTP 500) (not asked again for "));
    assert_non_null(strstr(why.message, " s): see the server's log")); // the way out stays
    assert_int_equal(world->server.requests, 3);
    turn_for(world, 1300);
    assert_false(world->backend->operations->available(world->backend, &why)); // asks
    assert_non_null(strstr(why.message, "HTTP 500) (being asked again): see the server's log"));
    assert_false(world->backend->operations->available(world->backend, &why)); // once
    turn_for(world, 100);
    assert_int_equal(world->server.requests, 4);
    assert_false(world->backend->operations->available(world->backend, &why)); // it is not back
    assert_int_equal(world->server.requests, 4);
    turn_for(world, 2600);
    world->server.script = (struct script){.bytes = JSON("200 OK", "", "{}"), .close_after = true};
    assert_false(world->backend->operations->available(world->backend, &why));
    turn_for(world, 100);
    assert_true(world->backend->operations->available(world->backend, &why));
    world->server.script = (struct script){.bytes = STREAM TEXT("a") DONE, .close_after = true};
    ask(world, &request);
    assert_string_equal(world->seen.text.data, "a");
    assert_true(world->backend->operations->available(world->backend, &why));
}

static void the_first_token_may_be_waited_for_less_long(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("p");
    request.deadline_us = clock_now_us() + 60 * 1000 * 1000;
    request.first_token_ms = 50;
    world->server.script = (struct script){.bytes = ""};
    ask(world, &request);
    assert_int_equal(world->seen.result.code, ERR_TIMEOUT);
}

static void each_server_s_settings_have_their_own_names(void **state) {
    struct world *world = *state;
    struct err err = {0};
    struct remote_options options = {
        .group = "fallback", .provider = "openai", .url = "http://127.0.0.1:1", .model = "my model.x"};
    struct backend_request request = request_of("p");
    backend_close(world->backend);
    world->backend = remote_new(&world->loop, &options, &err);
    assert_non_null(world->backend);
    ask(world, &request);
    assert_non_null(strstr(world->seen.hint.data, "correct fallback.url"));
    options.provider = "x";
    assert_null(remote_new(&world->loop, &options, &err));
    assert_non_null(strstr(err.message, "fallback.provider \"x\" is not known"));
    options = (struct remote_options){
        .group = "fallback", .provider = "openai", .url = "https://model.url.example/?"};
    assert_null(remote_new(&world->loop, &options, &err));
    assert_non_null(strstr(err.message, "fallback.url https://model.url.example/")); // a host keeps its name
}

static void a_prompt_that_is_too_long_is_no_fault_of_the_server(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("p");
    world->server.script = (struct script){.bytes = JSON("413 Large", "", "{}"), .close_after = true};
    for (int i = 1; i < 9; i++) {
        ask(world, &request);
        assert_int_equal(world->server.requests, i);
    }
}

static void a_wait_that_is_asked_for_is_kept(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("p");
    world->server.script =
        (struct script){.bytes = JSON("429 Slow", "retry-after-ms: 60000\r\n", "{}"), .close_after = true};
    ask(world, &request);
    assert_int_equal(world->seen.result.retry_after_ms, 60000);
    ask(world, &request);
    assert_int_equal(world->server.requests, 1);
    assert_non_null(strstr(world->seen.message.data, "too many requests"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(endless_text_is_cut, begin, finish),
        cmocka_unit_test_setup_teardown(endless_noise_is_refused, begin, finish),
        cmocka_unit_test_setup_teardown(endless_headers_are_refused, begin, finish),
        cmocka_unit_test_setup_teardown(enough_closes_the_stream, begin, finish),
        cmocka_unit_test_setup_teardown(a_stall_ends_at_the_deadline, begin, finish),
        cmocka_unit_test_setup_teardown(whole_lines_that_came_by_the_deadline_are_kept, begin, finish),
        cmocka_unit_test_setup_teardown(a_deadline_in_the_past_ends_at_once, begin, finish),
        cmocka_unit_test_setup_teardown(a_complete_answer_counts_though_the_stream_stays_open, begin, finish),
        cmocka_unit_test_setup_teardown(nobody_there, begin, finish),
        cmocka_unit_test_setup_teardown(cancel_closes_the_stream, begin, finish),
        cmocka_unit_test_setup_teardown(cancel_before_anything_happened, begin, finish),
        cmocka_unit_test_setup_teardown(cancel_inside_on_delta, begin, finish),
        cmocka_unit_test_setup_teardown(requests_run_side_by_side, begin, finish),
        cmocka_unit_test_setup_teardown(failing_at_once_does_not_hold_the_loop, begin, finish),
        cmocka_unit_test_setup_teardown(close_from_inside_on_done, begin, finish),
        cmocka_unit_test_setup_teardown(loopback_needs_no_proxy, begin, finish),
        cmocka_unit_test_setup_teardown(a_proxy_does_not_see_the_key, begin, finish),
        cmocka_unit_test_setup_teardown(close_ends_what_runs, begin, finish),
        cmocka_unit_test_setup_teardown(close_ends_what_starts_meanwhile, begin, finish),
        cmocka_unit_test_setup_teardown(connections_are_kept, begin, finish),
        cmocka_unit_test_setup_teardown(thousands_are_cancelled, begin, finish),
        cmocka_unit_test_setup_teardown(a_failing_server_is_left_alone, begin, finish),
        cmocka_unit_test_setup_teardown(each_server_s_settings_have_their_own_names, begin, finish),
        cmocka_unit_test_setup_teardown(the_first_token_may_be_waited_for_less_long, begin, finish),
        cmocka_unit_test_setup_teardown(a_server_that_was_left_alone_is_looked_for_first, begin, finish),
        cmocka_unit_test_setup_teardown(a_prompt_that_is_too_long_is_no_fault_of_the_server, begin, finish),
        cmocka_unit_test_setup_teardown(a_wait_that_is_asked_for_is_kept, begin, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
