// packed.c - see packed.h.
//
// Bytes are shared by count, for one file's may be held by the record that the
// store gave and by the one that a segment has kept for it. Two threads may
// decode the same record at once; the first to hang its result in wins, and
// the other throws its own away.
#include "indexer/packed.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/spill.h"
#include "indexer/store_code.h"

struct packed {
    atomic_int holders;
    size_t length;
    char bytes[];
};

static struct packed *packed_new(struct slice bytes) {
    struct packed *packed = spill_alloc(sizeof *packed + bytes.length);
    atomic_init(&packed->holders, 1);
    packed->length = bytes.length;
    memcpy(packed->bytes, bytes.data, bytes.length);
    return packed;
}

void packed_release(struct packed *packed) {
    if (packed && atomic_fetch_sub_explicit(&packed->holders, 1, memory_order_acq_rel) == 1) {
        spill_free(packed);
    }
}

static void set_bytes(struct record *head, struct packed *packed) {
    packed_release(atomic_exchange_explicit(&head->packed, packed, memory_order_acq_rel));
}

void record_lend(struct record *head, struct slice bytes) {
    set_bytes(head, packed_new(bytes));
}

struct slice record_bytes(const struct record *record) {
    const struct packed *packed = atomic_load_explicit(&record->packed, memory_order_acquire);
    return packed ? slice_of(packed->bytes, packed->length) : slice_of(NULL, 0);
}

void record_share(struct record *head, const struct record *from) {
    struct packed *packed = atomic_load_explicit(&from->packed, memory_order_acquire);
    if (packed && !record_bytes(head).data) {
        atomic_fetch_add_explicit(&packed->holders, 1, memory_order_relaxed);
        set_bytes(head, packed);
    }
}

static void copy_head(struct record *head, const struct record *record) {
    record_set_language(head, record->language);
    head->hash = record->hash;
    head->size = record->size;
    head->mtime_ns = record->mtime_ns;
    head->line_count = record->line_count;
    head->taint = record->taint;
    head->cut_short = record->cut_short;
    head->chunk_count = record->chunk_count;
    head->symbol_count = record->symbol_count;
    head->reference_count = record->reference_count;
    head->import_count = record->import_count;
}

struct record *record_pack(struct record *whole) {
    struct record *head = record_new_head(slice_of_string(whole->path));
    struct str bytes;
    str_init(&bytes);
    store_encode(whole, &bytes);
    copy_head(head, whole);
    record_lend(head, str_slice(&bytes));
    str_free(&bytes);
    atomic_store_explicit(&head->whole, record_retain(whole), memory_order_release);
    return head;
}

void record_shed(struct record *record) {
    record_release(atomic_exchange_explicit(&record->whole, NULL, memory_order_acq_rel));
}

// As many of each as the head says, with nothing in them.
static struct record *make_blank(const struct record *head) {
    struct record *record = record_new(head->path);
    copy_head(record, head);
    struct chunk *chunks = arena_alloc(&record->arena, head->chunk_count * sizeof *chunks);
    struct symbol *symbols = arena_alloc(&record->arena, head->symbol_count * sizeof *symbols);
    for (uint32_t i = 0; i < head->chunk_count; i++) {
        chunks[i] = (struct chunk){.kind = "", .name = "", .scope = ""};
    }
    for (uint32_t i = 0; i < head->symbol_count; i++) {
        symbols[i] = (struct symbol){.name = "", .signature = "", .scope = "", .doc = ""};
    }
    record->chunks = chunks;
    record->symbols = symbols;
    record->reference_count = record->import_count = 0;
    log_warning("what the index store says of %s makes no sense; to have it read again, save that file",
                head->path);
    return record;
}

static bool has_counts(const struct record *record, const struct record *head) {
    return record->chunk_count == head->chunk_count && record->symbol_count == head->symbol_count;
}

static struct record *decode(const struct record *head) {
    struct slice bytes = record_bytes(head);
    struct record *record = bytes.data ? store_decode(bytes, head->size, head->mtime_ns) : NULL;
    if (record && has_counts(record, head)) {
        return record;
    }
    record_release(record);
    return make_blank(head);
}

struct record *record_unpack(const struct record *record) {
    struct record *whole = record->is_head ? atomic_load_explicit(&record->whole, memory_order_acquire)
                                           : (struct record *)(uintptr_t)record;
    return whole ? record_retain(whole) : decode(record);
}

const struct record *record_make_whole(const struct record *head) {
    struct record *mine = decode(head), *theirs = NULL;
    struct record *_Atomic *place = &((struct record *)(uintptr_t)head)->whole;
    if (atomic_compare_exchange_strong_explicit(place, &theirs, mine, memory_order_acq_rel,
                                                memory_order_acquire)) {
        return mine;
    }
    record_release(mine);
    return theirs;
}
