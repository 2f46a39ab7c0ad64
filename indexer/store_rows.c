// store_rows.c - see store.h; records into rows and back.
//
// Everything is checked before it is believed: a store can be damaged in ways
// that SQLite does not notice.
#include "indexer/store_internal.h"

#include "base/hash.h"
#include "base/vec.h"
#include "indexer/packed.h"
#include "indexer/store_code.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const texts[STATEMENT_COUNT] = {
    [FILE_FIND] = "SELECT size,mtime,checksum FROM files WHERE id=?",
    [FILE_PUT] = "INSERT OR REPLACE INTO files(id,size,mtime,checksum,record) VALUES(?,?,?,?,?)",
    [FILE_TOUCH] = "UPDATE files SET size=?,mtime=?,checksum=? WHERE id=?",
    [FILE_DELETE] = "DELETE FROM files WHERE id=?",
};

#define EVERY_ROW "SELECT id,size,mtime,checksum,record FROM files ORDER BY id"

struct numbers {
    int64_t id;
    int64_t size;
    int64_t mtime_ns;
};

static int64_t id_of(const char *path) {
    return (int64_t)hash_bytes(path, strlen(path));
}

// The half of a row's checksum that changes when the file is only touched.
static uint64_t checksum_of(const struct numbers *numbers) {
    return hash_bytes(numbers, sizeof *numbers);
}

static int prepare(struct store *self, enum statement which, sqlite3_stmt **statement) {
    if (!self->statements[which]) {
        int code = sqlite3_prepare_v3(self->db, texts[which], -1, SQLITE_PREPARE_PERSISTENT,
                                      &self->statements[which], NULL);
        if (code) {
            return code;
        }
    }
    *statement = self->statements[which];
    return SQLITE_OK;
}

// Ends a statement after its last step gave this code.
static int finish(sqlite3_stmt *statement, int code) {
    int reset = sqlite3_reset(statement);
    return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : reset ? reset : code;
}

// False: a head whose bytes are lost.
static bool encode(struct store *self, const struct record *record) {
    str_clear(&self->bytes);
    if (!record->is_head) {
        store_encode(record, &self->bytes);
    }
    return !record->is_head || record_read_bytes(record, &self->bytes);
}

static int delete_row(struct store *self, int64_t id) {
    sqlite3_stmt *statement;
    int code = prepare(self, FILE_DELETE, &statement);
    if (code) {
        return code;
    }
    sqlite3_bind_int64(statement, 1, id);
    return finish(statement, sqlite3_step(statement));
}

static int put(struct store *self, const struct record *record) {
    sqlite3_stmt *statement;
    int code = prepare(self, FILE_PUT, &statement);
    if (code) {
        return code;
    }
    struct numbers numbers = {id_of(record->path), record->size, record->mtime_ns};
    if (!encode(self, record)) {
        return delete_row(self, numbers.id); // the next start reads the file again
    }
    struct slice bytes = str_slice(&self->bytes);
    uint64_t checksum = hash_bytes(bytes.data, bytes.length) ^ checksum_of(&numbers);
    sqlite3_bind_int64(statement, 1, numbers.id);
    sqlite3_bind_int64(statement, 2, numbers.size);
    sqlite3_bind_int64(statement, 3, numbers.mtime_ns);
    sqlite3_bind_int64(statement, 4, (int64_t)checksum);
    code = sqlite3_bind_blob64(statement, 5, bytes.data, bytes.length, SQLITE_STATIC);
    return code ? code : finish(statement, sqlite3_step(statement));
}

// *checksum: of the row; found: there is one.
static int find(struct store *self, struct numbers *numbers, uint64_t *checksum, bool *found) {
    sqlite3_stmt *statement;
    int code = prepare(self, FILE_FIND, &statement);
    if (code) {
        return code;
    }
    sqlite3_bind_int64(statement, 1, numbers->id);
    code = sqlite3_step(statement);
    *found = code == SQLITE_ROW;
    numbers->size = sqlite3_column_int64(statement, 0);
    numbers->mtime_ns = sqlite3_column_int64(statement, 1);
    *checksum = (uint64_t)sqlite3_column_int64(statement, 2);
    return finish(statement, code);
}

// A row whose checksum was wrong keeps a wrong one.
static int touch(struct store *self, const struct store_op *op) {
    struct numbers before = {.id = id_of(op->path)};
    struct numbers after = {before.id, op->size, op->mtime_ns};
    uint64_t checksum;
    bool found;
    sqlite3_stmt *statement;
    int code = find(self, &before, &checksum, &found);
    code = code ? code : prepare(self, FILE_TOUCH, &statement);
    if (code || !found) {
        return code;
    }
    checksum ^= checksum_of(&before) ^ checksum_of(&after);
    sqlite3_bind_int64(statement, 1, after.size);
    sqlite3_bind_int64(statement, 2, after.mtime_ns);
    sqlite3_bind_int64(statement, 3, (int64_t)checksum);
    sqlite3_bind_int64(statement, 4, after.id);
    return finish(statement, sqlite3_step(statement));
}

static int apply(struct store *self, const struct store_op *op) {
    switch (op->kind) {
    case STORE_PUT:
        return put(self, op->record);
    case STORE_TOUCH:
        return touch(self, op);
    default:
        return delete_row(self, id_of(op->path));
    }
}

int store_write(struct store *self, const struct store_op *ops, size_t count, struct err *err) {
    int64_t source_size = 0;
    int code = store_execute(self, "BEGIN IMMEDIATE");
    for (size_t i = 0; i < count && code == SQLITE_OK; i++) {
        code = apply(self, &ops[i]);
        source_size += ops[i].kind == STORE_PUT ? ops[i].record->size : 0;
    }
    store_note_written(self, source_size);
    code = code ? code : store_execute(self, "COMMIT");
    self->is_changed = true;
    if (code == SQLITE_OK) {
        return 0;
    }
    int result = store_fail(self, code, err);
    store_execute(self, "ROLLBACK");
    if (result == ERR_CORRUPT) {
        // Whatever is there now would fail again at the next start.
        store_rebuild(self, NULL);
    }
    return result;
}

// What a load goes through, row by row.
struct reader {
    struct store *store;
    sqlite3_stmt *statement;
    struct store_records *records;
    bool heads; // alone, without their bytes
    bool is_damaged;
    int64_t source_size;
};

// The row's half of S2. data is borrowed until the next step.
static bool is_as_written(sqlite3_stmt *row, struct numbers *numbers, struct slice *data) {
    *numbers = (struct numbers){sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1),
                                sqlite3_column_int64(row, 2)};
    uint64_t checksum = (uint64_t)sqlite3_column_int64(row, 3);
    const void *bytes = sqlite3_column_blob(row, 4);
    int length = sqlite3_column_bytes(row, 4);
    *data = slice_of(bytes, bytes && length > 0 ? (size_t)length : 0);
    return (hash_bytes(data->data, data->length) ^ checksum_of(numbers)) == checksum;
}

// NULL if the row is not as it was written (S2).
static struct record *read_record(const struct reader *self) {
    struct numbers numbers;
    struct slice bytes;
    if (!is_as_written(self->statement, &numbers, &bytes)) {
        return NULL;
    }
    struct record *record = store_decode_head(bytes, numbers.size, numbers.mtime_ns);
    if (record && id_of(record->path) != numbers.id) {
        record_release(record);
        return NULL;
    }
    if (record && !self->heads) {
        record_lend(record, bytes);
    }
    return record;
}

static void read_row(struct reader *self) {
    struct record *record = read_record(self);
    if (record) {
        self->source_size += record->size;
        vec_push(self->records, record);
    } else {
        self->is_damaged = true;
    }
}

// An SQLite code; SQLITE_CORRUPT also for rows that are out of order.
static int read_all(struct reader *self) {
    int code = sqlite3_prepare_v2(self->store->db, EVERY_ROW, -1, &self->statement, NULL);
    if (code) {
        return code;
    }
    int64_t last = INT64_MIN;
    bool first = true;
    while ((code = sqlite3_step(self->statement)) == SQLITE_ROW) {
        int64_t id = sqlite3_column_int64(self->statement, 0);
        if (cancel_fired(self->store->cancel)) {
            return SQLITE_INTERRUPT;
        }
        if (!first && id <= last) {
            return SQLITE_CORRUPT;
        }
        first = false;
        last = id;
        read_row(self);
    }
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static void count_row(struct store_summary *summary, const struct record *record) {
    if (record->cut_short && summary->cut_short++ == 0) {
        snprintf(summary->cut_short_path, sizeof summary->cut_short_path, "%s", record->path);
    }
}

int store_check_rows(sqlite3 *db, bool *are_sound, struct store_summary *summary) {
    sqlite3_stmt *row = NULL;
    struct numbers numbers;
    struct slice data;
    *are_sound = true;
    int code = sqlite3_prepare_v2(db, EVERY_ROW, -1, &row, NULL);
    while (code == SQLITE_OK && *are_sound && (code = sqlite3_step(row)) == SQLITE_ROW) {
        struct record *record = is_as_written(row, &numbers, &data)
                                    ? store_decode_head(data, numbers.size, numbers.mtime_ns)
                                    : NULL;
        *are_sound = record != NULL;
        if (record) {
            count_row(summary, record);
        }
        record_release(record);
        code = SQLITE_OK;
    }
    sqlite3_finalize(row);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static void drop(struct store_records *records) {
    for (size_t i = 0; i < records->count; i++) {
        record_release(records->items[i]);
    }
    vec_free(records);
}

// A file with one damaged row may be damaged elsewhere, so all that is sound of it goes into a new one.
static int save_sound(struct store *store, const struct store_records *records, struct err *err) {
    int result = store_rebuild(store, err);
    struct store_op *ops = mem_zero(records->count + 1, sizeof *ops);
    for (size_t i = 0; i < records->count; i++) {
        ops[i] = (struct store_op){.kind = STORE_PUT, .record = records->items[i]};
    }
    result = result ? result : store_write(store, ops, records->count, err);
    free(ops);
    return result;
}

static int load(struct store *store, struct store_records *records, bool heads, struct err *err) {
    struct reader self = {.store = store, .records = records, .heads = heads};
    *records = (struct store_records){0};
    store->is_loading = true;
    int code = read_all(&self);
    int result = code && !store_is_damaged(code) ? store_fail(store, code, err) : 0;
    sqlite3_finalize(self.statement);
    store->source_size = self.source_size;
    code = code || heads ? code : store_read_kept(store);
    store->is_loading = false;
    store->is_open = true;
    bool is_damaged = store_is_damaged(code) || (code == SQLITE_OK && self.is_damaged);
    if (is_damaged && heads) {
        drop(records);
        return load(store, records, false, err); // what is sound of it is needed whole
    }
    if (is_damaged) {
        result = save_sound(store, records, err);
    }
    if (result) {
        drop(records);
    } else {
        store_limit_log(store, self.source_size);
    }
    return result;
}

int store_load(struct store *store, struct store_records *records, struct err *err) {
    return load(store, records, false, err);
}

int store_load_heads(struct store *store, struct store_records *records, struct err *err) {
    return load(store, records, true, err);
}
