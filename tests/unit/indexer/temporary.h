// temporary.h - a folder that lives for one test.
#ifndef HUNCH_TESTS_TEMPORARY_H
#define HUNCH_TESTS_TEMPORARY_H

#include "base/fs.h"
#include "base/mem.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int temporary_remove_one(const char *path, const struct stat *status, int type, struct FTW *place) {
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

static inline void temporary_remove(const char *folder) {
    nftw(folder, temporary_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

// Heap, a real path.
static inline char *temporary_make(void) {
    const char *base = getenv("TMPDIR");
    struct str name;
    str_init(&name);
    str_append_format(&name, "%s/hunch-test-XXXXXX", base && base[0] == '/' ? base : "/tmp");
    if (!mkdtemp(name.data)) {
        abort();
    }
    char *real = fs_real_path(name.data, NULL);
    str_free(&name);
    return real;
}

// Writes folder/path, making the folders on its way.
static inline void temporary_write_bytes(const char *folder, const char *path, struct slice bytes) {
    char *whole = fs_join(folder, path);
    for (char *slash = strchr(whole + strlen(folder) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(whole, 0755);
        *slash = '/';
    }
    FILE *file = fopen(whole, "wb");
    if (!file || fwrite(bytes.data, 1, bytes.length, file) != bytes.length || fclose(file) != 0) {
        abort();
    }
    free(whole);
}

static inline void temporary_write(const char *folder, const char *path, const char *text) {
    temporary_write_bytes(folder, path, slice_of_string(text));
}

static inline void temporary_delete(const char *folder, const char *path) {
    char *whole = fs_join(folder, path);
    remove(whole);
    free(whole);
}

#endif
