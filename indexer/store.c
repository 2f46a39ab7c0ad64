// store.c - see store.h; the file: opening, checking, starting anew.
//
// One SQLite file per repository, named after the hash of the root's real path:
//
//   <cache folder>/index/0123456789abcdef.sqlite      mode 0600, folder 0700
//
// SQLite's header holds application_id "HUNC" and user_version STORE_VERSION;
// anything else in either means: not ours or not of this version, start anew.
//
//   files     id          number, rising
//             path        bytes as the file system has them, below the root (a name need not be UTF-8)
//             language    language_id()
//             hash        XXH3 of the content, as a signed 64-bit number
//             size, mtime of the file when it was read; mtime (source.h) in nanoseconds, 0 = never trust it
//             lines, taint
//             refs        references, one after the other, each two little-endian numbers of four bytes:
//                           name
//                           line << 10 | kind << 8 | places
//   chunks    id          file id << 20 | number in the file
//             start_byte, end_byte, start_line, end_line, kind, name, scope
//             length      sum of the terms' counts
//             terms       the forward row, term after term:
//                           bytes 0-3  hash, little endian
//                           bytes 4-   count, 7 bits a byte, low bits first, high bit: more follow
//   symbols   id          as in chunks
//             name, kind, is_declaration, name_line, start_line, header_end_line, end_line,
//             start_byte, end_byte, signature, scope, doc
//   imports   id          as in chunks
//             target, line
//   summary   store_summary.h's
//
// No text of a file is kept but names and one-line signatures. Invariants:
//   S1  every child row's file exists
//   S2  a file's children were written in the same transaction as its row
//   S3  records satisfy R1 to R5 of record.h; offsets and lines lie within the file's size
// S1 and S3 are checked on load; a store that breaks them is damaged.
//
// Write-ahead log, synchronous NORMAL: a crash of the machine may lose the last
// batches, never the file's consistency. Several servers may use one file: each
// writes what it found itself, whole files at a time, so the last one to write
// a file wins and is right. If one of them starts the file anew, the others go
// on with the deleted one until they end (SQLite sees that it has been moved
// and leaves the new log alone).
#include "indexer/store_internal.h"

#include "base/fs.h"
#include "base/hash.h"
#include "base/mem.h"
#include "indexer/store_summary.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SCHEMA                                                                                               \
    "CREATE TABLE files(id INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE, language TEXT NOT NULL,"          \
    " hash INTEGER NOT NULL, size INTEGER NOT NULL, mtime INTEGER NOT NULL, lines INTEGER NOT NULL,"         \
    " taint INTEGER NOT NULL, refs BLOB NOT NULL);"                                                          \
    "CREATE TABLE chunks(id INTEGER PRIMARY KEY, start_byte INTEGER NOT NULL, end_byte INTEGER NOT NULL,"    \
    " start_line INTEGER NOT NULL, end_line INTEGER NOT NULL, kind TEXT NOT NULL, name BLOB NOT NULL,"       \
    " scope BLOB NOT NULL, length INTEGER NOT NULL, terms BLOB NOT NULL);"                                   \
    "CREATE TABLE symbols(id INTEGER PRIMARY KEY, name BLOB NOT NULL, kind INTEGER NOT NULL,"                \
    " is_declaration INTEGER NOT NULL, name_line INTEGER NOT NULL, start_line INTEGER NOT NULL,"             \
    " header_end_line INTEGER NOT NULL, end_line INTEGER NOT NULL, start_byte INTEGER NOT NULL,"             \
    " end_byte INTEGER NOT NULL, signature BLOB NOT NULL, scope BLOB NOT NULL, doc BLOB NOT NULL);"          \
    "CREATE TABLE imports(id INTEGER PRIMARY KEY, target BLOB NOT NULL, line INTEGER NOT NULL);" STORE_SUMMARY_TABLE

static const char settings[] = "PRAGMA journal_mode=WAL;"
                               "PRAGMA synchronous=NORMAL;"
                               "PRAGMA temp_store=MEMORY;"
                               "PRAGMA secure_delete=OFF;" // Debian's default is on; nothing here is secret
                               "PRAGMA journal_size_limit=16777216;"
                               "PRAGMA cell_size_check=ON;" // damage is an error, not a wrong answer
                               "PRAGMA trusted_schema=OFF;";

char *store_path_of(const char *root) {
    char *cache = fs_cache_folder();
    if (!cache) {
        return NULL;
    }
    struct str path;
    str_init(&path);
    str_append_format(&path, "%s/index/%016" PRIx64 ".sqlite", cache, hash_bytes(root, strlen(root)));
    free(cache);
    return str_detach(&path);
}

bool store_is_damaged(int code) {
    switch (code & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_ERROR: // no such table or column
        return true;
    default:
        return code == SQLITE_IOERR_SHORT_READ;
    }
}

// What the user can do about it.
static const char *way_out(int code) {
    switch (code & 0xFF) {
    case SQLITE_FULL:
        return "free some disk space";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another program keeps it locked; end it";
    default:
        return "make its folder writable, or set XDG_CACHE_HOME to one that is";
    }
}

int store_fail(struct store *self, int code, struct err *err) {
    if ((code & 0xFF) == SQLITE_INTERRUPT) {
        return err_set(err, ERR_CANCELLED, "the index store was closed while it was read");
    }
    int result = (code & 0xFF) == SQLITE_BUSY ? ERR_BUSY : store_is_damaged(code) ? ERR_CORRUPT : ERR_IO;
    return err_set(err, result, "cannot use the index store %s: %s (%s)", self->path, sqlite3_errstr(code),
                   way_out(code));
}

int store_execute(struct store *self, const char *sql) {
    return sqlite3_exec(self->db, sql, NULL, NULL, NULL);
}

static int on_busy(void *context, int tries) {
    struct store *self = context;
    if (tries == 0) {
        self->busy_since = clock_now_us();
    }
    if (cancel_fired(self->cancel) ||
        clock_ms_since(self->busy_since) > (self->is_open ? STORE_BUSY_MS : STORE_OPEN_MS)) {
        return 0;
    }
    usleep(5000);
    return 1;
}

static int on_progress(void *context) {
    const struct store *self = context;
    return self->is_loading && cancel_fired(self->cancel);
}

static int read_pragma(struct store *self, const char *sql, int64_t *value) {
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(self->db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_step(statement);
        *value = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
        code = code == SQLITE_ROW ? SQLITE_OK : code == SQLITE_DONE ? SQLITE_CORRUPT : code;
    }
    sqlite3_finalize(statement);
    return code;
}

struct identity {
    int64_t application;
    int64_t version;
    int64_t tables;
    int64_t is_ours; // the tables are those of SCHEMA, with nothing (views, triggers) beside them
};

static int read_identity(struct store *self, struct identity *identity) {
    int code = read_pragma(self, "PRAGMA application_id", &identity->application);
    code = code ? code : read_pragma(self, "PRAGMA user_version", &identity->version);
    code = code ? code : read_pragma(self, "SELECT count(*) FROM sqlite_schema", &identity->tables);
    return code ? code
                : read_pragma(self,
                              "SELECT ifnull(group_concat(sql,';')||';','')='" SCHEMA "' FROM sqlite_schema",
                              &identity->is_ours);
}

static bool is_new(const struct identity *identity) {
    return identity->application == 0 && identity->version == 0 && identity->tables == 0;
}

// Another process may have been quicker, hence the second look inside the transaction.
static int create_tables(struct store *self) {
    struct identity identity;
    int code = store_execute(self, "BEGIN IMMEDIATE");
    if (code) {
        return code;
    }
    code = read_identity(self, &identity);
    if (code == SQLITE_OK && is_new(&identity)) {
        char pragmas[100];
        snprintf(pragmas, sizeof pragmas, "PRAGMA application_id=%d; PRAGMA user_version=%d;",
                 STORE_APPLICATION, STORE_VERSION);
        code = store_execute(self, SCHEMA);
        code = code ? code : store_execute(self, pragmas);
    }
    if (code == SQLITE_OK) {
        return store_execute(self, "COMMIT");
    }
    store_execute(self, "ROLLBACK");
    return code;
}

void store_finalize(struct store *self) {
    for (int i = 0; i < STATEMENT_COUNT; i++) {
        sqlite3_finalize(self->statements[i]);
        self->statements[i] = NULL;
    }
}

static void disconnect(struct store *self) {
    store_finalize(self);
    sqlite3_close(self->db);
    self->db = NULL;
}

// SQLite would create the file with the user's umask.
static void create_private(const char *path) {
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
    if (file >= 0) {
        close(file);
    }
}

static int connect(struct store *self) {
    create_private(self->path);
    int code = sqlite3_open_v2(self->path, &self->db,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (code) {
        return code;
    }
    sqlite3_busy_handler(self->db, on_busy, self);
    sqlite3_progress_handler(self->db, 10000, on_progress, self);
    // Closing must be quick; store_settle does it when there is time.
    sqlite3_db_config(self->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_db_config(self->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    return store_execute(self, settings);
}

// 0, an SQLite code, or with *mismatch a file that is sound but not ours.
static int connect_and_check(struct store *self, bool *mismatch) {
    struct identity identity;
    *mismatch = false;
    int code = connect(self);
    code = code ? code : read_identity(self, &identity);
    if (code == SQLITE_OK && is_new(&identity)) {
        code = create_tables(self);
        code = code ? code : read_identity(self, &identity);
    }
    *mismatch = code == SQLITE_OK && (identity.application != STORE_APPLICATION ||
                                      identity.version != STORE_VERSION || !identity.is_ours);
    return code;
}

static void delete_files(const char *path) {
    static const char *const endings[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 3; i++) {
        struct str name;
        str_init(&name);
        str_append_format(&name, "%s%s", path, endings[i]);
        unlink(name.data);
        str_free(&name);
    }
}

int store_rebuild(struct store *self, const char *why, struct err *err) {
    disconnect(self);
    delete_files(self->path);
    free(self->rebuilt);
    struct str text;
    str_init(&text);
    str_append_format(&text, "the index store %s %s; it is made anew", self->path, why);
    self->rebuilt = str_detach(&text);
    bool mismatch;
    int code = connect_and_check(self, &mismatch);
    if (code) {
        return store_fail(self, code, err);
    }
    return mismatch ? err_set(err, ERR_IO, "cannot replace the index store %s (%s)", self->path, way_out(0))
                    : 0;
}

static int make_folder(const char *path, struct err *err) {
    char *folder = mem_copy_string(path);
    char *slash = strrchr(folder, '/');
    int result = 0;
    if (slash && slash != folder) {
        *slash = '\0';
        struct err cause;
        result = fs_make_folders(folder, &cause);
        if (result) {
            err_set(err, result, "cannot keep the index in %s: %s (%s)", path, cause.message, way_out(0));
        }
    }
    free(folder);
    return result;
}

int store_open(struct store **out, const char *path, const struct cancel *cancel, struct err *err) {
    int result = make_folder(path, err);
    if (result) {
        return result;
    }
    struct store *self = mem_zero(1, sizeof *self);
    self->path = mem_copy_string(path);
    self->cancel = cancel;
    bool mismatch;
    int code = connect_and_check(self, &mismatch);
    if (mismatch) {
        result = store_rebuild(self, "is of another version", err);
    } else if (store_is_damaged(code)) {
        result = store_rebuild(self, "is damaged", err);
    } else if (code) {
        result = store_fail(self, code, err);
    }
    if (result) {
        store_close(self);
        return result;
    }
    *out = self;
    return 0;
}

void store_close(struct store *self) {
    if (self) {
        disconnect(self);
        free(self->rebuilt);
        free(self->path);
        free(self);
    }
}

void store_settle(struct store *self) {
    sqlite3_wal_checkpoint_v2(self->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

const char *store_rebuilt(const struct store *self) {
    return self->rebuilt;
}
