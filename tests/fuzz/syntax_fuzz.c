// syntax_fuzz.c - any bytes, in any language: R1 to R4 hold, or the program stops.
//
// The first byte chooses the language (the last value: none); the rest is the file. A deadline keeps one
// input from taking long, and covers the way back to chunks by lines.
#include "base/clock.h"
#include "indexer/syntax.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void require(bool holds) {
    if (!holds) {
        abort();
    }
}

static void check_chunks(const struct record *record, struct slice text) {
    uint32_t reached = 0;
    for (uint32_t i = 0; i <= record->chunk_count; i++) {
        const struct chunk *chunk = i < record->chunk_count ? &record->chunks[i] : NULL;
        uint32_t start = chunk ? chunk->start_byte : (uint32_t)text.length;
        require(start >= reached);
        for (uint32_t at = reached; at < start; at++) {
            require(is_space(text.data[at])); // R1
        }
        for (uint32_t t = 1; chunk && t < chunk->term_count; t++) {
            require(chunk->terms[t - 1].hash < chunk->terms[t].hash); // R3
        }
        if (chunk) {
            require(chunk->end_byte > start && chunk->end_byte <= text.length);
            require(chunk->start_line <= chunk->end_line && chunk->end_line < record->line_count); // R2
            reached = chunk->end_byte;
        }
    }
}

static void check_symbols(const struct record *record, struct slice text) {
    for (uint32_t i = 0; i < record->symbol_count; i++) {
        const struct symbol *symbol = &record->symbols[i];
        require(i == 0 || record->symbols[i - 1].start_byte <= symbol->start_byte); // R4
        require(symbol->start_byte < symbol->end_byte && symbol->end_byte <= text.length);
        require(symbol->start_line <= symbol->name_line && symbol->name_line < record->line_count);
        require(*symbol->name && strlen(symbol->signature) <= 300);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) {
        return 0;
    }
    static struct syntax *syntax;
    if (!syntax) {
        syntax = syntax_new();
    }
    const struct language *language = language_at(data[0] % (language_count() + 1));
    struct slice text = slice_of((const char *)data + 1, size - 1);
    struct record *record = record_new("fuzz.h");
    struct cancel cancel;
    cancel_init(&cancel, clock_now_us() + 500000);
    syntax_extract(syntax, language, text, &cancel, record);
    check_chunks(record, text);
    check_symbols(record, text);
    record_release(record);
    return 0;
}
