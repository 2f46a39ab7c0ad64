// err.h - what went wrong, in words a person can act on.
//
// Functions that can fail return 0 or a negative code from the one list below
// and, where a person will see the failure, fill a `struct err` whose message
// names the thing, the cause and the way out. A failed call leaves its object
// as it was.
//
// Ownership: struct err is plain data, usually on the caller's stack.
// Threads:   any; an err belongs to one thread.
// Errors:    err_set never fails; a NULL err is allowed and ignored.
// Limits:    messages are cut at 511 bytes, at a UTF-8 boundary.
#ifndef HUNCH_BASE_ERR_H
#define HUNCH_BASE_ERR_H

#define ERR_LIST(X)                                                                                          \
    X(ERR_IO, -1, "input or output failed")                                                                  \
    X(ERR_NOT_FOUND, -2, "not found")                                                                        \
    X(ERR_INVALID, -3, "not valid")                                                                          \
    X(ERR_TOO_LARGE, -4, "over its limit")                                                                   \
    X(ERR_CANCELLED, -5, "cancelled")                                                                        \
    X(ERR_TIMEOUT, -6, "took too long")                                                                      \
    X(ERR_CORRUPT, -7, "damaged")                                                                            \
    X(ERR_UNSUPPORTED, -8, "not supported")                                                                  \
    X(ERR_BUSY, -9, "busy")                                                                                  \
    X(ERR_DENIED, -10, "not allowed")                                                                        \
    X(ERR_UNAVAILABLE, -11, "not reachable")

enum err_code {
    ERR_OK = 0,
#define ERR_ENUM(name, value, text) name = value,
    ERR_LIST(ERR_ENUM)
#undef ERR_ENUM
};

struct err {
    int code;
    char message[512];
};

// Fills err (if not NULL) and returns code, so that `return err_set(...)` reads well.
int err_set(struct err *err, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

// The list's text of a code; "no error" for 0, "unknown error" for others.
const char *err_text(int code);

#endif
