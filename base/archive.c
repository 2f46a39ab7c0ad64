// archive.c - see archive.h.
#include "base/archive.h"

#include "base/spill.h"

#include <string.h>

enum { ALIGNMENT = 8 };

static size_t padded(size_t size) {
    return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

void archive_put(struct archive_out *out, const void *items, size_t count, size_t size) {
    if (out->bytes && count) {
        memcpy(out->bytes + out->size, items, count * size);
    }
    out->size += padded(count * size);
}

// Where the items lie; NULL if there are not so many.
static const char *skip(struct archive_in *in, size_t count, size_t size) {
    if (in->is_bad || count > in->left / size || padded(count * size) > in->left) {
        in->is_bad = true;
        return NULL;
    }
    const char *at = in->at;
    in->at += padded(count * size);
    in->left -= padded(count * size);
    return at;
}

void archive_get(struct archive_in *in, void *items, size_t count, size_t size) {
    const char *at = skip(in, count, size);
    if (at && count) {
        memcpy(items, at, count * size);
    } else {
        memset(items, 0, count * size);
    }
}

void *archive_take(struct archive_in *in, size_t count, size_t size) {
    const char *at = skip(in, count, size);
    char *items = at ? spill_alloc((count + 1) * size) : NULL;
    if (items && count) {
        memcpy(items, at, count * size);
    }
    return items;
}
