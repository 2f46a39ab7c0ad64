// replay.c - runs a fuzzer over files, where there is no libFuzzer.
//
// Arguments are files or folders (not descended into); a folder that is not
// there counts as empty. The empty input is always run first.
#include "base/fs.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { INPUT_LIMIT = 4 * 1024 * 1024 };

static int run_file(const char *path) {
    struct str bytes;
    struct err err;
    str_init(&bytes);
    if (fs_read(path, INPUT_LIMIT, &bytes, &err) != 0) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    printf("%s\n", path);
    fflush(stdout); // so that a crash names its input
    LLVMFuzzerTestOneInput((const uint8_t *)bytes.data, bytes.length);
    str_free(&bytes);
    return 0;
}

static int run_folder(const char *path) {
    int failures = 0;
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        char *file = fs_join(path, entry->d_name);
        failures += fs_is_file(file) ? run_file(file) : 0;
        free(file);
    }
    if (folder) {
        closedir(folder);
    }
    return failures;
}

int main(int count, char **arguments) {
    int failures = 0;
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (int i = 1; i < count; i++) {
        failures += fs_is_file(arguments[i]) ? run_file(arguments[i]) : run_folder(arguments[i]);
    }
    return failures ? 1 : 0;
}
