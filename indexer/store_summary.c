// store_summary.c - see store_summary.h.
#include "indexer/store_summary.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/uri.h"
#include "indexer/store_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

void store_note(struct store *store, const struct store_summary *summary) {
    struct str sql;
    str_init(&sql);
    str_append_format(&sql,
                      "INSERT OR REPLACE INTO summary VALUES(1, %" PRIu64 ", %" PRIu64 ", %" PRIu64
                      ", %d, %" PRId64 ")",
                      summary->files, summary->chunks, summary->symbols, summary->complete, summary->updated);
    int code = store_execute(store, sql.data);
    if (code) {
        log_debug("the index store %s takes no summary: %s", store->path, sqlite3_errstr(code));
    }
    str_free(&sql);
}

bool store_is_noted(struct store *store, const struct store_summary *summary) {
    struct str sql;
    int64_t same = 0;
    str_init(&sql);
    str_append_format(&sql,
                      "SELECT count(*) FROM summary WHERE files=%" PRIu64 " AND chunks=%" PRIu64
                      " AND symbols=%" PRIu64 " AND complete=%d",
                      summary->files, summary->chunks, summary->symbols, summary->complete);
    int code = store_read_number(store, sql.data, &same);
    str_free(&sql);
    return code == 0 && same != 0;
}

static uint64_t size_with(const char *path, const char *ending) {
    struct str name;
    struct stat status;
    str_init(&name);
    str_append_string(&name, path);
    str_append_string(&name, ending);
    bool is_there = stat(name.data, &status) == 0;
    str_free(&name);
    return is_there ? (uint64_t)status.st_size : 0;
}

// SQLite needs to write beside the file to read it, unless it is told that nobody else has it open.
static int connect(const char *path, bool beside_others, sqlite3 **db) {
    struct str uri;
    str_init(&uri);
    char *file = uri_from_path(path);
    str_append_string(&uri, file);
    str_append_string(&uri, beside_others ? "?mode=ro" : "?immutable=1");
    int code = sqlite3_open_v2(uri.data, db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
    sqlite3_busy_timeout(*db, STORE_OPEN_MS);
    free(file);
    str_free(&uri);
    return code;
}

// The numbers in the first row, in order; SQLITE_DONE if there is none.
static int read_row(sqlite3 *db, const char *sql, int64_t *numbers, int count) {
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    code = code ? code : sqlite3_step(statement);
    for (int i = 0; code == SQLITE_ROW && i < count; i++) {
        numbers[i] = sqlite3_column_int64(statement, i);
    }
    sqlite3_finalize(statement);
    return code == SQLITE_ROW ? SQLITE_OK : code;
}

static int read_identity(sqlite3 *db, int64_t identity[2]) {
    int code = read_row(db, "PRAGMA application_id", &identity[0], 1);
    return code ? code : read_row(db, "PRAGMA user_version", &identity[1], 1);
}

static int fail(const char *path, int code, struct err *err) {
    int result = (code & 0xFF) == SQLITE_BUSY ? ERR_BUSY : store_is_damaged(code) ? ERR_CORRUPT : ERR_IO;
    const char *way_out =
        result == ERR_BUSY ? "another program holds it; try again"
        : result == ERR_CORRUPT
            ? "it is damaged; what is sound of it is kept when the repository is indexed next"
            : "check the rights and the disk of its folder";
    return err_set(err, result, "cannot read the index store %s: %s (%s)", path, sqlite3_errstr(code),
                   way_out);
}

static int read_summary(sqlite3 *db, const char *path, struct store_summary *summary, struct err *err) {
    int64_t identity[2] = {0};
    int64_t row[5] = {0};
    int code = read_identity(db, identity);
    if (code) {
        return fail(path, code, err);
    }
    if (identity[0] != STORE_APPLICATION || identity[1] != STORE_VERSION) {
        return err_set(
            err, ERR_UNSUPPORTED,
            "the index store %s is of another version of Hunch, or was only begun; it is made anew when the repository "
            "is indexed next",
            path);
    }
    code =
        read_row(db, "SELECT files, chunks, symbols, complete, updated FROM summary WHERE one = 1", row, 5);
    if (code && code != SQLITE_DONE) { // no row: nothing was written yet
        return fail(path, code, err);
    }
    summary->files = (uint64_t)row[0];
    summary->chunks = (uint64_t)row[1];
    summary->symbols = (uint64_t)row[2];
    summary->complete = row[3] != 0;
    summary->updated = row[4];
    return 0;
}

// The summary may be sound and the rest not; a start would find out, so whoever asks hears of it.
static int check_rows(sqlite3 *db, const char *path, struct store_summary *summary, struct err *err) {
    bool are_sound;
    int code = store_check_rows(db, &are_sound, summary);
    if (code) {
        return fail(path, code, err);
    }
    return are_sound ? 0 : fail(path, SQLITE_CORRUPT, err);
}

int store_connect_reader(const char *path, sqlite3 **db) {
    int64_t unused[2];
    int code = connect(path, true, db);
    code = code ? code : read_identity(*db, unused);
    if ((code & 0xFF) == SQLITE_CANTOPEN || (code & 0xFF) == SQLITE_READONLY) {
        sqlite3_close(*db);
        code = connect(path, false, db);
    }
    return code;
}

int store_summarize(const char *path, struct store_summary *summary, struct err *err) {
    struct stat status;
    *summary = (struct store_summary){0};
    if (stat(path, &status) != 0) {
        return err_set(err, ERR_NOT_FOUND, "there is no index store %s", path);
    }
    summary->bytes = size_with(path, "") + size_with(path, "-wal") + size_with(path, "-shm");
    sqlite3 *db = NULL;
    int code = store_connect_reader(path, &db);
    int result = code ? fail(path, code, err) : read_summary(db, path, summary, err);
    result = result ? result : check_rows(db, path, summary, err);
    sqlite3_close(db);
    return result;
}
