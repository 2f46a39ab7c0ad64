// log_test.c - what arrives on stderr and at the listener.
#include "tests/unit/unit.h"

#include "base/log.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { HANGS_AFTER_S = 20 };

static int real_stderr;
static int reader; // what a test reads is what was written to stderr
static char heard[1200];

static int begin(void **state) {
    (void)state;
    int ends[2];
    heard[0] = '\0';
    if (pipe(ends) != 0) {
        return -1;
    }
    reader = ends[0];
    real_stderr = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    return real_stderr < 0 ? -1 : 0;
}

static int finish(void **state) {
    (void)state;
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    close(reader);
    log_set_listener(NULL, NULL);
    return 0;
}

static void listen_to(void *context, enum log_level level, const char *line) {
    (void)context;
    (void)level;
    snprintf(heard, sizeof heard, "%s", line);
}

static void a_line_goes_to_both(void **state) {
    (void)state;
    char line[100] = "";
    log_set_listener(listen_to, NULL);
    log_warning("%s is %d", "it", 7);
    log_info("below the level");
    assert_true(read(reader, line, sizeof line - 1) > 0);
    assert_string_equal(line, "hunch: it is 7\n");
    assert_string_equal(heard, "it is 7");
}

static void names_cannot_drive_a_terminal(void **state) {
    (void)state;
    log_set_listener(listen_to, NULL);
    log_warning("%s", "a\x1b]0;x\x07\nb\tc\x7F\xC2\x9B\xC3\xA9\xFF");
    assert_string_equal(heard, "a?]0;x??b?c???\xC3\xA9\xFF");
}

static void nobody_reads(void **state) {
    (void)state;
    log_set_listener(listen_to, NULL);
    alarm(HANGS_AFTER_S);
    for (int i = 0; i < 100 * 1000; i++) {
        log_warning("line %d that nobody reads", i);
    }
    alarm(0);
    assert_string_equal(heard, "line 99999 that nobody reads");
}

static void log_as_listener(void *context, enum log_level level, const char *line) {
    listen_to(context, level, line);
    log_warning("said while listening");
}

static void a_listener_does_not_hear_itself(void **state) {
    (void)state;
    char lines[100] = "";
    log_set_listener(log_as_listener, NULL);
    alarm(HANGS_AFTER_S);
    log_warning("heard");
    alarm(0);
    assert_string_equal(heard, "heard");
    assert_true(read(reader, lines, sizeof lines - 1) > 0);
    assert_string_equal(lines, "hunch: heard\nhunch: said while listening\n");
}

enum call { NOT_CALLED, CALLED, RETURNED };

static void listen_slowly(void *context, enum log_level level, const char *line) {
    (void)level;
    (void)line;
    atomic_int *call = context;
    *call = CALLED;
    usleep(50 * 1000);
    *call = RETURNED;
}

static void *log_one_line(void *argument) {
    log_warning("from another thread");
    return argument;
}

static void a_listener_that_was_replaced_is_left_alone(void **state) {
    (void)state;
    atomic_int call = NOT_CALLED;
    pthread_t thread;
    log_set_listener(listen_slowly, &call);
    assert_int_equal(pthread_create(&thread, NULL, log_one_line, NULL), 0);
    while (call == NOT_CALLED) {
        usleep(100);
    }
    log_set_listener(NULL, NULL);
    int call_then = call;
    pthread_join(thread, NULL);
    assert_int_equal(call_then, RETURNED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_goes_to_both, begin, finish),
        cmocka_unit_test_setup_teardown(names_cannot_drive_a_terminal, begin, finish),
        cmocka_unit_test_setup_teardown(nobody_reads, begin, finish),
        cmocka_unit_test_setup_teardown(a_listener_does_not_hear_itself, begin, finish),
        cmocka_unit_test_setup_teardown(a_listener_that_was_replaced_is_left_alone, begin, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
