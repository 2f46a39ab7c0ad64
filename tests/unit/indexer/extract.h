// extract.h - for the tests of the syntax half: one text through syntax_extract, its record checked and
// printed.
#ifndef HUNCH_TESTS_UNIT_INDEXER_EXTRACT_H
#define HUNCH_TESTS_UNIT_INDEXER_EXTRACT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "indexer/syntax.h"

static inline bool test_is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// R1, R2, R3, R4 on a record of this text.
static inline void check_invariants(const struct record *record, struct slice text) {
    uint32_t reached = 0;
    for (uint32_t i = 0; i <= record->chunk_count; i++) {
        const struct chunk *chunk = i < record->chunk_count ? &record->chunks[i] : NULL;
        uint32_t start = chunk ? chunk->start_byte : (uint32_t)text.length;
        assert_true(start >= reached); // R1: sorted, no overlap
        for (uint32_t at = reached; at < start; at++) {
            assert_true(test_is_space(text.data[at])); // R1: only white space is left out
        }
        if (chunk) {
            assert_true(chunk->end_byte > chunk->start_byte && chunk->end_byte <= text.length);
            assert_true(chunk->start_line <= chunk->end_line && chunk->end_line < record->line_count); // R2
            assert_true(*chunk->kind && chunk->name && chunk->scope);
            reached = chunk->end_byte;
        }
        for (uint32_t t = 0, sum = 0; chunk && t < chunk->term_count; t++) {
            assert_true(t == 0 || chunk->terms[t - 1].hash < chunk->terms[t].hash); // R3
            sum += chunk->terms[t].count;
            assert_true(t + 1 < chunk->term_count || sum == chunk->length);
        }
    }
    for (uint32_t i = 0; i < record->symbol_count; i++) {
        const struct symbol *symbol = &record->symbols[i];
        assert_true(i == 0 || record->symbols[i - 1].start_byte <= symbol->start_byte); // R4
        assert_true(symbol->end_byte <= text.length && symbol->start_byte < symbol->end_byte);
        assert_true(symbol->start_line <= symbol->name_line && symbol->name_line < record->line_count);
        assert_true(symbol->start_line <= symbol->header_end_line);
        assert_true(*symbol->name && strlen(symbol->signature) <= 300 && !strchr(symbol->signature, '\n'));
    }
}

// The caller releases the record.
static inline struct record *extract(const char *language, const char *path, struct slice text) {
    struct syntax *syntax = syntax_new();
    struct record *record = record_new(path);
    assert_int_equal(syntax_extract(syntax, language_of_id(language), text, NULL, record), 0);
    syntax_free(syntax);
    check_invariants(record, text);
    return record;
}

// One line a symbol: "kind name [scope] line: signature"; a prototype's kind has a "?" behind it.
static inline void print_symbols(const struct record *record, struct str *out) {
    for (uint32_t i = 0; i < record->symbol_count; i++) {
        const struct symbol *symbol = &record->symbols[i];
        str_append_format(out, "%s%s %s [%s] %u: %s\n", symbol_kind_name(symbol->kind),
                          symbol->is_declaration ? "?" : "", symbol->name, symbol->scope,
                          symbol->name_line + 1, symbol->signature);
    }
}

static inline void print_imports(const struct record *record, struct str *out) {
    for (uint32_t i = 0; i < record->import_count; i++) {
        str_append_format(out, "%s:%u ", record->imports[i].target, record->imports[i].line + 1);
    }
}

#endif
