// store_lock.c - see store_lock.h.
#include "indexer/store_lock.h"

#include "base/clock.h"
#include "base/mem.h"
#include "indexer/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct store_patience store_patience = {STORE_OPEN_MS, STORE_BUSY_MS};

static int open_file(const char *path) {
    return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
}

// The lock, or NONE or BUSY.
static int lock_within(int file, unsigned milliseconds, const struct cancel *cancel) {
    uint64_t start = clock_now_us();
    while (flock(file, LOCK_EX | LOCK_NB) != 0) {
        int reason = errno;
        if (reason == EINTR) {
            continue;
        }
        if (reason != EWOULDBLOCK || clock_ms_since(start) > milliseconds || cancel_fired(cancel)) {
            close(file);
            return reason == EWOULDBLOCK ? STORE_LOCK_BUSY : STORE_LOCK_NONE;
        }
        usleep(2000);
    }
    return file;
}

int store_lock_folder(const char *path, const struct cancel *cancel) {
    const char *slash = strrchr(path, '/');
    struct str name;
    str_init(&name);
    str_append(&name, path, slash ? (size_t)(slash + 1 - path) : 0);
    str_append_string(&name, "lock");
    int file = open_file(name.data);
    str_free(&name);
    return file < 0 ? STORE_LOCK_NONE : lock_within(file, store_patience.later, cancel);
}

void store_root_file(const char *path, struct str *name) {
    str_append_format(name, "%s-root", path);
}

// A full disk may leave it empty; then nobody can be told whose store it is.
static void note_root(int file, const char *root) {
    struct stat status;
    size_t length = strlen(root);
    if (length == 0) {
        return;
    }
    if (fstat(file, &status) != 0 || status.st_size != (off_t)length) {
        if (ftruncate(file, 0) != 0 || pwrite(file, root, length, 0) != (ssize_t)length) {
            return;
        }
    }
    futimens(file, NULL);
}

int store_lock_use(const char *path, const char *root) {
    struct str name;
    str_init(&name);
    store_root_file(path, &name);
    int file = open_file(name.data);
    str_free(&name);
    if (file < 0) {
        return STORE_LOCK_NONE;
    }
    flock(file, LOCK_SH | LOCK_NB);
    note_root(file, root);
    return file;
}

void store_unlock(int lock) {
    if (lock >= 0) {
        close(lock);
    }
}

bool store_is_used(const char *path) {
    struct str name;
    str_init(&name);
    store_root_file(path, &name);
    // For writing: NFS grants no exclusive lock on a file that is open for reading.
    int file = open(name.data, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    bool is_unused = file < 0 ? errno == ENOENT : flock(file, LOCK_EX | LOCK_NB) == 0;
    str_free(&name);
    if (file >= 0) {
        close(file);
    }
    return !is_unused;
}
