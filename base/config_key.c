// config_key.c - see config_key.h.
#include "base/config_key.h"

#include "base/config.h"
#include "base/fs.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_LIMIT = 4096 };

// Somebody may have put the key itself where its variable's name belongs: only what looks like a name is
// shown.
const char *config_key_showable(const char *name) {
    size_t length = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    return length <= 40 && name[length] == '\0' ? name : "(not a usual name)";
}

bool config_is_full_path(const char *path) {
    return path[0] == '/' || strncmp(path, "~/", 2) == 0;
}

static int check_private(int file, const char *key, const char *path, struct err *err) {
    struct stat status;
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
        return err_set(err, ERR_INVALID, "%s %s is not a regular file", key, path);
    }
    if (status.st_mode & 077) {
        return err_set(err, ERR_DENIED, "%s %s can be read by others: run chmod 600 on it", key, path);
    }
    return 0;
}

// key: the setting that names it.
static int read_key_file(const char *key, const char *path, struct str *out, struct err *err) {
    char bytes[KEY_LIMIT];
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (file < 0) {
        return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "cannot open %s %s: %s", key, path,
                       strerror(errno));
    }
    int result = check_private(file, key, path, err);
    ssize_t got = result ? 0 : read(file, bytes, sizeof bytes);
    close(file);
    if (got < 0 || got == (ssize_t)sizeof bytes) {
        result = err_set(err, ERR_INVALID, "%s %s: %s", key, path,
                         got < 0 ? "cannot be read" : "too long for a key");
    } else if (result == 0) {
        str_append_slice(out, slice_trim(slice_of(bytes, (size_t)got)));
    }
    explicit_bzero(bytes, sizeof bytes);
    return result;
}

char *config_full_path(const char *path) {
    const char *home = strncmp(path, "~/", 2) == 0 ? getenv("HOME") : NULL;
    if (!config_is_full_path(path)) {
        return NULL;
    }
    return home ? fs_join(home, path + 2) : mem_copy_string(path);
}

static int read_variable(const struct config_server *server, struct str *out, struct err *err) {
    const char *value = getenv(server->key_env);
    if (!value) {
        return err_set(
            err, ERR_NOT_FOUND,
            "the variable %s that %s.keyEnvironment names is not set: export it before Hunch starts",
            config_key_showable(server->key_env), server->group);
    }
    str_append_slice(out, slice_trim(slice_of_string(value)));
    return 0;
}

static int read_from_file(const struct config_server *server, struct str *out, struct err *err) {
    char setting[40];
    snprintf(setting, sizeof setting, "%s.keyFile", server->group);
    char *path = config_full_path(server->key_file);
    if (!path) { // below the current folder, perhaps a workspace, or the key itself
        return err_set(err, ERR_INVALID,
                       "%s is not a path: give the file's name from / or ~/ on, not the key", setting);
    }
    int result = read_key_file(setting, path, out, err);
    free(path);
    return result;
}

int config_read_key(const struct config_server *server, struct str *out, struct err *err) {
    if (!server->key_env[0] && !server->key_file[0]) {
        return 0;
    }
    mem_forbid_dumps();
    return server->key_env[0] ? read_variable(server, out, err) : read_from_file(server, out, err);
}
