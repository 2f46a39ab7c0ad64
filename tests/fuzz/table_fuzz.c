// table_fuzz.c - any bytes as a static table, or as its tokenizer, are read or refused, and what is read can be used.
//
// The first byte chooses which of the two the rest is; the other is a sound one.
#include "retrieval/embedder_static.h"
#include "tests/unit/retrieval/tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

// One for all inputs: making and removing it would cost more than what is tried.
static char *folder;

static void remove_folder(void) {
    temporary_remove(folder);
    free(folder);
}

static void make_folder(void) {
    folder = temporary_make();
    atexit(remove_folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    static const char sound[] =
        "{\"embeddings\":{\"dtype\":\"I8\",\"shape\":[12,2],\"data_offsets\":[0,24]}}";
    struct slice input = slice_of((const char *)bytes + (length ? 1 : 0), length ? length - 1 : 0);
    struct slice texts[] = {SLICE_LITERAL("parse_header(\xC3\xA9)"), input};
    struct vector vectors[2];
    struct err err;
    if (!folder) {
        make_folder();
    }
    if (length && bytes[0] == 't') {
        table_write(folder, "model.safetensors", sound, SLICE_LITERAL("012345678901234567890123"));
        temporary_write_bytes(folder, "tokenizer.json", input);
    } else {
        temporary_write_bytes(folder, "model.safetensors", input);
        temporary_write(folder, "tokenizer.json", table_tokenizer);
    }
    struct embedder *embedder = embedder_static_new(folder);
    if (embedder_prepare(embedder, &err) == 0 && embedder_embed(embedder, texts, 2, vectors, &err) != 0) {
        abort();
    }
    embedder_close(embedder);
    return 0;
}
