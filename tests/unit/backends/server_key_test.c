// server_key_test.c - calls wait for a key that a command prints, and a new one is fetched when it has run out.
#include "remote_world.h"
#include "tests/unit/unit.h"

#include <sys/prctl.h>

static void restart(struct world *world, const char *key, const char *command) {
    char url[64];
    struct err err;
    snprintf(url, sizeof url, "http://127.0.0.1:%d", world->server.port);
    struct remote_options options = {.provider = "openai", .url = url, .key = key, .key_command = command};
    backend_close(world->backend);
    world->backend = remote_new(&world->loop, &options, &err);
    assert_non_null(world->backend);
}

static void sends(struct world *world, const char *header) {
    struct backend_request request = request_of("p");
    ask(world, &request);
    assert_non_null(strstr(world->server.request.data, header));
}

static void a_call_waits_for_the_key(void **state) {
    struct world *world = *state;
    restart(world, "", "printf sk-printed");
    world->server.script = (struct script){.bytes = STREAM TEXT("ab") DONE, .close_after = true};
    sends(world, "\r\nAuthorization: Bearer sk-printed\r\n");
    assert_int_equal(world->seen.result.code, 0);
    assert_string_equal(world->seen.text.data, "ab");
    sends(world, "\r\nAuthorization: Bearer sk-printed\r\n");
}

static void a_given_key_needs_no_command(void **state) {
    struct world *world = *state;
    restart(world, "sk-given", "false");
    world->server.script = (struct script){.bytes = JSON("401 No", "", "{}"), .close_after = true};
    sends(world, "\r\nAuthorization: Bearer sk-given\r\n");
    sends(world, "\r\nAuthorization: Bearer sk-given\r\n"); // it stays, though it is refused
}

// However it came here: a key that a guardian made is in no setting.
static void who_holds_a_key_leaves_no_core_dump(void **state) {
    struct world *world = *state;
    prctl(PR_SET_DUMPABLE, 1L, 0L, 0L, 0L);
    restart(world, "", "");
    assert_int_equal(prctl(PR_GET_DUMPABLE, 0L, 0L, 0L, 0L), 1);
    restart(world, "sk-given", "");
    assert_int_equal(prctl(PR_GET_DUMPABLE, 0L, 0L, 0L, 0L), 0);
    prctl(PR_SET_DUMPABLE, 1L, 0L, 0L, 0L);
}

static void a_command_that_fails_is_named(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("p");
    restart(world, "", "false");
    ask(world, &request);
    assert_int_equal(world->seen.result.code, ERR_DENIED);
    assert_non_null(strstr(world->seen.message.data, "model.keyCommand: false ended with status 1"));
    assert_non_null(strstr(world->seen.hint.data, "terminal"));
    assert_int_equal(world->server.requests, 0);
}

static void a_key_that_does_not_fit_is_refused(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("p");
    restart(world, "", "printf a\\nInjected:x");
    ask(world, &request);
    assert_int_equal(world->seen.result.code, ERR_INVALID);
    assert_null(strstr(world->seen.message.data, "Injected"));
    assert_int_equal(world->server.requests, 0);
}

static void write_key(const char *path, const char *key) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(key, file);
    fclose(file);
}

static void a_key_that_has_run_out_is_fetched_anew(void **state) {
    struct world *world = *state;
    char path[] = "/tmp/hunch-key-XXXXXX";
    char command[64];
    close(mkstemp(path));
    snprintf(command, sizeof command, "cat %s", path);
    write_key(path, "sk-old");
    restart(world, "", command);
    world->server.script = (struct script){
        .bytes = JSON("401 No", "", "{\"message\":\"sk-old has expired\"}"), .close_after = true};
    sends(world, "Bearer sk-old\r\n");
    assert_non_null(strstr(world->seen.message.data, "*** has expired"));
    write_key(path, "sk-new");
    world->server.script = (struct script){.bytes = STREAM TEXT("ab") DONE, .close_after = true};
    sends(world, "Bearer sk-new\r\n");
    assert_int_equal(world->seen.result.code, 0);
    unlink(path);
}

// Tokens of some clouds are longer than all that is shown of a server's words.
static void a_long_key_is_hidden_whole(void **state) {
    struct world *world = *state;
    char key[1500], bytes[2000];
    memset(key, 'k', sizeof key);
    key[sizeof key - 1] = '\0';
    restart(world, key, "");
    for (size_t before = 0; before < 250; before += 50) {
        struct backend_request request = request_of("p");
        snprintf(bytes, sizeof bytes, JSON("400 No", "", "{\"message\":\"%*s%s no\"}"), (int)before, "-",
                 key);
        memset(strstr(bytes, "message\":\"") + 10, '-', before);
        world->server.script = (struct script){.bytes = bytes, .close_after = true};
        restart(world, key, "");
        ask(world, &request);
        assert_null(strstr(world->seen.message.data, "kkk"));
    }
}

// Whichever of them is refused first, no message shows the key.
static void calls_side_by_side_lose_their_key(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("p");
    struct seen other = {0};
    forget(&other);
    restart(world, "", "printf sk-printed");
    world->server.script = (struct script){
        .bytes = JSON("401 No", "", "{\"message\":\"sk-printed has expired\"}"), .close_after = true};
    struct backend_callbacks callbacks = callbacks_of(world);
    backend_start(world->backend, &request, &callbacks);
    callbacks.context = &other;
    backend_start(world->backend, &request, &callbacks);
    while (!other.done_calls || !world->seen.done_calls) {
        uv_run(&world->loop, UV_RUN_ONCE);
    }
    assert_non_null(strstr(world->seen.message.data, "*** has expired"));
    assert_non_null(strstr(other.message.data, "*** has expired"));
    forget(&other);
}

static void while_a_call_waits_it_can_end(void **state) {
    struct world *world = *state;
    struct backend_request request = request_of("p");
    struct backend_callbacks callbacks = callbacks_of(world);
    restart(world, "", "sleep 100");
    world->running = backend_start(world->backend, &request, &callbacks);
    backend_cancel(world->backend, world->running);
    wait_done(world);
    assert_int_equal(world->seen.result.code, ERR_CANCELLED);
    request.deadline_us = clock_now_us() + 20 * 1000;
    ask(world, &request);
    assert_int_equal(world->seen.result.code, ERR_TIMEOUT);
    forget(&world->seen);
    request.deadline_us = 0;
    backend_start(world->backend, &request, &callbacks);
    backend_close(world->backend);
    world->backend = NULL;
    assert_int_equal(world->seen.done_calls, 1);
    assert_int_equal(world->seen.result.code, ERR_CANCELLED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_call_waits_for_the_key, begin, finish),
        cmocka_unit_test_setup_teardown(a_given_key_needs_no_command, begin, finish),
        cmocka_unit_test_setup_teardown(who_holds_a_key_leaves_no_core_dump, begin, finish),
        cmocka_unit_test_setup_teardown(a_command_that_fails_is_named, begin, finish),
        cmocka_unit_test_setup_teardown(a_key_that_does_not_fit_is_refused, begin, finish),
        cmocka_unit_test_setup_teardown(a_key_that_has_run_out_is_fetched_anew, begin, finish),
        cmocka_unit_test_setup_teardown(a_long_key_is_hidden_whole, begin, finish),
        cmocka_unit_test_setup_teardown(calls_side_by_side_lose_their_key, begin, finish),
        cmocka_unit_test_setup_teardown(while_a_call_waits_it_can_end, begin, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
