// fs.c - see fs.h.
#include "base/fs.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(struct err *err, const char *verb, const char *path, int error) {
    int code = error == ENOENT || error == ENOTDIR ? ERR_NOT_FOUND : error == EACCES ? ERR_DENIED : ERR_IO;
    return err_set(err, code, "cannot %s %s: %s", verb, path, strerror(error));
}

static int too_large(struct err *err, const char *path, size_t limit) {
    const size_t mb = 1024 * 1024, kb = 1024;
    const char *unit = limit >= mb ? "MB" : limit >= kb ? "KB" : "bytes";
    size_t count = limit >= mb ? limit / mb : limit >= kb ? limit / kb : limit;
    return err_set(err, ERR_TOO_LARGE, "%s is over %zu %s, which is more than is read", path, count, unit);
}

static int read_all(int file, const char *path, size_t limit, struct str *out, struct err *err) {
    size_t start = out->length;
    for (;;) {
        str_reserve(out, 64 * 1024);
        ssize_t got = read(file, out->data + out->length, out->capacity - out->length);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            int error = errno;
            str_truncate(out, start);
            return fail(err, "read", path, error);
        }
        if (got == 0) {
            break;
        }
        out->length += (size_t)got;
        if (out->length - start > limit) {
            str_truncate(out, start);
            return too_large(err, path, limit);
        }
    }
    out->data[out->length] = '\0';
    return 0;
}

int fs_read(const char *path, size_t limit, struct str *out, struct err *err) {
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (file < 0) {
        return fail(err, "open", path, errno);
    }
    struct stat status;
    int result;
    if (fstat(file, &status) != 0) {
        result = fail(err, "look at", path, errno);
    } else if (!S_ISREG(status.st_mode)) {
        result = err_set(err, ERR_INVALID, "%s is %s", path,
                         S_ISDIR(status.st_mode) ? "a folder, not a file" : "not a regular file");
    } else if ((uint64_t)status.st_size > limit) {
        result = too_large(err, path, limit);
    } else {
        str_reserve(out, (size_t)status.st_size + 1);
        result = read_all(file, path, limit, out, err);
    }
    close(file);
    return result;
}

static int write_all(int file, struct slice bytes) {
    while (bytes.length) {
        ssize_t put = write(file, bytes.data, bytes.length);
        if (put < 0 && errno != EINTR) {
            return -1;
        }
        if (put > 0) {
            bytes = slice_sub(bytes, (size_t)put, bytes.length);
        }
    }
    return 0;
}

int fs_write(const char *path, struct slice bytes, bool is_private, struct err *err) {
    struct str temporary;
    str_init(&temporary);
    str_append_format(&temporary, "%s.%ld.tmp", path, (long)getpid());
    int result = 0;
    int file = open(temporary.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, is_private ? 0600 : 0644);
    if (file < 0) {
        result = fail(err, "create", temporary.data, errno);
    } else {
        bool wrote = write_all(file, bytes) == 0 && fsync(file) == 0;
        int error = errno;
        close(file);
        if (!wrote) {
            result = fail(err, "write", path, error);
        } else if (rename(temporary.data, path) != 0) {
            result = fail(err, "replace", path, errno);
        }
        if (result) {
            unlink(temporary.data);
        }
    }
    str_free(&temporary);
    return result;
}

int fs_make_folders(const char *path, struct err *err) {
    char *copy = mem_copy_string(path);
    int result = 0;
    for (char *p = copy + 1; result == 0; p++) {
        if (*p != '/' && *p != '\0') {
            continue;
        }
        char kept = *p;
        *p = '\0';
        if (mkdir(copy, 0700) != 0 && errno != EEXIST) {
            result = fail(err, "create folder", copy, errno);
        }
        *p = kept;
        if (kept == '\0') {
            break;
        }
    }
    if (result == 0 && !fs_is_folder(path)) {
        result = err_set(err, ERR_INVALID, "%s is not a folder", path);
    }
    free(copy);
    return result;
}

bool fs_is_folder(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

bool fs_is_file(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

char *fs_join(const char *folder, const char *name) {
    struct str path;
    str_init(&path);
    str_append_string(&path, folder);
    if (path.length && path.data[path.length - 1] != '/') {
        str_append_char(&path, '/');
    }
    str_append_string(&path, name);
    return str_detach(&path);
}

char *fs_real_path(const char *path, struct err *err) {
    char *real = realpath(path, NULL);
    if (!real) {
        fail(err, "find", path, errno);
    }
    return real;
}

static char *user_folder(const char *variable, const char *below_home) {
    const char *base = getenv(variable);
    if (base && base[0] == '/') {
        return fs_join(base, "hunch");
    }
    const char *home = getenv("HOME");
    if (!home || home[0] != '/') {
        return NULL;
    }
    char *folder = fs_join(home, below_home);
    char *own = fs_join(folder, "hunch");
    free(folder);
    return own;
}

char *fs_config_folder(void) {
    return user_folder("XDG_CONFIG_HOME", ".config");
}
char *fs_cache_folder(void) {
    return user_folder("XDG_CACHE_HOME", ".cache");
}
char *fs_data_folder(void) {
    return user_folder("XDG_DATA_HOME", ".local/share");
}
