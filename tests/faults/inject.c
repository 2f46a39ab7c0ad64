// inject.c - see inject.h.
#include "inject.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// What a call does: only some kinds of trouble fit it.
enum { TAKES_ROOM = 1, MOVES_BYTES = 2, WRITES = 4, LOCKS = 8 };

static char folder[4096];
static size_t folder_length;
static atomic_int kind;
static atomic_long wanted;
static atomic_bool for_ever;
static atomic_long calls;

void inject_start(const char *path, enum inject_kind what, long at, bool ever) {
    snprintf(folder, sizeof folder, "%s", path);
    folder_length = strlen(folder);
    calls = 0;
    wanted = at;
    for_ever = ever;
    kind = (int)what;
}

long inject_stop(void) {
    kind = INJECT_NOTHING;
    folder_length = 0;
    return calls;
}

__attribute__((constructor)) static void start_from_environment(void) {
    static const char *const names[] = {"nothing", "full", "broken", "short", "kill"};
    const char *place = getenv("INJECT_FOLDER");
    const char *name = getenv("INJECT_KIND");
    const char *at = getenv("INJECT_AT");
    for (int i = 0; place && name && at && i < 5; i++) {
        if (strcmp(name, names[i]) == 0) {
            inject_start(place, (enum inject_kind)i, strtol(at, NULL, 10), getenv("INJECT_EVER") != NULL);
        }
    }
}

static bool is_below(const char *path) {
    return folder_length && strncmp(path, folder, folder_length) == 0;
}

static bool is_file_below(int file) {
    char link[64];
    char path[4096];
    if (!folder_length || file < 0) {
        return false;
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    return is_below(path);
}

static bool fits(int what) {
    switch (atomic_load(&kind)) {
    case INJECT_NOTHING:
        return false;
    case INJECT_FULL:
        return what & TAKES_ROOM;
    case INJECT_SHORT:
        return what & MOVES_BYTES;
    case INJECT_BROKEN:
        // SQLite takes a lock that cannot be had for one that others have, and waits: once will do.
        return !(what & LOCKS) || !for_ever;
    default:
        return true;
    }
}

// Is it this call's turn?
static bool is_hit(bool below, int what) {
    if (!below || !fits(what)) {
        return false;
    }
    long number = ++calls;
    return number == wanted || (for_ever && number > wanted);
}

static int error_of_kind(void) {
    return kind == INJECT_FULL ? ENOSPC : EIO;
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) {
        pause();
    }
}

// -1 with errno, unless the process ends here.
static int fail(void) {
    if (kind == INJECT_KILL) {
        die();
    }
    errno = error_of_kind();
    return -1;
}

// A whole number of bytes, at least one, so that it is no end of file.
static size_t half(size_t length) {
    return length > 1 ? length / 2 : length;
}

#define REAL(type, name, ...)                                                                                \
    static type (*real)(__VA_ARGS__);                                                                        \
    if (!real) {                                                                                             \
        *(void **)&real = dlsym(RTLD_NEXT, #name);                                                           \
    }

#define READ_OR_WRITE(name, bytes, what)                                                                     \
    ssize_t name(int file, bytes data, size_t length) {                                                      \
        REAL(ssize_t, name, int, bytes, size_t)                                                              \
        if (!is_hit(is_file_below(file), what)) {                                                            \
            return real(file, data, length);                                                                 \
        }                                                                                                    \
        if (kind == INJECT_SHORT) {                                                                          \
            return real(file, data, half(length));                                                           \
        }                                                                                                    \
        if (kind == INJECT_KILL && ((what)&WRITES)) {                                                        \
            (void)!real(file, data, half(length));                                                           \
        }                                                                                                    \
        return fail();                                                                                       \
    }

#define READ_OR_WRITE_AT(name, bytes, what)                                                                  \
    ssize_t name(int file, bytes data, size_t length, off_t at) {                                            \
        REAL(ssize_t, name, int, bytes, size_t, off_t)                                                       \
        if (!is_hit(is_file_below(file), what)) {                                                            \
            return real(file, data, length, at);                                                             \
        }                                                                                                    \
        if (kind == INJECT_SHORT) {                                                                          \
            return real(file, data, half(length), at);                                                       \
        }                                                                                                    \
        if (kind == INJECT_KILL && ((what)&WRITES)) {                                                        \
            (void)!real(file, data, half(length), at);                                                       \
        }                                                                                                    \
        return fail();                                                                                       \
    }

READ_OR_WRITE(read, void *, MOVES_BYTES)
READ_OR_WRITE(write, const void *, MOVES_BYTES | TAKES_ROOM | WRITES)
READ_OR_WRITE_AT(pread, void *, MOVES_BYTES)
READ_OR_WRITE_AT(pread64, void *, MOVES_BYTES)
READ_OR_WRITE_AT(pwrite, const void *, MOVES_BYTES | TAKES_ROOM | WRITES)
READ_OR_WRITE_AT(pwrite64, const void *, MOVES_BYTES | TAKES_ROOM | WRITES)

#define ON_FILE(name, what, parameters, arguments, ...)                                                      \
    int name parameters {                                                                                    \
        REAL(int, name, __VA_ARGS__)                                                                         \
        return is_hit(is_file_below(file), what) ? fail() : real arguments;                                  \
    }

// Nobody pulls the plug here, so nothing need reach the disk.
int fsync(int file) {
    return is_hit(is_file_below(file), TAKES_ROOM) ? fail() : 0;
}

int fdatasync(int file) {
    return is_hit(is_file_below(file), TAKES_ROOM) ? fail() : 0;
}

ON_FILE(ftruncate, TAKES_ROOM, (int file, off_t size), (file, size), int, off_t)
ON_FILE(ftruncate64, TAKES_ROOM, (int file, off_t size), (file, size), int, off_t)
ON_FILE(fchmod, 0, (int file, mode_t mode), (file, mode), int, mode_t)
ON_FILE(flock, 0, (int file, int operation), (file, operation), int, int)
ON_FILE(futimens, 0, (int file, const struct timespec times[2]), (file, times), int, const struct timespec *)

#define ON_PATH(name, what, parameters, arguments, ...)                                                      \
    int name parameters {                                                                                    \
        REAL(int, name, __VA_ARGS__)                                                                         \
        return is_hit(is_below(path), what) ? fail() : real arguments;                                       \
    }

ON_PATH(unlink, 0, (const char *path), (path), const char *)
ON_PATH(mkdir, TAKES_ROOM, (const char *path, mode_t mode), (path, mode), const char *, mode_t)
ON_PATH(rename, TAKES_ROOM, (const char *path, const char *to), (path, to), const char *, const char *)

static mode_t mode_from(int flags, va_list arguments) {
    return flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
}

#define OPEN(name)                                                                                           \
    int name(const char *path, int flags, ...) {                                                             \
        REAL(int, name, const char *, int, ...)                                                              \
        va_list arguments;                                                                                   \
        va_start(arguments, flags);                                                                          \
        mode_t mode = mode_from(flags, arguments);                                                           \
        va_end(arguments);                                                                                   \
        int what = flags & O_CREAT ? TAKES_ROOM : 0;                                                         \
        return is_hit(is_below(path), what) ? fail() : real(path, flags, mode);                              \
    }

OPEN(open)
OPEN(open64)

// Locks, among others.
int fcntl64(int file, int command, ...) {
    REAL(int, fcntl64, int, int, ...)
    va_list arguments;
    va_start(arguments, command);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    return is_hit(is_file_below(file), LOCKS) ? fail() : real(file, command, argument);
}

#define MAP(name)                                                                                            \
    void *name(void *where, size_t length, int protection, int flags, int file, off_t at) {                  \
        REAL(void *, name, void *, size_t, int, int, int, off_t)                                             \
        if (is_hit(is_file_below(file), TAKES_ROOM)) {                                                       \
            fail();                                                                                          \
            return MAP_FAILED;                                                                               \
        }                                                                                                    \
        return real(where, length, protection, flags, file, at);                                             \
    }

MAP(mmap)
MAP(mmap64)
