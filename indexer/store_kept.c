// store_kept.c - see store.h; what is kept beside the records for the next start.
//
// It may be as large as all the records together, so it is written in pieces,
// each in a transaction of its own, and nobody waits for the lock for long:
//
//   kept   piece     from 1; 0 is the seal, which is written last
//          checksum  XXH3 of the bytes, xor XXH3 of the run and the piece's number (8 bytes each)
//          bytes     a piece; of the seal the run (8 bytes) and the size of all pieces (8 bytes)
//
// A run of writing has a number of its own, so pieces of two runs are never
// taken for one: that of a process that was killed, or of another that writes
// at the same time, whose run ends ours if it began later. With the first piece
// the seal is removed. So what is there is whole, or there is no seal, or a
// checksum is wrong (S5). What a killed process left, or one that waited for the
// lock in vain, is overwritten by the next run, or goes when room is needed.
#include "indexer/store_internal.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/spill.h"

#include <stdio.h>
#include <unistd.h>

enum { SEAL = 0, PAGE = 4096, OVERHEAD = 128 }; // SQLite's own, one in so many bytes

#define EVERY_PIECE "SELECT piece,checksum,bytes FROM kept ORDER BY piece"
#define PUT_PIECE   "INSERT OR REPLACE INTO kept(piece,checksum,bytes) VALUES(?,?,?)"

struct seal {
    uint64_t run, size;
};

static uint64_t checksum_of(struct slice bytes, uint64_t run, uint64_t piece) {
    uint64_t numbers[] = {run, piece};
    return hash_bytes(bytes.data, bytes.length) ^ hash_bytes(numbers, sizeof numbers);
}

char *store_take_kept(struct store *self, size_t *size) {
    char *bytes = self->kept;
    *size = self->kept_size;
    self->kept = NULL;
    return bytes;
}

void store_forget_kept(struct store *self) {
    spill_free(self->kept);
    self->kept = NULL;
}

// --- reading ---

// The row's bytes, if it is that piece of that run; borrowed until the next step.
static bool read_piece(sqlite3_stmt *row, uint64_t run, uint64_t piece, struct slice *bytes) {
    const void *data = sqlite3_column_blob(row, 2);
    int length = sqlite3_column_bytes(row, 2);
    *bytes = slice_of(data, data && length > 0 ? (size_t)length : 0);
    return sqlite3_column_int64(row, 0) == (int64_t)piece &&
           (uint64_t)sqlite3_column_int64(row, 1) == checksum_of(*bytes, run, piece);
}

static bool read_seal(const struct store *self, sqlite3_stmt *row, struct seal *seal) {
    struct slice bytes;
    if (!read_piece(row, 0, SEAL, &bytes) || bytes.length != sizeof *seal) {
        return false;
    }
    memcpy(seal, bytes.data, sizeof *seal);
    return seal->size <= (uint64_t)store_most_bytes(self->source_size);
}

// An SQLite code: SQLITE_DONE if all of the pieces are in self->kept.
static int read_pieces(struct store *self, sqlite3_stmt *rows, const struct seal *seal) {
    size_t at = 0;
    struct slice bytes;
    self->kept = spill_alloc(seal->size + 1);
    self->kept_size = seal->size;
    for (uint64_t piece = 1; at < seal->size; piece++) {
        int code = sqlite3_step(rows);
        if (code != SQLITE_ROW) {
            return code == SQLITE_DONE ? SQLITE_OK : code;
        }
        bool is_right = read_piece(rows, seal->run, piece, &bytes);
        if (!is_right || bytes.length == 0 || bytes.length > seal->size - at) {
            return SQLITE_OK;
        }
        memcpy(self->kept + at, bytes.data, bytes.length);
        at += bytes.length;
    }
    return SQLITE_DONE;
}

int store_read_kept(struct store *self) {
    sqlite3_stmt *rows = NULL;
    struct seal seal;
    int code = sqlite3_prepare_v2(self->db, EVERY_PIECE, -1, &rows, NULL);
    code = code ? code : sqlite3_step(rows);
    if (code == SQLITE_ROW && read_seal(self, rows, &seal)) {
        code = read_pieces(self, rows, &seal);
        if (code != SQLITE_DONE) {
            store_forget_kept(self);
        }
    }
    sqlite3_finalize(rows);
    return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

// --- writing ---

int store_drop_kept(struct store *self) {
    self->is_changed = true;
    return store_execute(self, "DELETE FROM kept");
}

// Would the store be larger than its source with so much more than without what is kept now?
static int check_room(struct store *self, size_t size, struct err *err) {
    int64_t pages = 0, kept = 0;
    int code = store_read_number(self, "PRAGMA page_count", &pages);
    code = code ? code : store_read_number(self, "SELECT ifnull(sum(length(bytes)),0) FROM kept", &kept);
    if (code) {
        return store_fail(self, code, err);
    }
    int64_t bytes = pages * PAGE - kept + (int64_t)(size + size / OVERHEAD);
    return bytes <= store_most_bytes(self->source_size)
               ? 0
               : err_set(err, ERR_TOO_LARGE, "the index store %s has no room for a copy of the search index",
                         self->path);
}

static int put_piece(struct store *self, uint64_t run, uint64_t piece, struct slice bytes) {
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(self->db, PUT_PIECE, -1, &statement, NULL);
    if (code == SQLITE_OK) {
        sqlite3_bind_int64(statement, 1, (int64_t)piece);
        sqlite3_bind_int64(statement, 2, (int64_t)checksum_of(bytes, run, piece));
        sqlite3_bind_blob64(statement, 3, bytes.data, bytes.length, SQLITE_STATIC);
        code = sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int put_seal(struct store *self, size_t pieces, size_t size) {
    struct seal seal = {self->keeping, size};
    char sql[80];
    snprintf(sql, sizeof sql, "DELETE FROM kept WHERE piece>%zu", pieces);
    int code = store_execute(self, sql);
    return code ? code : put_piece(self, 0, SEAL, slice_of((const char *)&seal, sizeof seal));
}

static void start_run(struct store *self) {
    uint64_t numbers[] = {clock_now_us(), (uint64_t)getpid(), (uint64_t)(uintptr_t)self};
    self->keeping = hash_bytes(numbers, sizeof numbers);
}

// In a transaction: removes the seal before the first piece; before others SQLITE_ABORT if another run has begun.
static int make_sure(struct store *self, struct slice bytes, size_t piece) {
    if (piece == 0) {
        return store_execute(self, "DELETE FROM kept WHERE piece=0");
    }
    int64_t first = 0;
    uint64_t ours = checksum_of(slice_sub(bytes, 0, STORE_PIECE), self->keeping, 1);
    int code = store_read_number(self, "SELECT ifnull(max(checksum),0) FROM kept WHERE piece=1", &first);
    return code || (uint64_t)first == ours ? code : SQLITE_ABORT;
}

static int write_piece(struct store *self, struct slice bytes, size_t piece) {
    size_t start = piece * STORE_PIECE, pieces = store_piece_count(bytes.length);
    int code = store_execute(self, "BEGIN IMMEDIATE");
    code = code ? code : make_sure(self, bytes, piece);
    code =
        code ? code : put_piece(self, self->keeping, piece + 1, slice_sub(bytes, start, start + STORE_PIECE));
    if (code == SQLITE_OK && piece + 1 == pieces) {
        code = put_seal(self, pieces, bytes.length);
    }
    return code ? code : store_execute(self, "COMMIT");
}

int store_keep(struct store *self, struct slice bytes, size_t piece, struct err *err) {
    if (piece == 0) {
        start_run(self);
        int result = check_room(self, bytes.length, err);
        if (result) {
            store_drop_kept(self);
            return result;
        }
    }
    self->is_changed = true;
    int code = write_piece(self, bytes, piece);
    if (code == SQLITE_OK) {
        return 0;
    }
    if (code == SQLITE_ABORT) {
        store_execute(self, "ROLLBACK");
        return err_set(err, ERR_CANCELLED, "another server keeps its search index in %s", self->path);
    }
    int result = store_fail(self, code, err);
    store_execute(self, "ROLLBACK");
    if (result != ERR_BUSY) { // who holds the lock may be keeping its own
        store_drop_kept(self);
    }
    return result;
}
