// dump.c - see dump.h. Times are left out: they say when, not what.
#include "tests/faults/dump.h"

#include "base/vec.h"
#include "indexer/packed.h"

#include <inttypes.h>

static void dump_chunk(const struct chunk *chunk, struct str *out) {
    str_append_format(out, " chunk %u-%u %u-%u %s '%s' '%s' %u:", chunk->start_byte, chunk->end_byte,
                      chunk->start_line, chunk->end_line, chunk->kind, chunk->name, chunk->scope,
                      chunk->length);
    for (uint32_t i = 0; i < chunk->term_count; i++) {
        str_append_format(out, " %08x*%u", chunk->terms[i].hash, chunk->terms[i].count);
    }
    str_append_char(out, '\n');
}

static void dump_symbol(const struct symbol *symbol, struct str *out) {
    str_append_format(out, " symbol '%s' %s %d lines %u %u-%u %u bytes %u-%u '%s' '%s' '%s'\n", symbol->name,
                      symbol_kind_name(symbol->kind), symbol->is_declaration, symbol->name_line,
                      symbol->start_line, symbol->header_end_line, symbol->end_line, symbol->start_byte,
                      symbol->end_byte, symbol->signature, symbol->scope, symbol->doc);
}

void dump_record(const struct record *head, struct str *out) {
    const struct record *record = record_whole(head);
    str_append_format(out, "%s %s %016" PRIx64 " %" PRId64 " bytes %u lines taint %d\n", record->path,
                      record->language, record->hash, record->size, record->line_count, (int)record->taint);
    for (uint32_t i = 0; i < record->chunk_count; i++) {
        dump_chunk(&record->chunks[i], out);
    }
    for (uint32_t i = 0; i < record->symbol_count; i++) {
        dump_symbol(&record->symbols[i], out);
    }
    for (uint32_t i = 0; i < record->reference_count; i++) {
        struct reference reference = record->references[i];
        str_append_format(out, " reference %08x %u kind %u places %u\n", reference.name,
                          (unsigned)reference.line, (unsigned)reference.kind, (unsigned)reference.places);
    }
    for (uint32_t i = 0; i < record->import_count; i++) {
        str_append_format(out, " import '%s' %u\n", record->imports[i].target, record->imports[i].line);
    }
}

static int compare_paths(const void *left, const void *right) {
    const struct record *const *a = left;
    const struct record *const *b = right;
    return strcmp((*a)->path, (*b)->path);
}

void dump_records(const struct store_records *records, struct str *out) {
    if (records->count) {
        qsort(records->items, records->count, sizeof *records->items, compare_paths);
    }
    for (size_t i = 0; i < records->count; i++) {
        dump_record(records->items[i], out);
    }
}

int dump_store(const char *path, struct str *out, struct err *err) {
    struct store *store = NULL;
    struct store_records records = {0};
    int code = store_open(&store, path, "", NULL, err);
    code = code ? code : store_load(store, &records, err);
    if (code == 0 && store_rebuilt(store)) {
        code = err_set(err, ERR_CORRUPT, "%s", store_rebuilt(store));
    }
    if (code == 0) {
        dump_records(&records, out);
    }
    for (size_t i = 0; i < records.count; i++) {
        record_release(records.items[i]);
    }
    vec_free(&records);
    store_close(store);
    return code;
}
