// store.c - see store.h; the file: opening, checking, starting anew.
//
// One SQLite file per repository, named after the hash of the root's real path:
//
//   <cache folder>/index/0123456789abcdef.sqlite      mode 0600, folder 0700; -wal and -shm beside it are
//                                                     SQLite's, lock and -root are store_lock.h's
//
// SQLite's header holds application_id "HUNC" and user_version STORE_VERSION;
// anything else in either means: not ours or not of this version, start anew.
//
//   files     id          XXH3 of the path (bytes as the file system has them, below the root), signed
//             size, mtime of the file when it was read; mtime (source.h) in nanoseconds, 0 = never trust it
//             checksum    XXH3 of the record's bytes, xor XXH3 of id, size and mtime (8 bytes each)
//             record      the rest, in the bytes of store_code.h
//   kept      store_kept.c's
//   summary   store_summary.h's
//
// One row a file: a row for each chunk and symbol took twice the room and
// twice the time. No text of a file is kept but names and one-line signatures.
// Invariants:
//   S1  a row tells all of one file; rows know nothing of each other
//   S2  a row that is not as it was written is never believed: its checksum is wrong, or its head does not decode,
//       or its path is not that of its id. The store is then made anew from the rows that are
//   S3  records satisfy R1 to R5 of record.h once they are whole (packed.h); offsets and lines lie within the file's size
//   S4  after a pass the file takes no more room than the source it tells of, or STORE_FLOOR: what is kept
//       beside the records goes first, and a store that cannot even so is deleted
//   S5  what is kept is either whole and as it was written, or nothing
//
// Write-ahead log, synchronous NORMAL: a crash of the machine may lose the last
// batches, never the file's consistency. The log is emptied after each pass and
// whenever it holds a quarter of the source's size. Several servers may use one
// file: each writes what it found itself, whole files at a time, so the last
// one to write a file wins and is right. If one of them starts the file anew,
// the others go on with the deleted one until they end.
#include "indexer/store_internal.h"

#include "base/fs.h"
#include "base/hash.h"
#include "base/mem.h"
#include "indexer/store_collect.h"
#include "indexer/store_lock.h"
#include "indexer/store_summary.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCHEMA                                                                                               \
    "CREATE TABLE files(id INTEGER PRIMARY KEY, size INTEGER NOT NULL, mtime INTEGER NOT NULL,"              \
    " checksum INTEGER NOT NULL, record BLOB NOT NULL);"                                                     \
    "CREATE TABLE kept(piece INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, bytes BLOB NOT NULL);" STORE_SUMMARY_TABLE

enum { LONGEST_ROW = 64 * 1024 * 1024 }; // what claims to be longer is damaged

static const char settings[] = "PRAGMA journal_mode=WAL;"
                               "PRAGMA synchronous=NORMAL;"
                               "PRAGMA temp_store=MEMORY;"
                               "PRAGMA secure_delete=OFF;"    // Debian's default is on; nothing is secret
                               "PRAGMA journal_size_limit=0;" // a log that starts over starts small
                               "PRAGMA cell_size_check=ON;"   // damage is an error, not a wrong answer
                               "PRAGMA trusted_schema=OFF;";

char *store_path_of(const char *root) {
    char *folder = store_folder();
    if (!folder) {
        return NULL;
    }
    struct str path;
    str_init(&path);
    str_append_format(&path, "%s/%016" PRIx64 ".sqlite", folder, hash_bytes(root, strlen(root)));
    free(folder);
    return str_detach(&path);
}

bool store_is_damaged(int code) {
    switch (code & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_ERROR: // no such table or column
    case SQLITE_MISMATCH:
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
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
        clock_ms_since(self->busy_since) > (self->is_open ? store_patience.later : store_patience.opening)) {
        return 0;
    }
    usleep(5000);
    return 1;
}

void store_wait_for_locks(struct store *self) {
    sqlite3_busy_handler(self->db, on_busy, self);
}

static int on_progress(void *context) {
    const struct store *self = context;
    return self->is_loading && cancel_fired(self->cancel);
}

int store_read_number(struct store *self, const char *sql, int64_t *value) {
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
    int code = store_read_number(self, "PRAGMA application_id", &identity->application);
    code = code ? code : store_read_number(self, "PRAGMA user_version", &identity->version);
    code = code ? code : store_read_number(self, "SELECT count(*) FROM sqlite_schema", &identity->tables);
    return code ? code
                : store_read_number(
                      self, "SELECT ifnull(group_concat(sql,';')||';','')='" SCHEMA "' FROM sqlite_schema",
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

static void finalize(struct store *self) {
    for (int i = 0; i < STATEMENT_COUNT; i++) {
        sqlite3_finalize(self->statements[i]);
        self->statements[i] = NULL;
    }
}

void store_disconnect(struct store *self) {
    finalize(self);
    sqlite3_close(self->db);
    self->db = NULL;
}

// Which file this is; a later one of the same name is another.
static void note_identity(struct store *self) {
    struct stat status;
    self->file = stat(self->path, &status) == 0 ? status.st_ino : 0;
}

static bool is_still_there(const struct store *self) {
    struct stat status;
    return stat(self->path, &status) == 0 && status.st_ino == self->file;
}

// SQLite would create the file with the user's umask.
static void create_private(const char *path) {
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
    if (file >= 0) {
        close(file);
    }
}

// What must be said before there is a first page, and else would be written at every start.
static int prepare_new_file(struct store *self) {
    int64_t pages = 0;
    int code = store_read_number(self, "PRAGMA page_count", &pages);
    return code || pages ? code : store_execute(self, "PRAGMA auto_vacuum=INCREMENTAL");
}

static int connect(struct store *self) {
    create_private(self->path);
    int code = sqlite3_open_v2(self->path, &self->db,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (code) {
        return code;
    }
    store_wait_for_locks(self);
    sqlite3_progress_handler(self->db, 10000, on_progress, self);
    // Closing must be quick; store_settle does it when there is time.
    sqlite3_db_config(self->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_db_config(self->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_limit(self->db, SQLITE_LIMIT_LENGTH, LONGEST_ROW);
    note_identity(self);
    code = prepare_new_file(self);
    return code ? code : store_execute(self, settings);
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

void store_delete_files(const char *path) {
    static const char *const endings[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 3; i++) {
        struct str name;
        str_init(&name);
        str_append_format(&name, "%s%s", path, endings[i]);
        unlink(name.data);
        str_free(&name);
    }
}

void store_say(struct store *self, const char *what) {
    free(self->rebuilt);
    struct str text;
    str_init(&text);
    str_append_format(&text, "the index store %s %s", self->path, what);
    self->rebuilt = str_detach(&text);
}

// With the folder locked. If somebody else has replaced the file already, theirs is taken.
static int replace(struct store *self, const char *why, struct err *err) {
    store_disconnect(self);
    bool mismatch = true;
    int code = 0;
    if (!is_still_there(self)) {
        code = connect_and_check(self, &mismatch);
    }
    if (mismatch || store_is_damaged(code)) {
        store_disconnect(self);
        store_delete_files(self->path);
        code = connect_and_check(self, &mismatch);
    }
    store_say(self, why);
    if (code) {
        return store_fail(self, code, err);
    }
    return mismatch ? err_set(err, ERR_IO, "cannot replace the index store %s (%s)", self->path, way_out(0))
                    : 0;
}

static int busy(struct store *self, struct err *err) {
    return err_set(err, ERR_BUSY, "cannot use the index store %s: others open or delete stores there (%s)",
                   self->path, way_out(SQLITE_BUSY));
}

int store_rebuild(struct store *self, struct err *err) {
    int folder = store_lock_folder(self->path, self->cancel);
    int result = folder == STORE_LOCK_BUSY
                     ? busy(self, err)
                     : replace(self, "is damaged; it is made anew, from what is sound of it", err);
    store_unlock(folder);
    return result;
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

// With the folder locked.
static int open_locked(struct store *self, const char *root, struct err *err) {
    self->use = store_lock_use(self->path, root);
    bool mismatch;
    int code = connect_and_check(self, &mismatch);
    if (mismatch) {
        return replace(self, "is of another version; it is made anew", err);
    }
    if (store_is_damaged(code)) {
        return replace(self, "is damaged; it is made anew, from what is sound of it", err);
    }
    return code ? store_fail(self, code, err) : 0;
}

int store_open(struct store **out, const char *path, const char *root, const struct cancel *cancel,
               struct err *err) {
    int result = make_folder(path, err);
    if (result) {
        return result;
    }
    struct store *self = mem_zero(1, sizeof *self);
    self->path = mem_copy_string(path);
    self->cancel = cancel;
    self->use = STORE_LOCK_NONE;
    str_init(&self->bytes);
    int folder = store_lock_folder(path, cancel);
    result = folder == STORE_LOCK_BUSY ? busy(self, err) : open_locked(self, root, err);
    store_unlock(folder);
    if (result) {
        store_close(self);
        return result;
    }
    *out = self;
    return 0;
}

void store_close(struct store *self) {
    if (self) {
        store_disconnect(self);
        store_unlock(self->use);
        str_free(&self->bytes);
        store_forget_kept(self);
        free(self->rebuilt);
        free(self->path);
        free(self);
    }
}

const char *store_rebuilt(const struct store *self) {
    return self->rebuilt;
}
