// child_test.c - what a child says, how it ends, and that nothing of it is left.
#include "tests/unit/unit.h"

#include "base/child.h"
#include "base/mem.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct world {
    uv_loop_t loop;
    struct child *child;
    struct str lines; // joined by |
    int exits, status, killer;
    bool close_at_line, mute, stays_in_group;
};

static void on_line(void *context, struct slice line) {
    struct world *world = context;
    assert_int_equal(world->exits, 0); // C1
    assert_true(line.length <= CHILD_LINE);
    str_append_slice(&world->lines, line);
    str_append_char(&world->lines, '|');
    if (world->close_at_line) {
        child_close(world->child);
    }
}

static void on_exit_of(void *context, int status, int killer) {
    struct world *world = context;
    world->exits++;
    world->status = status;
    world->killer = killer;
    child_close(world->child);
}

static int start(struct world *world, const char *script, struct err *err) {
    char *arguments[] = {(char *)(uintptr_t) "/bin/sh", (char *)(uintptr_t) "-c", (char *)(uintptr_t)script,
                         NULL};
    static const char *const variables[] = {"SECRET=s3cret", "HOME=/nowhere", NULL};
    struct child_options options = {.arguments = arguments,
                                    .variables = variables,
                                    .folder = "/usr",
                                    .mute = world->mute,
                                    .stays_in_group = world->stays_in_group,
                                    .on_line = on_line,
                                    .on_exit = on_exit_of,
                                    .context = world};
    uv_loop_init(&world->loop);
    str_init(&world->lines);
    return child_start(&world->child, &world->loop, &options, err);
}

static void finish(struct world *world) {
    uv_run(&world->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&world->loop), 0);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); // C2: no zombie
    assert_int_equal(errno, ECHILD);
    str_free(&world->lines);
}

static void it_says_its_lines_and_ends(void **state) {
    static const struct {
        const char *script, *lines;
        int status, killer;
    } rows[] = {
        {"echo one; echo two >&2; exit 3", "one|two|", 3, 0},
        {"printf 'no newline'", "no newline|", 0, 0},
        {"pwd; echo $SECRET $HOME $USER", "/usr|s3cret /nowhere|", 0, 0}, // and none of ours
        {"cat; echo read", "read|", 0, 0},                                // there is no input
        {"kill -9 $$", "", 0, SIGKILL},
        {"kill -SEGV $$", "", 0, SIGSEGV},
        {"ulimit -c", "0|", 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world world = {0};
        struct err err = {0};
        assert_int_equal(start(&world, rows[i].script, &err), 0);
        assert_int_equal(world.exits, 0);
        uv_run(&world.loop, UV_RUN_DEFAULT);
        assert_string_equal(world.lines.data, rows[i].lines);
        assert_int_equal(world.exits, 1); // C1
        assert_int_equal(world.status, rows[i].status);
        assert_int_equal(world.killer, rows[i].killer);
        finish(&world);
    }
}

static void what_it_complains_of_goes_nowhere(void **state) {
    struct world world = {.mute = true};
    (void)state;
    assert_int_equal(start(&world, "echo trouble >&2; echo key", NULL), 0);
    uv_run(&world.loop, UV_RUN_DEFAULT);
    assert_string_equal(world.lines.data, "key|");
    finish(&world);
}

// C4
static void it_holds_nothing_that_is_ours(void **state) {
    struct world world = {0};
    (void)state;
    int ours = dup(1); // without FD_CLOEXEC, as what a library opens, or what our own parent left open
    assert_true(ours > 2);
    assert_int_equal(start(&world, "ls /proc/$$/fd", NULL), 0);
    uv_run(&world.loop, UV_RUN_DEFAULT);
    assert_string_equal(world.lines.data, "0|1|2|");
    finish(&world);
    close(ours);
}

// C5
static void it_begins_with_all_signals_as_they_come(void **state) {
    struct world world = {0};
    sigset_t blocked;
    sigset_t after;
    (void)state;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &blocked, NULL);
    signal(SIGUSR1, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(start(&world, "grep -c '^Sig[BI].*:.*[1-9a-f]' /proc/self/status", NULL), 0);
    uv_run(&world.loop, UV_RUN_DEFAULT);
    assert_string_equal(world.lines.data, "0|");
    finish(&world);
    pthread_sigmask(SIG_UNBLOCK, &blocked, &after); // ours are as they were
    assert_int_equal(sigismember(&after, SIGUSR2), 1);
    assert_int_equal(sigismember(&after, SIGTERM), 0);
    signal(SIGUSR1, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
}

static void what_it_prints_is_bounded(void **state) {
    struct world world = {0};
    (void)state;
    assert_int_equal(start(&world, "head -c 100000 /dev/zero | tr '\\0' x; echo; echo end", NULL), 0);
    uv_run(&world.loop, UV_RUN_DEFAULT);
    assert_int_equal(world.lines.length, CHILD_LINE + 1 + 4);
    finish(&world);
}

static void a_missing_program_is_told_at_once(void **state) {
    struct world world = {0};
    char *arguments[] = {(char *)(uintptr_t) "/no/such/program", NULL};
    struct child_options options = {
        .arguments = arguments, .folder = "/", .on_line = on_line, .on_exit = on_exit_of, .context = &world};
    struct err err = {0};
    (void)state;
    uv_loop_init(&world.loop);
    str_init(&world.lines);
    assert_int_equal(child_start(&world.child, &world.loop, &options, &err), ERR_NOT_FOUND);
    assert_non_null(strstr(err.message, "/no/such/program: No such file"));
    arguments[0] = (char *)(uintptr_t) "/etc/passwd";
    assert_int_equal(child_start(&world.child, &world.loop, &options, &err), ERR_IO);
    finish(&world);
    assert_int_equal(world.exits, 0);
}

// One that has ended may wait for whoever adopts it: a zombie.
static bool is_running(int id) {
    char path[64];
    char state = 'Z';
    snprintf(path, sizeof path, "/proc/%d/stat", id);
    FILE *file = fopen(path, "r");
    if (file) {
        assert_int_equal(fscanf(file, "%*d %*s %c", &state), 1);
        fclose(file);
    }
    return state != 'Z';
}

static void assert_gone(int id) {
    assert_true(id > 1);
    for (int tries = 0; tries < 500 && is_running(id); tries++) {
        usleep(10000);
    }
    assert_false(is_running(id));
}

static void closing_takes_its_group_along(void **state) {
    struct world world = {.close_at_line = true};
    (void)state;
    assert_int_equal(start(&world, "sleep 1000 & echo $!; wait", NULL), 0);
    uv_run(&world.loop, UV_RUN_DEFAULT);
    assert_int_equal(world.exits, 0); // C1
    int id = (int)strtol(world.lines.data, NULL, 10);
    finish(&world);
    assert_gone(id); // C2
}

static void what_it_leaves_behind_ends_with_it(void **state) {
    struct world world = {0};
    (void)state;
    assert_int_equal(start(&world, "sleep 1000 & echo $!; exit 5", NULL), 0);
    uv_run(&world.loop, UV_RUN_DEFAULT);
    assert_int_equal(world.status, 5);
    int id = (int)strtol(world.lines.data, NULL, 10);
    finish(&world);
    assert_gone(id); // C2
}

static void one_of_our_group_ends_alone(void **state) {
    struct world world = {.close_at_line = true, .stays_in_group = true};
    (void)state;
    assert_int_equal(start(&world, "cut -d' ' -f5 /proc/$$/stat; exec sleep 1000", NULL), 0);
    uv_run(&world.loop, UV_RUN_DEFAULT);
    assert_int_equal(strtol(world.lines.data, NULL, 10), getpgrp());
    finish(&world); // we are still there
}

// C3: a process between us and the child is killed.
static void it_is_gone_when_its_parent_is_killed(void **state) {
    int pipe_ends[2];
    (void)state;
    assert_int_equal(pipe(pipe_ends), 0);
    pid_t middle = fork();
    if (middle == 0) {
        struct world world = {0};
        int id = start(&world, "exec sleep 1000", NULL) ? 0 : child_id(world.child);
        ssize_t put = write(pipe_ends[1], &id, sizeof id);
        kill(getpid(), put > 0 ? SIGKILL : SIGTERM);
    }
    int id = 0;
    assert_int_equal(read(pipe_ends[0], &id, sizeof id), sizeof id);
    waitpid(middle, NULL, 0);
    assert_gone(id);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_its_lines_and_ends),
        cmocka_unit_test(what_it_complains_of_goes_nowhere),
        cmocka_unit_test(it_holds_nothing_that_is_ours),
        cmocka_unit_test(it_begins_with_all_signals_as_they_come),
        cmocka_unit_test(what_it_prints_is_bounded),
        cmocka_unit_test(a_missing_program_is_told_at_once),
        cmocka_unit_test(closing_takes_its_group_along),
        cmocka_unit_test(what_it_leaves_behind_ends_with_it),
        cmocka_unit_test(one_of_our_group_ends_alone),
        cmocka_unit_test(it_is_gone_when_its_parent_is_killed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
