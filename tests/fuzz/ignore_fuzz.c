// ignore_fuzz.c - any rules, any path: no crash, and every verdict has its reason.
//
// Input: the rules of .gitignore, 0xFF, those of .hunchignore, 0xFF, the path.
#include "base/mem.h"
#include "indexer/ignore.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct slice cut(struct slice *rest) {
    const char *mark = rest->length ? memchr(rest->data, 0xFF, rest->length) : NULL;
    size_t length = mark ? (size_t)(mark - rest->data) : rest->length;
    struct slice part = slice_sub(*rest, 0, length);
    *rest = slice_sub(*rest, length + 1, rest->length);
    return part;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct slice rest = slice_of((const char *)data, size);
    struct slice gitignore = cut(&rest);
    struct slice hunchignore = cut(&rest);
    char *path = mem_copy_bytes(rest.data, rest.length);
    struct ignore *ignore = ignore_new(NULL);
    ignore_enter_text(ignore, "", gitignore, hunchignore);
    for (int is_folder = 0; is_folder < 2; is_folder++) {
        const char *reason = NULL;
        if (ignore_check(ignore, path, is_folder, &reason) != (reason != NULL)) {
            abort();
        }
    }
    ignore_leave(ignore);
    ignore_free(ignore);
    free(path);
    return 0;
}
