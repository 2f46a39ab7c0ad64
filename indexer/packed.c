// packed.c - see packed.h.
//
// Two threads may decode the same record at once; the first to hang its result
// in wins, and the other throws its own away.
#include "indexer/packed.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/scratch.h"
#include "indexer/store_code.h"

static atomic_size_t decoded_bytes;

static struct scratch *bytes_of(const struct record *record) {
    return atomic_load_explicit(&record->packed, memory_order_acquire);
}

static void set_bytes(struct record *head, struct scratch *bytes) {
    scratch_release(atomic_exchange_explicit(&head->packed, bytes, memory_order_acq_rel));
}

void record_lend(struct record *head, struct slice bytes) {
    set_bytes(head, scratch_keep(bytes));
}

void record_share(struct record *head, const struct record *from) {
    struct scratch *bytes = bytes_of(from);
    if (bytes && !bytes_of(head)) {
        head->mtime_ns = from->mtime_ns;
        set_bytes(head, scratch_retain(bytes));
    }
}

bool record_read_bytes(const struct record *record, struct str *out) {
    const struct scratch *bytes = bytes_of(record);
    bool is_there = bytes && scratch_read(bytes, out);
    if (bytes && !is_there) {
        log_warning(
            "what was put aside of %s below the cache folder cannot be read back; to have it again, restart or "
            "save that file",
            record->path);
    }
    return is_there;
}

uint64_t record_hash_of_bytes(const struct record *record) {
    const struct scratch *bytes = bytes_of(record);
    return bytes ? scratch_hash(bytes) : 0;
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
    head->whole = record_retain(whole);
    return head;
}

void record_shed(struct record *record) {
    record_release(record->whole);
    record->whole = NULL;
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
    return record;
}

static bool has_counts(const struct record *record, const struct record *head, enum record_extent extent) {
    return record->symbol_count == head->symbol_count &&
           (extent == RECORD_OUTLINE || record->chunk_count == head->chunk_count);
}

static struct record *decode(const struct record *head, enum record_extent extent) {
    struct record *record = NULL;
    struct str bytes;
    str_init(&bytes);
    bool is_there = record_read_bytes(head, &bytes);
    if (is_there) {
        record = (extent == RECORD_OUTLINE ? store_decode_outline : store_decode)(str_slice(&bytes),
                                                                                  head->size, head->mtime_ns);
    }
    str_free(&bytes);
    if (record && has_counts(record, head, extent)) {
        return record;
    }
    record_release(record);
    if (is_there) {
        log_warning("what the index store says of %s makes no sense; to have it read again, save that file",
                    head->path);
    }
    return make_blank(head);
}

struct record *record_unpack(const struct record *record) {
    struct record *whole = record->is_head ? record->whole : (struct record *)(uintptr_t)record;
    return whole ? record_retain(whole) : decode(record, RECORD_WHOLE);
}

const struct record *record_decode(const struct record *head, enum record_extent extent) {
    struct record *whole = head->whole;
    if (extent == RECORD_OUTLINE && !whole) {
        whole = atomic_load_explicit(&head->decoded[RECORD_WHOLE], memory_order_acquire);
    }
    if (whole) {
        record_note_use(head);
        return whole;
    }
    struct record *mine = decode(head, extent), *theirs = NULL;
    struct record *_Atomic *place = &((struct record *)(uintptr_t)head)->decoded[extent];
    atomic_fetch_add(&decoded_bytes, mine->arena.used);
    if (atomic_compare_exchange_strong_explicit(place, &theirs, mine, memory_order_acq_rel,
                                                memory_order_acquire)) {
        return mine;
    }
    atomic_fetch_sub(&decoded_bytes, mine->arena.used);
    record_release(mine);
    return theirs;
}

size_t record_decoded_bytes(void) {
    return atomic_load(&decoded_bytes);
}

struct record *record_take_decoded(struct record *head) {
    struct record *decoded = NULL;
    for (int extent = 0; extent < RECORD_EXTENTS && !decoded; extent++) {
        if (atomic_load_explicit(&head->decoded[extent], memory_order_relaxed)) { // most have none
            decoded = atomic_exchange_explicit(&head->decoded[extent], NULL, memory_order_acq_rel);
        }
    }
    atomic_fetch_sub(&decoded_bytes, decoded ? decoded->arena.used : 0);
    return decoded;
}

void record_forget_decoded(struct record *head) {
    for (struct record *decoded; (decoded = record_take_decoded(head));) {
        record_release(decoded);
    }
}

bool record_was_used(struct record *head) {
    return atomic_exchange_explicit(&head->is_used, false, memory_order_relaxed);
}
