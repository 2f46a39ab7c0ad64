// dump.h - all that a record says, as text: two records are the same if their dumps are, byte for byte.
#ifndef HUNCH_TESTS_UNIT_INDEXER_DUMP_H
#define HUNCH_TESTS_UNIT_INDEXER_DUMP_H

#include "base/str.h"
#include "indexer/record.h"

#include <inttypes.h>

static inline void dump_chunk(const struct chunk *chunk, struct str *out) {
    str_append_format(out, "chunk %u-%u lines %u-%u %s '%s' in '%s' length %u:", chunk->start_byte,
                      chunk->end_byte, chunk->start_line, chunk->end_line, chunk->kind, chunk->name,
                      chunk->scope, chunk->length);
    for (uint32_t i = 0; i < chunk->term_count; i++) {
        str_append_format(out, " %x*%u", chunk->terms[i].hash, chunk->terms[i].count);
    }
    str_append_char(out, '\n');
}

static inline void dump_symbol(const struct symbol *symbol, struct str *out) {
    str_append_format(out, "symbol %u-%u lines %u-%u header %u name %u %s%s '%s' in '%s': %s // %s\n",
                      symbol->start_byte, symbol->end_byte, symbol->start_line, symbol->end_line,
                      symbol->header_end_line, symbol->name_line, symbol_kind_name(symbol->kind),
                      symbol->is_declaration ? "?" : "", symbol->name, symbol->scope, symbol->signature,
                      symbol->doc);
}

static inline void dump_record(const struct record *record, struct str *out) {
    str_append_format(out, "%s %s %" PRIx64 " size %" PRId64 " lines %u taint %d\n", record->path,
                      record->language, record->hash, record->size, record->line_count, (int)record->taint);
    for (uint32_t i = 0; i < record->chunk_count; i++) {
        dump_chunk(&record->chunks[i], out);
    }
    for (uint32_t i = 0; i < record->symbol_count; i++) {
        dump_symbol(&record->symbols[i], out);
    }
    for (uint32_t i = 0; i < record->import_count; i++) {
        str_append_format(out, "import %u %s\n", record->imports[i].line, record->imports[i].target);
    }
    for (uint32_t i = 0; i < record->reference_count; i++) {
        const struct reference *reference = &record->references[i];
        str_append_format(out, "reference %x line %u kind %u places %u\n", reference->name, reference->line,
                          reference->kind, reference->places);
    }
}

#endif
