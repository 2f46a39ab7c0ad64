// log.c - see log.h.
//
// A thread may log while the session that listens is closed. The listener is
// called with the mutex held, so that nobody is being told once
// log_set_listener has returned. A line that the listener logs would wait for
// itself: it goes to stderr alone.
#include "base/log.h"

#include "base/utf8.h"

#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

static _Atomic int threshold = LOG_LEVEL_WARNING;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; // guards the listener
static _Thread_local bool is_listening;
static void (*listen)(void *, enum log_level, const char *);
static void *listen_context;

void log_set_level(enum log_level level) {
    threshold = (int)level;
}

void log_set_level_named(const char *name) {
    static const char *const names[] = {"error", "warning", "info", "debug"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], name) == 0) {
            log_set_level((enum log_level)i);
        }
    }
}

void log_set_listener(void (*listener)(void *, enum log_level, const char *), void *context) {
    pthread_mutex_lock(&mutex);
    listen = listener;
    listen_context = context;
    pthread_mutex_unlock(&mutex);
}

static bool is_control(uint32_t code) {
    return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

// A file's name may hold whatever drives a terminal.
static void make_harmless(char *line) {
    struct slice rest = slice_of_string(line);
    size_t length = 1;
    for (size_t at = 0; at < rest.length; at += length) {
        if (is_control(utf8_decode(slice_sub(rest, at, rest.length), &length))) {
            memset(line + at, '?', length);
        }
    }
}

// Whoever started us may never read stderr, and a full pipe must not hold the loop: it has room for a page or
// for nothing, and a line is shorter than a page.
static void print_line(const char *line) {
    struct pollfd room = {.fd = STDERR_FILENO, .events = POLLOUT};
    flockfile(stderr);
    if (poll(&room, 1, 0) != 0) {
        fprintf(stderr, "hunch: %s\n", line);
    }
    funlockfile(stderr);
}

static void tell_listener(enum log_level level, const char *line) {
    if (is_listening) {
        return;
    }
    pthread_mutex_lock(&mutex);
    if (listen) {
        is_listening = true;
        listen(listen_context, level, line);
        is_listening = false;
    }
    pthread_mutex_unlock(&mutex);
}

void log_write(enum log_level level, const char *format, ...) {
    if ((int)level > threshold) {
        return;
    }
    char line[1000];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    make_harmless(line);
    print_line(line);
    tell_listener(level, line);
}
