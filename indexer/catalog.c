// catalog.c - see catalog.h.
#include "indexer/catalog.h"

#include "base/map.h"
#include "base/vec.h"

#include <uv.h>

enum { SLICE = 2000 }; // entries looked at under one lock: 0.2 ms

struct entry {
    int64_t size;
    int64_t mtime_ns;
    uint64_t hash;
    uint64_t ticket;
    struct record *stored;
    uint32_t pass; // of the last visit
    uint32_t chunks;
    uint32_t symbols;
    uint32_t lines;
    bool is_known; // size, mtime_ns and (unless refused) hash hold
    bool has_hash;
    bool is_live;    // the sink has it
    bool is_stored;  // the store may have it
    bool is_awaited; // what was told of it last has not come in yet
};

struct catalog {
    uv_mutex_t lock;
    struct intern paths;
    VEC(struct entry) entries; // by the path's number
    uint64_t last_ticket;
    struct catalog_totals totals;
};

struct catalog *catalog_new(void) {
    struct catalog *self = mem_zero(1, sizeof *self);
    uv_mutex_init(&self->lock);
    intern_init(&self->paths);
    return self;
}

void catalog_free(struct catalog *self) {
    for (size_t i = 0; i < self->entries.count; i++) {
        record_release(self->entries.items[i].stored);
    }
    vec_free(&self->entries);
    intern_free(&self->paths);
    uv_mutex_destroy(&self->lock);
    free(self);
}

static struct entry *entry_of(struct catalog *self, const char *path) {
    uint32_t id = intern_add(&self->paths, slice_of_string(path));
    if (id == self->entries.count) {
        vec_push(&self->entries, (struct entry){0});
    }
    return &self->entries.items[id];
}

static void forget_stored(struct entry *entry) {
    record_release(entry->stored);
    entry->stored = NULL;
}

void catalog_add_stored(struct catalog *self, struct record *record) {
    uv_mutex_lock(&self->lock);
    struct entry *entry = entry_of(self, record->path);
    forget_stored(entry);
    entry->stored = record;
    entry->is_stored = true;
    uv_mutex_unlock(&self->lock);
}

static bool is_same(const struct source_stat *status, int64_t size, int64_t mtime_ns) {
    return mtime_ns != 0 && status->size == size && status->mtime_ns == mtime_ns;
}

static void answer_for(struct entry *entry, const struct source_stat *status, bool reread,
                       struct catalog_answer *answer) {
    struct record *stored = entry->stored;
    // What is awaited while a record is there is a reading that may be newer than this status.
    if (!reread && stored && !entry->is_awaited && is_same(status, stored->size, stored->mtime_ns)) {
        answer->verdict = CATALOG_STORED;
        answer->record = stored;
        entry->stored = NULL;
    } else if (!reread && entry->is_known && is_same(status, entry->size, entry->mtime_ns)) {
        answer->verdict = CATALOG_SAME;
        answer->is_refused = !entry->is_live;
    } else {
        answer->verdict = CATALOG_CHANGED;
        // Of another size it is another content; what a damaged store says of it need not be tried.
        answer->has_hash = stored ? stored->size == status->size : entry->has_hash;
        answer->hash = stored ? stored->hash : entry->hash;
    }
}

void catalog_visit(struct catalog *self, const char *path, const struct source_stat *status, uint32_t pass,
                   bool reread, struct catalog_answer *answer) {
    *answer = (struct catalog_answer){0};
    uv_mutex_lock(&self->lock);
    struct entry *entry = entry_of(self, path);
    entry->pass = pass;
    answer_for(entry, status, reread, answer);
    if (answer->verdict != CATALOG_SAME) {
        entry->is_awaited = true;
        entry->ticket = ++self->last_ticket;
    }
    answer->ticket = entry->ticket;
    uv_mutex_unlock(&self->lock);
}

// From now on nothing is known of it, so that a file that comes back at once is read again; the writer takes
// it out of the totals when it takes it out of the index.
static void push_gone(struct catalog *self, size_t id, struct catalog_gone_list *gone) {
    struct entry *entry = &self->entries.items[id];
    struct slice path = intern_string(&self->paths, (uint32_t)id);
    entry->ticket = ++self->last_ticket;
    entry->is_known = entry->has_hash = false;
    forget_stored(entry);
    vec_push(gone, (struct catalog_gone){mem_copy_bytes(path.data, path.length), entry->ticket});
}

struct places {
    struct intern paths;
    VEC(bool) below_only; // by the path's number
};

static void add_place(struct places *places, const struct catalog_place *place) {
    uint32_t id = intern_add(&places->paths, slice_of_string(place->path));
    if (id == places->below_only.count) {
        vec_push(&places->below_only, true);
    }
    places->below_only.items[id] = places->below_only.items[id] && place->below_only;
}

static bool is_at_or_below(struct slice path, const struct places *places) {
    for (size_t i = 1; i < path.length; i++) {
        if (path.data[i] == '/' && intern_find(&places->paths, slice_sub(path, 0, i)) != INTERN_NONE) {
            return true;
        }
    }
    uint32_t id = intern_find(&places->paths, path);
    return id != INTERN_NONE && !places->below_only.items[id];
}

// What goes: what is at these places and below them, or without any what this pass did not visit.
struct sweep {
    const struct places *places;
    uint32_t pass;
};

// At a place a task for the path may be under way, so it is told gone even if it is not known yet.
static bool goes(const struct catalog *self, size_t id, const struct sweep *sweep) {
    if (sweep->places) {
        return is_at_or_below(intern_string(&self->paths, (uint32_t)id), sweep->places);
    }
    const struct entry *entry = &self->entries.items[id];
    return entry->pass != sweep->pass &&
           (entry->is_live || entry->stored || entry->is_known || entry->is_awaited);
}

// False: that was the last.
static bool sweep_slice(struct catalog *self, const struct sweep *sweep, size_t from,
                        struct catalog_gone_list *gone) {
    uv_mutex_lock(&self->lock);
    for (size_t i = from; i < from + SLICE && i < self->entries.count; i++) {
        if (goes(self, i, sweep)) {
            push_gone(self, i, gone);
        }
    }
    bool more = from + SLICE < self->entries.count;
    uv_mutex_unlock(&self->lock);
    return more;
}

// In slices, for others wait for the lock; a file that comes in meanwhile is no older than the places.
static void sweep_all(struct catalog *self, const struct sweep *sweep, struct catalog_gone_list *gone) {
    for (size_t from = 0; sweep_slice(self, sweep, from, gone); from += SLICE) {
    }
}

void catalog_sweep(struct catalog *self, uint32_t pass, struct catalog_gone_list *gone) {
    sweep_all(self, &(struct sweep){.pass = pass}, gone);
}

void catalog_sweep_places(struct catalog *self, const struct catalog_place *places, size_t count,
                          struct catalog_gone_list *gone) {
    if (!count) {
        return;
    }
    struct places all = {0};
    intern_init(&all.paths);
    for (size_t i = 0; i < count; i++) {
        add_place(&all, &places[i]);
    }
    sweep_all(self, &(struct sweep){.places = &all}, gone);
    vec_free(&all.below_only);
    intern_free(&all.paths);
}

static void count_out(struct catalog *self, struct entry *entry) {
    if (entry->is_live) {
        self->totals.files--;
        self->totals.chunks -= entry->chunks;
        self->totals.symbols -= entry->symbols;
        self->totals.lines -= entry->lines;
    }
    entry->is_live = false;
}

static void count_in(struct catalog *self, struct entry *entry, const struct record *record) {
    count_out(self, entry);
    entry->is_live = true;
    entry->chunks = record->chunk_count;
    entry->symbols = record->symbol_count;
    entry->lines = record->line_count;
    self->totals.files++;
    self->totals.chunks += entry->chunks;
    self->totals.symbols += entry->symbols;
    self->totals.lines += entry->lines;
}

static void set_status(struct entry *entry, int64_t size, int64_t mtime_ns) {
    entry->size = size;
    entry->mtime_ns = mtime_ns;
}

bool catalog_deliver(struct catalog *self, const struct record *record, uint64_t ticket) {
    uv_mutex_lock(&self->lock);
    struct entry *entry = entry_of(self, record->path);
    bool is_current = entry->ticket <= ticket;
    if (is_current) {
        forget_stored(entry);
        count_in(self, entry, record);
        entry->is_stored = true;
        entry->is_awaited = record->by_words; // it is still to be parsed
        entry->is_known = entry->has_hash = !record->by_words;
        entry->hash = record->hash;
        set_status(entry, record->size, record->mtime_ns);
    }
    uv_mutex_unlock(&self->lock);
    return is_current;
}

// What was stored is delivered now; nobody else has seen that record yet.
static struct record *deliver_stored(struct catalog *self, struct entry *entry,
                                     const struct source_stat *status) {
    struct record *stored = entry->stored;
    if (stored) {
        stored->size = status->size;
        stored->mtime_ns = status->mtime_ns;
        entry->stored = NULL;
        entry->hash = stored->hash;
        entry->is_known = entry->has_hash = true;
        count_in(self, entry, stored);
    }
    return stored;
}

bool catalog_confirm(struct catalog *self, const char *path, uint64_t ticket,
                     const struct source_stat *status, struct record **stored) {
    *stored = NULL;
    uv_mutex_lock(&self->lock);
    struct entry *entry = entry_of(self, path);
    bool is_current = entry->ticket <= ticket;
    if (is_current) {
        *stored = deliver_stored(self, entry, status);
        entry->is_awaited = false;
        set_status(entry, status->size, status->mtime_ns);
    }
    uv_mutex_unlock(&self->lock);
    return is_current;
}

bool catalog_drop(struct catalog *self, const char *path, uint64_t ticket, const struct source_stat *status,
                  struct catalog_dropped *dropped) {
    *dropped = (struct catalog_dropped){0};
    uv_mutex_lock(&self->lock);
    struct entry *entry = entry_of(self, path);
    bool is_current = entry->ticket <= ticket;
    if (is_current) {
        *dropped = (struct catalog_dropped){entry->is_live, entry->is_stored};
        forget_stored(entry);
        count_out(self, entry);
        entry->is_known = status != NULL;
        entry->has_hash = entry->is_stored = entry->is_awaited = false;
    }
    if (is_current && status) {
        set_status(entry, status->size, status->mtime_ns);
    }
    uv_mutex_unlock(&self->lock);
    return is_current;
}

void catalog_totals(struct catalog *self, struct catalog_totals *totals) {
    uv_mutex_lock(&self->lock);
    *totals = self->totals;
    uv_mutex_unlock(&self->lock);
}
