// supervised_server_test.c - a program that is kept running: its states, its ends, and what is left of it.
#include "tests/unit/unit.h"

#include "backends/supervised_server.h"
#include "base/fs.h"
#include "base/mem.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEY "0123456789abcdef"

struct world {
    char folder[64];
    char program[100], file[100], socket[100];
    struct supervised_model model;
    char *played; // a program that is not the test's own
    uv_loop_t loop;
    struct supervised_server *server;
    struct str states;  // their names, joined by blanks
    struct str message; // the last
    enum supervised_phase stop_at;
    bool inside_new;
};

static void on_state(void *context, enum supervised_phase phase, const char *message) {
    struct world *world = context;
    assert_false(world->inside_new);   // V1
    assert_null(strstr(message, KEY)); // V2
    str_append_format(&world->states, "%s%s", world->states.length ? " " : "", supervised_phase_name(phase));
    str_clear(&world->message);
    str_append_string(&world->message, message);
    if (phase == world->stop_at) {
        uv_stop(&world->loop);
    }
}

static void write_program(const char *path, const char *text) {
    assert_int_equal(fs_write(path, slice_of_string(text), false, NULL), 0);
    assert_int_equal(chmod(path, 0755), 0);
}

static void begin(struct world *world, const char *program, const char *plan) {
    *world = (struct world){.stop_at = SUPERVISED_FAILED};
    snprintf(world->folder, sizeof world->folder, "/tmp/hunch-server-test-%d", (int)getpid());
    assert_int_equal(mkdir(world->folder, 0700), 0);
    snprintf(world->program, sizeof world->program, "%s/program", world->folder);
    snprintf(world->file, sizeof world->file, "%s/model.gguf", world->folder);
    snprintf(world->socket, sizeof world->socket, "%s/a.sock", world->folder);
    write_program(world->program, program);
    write_program(world->file, plan);
    world->model = (struct supervised_model){world->program, world->file, (char *)(uintptr_t) "", 4096};
    str_init(&world->states);
    str_init(&world->message);
    uv_loop_init(&world->loop);
}

static void start(struct world *world, uint32_t silence_ms, uint32_t loading_ms) {
    struct supervised_server_options options = {.model = &world->model,
                                                .socket = world->socket,
                                                .key = KEY,
                                                .silence_ms = silence_ms,
                                                .loading_ms = loading_ms,
                                                .on_state = on_state,
                                                .context = world};
    world->inside_new = true;
    world->server = supervised_server_new(&world->loop, &options);
    world->inside_new = false;
}

static void finish(struct world *world) {
    struct str command;
    supervised_server_close(world->server);
    uv_run(&world->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&world->loop), 0);
    assert_int_equal(access(world->socket, F_OK), -1); // V3
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    str_init(&command);
    static const char *const names[] = {"program", "model.gguf", "starts", "requests", "said"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        str_clear(&command);
        str_append_format(&command, "%s/%s", world->folder, names[i]);
        unlink(command.data);
    }
    assert_int_equal(rmdir(world->folder), 0);
    str_free(&command);
    str_free(&world->states);
    str_free(&world->message);
    free(world->played);
}

#define FIVE_TIMES "starting waiting starting waiting starting waiting starting waiting starting failed"

static void what_always_fails_is_given_up_with_what_it_said(void **state) {
    static const struct {
        const char *program, *states, *message;
        uint32_t silence_ms;
    } rows[] = {
        {"#!/bin/sh\necho 'error: no memory'; echo 'good bye'; exit 7\n", FIVE_TIMES,
         "ended with status 7; it said: error: no memory", 0},
        {"#!/bin/sh\necho 'the last words'; echo '0.02.027.423 I slot release: all is well'; kill -9 $$\n",
         FIVE_TIMES,
         "was ended by signal 9 (if memory ran out: take a smaller model); it said: the last words", 0},
        {"#!/bin/sh\nexec sleep 1000\n", FIVE_TIMES, "runs, but does not answer", 1},
        {"#!/bin/sh\necho \"error: the key is $LLAMA_API_KEY\"; echo \"failed: $*\"; exit 1\n", FIVE_TIMES,
         "ended with status 1; it said: failed: --model", 0}, // V2
        {"#!/no/such/interpreter\n", "failed", "No such file", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world world;
        begin(&world, rows[i].program, "");
        start(&world, rows[i].silence_ms, 0);
        uv_run(&world.loop, UV_RUN_DEFAULT);
        assert_string_equal(world.states.data, rows[i].states);
        if (!strstr(world.message.data, rows[i].message)) {
            print_error("%s\n", world.message.data);
        }
        assert_non_null(strstr(world.message.data, rows[i].message));
        assert_int_equal(supervised_server_id(world.server), 0); // V3
        finish(&world);
    }
}

// The option counts for nothing: five real ends follow.
static void an_unknown_option_is_no_failure(void **state) {
    struct world world;
    (void)state;
    begin(&world,
          "#!/bin/sh\ncase \"$*\" in *--no-ui*) echo 'error: invalid argument: --no-ui'; exit 1;; esac\n"
          "echo 'error: other'; exit 1\n",
          "");
    start(&world, 0, 0);
    uv_run(&world.loop, UV_RUN_DEFAULT);
    assert_string_equal(world.states.data, "starting waiting " FIVE_TIMES);
    finish(&world);
}

// The program is played; it reads what it shall do from the model's file.
static void begin_played(struct world *world, const char *plan, enum supervised_phase stop_at) {
    begin(world, "", plan);
    world->model.program = world->played = fs_real_path("tests/e2e/servers/fake_llama.py", NULL);
    world->stop_at = stop_at;
}

static void it_becomes_ready_and_comes_back(void **state) {
    struct world world;
    (void)state;
    begin_played(&world, "{\"loading\": 0.5}", SUPERVISED_READY);
    start(&world, 0, 0);
    uv_run(&world.loop, UV_RUN_DEFAULT);
    assert_string_equal(world.states.data, "starting loading ready");
    int first = supervised_server_id(world.server);
    kill(first, SIGKILL);
    uv_run(&world.loop, UV_RUN_DEFAULT);
    assert_string_equal(world.states.data, "starting loading ready waiting starting loading ready");
    assert_int_not_equal(supervised_server_id(world.server), first);
    finish(&world);
}

static void what_loads_for_ever_is_given_up(void **state) {
    struct world world;
    (void)state;
    begin_played(&world, "{\"loading\": 1000}", SUPERVISED_WAITING);
    start(&world, 0, 1);
    uv_run(&world.loop, UV_RUN_DEFAULT);
    assert_string_equal(world.states.data, "starting loading waiting");
    assert_non_null(strstr(world.message.data, "does not end loading its model"));
    finish(&world);
}

// So that what happens at about the same time is seen in one turn of the loop.
static void doze(uv_timer_t *timer) {
    (void)timer;
    usleep(50 * 1000);
}

// It ends while it is asked for its health: that question's end is no news any more.
static void an_answer_that_comes_after_the_end_changes_nothing(void **state) {
    struct world world;
    uv_timer_t timer;
    (void)state;
    begin(&world,
          "#!/usr/bin/env python3\nimport os, socket, sys\n"
          "server = socket.socket(socket.AF_UNIX)\n"
          "server.bind(sys.argv[sys.argv.index('--host') + 1])\nserver.listen()\n"
          "server.accept()[0].recv(1000)\nos._exit(9)\n",
          "");
    uv_timer_init(&world.loop, &timer);
    uv_timer_start(&timer, doze, 0, 10);
    start(&world, 5000, 0);
    uv_run(&world.loop, UV_RUN_DEFAULT);
    assert_string_equal(world.states.data, FIVE_TIMES);
    uv_close((uv_handle_t *)&timer, NULL);
    finish(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_always_fails_is_given_up_with_what_it_said),
        cmocka_unit_test(an_unknown_option_is_no_failure),
        cmocka_unit_test(it_becomes_ready_and_comes_back),
        cmocka_unit_test(an_answer_that_comes_after_the_end_changes_nothing),
        cmocka_unit_test(what_loads_for_ever_is_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
