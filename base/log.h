// log.h - what Hunch says beside its answers: one line on stderr, and to a listener.
//
// stdout belongs to LSP alone. The listener (the LSP session's
// window/logMessage, say) gets every line at or above the level, on the thread
// that logged. Never pass a secret or a whole document.
//
// Ownership: the listener's context is the caller's, who may free it once another listener, or NULL, is set.
// Threads:   any; the listener is called by one at a time. It must not set a listener nor wait for a thread that
//            logs; what it logs itself goes to stderr alone.
// Errors:    none; a line that stderr cannot take at once is lost there. Control characters become '?'.
// Limits:    a line is cut at 1,000 bytes.
#ifndef HUNCH_BASE_LOG_H
#define HUNCH_BASE_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

void log_set_level(enum log_level level);   // default: LOG_LEVEL_WARNING
void log_set_level_named(const char *name); // as the settings name them; an unknown one changes nothing
void log_set_listener(void (*listener)(void *context, enum log_level level, const char *line), void *context);
void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...)   log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...)    log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
