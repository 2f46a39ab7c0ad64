// embedder.c - see embedder.h.
#include "retrieval/embedder.h"

int embedder_ask(struct embedder *embedder, struct slice text, uint32_t wait_ms, struct vector *out,
                 struct err *err) {
    text = slice_sub(text, 0, text.length < EMBEDDER_TEXT_BYTES ? text.length : EMBEDDER_TEXT_BYTES);
    return embedder->operations->ask ? embedder->operations->ask(embedder, text, wait_ms, out, err)
                                     : embedder_embed(embedder, &text, 1, out, err);
}
