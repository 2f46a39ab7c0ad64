// store_size.c - see store.h; what room the store takes on the disk.
//
// Three things can make a file larger than what it holds: the log, pages that
// were freed, and (with very many very small files) the records themselves. The
// first two are given back after each pass; in the third case the store is
// given up (S4), for reading small files again costs little.
#include "indexer/store_internal.h"

#include "indexer/store_lock.h"

#include <inttypes.h>
#include <unistd.h>

enum { PAGE = 4096, SMALLEST_LOG = 16, LARGEST_LOG = 1000, FREE_PAGES = 64 };

static void limit_log(struct store *self, int64_t source_size) {
    int64_t pages = source_size / 4 / PAGE;
    pages = pages < SMALLEST_LOG ? SMALLEST_LOG : pages > LARGEST_LOG ? LARGEST_LOG : pages;
    sqlite3_wal_autocheckpoint(self->db, (int)pages);
}

void store_limit_log(struct store *self, int64_t source_size) {
    self->source_size = source_size;
    self->written = 0;
    limit_log(self, source_size);
}

void store_note_written(struct store *self, int64_t source_size) {
    if (self->source_size == 0) {
        self->written += source_size;
        limit_log(self, self->written);
    }
}

static void give_back_pages(struct store *self) {
    int64_t pages = 0;
    int64_t free_pages = 0;
    int code = store_read_number(self, "PRAGMA page_count", &pages);
    code = code ? code : store_read_number(self, "PRAGMA freelist_count", &free_pages);
    if (code == SQLITE_OK && free_pages > FREE_PAGES && free_pages > pages / 4) {
        store_execute(self, "PRAGMA incremental_vacuum");
    }
}

// Without waiting for who reads or writes just now: they will have their own turn.
static void empty_log(struct store *self) {
    sqlite3_busy_handler(self->db, NULL, NULL);
    sqlite3_wal_checkpoint_v2(self->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    store_wait_for_locks(self);
}

static void discard(struct store *self) {
    int folder = store_lock_folder(self->path, self->cancel);
    store_disconnect(self);
    store_delete_files(self->path);
    struct str name;
    str_init(&name);
    store_root_file(self->path, &name);
    unlink(name.data);
    str_free(&name);
    store_unlock(folder);
}

int64_t store_most_bytes(int64_t source_size) {
    return source_size > STORE_FLOOR ? source_size : STORE_FLOOR;
}

// How many pages are left then.
static int64_t without_kept(struct store *self, int64_t pages) {
    if (store_drop_kept(self) == SQLITE_OK) {
        store_execute(self, "PRAGMA incremental_vacuum");
        empty_log(self);
        store_read_number(self, "PRAGMA page_count", &pages);
    }
    return pages;
}

static int settle(struct store *self, struct err *err) {
    if (!self->is_changed) {
        return 0;
    }
    int64_t pages = 0;
    int64_t source_size = 0;
    self->is_changed = false;
    give_back_pages(self);
    empty_log(self);
    int code = store_read_number(self, "PRAGMA page_count", &pages);
    code = code ? code : store_read_number(self, "SELECT ifnull(sum(size),0) FROM files", &source_size);
    if (code) {
        return store_fail(self, code, err);
    }
    store_limit_log(self, source_size);
    if (pages * PAGE > store_most_bytes(source_size)) {
        pages = without_kept(self, pages);
    }
    if (pages * PAGE <= store_most_bytes(source_size)) {
        return 0;
    }
    discard(self);
    return err_set(err, ERR_TOO_LARGE,
                   "the index store %s would take %" PRId64
                   " bytes, more than the source it tells of (%" PRId64
                   " bytes): very many very small files; it is not kept",
                   self->path, pages * PAGE, source_size);
}

int store_settle(struct store *self, struct err *err) {
    int result = settle(self, err);
    str_free(&self->bytes); // as large as the largest record
    if (self->db) {
        sqlite3_db_release_memory(self->db); // the pages it has read
    }
    return result;
}
