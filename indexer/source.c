// source.c - see source.h.
#include "indexer/source.h"

#include "base/err.h"
#include "base/fs.h"
#include "base/glob.h"
#include "base/mem.h"
#include "indexer/language.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// File systems stamp times with the kernel's tick; twice in one tick looks like once. Some (FAT, HFS+, old
// NFS) keep whole seconds or two of them.
static const int64_t second_ns = 1000 * 1000 * 1000;
static const int64_t young_ns = 50 * 1000 * 1000;
static const int64_t young_coarse_ns = 2 * second_ns;

static const char *const lock_files[] = {
    "package-lock.json", "npm-shrinkwrap.json", "yarn.lock",      "pnpm-lock.yaml", "bun.lock",
    "deno.lock",         "Cargo.lock",          "go.sum",         "poetry.lock",    "uv.lock",
    "Pipfile.lock",      "composer.lock",       "Gemfile.lock",   "flake.lock",     "packages.lock.json",
    "Podfile.lock",      "pubspec.lock",        "gradle.lockfile"};

static const char *const vendored_folders[] = {"vendor",     "vendored", "third_party",      "third-party",
                                               "thirdparty", "3rdparty", "3rd_party",        "external",
                                               "extern",     "deps",     "bower_components", "node_modules"};

static const char *const test_folders[] = {"test",  "tests",    "testing",  "__tests__", "spec",
                                           "specs", "testdata", "fixtures", "e2e"};

static const char *const test_names[] = {"test_*",   "*_test.*", "*_tests.*", "*.test.*", "*.spec.*",
                                         "*_spec.*", "*Test.*",  "*Tests.*",  "*-test.*", "conftest.py"};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static int64_t nanoseconds(struct timespec time) {
    return (int64_t)time.tv_sec * second_ns + time.tv_nsec;
}

// Programs that copy or unpack set the first time back to the original's; nobody can set the second.
static void set_status(struct source_stat *out, const struct stat *status) {
    int64_t modified = nanoseconds(status->st_mtim), changed = nanoseconds(status->st_ctim);
    *out = (struct source_stat){
        .size = (int64_t)status->st_size,
        .mtime_ns = modified > changed ? modified : changed,
        .is_folder = S_ISDIR(status->st_mode),
        .is_file = S_ISREG(status->st_mode),
    };
}

static int code_of(int error) {
    return error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG ? ERR_NOT_FOUND
           : error == ELOOP                                             ? ERR_INVALID
           : error == EACCES || error == EPERM                          ? ERR_DENIED
                                                                        : ERR_IO;
}

int source_stat_in(int folder, const char *name, struct source_stat *status) {
    struct stat found;
    if (fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) != 0) {
        return code_of(errno);
    }
    set_status(status, &found);
    return 0;
}

int source_stat(const char *root, const char *path, struct source_stat *status) {
    char *whole = fs_join(root, path);
    int result = source_stat_in(AT_FDCWD, whole, status);
    free(whole);
    return result;
}

#ifdef O_PATH
enum { PASSING = O_PATH | O_DIRECTORY | O_CLOEXEC }; // needs no right to list the folder
#else
enum { PASSING = O_RDONLY | O_DIRECTORY | O_CLOEXEC };
#endif

int source_open(const char *root, const char *path, int flags) {
    int folder = open(root, PASSING);
    char *parts = mem_copy_string(*path ? path : ".");
    char *part = parts;
    for (char *slash = strchr(part, '/'); folder >= 0 && slash; slash = strchr(part, '/')) {
        *slash = '\0';
        int next = openat(folder, part, PASSING | O_NOFOLLOW);
        int error = errno;
        close(folder);
        errno = error;
        folder = next;
        part = slash + 1;
    }
    int file = folder < 0 ? -1 : openat(folder, part, flags | O_NOFOLLOW | O_CLOEXEC);
    int error = errno;
    if (folder >= 0) {
        close(folder);
    }
    free(parts);
    errno = error;
    return file;
}

static int read_bytes(int file, struct str *text) {
    for (;;) {
        str_reserve(text, 16 * 1024);
        ssize_t got = read(file, text->data + text->length, text->capacity - text->length);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            text->data[text->length] = '\0';
            return got < 0 ? ERR_IO : 0;
        }
        text->length += (size_t)got;
        if (text->length > SOURCE_SIZE_LIMIT) {
            text->data[text->length] = '\0';
            return ERR_TOO_LARGE;
        }
    }
}

static bool is_young(const struct source_stat *status) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t limit = status->mtime_ns % second_ns ? young_ns : young_coarse_ns;
    return nanoseconds(now) - status->mtime_ns < limit;
}

static int read_open(int file, struct str *text, struct source_stat *status) {
    struct stat found;
    if (fstat(file, &found) != 0) {
        return ERR_IO;
    }
    set_status(status, &found);
    if (!status->is_file) {
        return ERR_INVALID;
    }
    if (status->size > SOURCE_SIZE_LIMIT) {
        return ERR_TOO_LARGE;
    }
    str_reserve(text, (size_t)status->size + 1);
    if (is_young(status)) {
        status->mtime_ns = 0;
    }
    int result = read_bytes(file, text);
    if (result == 0 && (size_t)status->size != text->length) {
        // It changed while it was read.
        status->size = (int64_t)text->length;
        status->mtime_ns = 0;
    }
    return result;
}

int source_read(const char *root, const char *path, struct str *text, struct source_stat *status) {
    int file = source_open(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    int result = file < 0 ? code_of(errno) : read_open(file, text, status);
    if (file >= 0) {
        close(file);
    }
    return result;
}

static bool is_one_of(struct slice name, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (slice_equal(name, slice_of_string(names[i]))) {
            return true;
        }
    }
    return false;
}

static struct slice name_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slice_of_string(slash ? slash + 1 : path);
}

const char *source_refuse_name(const char *path) {
    if (is_one_of(name_of(path), lock_files, COUNT(lock_files))) {
        return "it is a lock file that a package manager wrote";
    }
    return language_of_path(path) ? NULL : "its language is not known";
}

const char *source_refuse_text(struct slice text) {
    size_t window = text.length < SOURCE_BINARY_WINDOW ? text.length : SOURCE_BINARY_WINDOW;
    if (window && memchr(text.data, '\0', window)) {
        return "it is a binary file";
    }
    size_t lines = 0;
    for (size_t at = 0; at < text.length; lines++) {
        const char *newline = memchr(text.data + at, '\n', text.length - at);
        size_t end = newline ? (size_t)(newline - text.data) : text.length;
        if (end - at > SOURCE_LINE_LIMIT) {
            return "it is minified (a line is over 20,000 bytes)";
        }
        at = end + 1;
    }
    bool is_dense = text.length > SOURCE_DENSE_SIZE && text.length / lines > SOURCE_DENSE_LINE;
    return is_dense ? "it is minified (over 500 bytes a line)" : NULL;
}

static bool is_generated(struct slice text) {
    struct slice head = slice_sub(text, 0, SOURCE_GENERATED_WINDOW);
    // In two pieces, lest this very file be taken for a generated one.
    return slice_find(head,
                      SLICE_LITERAL("DO NOT"
                                    " EDIT"),
                      0) != (size_t)-1 ||
           slice_find(head,
                      SLICE_LITERAL("@"
                                    "generated"),
                      0) != (size_t)-1;
}

static bool is_below(const char *path, const char *const *folders, size_t count) {
    for (const char *slash = strchr(path, '/'); slash; path = slash + 1, slash = strchr(path, '/')) {
        if (is_one_of(slice_of(path, (size_t)(slash - path)), folders, count)) {
            return true;
        }
    }
    return false;
}

static bool is_test_name(struct slice name) {
    for (size_t i = 0; i < COUNT(test_names); i++) {
        if (glob_match(slice_of_string(test_names[i]), name, GLOB_NAME)) {
            return true;
        }
    }
    return false;
}

enum taint source_taint(const char *path, struct slice text) {
    if (is_generated(text)) {
        return TAINT_GENERATED;
    }
    if (is_below(path, vendored_folders, COUNT(vendored_folders))) {
        return TAINT_VENDORED;
    }
    bool is_test = is_below(path, test_folders, COUNT(test_folders)) || is_test_name(name_of(path));
    return is_test ? TAINT_TEST : TAINT_OWN;
}
