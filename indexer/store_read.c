// store_read.c - see store.h; rows into records.
//
// Four cursors run side by side, each in the order of its ids, so that the
// whole store is read once from front to back. Everything is checked before it
// is believed: a store can be damaged in ways that SQLite does not notice.
#include "indexer/store_internal.h"

#include "base/vec.h"

struct cursor {
    sqlite3_stmt *statement;
    int code; // of the last step
};

enum table { FILES, CHUNKS, SYMBOLS, IMPORTS, TABLE_COUNT };

static const char *const queries[TABLE_COUNT] = {
    [FILES] = "SELECT id,path,language,hash,size,mtime,lines,taint,refs FROM files ORDER BY id",
    [CHUNKS] = "SELECT id,start_byte,end_byte,start_line,end_line,kind,name,scope,length,terms FROM chunks "
               "ORDER BY id",
    [SYMBOLS] = "SELECT id,name,kind,is_declaration,name_line,start_line,header_end_line,end_line,start_byte,"
                "end_byte,signature,scope,doc FROM symbols ORDER BY id",
    [IMPORTS] = "SELECT id,target,line FROM imports ORDER BY id",
};

struct reader {
    struct store *store;
    struct cursor cursors[TABLE_COUNT];
    struct record *record; // being read
    bool is_damaged;
};

struct chunks {
    struct chunk *items;
    size_t count;
    size_t capacity;
};

struct symbols {
    struct symbol *items;
    size_t count;
    size_t capacity;
};

struct imports {
    struct import *items;
    size_t count;
    size_t capacity;
};

static void advance(struct cursor *cursor) {
    cursor->code = sqlite3_step(cursor->statement);
}

static int64_t column(const struct reader *self, enum table table, int index) {
    return sqlite3_column_int64(self->cursors[table].statement, index);
}

// A number that must lie within [0, limit]; outside it the store is damaged.
static uint32_t number(struct reader *self, enum table table, int index, int64_t limit) {
    int64_t value = column(self, table, index);
    if (value < 0 || value > limit) {
        self->is_damaged = true;
        return 0;
    }
    return (uint32_t)value;
}

static struct slice bytes(const struct reader *self, enum table table, int index) {
    const void *data = sqlite3_column_blob(self->cursors[table].statement, index);
    int length = sqlite3_column_bytes(self->cursors[table].statement, index);
    return slice_of(data, data && length > 0 ? (size_t)length : 0);
}

static const char *string(struct reader *self, enum table table, int index) {
    struct slice value = bytes(self, table, index);
    if (value.length == 0) {
        return "";
    }
    if (memchr(value.data, '\0', value.length)) {
        self->is_damaged = true;
    }
    return arena_copy(&self->record->arena, value);
}

// Does the cursor stand on a row of this file? A row of an earlier file has lost its parent (S1).
static bool is_of_file(struct reader *self, enum table table, int64_t file) {
    if (self->is_damaged || self->cursors[table].code != SQLITE_ROW) {
        return false;
    }
    int64_t owner = column(self, table, 0) >> STORE_CHILD_BITS;
    self->is_damaged = self->is_damaged || owner < file;
    return owner == file;
}

static uint32_t number_at(const unsigned char *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

// The next term of a forward row; false at its end or where it makes no sense.
static bool decode_term(struct slice row, size_t *at, struct term *term) {
    const unsigned char *p = (const unsigned char *)row.data;
    if (row.length - *at < 5) {
        return false;
    }
    term->hash = number_at(p + *at);
    *at += 4;
    uint64_t count = 0;
    for (unsigned shift = 0; shift < 35 && *at < row.length; shift += 7) {
        unsigned char byte = (unsigned char)row.data[(*at)++];
        count |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80)) {
            term->count = (uint32_t)count;
            return count > 0 && count <= UINT32_MAX;
        }
    }
    return false;
}

static void read_terms(struct reader *self, struct chunk *chunk) {
    struct slice row = bytes(self, CHUNKS, 9);
    struct term *terms = arena_alloc(&self->record->arena, row.length / 5 * sizeof *terms);
    uint64_t sum = 0;
    size_t at = 0;
    uint32_t count = 0;
    while (at < row.length && decode_term(row, &at, &terms[count])) {
        self->is_damaged = self->is_damaged || (count && terms[count].hash <= terms[count - 1].hash); // R3
        sum += terms[count++].count;
    }
    self->is_damaged = self->is_damaged || at != row.length || sum != chunk->length;
    chunk->terms = terms;
    chunk->term_count = count;
}

static void *keep(struct record *record, const void *items, size_t size) {
    void *kept = arena_alloc(&record->arena, size);
    if (size) {
        memcpy(kept, items, size);
    }
    return kept;
}

// Kinds are few and repeat, so the one before is used again where it can be.
static const char *again_or_new(struct reader *self, int index, const char *before) {
    struct slice value = bytes(self, CHUNKS, index);
    bool same = before && slice_equal(value, slice_of_string(before));
    return same ? before : string(self, CHUNKS, index);
}

static void read_chunks(struct reader *self, int64_t file) {
    struct record *record = self->record;
    struct chunks list = {0};
    uint32_t end = 0;
    for (; is_of_file(self, CHUNKS, file); advance(&self->cursors[CHUNKS])) {
        const struct chunk *last = list.count ? &list.items[list.count - 1] : NULL;
        struct chunk chunk = {
            .start_byte = number(self, CHUNKS, 1, record->size),
            .end_byte = number(self, CHUNKS, 2, record->size),
            .start_line = number(self, CHUNKS, 3, record->size),
            .end_line = number(self, CHUNKS, 4, record->size),
            .kind = again_or_new(self, 5, last ? last->kind : NULL),
            .name = string(self, CHUNKS, 6),
            .scope = again_or_new(self, 7, last ? last->scope : NULL),
            .length = number(self, CHUNKS, 8, UINT32_MAX),
        };
        read_terms(self, &chunk);
        self->is_damaged = self->is_damaged || chunk.start_byte < end || chunk.end_byte < chunk.start_byte ||
                           chunk.end_line < chunk.start_line; // R1, R2
        end = chunk.end_byte;
        vec_push(&list, chunk);
    }
    record->chunks = keep(record, list.items, list.count * sizeof *list.items);
    record->chunk_count = (uint32_t)list.count;
    vec_free(&list);
}

static struct symbol read_symbol(struct reader *self) {
    int64_t size = self->record->size;
    return (struct symbol){
        .name = string(self, SYMBOLS, 1),
        .kind = (enum symbol_kind)number(self, SYMBOLS, 2, SYMBOL_MODULE),
        .is_declaration = number(self, SYMBOLS, 3, 1) != 0,
        .name_line = number(self, SYMBOLS, 4, size),
        .start_line = number(self, SYMBOLS, 5, size),
        .header_end_line = number(self, SYMBOLS, 6, size),
        .end_line = number(self, SYMBOLS, 7, size),
        .start_byte = number(self, SYMBOLS, 8, size),
        .end_byte = number(self, SYMBOLS, 9, size),
        .signature = string(self, SYMBOLS, 10),
        .scope = string(self, SYMBOLS, 11),
        .doc = string(self, SYMBOLS, 12),
    };
}

static void read_symbols(struct reader *self, int64_t file) {
    struct record *record = self->record;
    struct symbols list = {0};
    uint32_t start = 0;
    for (; is_of_file(self, SYMBOLS, file); advance(&self->cursors[SYMBOLS])) {
        struct symbol symbol = read_symbol(self);
        self->is_damaged =
            self->is_damaged || symbol.start_byte < start || symbol.end_byte < symbol.start_byte; // R4
        start = symbol.start_byte;
        vec_push(&list, symbol);
    }
    record->symbols = keep(record, list.items, list.count * sizeof *list.items);
    record->symbol_count = (uint32_t)list.count;
    vec_free(&list);
}

static struct reference decode_reference(const unsigned char *p) {
    uint32_t name = number_at(p), rest = number_at(p + 4), line = rest >> 10;
    return (struct reference){
        .name = name, .line = line & (REFERENCE_LINES - 1), .kind = rest >> 8 & 3, .places = rest & 255};
}

static void read_references(struct reader *self) {
    struct record *record = self->record;
    struct slice row = bytes(self, FILES, 8);
    size_t count = row.length / 8;
    struct reference *references = arena_alloc(&record->arena, count * sizeof *references);
    bool good = row.length % 8 == 0;
    for (size_t i = 0; i < count; i++) {
        struct reference *reference = &references[i];
        *reference = decode_reference((const unsigned char *)row.data + i * 8);
        good = good && reference->line <= record->line_count && reference->kind <= REFERENCE_TYPE &&
               reference->places > 0 && (i == 0 || reference_compare(reference - 1, reference) <= 0); // R5
    }
    self->is_damaged = self->is_damaged || !good;
    record->references = references;
    record->reference_count = (uint32_t)count;
}

static void read_imports(struct reader *self, int64_t file) {
    struct record *record = self->record;
    struct imports list = {0};
    for (; is_of_file(self, IMPORTS, file); advance(&self->cursors[IMPORTS])) {
        struct import import = {string(self, IMPORTS, 1), number(self, IMPORTS, 2, record->size)};
        vec_push(&list, import);
    }
    record->imports = keep(record, list.items, list.count * sizeof *list.items);
    record->import_count = (uint32_t)list.count;
    vec_free(&list);
}

static struct record *new_record(struct reader *self) {
    struct slice path = bytes(self, FILES, 1);
    self->is_damaged = self->is_damaged || path.length == 0 || memchr(path.data, '\0', path.length);
    struct str copy;
    str_init(&copy);
    str_append_slice(&copy, path);
    struct record *record = record_new(copy.data);
    str_free(&copy);
    return record;
}

static struct record *read_record(struct reader *self) {
    struct record *record = new_record(self);
    self->record = record;
    int64_t file = column(self, FILES, 0);
    record->language = string(self, FILES, 2);
    record->hash = (uint64_t)column(self, FILES, 3);
    record->size = (int64_t)number(self, FILES, 4, UINT32_MAX);
    record->mtime_ns = column(self, FILES, 5);
    record->line_count = number(self, FILES, 6, record->size + 1);
    record->taint = (enum taint)number(self, FILES, 7, TAINT_GENERATED);
    read_chunks(self, file);
    read_symbols(self, file);
    read_imports(self, file);
    read_references(self);
    return record;
}

static int open_cursors(struct reader *self) {
    int code = store_execute(self->store, "BEGIN");
    for (int i = 0; i < TABLE_COUNT && code == SQLITE_OK; i++) {
        struct cursor *cursor = &self->cursors[i];
        code = sqlite3_prepare_v2(self->store->db, queries[i], -1, &cursor->statement, NULL);
        if (code == SQLITE_OK) {
            advance(cursor);
        }
    }
    return code;
}

// An SQLite code; SQLITE_CORRUPT also for what only we can see.
static int read_all(struct reader *self, struct store_records *records) {
    int code = open_cursors(self);
    struct cursor *files = &self->cursors[FILES];
    for (; code == SQLITE_OK && files->code == SQLITE_ROW && !self->is_damaged; advance(files)) {
        if (cancel_fired(self->store->cancel)) {
            return SQLITE_INTERRUPT;
        }
        vec_push(records, read_record(self));
    }
    for (int i = 0; i < TABLE_COUNT && code == SQLITE_OK; i++) {
        code = self->cursors[i].code == SQLITE_DONE  ? SQLITE_OK
               : self->cursors[i].code == SQLITE_ROW ? SQLITE_CORRUPT
                                                     : self->cursors[i].code;
    }
    return code == SQLITE_OK && self->is_damaged ? SQLITE_CORRUPT : code;
}

static void close_cursors(struct reader *self) {
    for (int i = 0; i < TABLE_COUNT; i++) {
        sqlite3_finalize(self->cursors[i].statement);
    }
    store_execute(self->store, "ROLLBACK");
}

static void drop(struct store_records *records) {
    for (size_t i = 0; i < records->count; i++) {
        record_release(records->items[i]);
    }
    vec_free(records);
}

int store_load(struct store *store, struct store_records *records, struct err *err) {
    struct reader self = {.store = store};
    *records = (struct store_records){0};
    store->is_loading = true;
    int code = read_all(&self, records);
    int result = code && !store_is_damaged(code) ? store_fail(store, code, err) : 0;
    close_cursors(&self);
    store->is_loading = false;
    store->is_open = true;
    if (code) {
        drop(records);
    }
    return store_is_damaged(code) ? store_rebuild(store, "is damaged", err) : result;
}
