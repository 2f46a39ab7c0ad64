// dump_index.c - all that the index knows, one JSON object a line.
//
//   dump_index FILE...          what is extracted from these files now
//   dump_index --store SQLITE   what an index on disk holds, in the order of its paths
//   ... --kinds symbol,chunk    only these kinds of lines
//
// Kinds: file, chunk, symbol, reference, import. Lines are 1-based, as people count. Two dumps that are
// equal mean equal records: nothing of a record is left out but the file's times.
#include "base/fs.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/vec.h"
#include "indexer/packed.h"
#include "indexer/store.h"
#include "indexer/syntax.h"

#include <inttypes.h>
#include <stdio.h>

enum { FILE_LIMIT = 64 * 1024 * 1024 };

static const char *wanted = "file,chunk,symbol,reference,import";

static bool is_wanted(const char *kind) {
    const char *at = strstr(wanted, kind);
    size_t length = strlen(kind);
    return at && (at == wanted || at[-1] == ',') && (at[length] == '\0' || at[length] == ',');
}

static struct json *line_of(const char *kind, const struct record *record) {
    struct json *line = json_object();
    json_set_string(line, "is", kind);
    json_set_string(line, "path", record->path);
    return line;
}

static void print(struct json *line) {
    struct str text;
    str_init(&text);
    json_print(line, &text);
    puts(text.data);
    str_free(&text);
    json_free(line);
}

static void print_file(const struct record *record) {
    char hash[17];
    snprintf(hash, sizeof hash, "%016" PRIx64, record->hash);
    struct json *line = line_of("file", record);
    json_set_string(line, "language", record->language);
    json_set_string(line, "hash", hash);
    json_set_number(line, "size", (double)record->size);
    json_set_number(line, "lines", record->line_count);
    json_set_number(line, "taint", (double)record->taint);
    print(line);
}

static void print_chunk(const struct record *record, const struct chunk *chunk) {
    struct json *line = line_of("chunk", record);
    json_set_string(line, "kind", chunk->kind);
    json_set_string(line, "name", chunk->name);
    json_set_string(line, "scope", chunk->scope);
    json_set_string(line, "header", record_chunk_header(record, chunk));
    json_set_number(line, "start", chunk->start_line + 1);
    json_set_number(line, "end", chunk->end_line + 1);
    json_set_number(line, "start_byte", chunk->start_byte);
    json_set_number(line, "end_byte", chunk->end_byte);
    json_set_number(line, "length", chunk->length);
    uint64_t terms = hash_bytes(chunk->terms, chunk->term_count * sizeof *chunk->terms);
    json_set_number(line, "terms", hash_fold(terms));
    print(line);
}

static void print_symbol(const struct record *record, const struct symbol *symbol) {
    struct json *line = line_of("symbol", record);
    json_set_string(line, "kind", symbol_kind_name(symbol->kind));
    json_set_bool(line, "declaration", symbol->is_declaration);
    json_set_string(line, "name", symbol->name);
    json_set_string(line, "scope", symbol->scope);
    json_set_number(line, "line", symbol->name_line + 1);
    json_set_number(line, "start", symbol->start_line + 1);
    json_set_number(line, "header_end", symbol->header_end_line + 1);
    json_set_number(line, "end", symbol->end_line + 1);
    json_set_number(line, "start_byte", symbol->start_byte);
    json_set_number(line, "end_byte", symbol->end_byte);
    json_set_string(line, "signature", symbol->signature);
    json_set_string(line, "doc", symbol->doc);
    print(line);
}

static void print_reference(const struct record *record, const struct reference *reference) {
    const struct symbol *owner = record_symbol_at(record, reference->line);
    struct json *line = line_of("reference", record);
    json_set_number(line, "name", reference->name);
    json_set_string(line, "kind", reference->kind == REFERENCE_CALL ? "call" : "type");
    json_set_number(line, "line", reference->line + 1);
    json_set_number(line, "places", reference->places);
    json_set_string(line, "in", owner ? owner->name : "");
    print(line);
}

static void print_import(const struct record *record, const struct import *import) {
    struct json *line = line_of("import", record);
    json_set_string(line, "target", import->target);
    json_set_number(line, "line", import->line + 1);
    print(line);
}

static void print_record(const struct record *record) {
    if (is_wanted("file")) {
        print_file(record);
    }
    for (uint32_t i = 0; is_wanted("chunk") && i < record->chunk_count; i++) {
        print_chunk(record, &record->chunks[i]);
    }
    for (uint32_t i = 0; is_wanted("symbol") && i < record->symbol_count; i++) {
        print_symbol(record, &record->symbols[i]);
    }
    for (uint32_t i = 0; is_wanted("reference") && i < record->reference_count; i++) {
        print_reference(record, &record->references[i]);
    }
    for (uint32_t i = 0; is_wanted("import") && i < record->import_count; i++) {
        print_import(record, &record->imports[i]);
    }
}

static bool dump_file(struct syntax *syntax, const char *path) {
    struct err err;
    struct str text;
    str_init(&text);
    bool read = fs_read(path, FILE_LIMIT, &text, &err) == 0;
    if (read) {
        struct record *record = record_new(path);
        record->hash = hash_bytes(text.data, text.length);
        record->size = (int64_t)text.length;
        syntax_extract(syntax, language_of_path(path), str_slice(&text), NULL, record);
        print_record(record);
        record_release(record);
    } else {
        fprintf(stderr, "dump_index: %s\n", err.message);
    }
    str_free(&text);
    return read;
}

static int by_path(const void *left, const void *right) {
    const struct record *const *a = left, *const *b = right;
    return strcmp((*a)->path, (*b)->path);
}

static bool dump_store(const char *path) {
    struct err err;
    struct store *store = NULL;
    struct store_records records;
    if (!fs_is_file(path)) {
        fprintf(stderr, "dump_index: no such file: %s\n", path);
        return false;
    }
    if (store_open(&store, path, "", NULL, &err) != 0 || store_load(store, &records, &err) != 0) {
        fprintf(stderr, "dump_index: %s\n", err.message);
        store_close(store);
        return false;
    }
    if (records.count) {
        qsort(records.items, records.count, sizeof *records.items, by_path);
    }
    for (size_t i = 0; i < records.count; i++) {
        print_record(record_whole(records.items[i]));
        record_release(records.items[i]);
    }
    vec_free(&records);
    bool is_sound = !store_rebuilt(store);
    if (!is_sound) {
        fprintf(stderr, "dump_index: %s\n", store_rebuilt(store));
    }
    store_close(store);
    return is_sound;
}

int main(int argc, char **argv) {
    struct syntax *syntax = syntax_new();
    bool good = true;
    for (int i = 1; i < argc; i++) {
        bool has_value = i + 1 < argc;
        if (has_value && strcmp(argv[i], "--kinds") == 0) {
            wanted = argv[++i];
        } else if (has_value && strcmp(argv[i], "--store") == 0) {
            good &= dump_store(argv[++i]);
        } else {
            good &= dump_file(syntax, argv[i]);
        }
    }
    syntax_free(syntax);
    return good ? 0 : 1;
}
