// store_vectors.c - see store_vectors.h.
#include "indexer/store_vectors.h"

#include "base/fs.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "indexer/store_internal.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ENDING "-vectors"

// Raise VERSION when the same text and model make other vectors, or when they are kept in another way.
enum { VERSION = 2, TRIM_FACTOR = 2, LONGEST_VALUE = 1 << 20 };

static const char settings[] =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY;"
    "PRAGMA secure_delete=OFF; PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF;";
static const char tables[] =
    "CREATE TABLE IF NOT EXISTS about(key TEXT PRIMARY KEY, value TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS vectors(text INTEGER PRIMARY KEY, vector BLOB NOT NULL);";

struct store_vectors {
    sqlite3 *db;
    char *path, *model; // model: with the version
    uint64_t salt;      // of its texts' numbers
    size_t size;
    sqlite3_stmt *get, *put;
};

static int fail(const struct store_vectors *self, int code, struct err *err) {
    return err_set(err, ERR_IO, "cannot keep vectors in %s: %s (they are made again at the next start)",
                   self->path, sqlite3_errstr(code));
}

static int execute(struct store_vectors *self, const char *sql) {
    return sqlite3_exec(self->db, sql, NULL, NULL, NULL);
}

// Another server may have another model and the same file: it never finds ours.
static int64_t number_of(const struct store_vectors *self, uint64_t text) {
    return (int64_t)(text ^ self->salt);
}

static void disconnect(struct store_vectors *self) {
    sqlite3_finalize(self->get);
    sqlite3_finalize(self->put);
    sqlite3_close(self->db);
    self->get = self->put = NULL;
    self->db = NULL;
}

// The file belongs to the user alone; SQLite would create it with the user's umask.
static int connect(struct store_vectors *self) {
    int file = open(self->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
    if (file >= 0) {
        close(file);
    }
    int code = sqlite3_open_v2(self->path, &self->db,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (code == SQLITE_OK) {
        sqlite3_busy_timeout(self->db, STORE_BUSY_MS);
        sqlite3_db_config(self->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_limit(self->db, SQLITE_LIMIT_LENGTH, LONGEST_VALUE);
        code = execute(self, settings);
    }
    return code ? code : execute(self, tables);
}

static int prepare(struct store_vectors *self, const char *sql, sqlite3_stmt **statement) {
    return sqlite3_prepare_v3(self->db, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
}

// SQLITE_ROW: the vectors there are this model's.
static int compare_model(struct store_vectors *self) {
    sqlite3_stmt *statement = NULL;
    int code = prepare(self, "SELECT 1 FROM about WHERE key='model' AND value=?", &statement);
    if (code == SQLITE_OK) {
        sqlite3_bind_text(statement, 1, self->model, -1, SQLITE_STATIC);
        code = sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    return code;
}

static int begin_model(struct store_vectors *self) {
    sqlite3_stmt *statement = NULL;
    int code = execute(self, "BEGIN IMMEDIATE; DELETE FROM vectors;");
    code = code ? code : prepare(self, "INSERT OR REPLACE INTO about VALUES('model',?)", &statement);
    if (code == SQLITE_OK) {
        sqlite3_bind_text(statement, 1, self->model, -1, SQLITE_STATIC);
        code = sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    code = code == SQLITE_DONE ? execute(self, "COMMIT") : code;
    if (code) {
        execute(self, "ROLLBACK");
    }
    return code;
}

static int open_for(struct store_vectors *self) {
    int code = connect(self);
    code = code ? code : compare_model(self);
    code = code == SQLITE_DONE ? begin_model(self) : code == SQLITE_ROW ? SQLITE_OK : code;
    code = code ? code : prepare(self, "SELECT vector FROM vectors WHERE text=?", &self->get);
    return code ? code : prepare(self, "INSERT OR REPLACE INTO vectors VALUES(?,?)", &self->put);
}

// Without what there was.
static int open_anew(struct store_vectors *self) {
    disconnect(self);
    store_delete_files(self->path);
    return open_for(self);
}

static int make_folder(const char *path, struct err *err) {
    char *folder = mem_copy_string(path);
    char *slash = strrchr(folder, '/');
    if (slash) {
        *slash = '\0';
    }
    int code = slash && slash != folder ? fs_make_folders(folder, err) : 0;
    free(folder);
    return code;
}

int store_vectors_open(struct store_vectors **out, const char *path, const char *model, size_t size,
                       struct err *err) {
    struct str name;
    int code = make_folder(path, err);
    if (code) {
        return code;
    }
    struct store_vectors *self = mem_zero(1, sizeof *self);
    str_init(&name);
    str_append_format(&name, "%s" ENDING, path);
    self->path = str_detach(&name);
    str_append_format(&name, "%d %s", VERSION, model);
    self->salt = hash_bytes(name.data, name.length);
    self->model = str_detach(&name);
    self->size = size;
    code = open_for(self);
    if (store_is_damaged(code)) {
        code = open_anew(self);
    }
    if (code) {
        code = fail(self, code, err);
        store_vectors_close(self);
        return code;
    }
    *out = self;
    return 0;
}

void store_vectors_close(struct store_vectors *self) {
    if (self) {
        disconnect(self);
        free(self->path);
        free(self->model);
        free(self);
    }
}

bool store_vectors_get(struct store_vectors *self, uint64_t text, void *vector) {
    sqlite3_bind_int64(self->get, 1, number_of(self, text));
    bool found =
        sqlite3_step(self->get) == SQLITE_ROW && sqlite3_column_bytes(self->get, 0) == (int)self->size;
    if (found) {
        memcpy(vector, sqlite3_column_blob(self->get, 0), self->size);
    }
    sqlite3_reset(self->get);
    return found;
}

static int put_all(struct store_vectors *self, const uint64_t *texts, const void *vectors, size_t count) {
    int code = execute(self, "BEGIN IMMEDIATE");
    for (size_t i = 0; i < count && code == SQLITE_OK; i++) {
        sqlite3_bind_int64(self->put, 1, number_of(self, texts[i]));
        sqlite3_bind_blob(self->put, 2, (const char *)vectors + i * self->size, (int)self->size,
                          SQLITE_STATIC);
        code = sqlite3_step(self->put);
        code = code == SQLITE_DONE ? SQLITE_OK : code;
        sqlite3_reset(self->put);
    }
    code = code ? code : execute(self, "COMMIT");
    if (code) {
        execute(self, "ROLLBACK");
    }
    return code;
}

int store_vectors_put(struct store_vectors *self, const uint64_t *texts, const void *vectors, size_t count,
                      struct err *err) {
    int code = put_all(self, texts, vectors, count);
    if (store_is_damaged(code)) { // opening does not look at all pages, and would not at the next start
        log_warning("the vectors in %s are damaged and are made again", self->path);
        code = open_anew(self);
        code = code ? code : put_all(self, texts, vectors, count);
    }
    return code ? fail(self, code, err) : 0;
}

static int count_vectors(struct store_vectors *self, int64_t *count) {
    sqlite3_stmt *statement = NULL;
    int code = prepare(self, "SELECT count(*) FROM vectors", &statement);
    code = code ? code : sqlite3_step(statement);
    *count = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return code == SQLITE_ROW ? SQLITE_OK : code;
}

static int note_used(struct store_vectors *self, const uint64_t *texts, size_t count) {
    sqlite3_stmt *statement = NULL;
    int code = execute(self, "CREATE TEMP TABLE used(text INTEGER PRIMARY KEY)");
    code = code ? code : prepare(self, "INSERT OR IGNORE INTO used VALUES(?)", &statement);
    for (size_t i = 0; i < count && code == SQLITE_OK; i++) {
        sqlite3_bind_int64(statement, 1, number_of(self, texts[i]));
        code = sqlite3_step(statement);
        code = code == SQLITE_DONE ? SQLITE_OK : code;
        sqlite3_reset(statement);
    }
    sqlite3_finalize(statement);
    return code;
}

int store_vectors_trim(struct store_vectors *self, const uint64_t *texts, size_t count, struct err *err) {
    int64_t all = 0;
    int code = count_vectors(self, &all);
    if (code == SQLITE_OK && (uint64_t)all > TRIM_FACTOR * (uint64_t)count) {
        code = note_used(self, texts, count);
        code = code ? code : execute(self, "DELETE FROM vectors WHERE text NOT IN (SELECT text FROM used)");
        execute(self, "DROP TABLE IF EXISTS used; VACUUM;");
    }
    return code ? fail(self, code, err) : 0;
}

static int read_model(sqlite3 *db, struct store_vectors_summary *summary) {
    sqlite3_stmt *statement = NULL;
    int code =
        sqlite3_prepare_v2(db, "SELECT value, (SELECT count(*) FROM vectors) FROM about WHERE key='model'",
                           -1, &statement, NULL);
    code = code ? code : sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        const char *model = (const char *)sqlite3_column_text(statement, 0);
        const char *name = model ? strchr(model, ' ') : NULL;
        summary->is_current = name && strtol(model, NULL, 10) == VERSION;
        snprintf(summary->model, sizeof summary->model, "%s", name ? name + 1 : "");
        summary->count = (uint64_t)sqlite3_column_int64(statement, 1);
    }
    sqlite3_finalize(statement);
    return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

int store_vectors_summarize(const char *path, struct store_vectors_summary *summary, struct err *err) {
    struct str name;
    sqlite3 *db = NULL;
    *summary = (struct store_vectors_summary){0};
    str_init(&name);
    str_append_format(&name, "%s" ENDING, path);
    int result =
        fs_is_file(name.data) ? 0 : err_set(err, ERR_NOT_FOUND, "no vectors are kept in %s", name.data);
    if (result == 0) {
        int code = store_connect_reader(name.data, &db);
        code = code ? code : read_model(db, summary);
        result = code ? err_set(err, store_is_damaged(code) ? ERR_CORRUPT : ERR_IO,
                                "cannot read the vectors in %s: %s", name.data, sqlite3_errstr(code))
                      : 0;
        sqlite3_close(db);
    }
    str_free(&name);
    return result;
}
