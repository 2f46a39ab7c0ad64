// store_write.c - see store.h; records into rows.
#include "indexer/store_internal.h"

#include <stdlib.h>

static const char *const texts[STATEMENT_COUNT] = {
    [FILE_FIND] = "SELECT id FROM files WHERE path=?",
    [FILE_INSERT] =
        "INSERT INTO files(language,hash,size,mtime,lines,taint,refs,path) VALUES(?,?,?,?,?,?,?,?)",
    [FILE_UPDATE] = "UPDATE files SET language=?,hash=?,size=?,mtime=?,lines=?,taint=?,refs=? WHERE id=?",
    [FILE_TOUCH] = "UPDATE files SET size=?,mtime=? WHERE path=?",
    [FILE_DELETE] = "DELETE FROM files WHERE id=?",
    [CHUNKS_DELETE] = "DELETE FROM chunks WHERE id>=? AND id<?",
    [SYMBOLS_DELETE] = "DELETE FROM symbols WHERE id>=? AND id<?",
    [IMPORTS_DELETE] = "DELETE FROM imports WHERE id>=? AND id<?",
    [CHUNK_INSERT] = "INSERT INTO chunks(id,start_byte,end_byte,start_line,end_line,kind,name,scope,length,"
                     "terms) VALUES(?,?,?,?,?,?,?,?,?,?)",
    [SYMBOL_INSERT] = "INSERT INTO symbols(id,name,kind,is_declaration,name_line,start_line,header_end_line,"
                      "end_line,start_byte,end_byte,signature,scope,doc) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [IMPORT_INSERT] = "INSERT INTO imports(id,target,line) VALUES(?,?,?)",
};

// Values are bound one after the other; the first error sticks.
struct binding {
    sqlite3_stmt *statement;
    int next;
    int code;
};

static struct binding bind(struct store *self, enum statement which) {
    struct binding binding = {.next = 1};
    sqlite3_stmt **statement = &self->statements[which];
    if (!*statement) {
        binding.code =
            sqlite3_prepare_v3(self->db, texts[which], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
    }
    binding.statement = *statement;
    return binding;
}

static void add_number(struct binding *binding, int64_t value) {
    if (binding->code == SQLITE_OK) {
        binding->code = sqlite3_bind_int64(binding->statement, binding->next++, value);
    }
}

static void add_bytes(struct binding *binding, const void *bytes, size_t length) {
    if (binding->code == SQLITE_OK) {
        // An empty blob, not NULL, for an empty string.
        binding->code = sqlite3_bind_blob64(binding->statement, binding->next++, length ? bytes : "", length,
                                            SQLITE_STATIC);
    }
}

static void add_name(struct binding *binding, const char *name) {
    add_bytes(binding, name, strlen(name));
}

static void add_text(struct binding *binding, const char *text) {
    if (binding->code == SQLITE_OK) {
        binding->code = sqlite3_bind_text(binding->statement, binding->next++, text, -1, SQLITE_STATIC);
    }
}

// 0, or an SQLite code. *number, if given, gets the first column of the row, untouched without a row.
static int step(struct binding *binding, int64_t *number) {
    if (binding->code) {
        return binding->code;
    }
    int code = sqlite3_step(binding->statement);
    if (code == SQLITE_ROW && number) {
        *number = sqlite3_column_int64(binding->statement, 0);
    }
    int reset = sqlite3_reset(binding->statement);
    return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : reset ? reset : code;
}

static int find_file(struct store *self, const char *path, int64_t *id) {
    struct binding binding = bind(self, FILE_FIND);
    add_name(&binding, path);
    *id = 0;
    return step(&binding, id);
}

static int delete_children(struct store *self, int64_t file) {
    for (enum statement which = CHUNKS_DELETE; which <= IMPORTS_DELETE; which++) {
        struct binding binding = bind(self, which);
        add_number(&binding, file << STORE_CHILD_BITS);
        add_number(&binding, (file + 1) << STORE_CHILD_BITS);
        int code = step(&binding, NULL);
        if (code) {
            return code;
        }
    }
    return SQLITE_OK;
}

static void append_number(struct str *out, uint32_t number) {
    char bytes[4] = {(char)(number & 0xFF), (char)(number >> 8 & 0xFF), (char)(number >> 16 & 0xFF),
                     (char)(number >> 24)};
    str_append(out, bytes, sizeof bytes);
}

static void encode_references(const struct record *record, struct str *out) {
    for (uint32_t i = 0; i < record->reference_count; i++) {
        struct reference reference = record->references[i];
        append_number(out, reference.name);
        append_number(out, (uint32_t)reference.line << 10 | (uint32_t)reference.kind << 8 | reference.places);
    }
}

static void encode_terms(const struct chunk *chunk, struct str *out) {
    str_clear(out);
    for (uint32_t i = 0; i < chunk->term_count; i++) {
        append_number(out, chunk->terms[i].hash);
        uint32_t count = chunk->terms[i].count;
        for (; count >= 0x80; count >>= 7) {
            str_append_char(out, (char)(0x80 | (count & 0x7F)));
        }
        str_append_char(out, (char)count);
    }
}

static int put_chunks(struct store *self, const struct record *record, int64_t first) {
    struct str terms;
    str_init(&terms);
    int code = SQLITE_OK;
    for (uint32_t i = 0; i < record->chunk_count && code == SQLITE_OK; i++) {
        const struct chunk *chunk = &record->chunks[i];
        encode_terms(chunk, &terms);
        struct binding binding = bind(self, CHUNK_INSERT);
        add_number(&binding, first + i);
        add_number(&binding, chunk->start_byte);
        add_number(&binding, chunk->end_byte);
        add_number(&binding, chunk->start_line);
        add_number(&binding, chunk->end_line);
        add_text(&binding, chunk->kind);
        add_name(&binding, chunk->name);
        add_name(&binding, chunk->scope);
        add_number(&binding, chunk->length);
        add_bytes(&binding, terms.data, terms.length);
        code = step(&binding, NULL);
    }
    str_free(&terms);
    return code;
}

static int put_symbols(struct store *self, const struct record *record, int64_t first) {
    int code = SQLITE_OK;
    for (uint32_t i = 0; i < record->symbol_count && code == SQLITE_OK; i++) {
        const struct symbol *symbol = &record->symbols[i];
        struct binding binding = bind(self, SYMBOL_INSERT);
        add_number(&binding, first + i);
        add_name(&binding, symbol->name);
        add_number(&binding, (int64_t)symbol->kind);
        add_number(&binding, symbol->is_declaration);
        add_number(&binding, symbol->name_line);
        add_number(&binding, symbol->start_line);
        add_number(&binding, symbol->header_end_line);
        add_number(&binding, symbol->end_line);
        add_number(&binding, symbol->start_byte);
        add_number(&binding, symbol->end_byte);
        add_name(&binding, symbol->signature);
        add_name(&binding, symbol->scope);
        add_name(&binding, symbol->doc);
        code = step(&binding, NULL);
    }
    return code;
}

static int put_imports(struct store *self, const struct record *record, int64_t first) {
    int code = SQLITE_OK;
    for (uint32_t i = 0; i < record->import_count && code == SQLITE_OK; i++) {
        struct binding binding = bind(self, IMPORT_INSERT);
        add_number(&binding, first + i);
        add_name(&binding, record->imports[i].target);
        add_number(&binding, record->imports[i].line);
        code = step(&binding, NULL);
    }
    return code;
}

static int put_file(struct store *self, const struct record *record, int64_t *id) {
    int code = find_file(self, record->path, id);
    if (code == SQLITE_OK && *id) {
        code = delete_children(self, *id);
    }
    if (code) {
        return code;
    }
    struct str references;
    str_init(&references);
    encode_references(record, &references);
    struct binding binding = bind(self, *id ? FILE_UPDATE : FILE_INSERT);
    add_text(&binding, record->language);
    add_number(&binding, (int64_t)record->hash);
    add_number(&binding, record->size);
    add_number(&binding, record->mtime_ns);
    add_number(&binding, record->line_count);
    add_number(&binding, (int64_t)record->taint);
    add_bytes(&binding, references.data, references.length);
    if (*id) {
        add_number(&binding, *id);
    } else {
        add_name(&binding, record->path);
    }
    code = step(&binding, NULL);
    str_free(&references);
    *id = *id ? *id : sqlite3_last_insert_rowid(self->db);
    return code;
}

static int put(struct store *self, const struct record *record) {
    int64_t id;
    int code = put_file(self, record, &id);
    int64_t first = id << STORE_CHILD_BITS;
    code = code ? code : put_chunks(self, record, first);
    code = code ? code : put_symbols(self, record, first);
    return code ? code : put_imports(self, record, first);
}

static int touch(struct store *self, const struct store_op *op) {
    struct binding binding = bind(self, FILE_TOUCH);
    add_number(&binding, op->size);
    add_number(&binding, op->mtime_ns);
    add_name(&binding, op->path);
    return step(&binding, NULL);
}

static int delete_file(struct store *self, const char *path) {
    int64_t id;
    int code = find_file(self, path, &id);
    if (code || !id) {
        return code;
    }
    code = delete_children(self, id);
    struct binding binding = bind(self, FILE_DELETE);
    add_number(&binding, id);
    return code ? code : step(&binding, NULL);
}

static int apply(struct store *self, const struct store_op *op) {
    switch (op->kind) {
    case STORE_PUT:
        return put(self, op->record);
    case STORE_TOUCH:
        return touch(self, op);
    default:
        return delete_file(self, op->path);
    }
}

int store_write(struct store *self, const struct store_op *ops, size_t count, struct err *err) {
    int code = store_execute(self, "BEGIN IMMEDIATE");
    for (size_t i = 0; i < count && code == SQLITE_OK; i++) {
        code = apply(self, &ops[i]);
    }
    code = code ? code : store_execute(self, "COMMIT");
    if (code == SQLITE_OK) {
        return 0;
    }
    int result = store_fail(self, code, err);
    store_execute(self, "ROLLBACK");
    if (result == ERR_CORRUPT) {
        // Whatever is there now would fail again at the next start.
        store_rebuild(self, "is damaged", NULL);
    }
    return result;
}
