// log.c - see log.h.
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

static _Atomic int threshold = LOG_LEVEL_WARNING;
static void (*listen)(void *, enum log_level, const char *);
static void *listen_context;

void log_set_level(enum log_level level) {
    threshold = (int)level;
}

void log_set_listener(void (*listener)(void *, enum log_level, const char *), void *context) {
    listen = listener;
    listen_context = context;
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
    fprintf(stderr, "hunch: %s\n", line);
    if (listen) {
        listen(listen_context, level, line);
    }
}
