// records.h - records made up for tests, and whether two are the same.
#ifndef HUNCH_TESTS_RECORDS_H
#define HUNCH_TESTS_RECORDS_H

#include "indexer/record.h"
#include "tests/unit/unit.h"

static inline struct record *make_record(const char *path, uint32_t chunks) {
    struct record *record = record_new(path);
    record->language = "c";
    record->hash = 0xFEDCBA9876543210u; // negative as a signed number
    record->size = 100000;
    record->mtime_ns = 1700000000123456789;
    record->line_count = 77;
    record->taint = TAINT_VENDORED;
    struct chunk *list = arena_alloc(&record->arena, chunks * sizeof *list);
    for (uint32_t i = 0; i < chunks; i++) {
        struct term *terms = arena_alloc(&record->arena, 3 * sizeof *terms);
        terms[0] = (struct term){0, 1};
        terms[1] = (struct term){0x80000000u + i, 127 + i};
        terms[2] = (struct term){0xFFFFFFFFu, 70000};
        list[i] = (struct chunk){.start_byte = i * 10,
                                 .end_byte = i * 10 + 9,
                                 .start_line = i,
                                 .end_line = i + 1,
                                 .kind = i % 2 ? "function" : "lines",
                                 .name = i % 2 ? "f\xc3\xa4" : "",
                                 .scope = "outer",
                                 .terms = terms,
                                 .term_count = 3,
                                 .length = 1 + 127 + i + 70000};
    }
    record->chunks = list;
    record->chunk_count = chunks;
    struct symbol *symbols = arena_alloc(&record->arena, 2 * sizeof *symbols);
    symbols[0] = (struct symbol){"one", SYMBOL_MACRO, false, 1, 1, 1, 2, 3, 40, "#define one", "", ""};
    symbols[1] =
        (struct symbol){"two", SYMBOL_METHOD, true, 3, 2, 4, 9, 41, 99, "int two(void)", "Outer", "Twice."};
    record->symbols = symbols;
    record->symbol_count = 2;
    struct reference *references = arena_alloc(&record->arena, 3 * sizeof *references);
    references[0] = (struct reference){7, 70, REFERENCE_CALL, 1};
    references[1] = (struct reference){7, 70, REFERENCE_TYPE, REFERENCE_PLACES};
    references[2] = (struct reference){0xFFFFFFFFu, 0, REFERENCE_CALL, 128};
    record->references = references;
    record->reference_count = 3;
    struct import *imports = arena_alloc(&record->arena, sizeof *imports);
    imports[0] = (struct import){"uv/unix.h", 4};
    record->imports = imports;
    record->import_count = 1;
    return record;
}

static inline void assert_same_chunk(const struct chunk *a, const struct chunk *b) {
    assert_int_equal(a->start_byte, b->start_byte);
    assert_int_equal(a->end_byte, b->end_byte);
    assert_int_equal(a->start_line, b->start_line);
    assert_int_equal(a->end_line, b->end_line);
    assert_string_equal(a->kind, b->kind);
    assert_string_equal(a->name, b->name);
    assert_string_equal(a->scope, b->scope);
    assert_int_equal(a->length, b->length);
    assert_int_equal(a->term_count, b->term_count);
    for (uint32_t i = 0; i < a->term_count; i++) {
        assert_int_equal(a->terms[i].hash, b->terms[i].hash);
        assert_int_equal(a->terms[i].count, b->terms[i].count);
    }
}

static inline void assert_same_symbol(const struct symbol *a, const struct symbol *b) {
    assert_string_equal(a->name, b->name);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->is_declaration, b->is_declaration);
    assert_int_equal(a->name_line, b->name_line);
    assert_int_equal(a->start_line, b->start_line);
    assert_int_equal(a->header_end_line, b->header_end_line);
    assert_int_equal(a->end_line, b->end_line);
    assert_int_equal(a->start_byte, b->start_byte);
    assert_int_equal(a->end_byte, b->end_byte);
    assert_string_equal(a->signature, b->signature);
    assert_string_equal(a->scope, b->scope);
    assert_string_equal(a->doc, b->doc);
}

static inline void assert_same_record(const struct record *a, const struct record *b) {
    assert_string_equal(a->path, b->path);
    assert_string_equal(a->language, b->language);
    assert_true(a->hash == b->hash);
    assert_int_equal(a->size, b->size);
    assert_int_equal(a->mtime_ns, b->mtime_ns);
    assert_int_equal(a->line_count, b->line_count);
    assert_int_equal(a->taint, b->taint);
    assert_int_equal(a->chunk_count, b->chunk_count);
    for (uint32_t i = 0; i < a->chunk_count; i++) {
        assert_same_chunk(&a->chunks[i], &b->chunks[i]);
    }
    assert_int_equal(a->symbol_count, b->symbol_count);
    for (uint32_t i = 0; i < a->symbol_count; i++) {
        assert_same_symbol(&a->symbols[i], &b->symbols[i]);
    }
    assert_int_equal(a->reference_count, b->reference_count);
    for (uint32_t i = 0; i < a->reference_count; i++) {
        assert_int_equal(reference_compare(&a->references[i], &b->references[i]), 0);
        assert_int_equal(a->references[i].places, b->references[i].places);
    }
    assert_int_equal(a->import_count, b->import_count);
    for (uint32_t i = 0; i < a->import_count; i++) {
        assert_string_equal(a->imports[i].target, b->imports[i].target);
        assert_int_equal(a->imports[i].line, b->imports[i].line);
    }
}

#endif
