// text.c - see text.h.
#include "base/text.h"

#include "base/mem.h"

#include <stdlib.h>

struct text *text_new(struct slice bytes) {
    struct text *text = mem_alloc(sizeof *text + bytes.length + 1);
    atomic_init(&text->references, 1);
    text->length = bytes.length;
    if (bytes.length) {
        memcpy(text->bytes, bytes.data, bytes.length);
    }
    text->bytes[bytes.length] = '\0';
    return text;
}

struct text *text_retain(struct text *text) {
    atomic_fetch_add_explicit(&text->references, 1, memory_order_relaxed);
    return text;
}

void text_release(struct text *text) {
    if (text && atomic_fetch_sub_explicit(&text->references, 1, memory_order_acq_rel) == 1) {
        free(text);
    }
}
