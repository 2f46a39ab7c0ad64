// ignore_fuzz.c - any rules, any path: no crash, and every verdict has its rule.
//
// Input: the rules of .gitignore, 0xFF, those of .hunchignore, 0xFF, ... as in enum ignore_file, the path.
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
    struct slice texts[IGNORE_FILES];
    for (int i = 0; i < IGNORE_FILES; i++) {
        texts[i] = cut(&rest);
    }
    char *path = mem_copy_bytes(rest.data, rest.length);
    struct ignore *ignore = ignore_new(NULL);
    ignore_enter_text(ignore, "", texts);
    for (int is_folder = 0; is_folder < 2; is_folder++) {
        struct ignore_rule rule;
        enum skip skip = ignore_check(ignore, path, is_folder, &rule);
        if (skip_is_rule(skip) && (rule.line == 0 || rule.written.length == 0)) {
            abort();
        }
    }
    ignore_leave(ignore);
    ignore_free(ignore);
    free(path);
    return 0;
}
