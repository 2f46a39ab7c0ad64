// key_command_test.c - what the user's command prints, and how it can fail.
#include "tests/unit/unit.h"

#include "backends/key_command.h"
#include "base/mem.h"
#include "base/str.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct seen {
    int calls;
    struct str key;
    struct err err;
};

static void on_done(void *context, const char *key, const struct err *err) {
    struct seen *seen = context;
    seen->calls++;
    str_append_string(&seen->key, key);
    seen->err = err ? *err : (struct err){0, ""};
}

static void assert_no_child(void) {
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void check(const char *command, const char *key, int code, const char *message) {
    uv_loop_t loop;
    struct seen seen = {0};
    uv_loop_init(&loop);
    str_init(&seen.key);
    key_command_run(&loop, command, on_done, &seen);
    assert_int_equal(seen.calls, 0); // never inside
    uv_run(&loop, UV_RUN_DEFAULT);
    if (seen.err.code != code || strcmp(seen.key.data, key) != 0) {
        print_error("%s: \"%s\", %d %s\n", command, seen.key.data, seen.err.code, seen.err.message);
    }
    assert_int_equal(seen.calls, 1);
    assert_int_equal(seen.err.code, code);
    assert_string_equal(seen.key.data, key);
    assert_non_null(strstr(seen.err.message, message));
    assert_null(strstr(seen.err.message, "s3cret"));
    assert_int_equal(uv_loop_close(&loop), 0); // nothing is left
    assert_no_child();
    str_free(&seen.key);
}

static void what_it_prints_is_the_key(void **state) {
    (void)state;
    check("printf sk-1", "sk-1", 0, "");
    check("  echo \t sk-2  ", "sk-2", 0, "");
    check("printf \\n\\nsk-3\\n\\n", "sk-3", 0, "");
    setenv("HOME", "/usr", 1); // not where we are, perhaps a workspace
    check("pwd", "/usr", 0, "");
    check("cat", "", ERR_INVALID, "cat prints nothing"); // it is given no input
    check("echo $HOME;id", "$HOME;id", 0, "");           // no shell
}

static void failures_name_the_program_alone(void **state) {
    (void)state;
    check("false s3cret", "", ERR_DENIED, "false ended with status 1");
    check("true s3cret", "", ERR_INVALID, "true prints nothing");
    check("/nowhere/pass s3cret", "", ERR_NOT_FOUND, "cannot start /nowhere/pass");
    check("yes s3cret", "", ERR_INVALID, "yes prints too much");
    check(" ", "", ERR_NOT_FOUND, "cannot start nothing");
    check("sh -c kill\t-9\t$$ s3cret", "", ERR_DENIED, "sh ended with status");
}

// What is read once the program has ended: there is nobody to be told to end then, least of all our own group.
static void too_much_of_one_that_has_ended_ends_nobody_else(void **state) {
    (void)state;
    uv_loop_t loop;
    struct seen seen = {0};
    siginfo_t info;
    uv_loop_init(&loop);
    str_init(&seen.key);
    key_command_run(&loop, "seq 3000", on_done, &seen);
    assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(seen.calls, 1);
    assert_int_equal(seen.err.code, ERR_INVALID);
    assert_non_null(strstr(seen.err.message, "seq prints too much"));
    assert_int_equal(uv_loop_close(&loop), 0);
    assert_no_child();
    str_free(&seen.key);
}

static void a_cancelled_one_says_nothing(void **state) {
    (void)state;
    uv_loop_t loop;
    struct seen seen = {0};
    uv_loop_init(&loop);
    str_init(&seen.key);
    struct key_command *run = key_command_run(&loop, "sleep 100", on_done, &seen);
    uv_run(&loop, UV_RUN_NOWAIT);
    key_command_cancel(run);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(seen.calls, 0);
    assert_int_equal(uv_loop_close(&loop), 0);
    assert_no_child();
}

static void a_deaf_one_is_killed(void **state) {
    (void)state;
    char path[] = "/tmp/hunch-deaf-XXXXXX";
    char command[128];
    uv_loop_t loop;
    struct seen seen = {0};
    close(mkstemp(path));
    snprintf(command, sizeof command, "sh -c trap${IFS}''${IFS}TERM;rm${IFS}%s;exec${IFS}sleep${IFS}1000",
             path);
    uv_loop_init(&loop);
    str_init(&seen.key);
    struct key_command *run = key_command_run(&loop, command, on_done, &seen);
    while (access(path, F_OK) == 0) { // until it is deaf
        uv_run(&loop, UV_RUN_NOWAIT);
        uv_sleep(1);
    }
    key_command_cancel(run);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(seen.calls, 0);
    assert_int_equal(uv_loop_close(&loop), 0);
    assert_no_child();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_prints_is_the_key),
        cmocka_unit_test(failures_name_the_program_alone),
        cmocka_unit_test(too_much_of_one_that_has_ended_ends_nobody_else),
        cmocka_unit_test(a_cancelled_one_says_nothing),
        cmocka_unit_test(a_deaf_one_is_killed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
