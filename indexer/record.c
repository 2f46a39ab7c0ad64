// record.c - see record.h.
#include "indexer/record.h"

#include "base/mem.h"

#include <stdlib.h>

struct record *record_new(const char *path) {
    struct record *record = mem_zero(1, sizeof *record);
    atomic_init(&record->references, 1);
    arena_init_spilling(&record->arena);
    record->path = arena_copy_string(&record->arena, path);
    record->language = "";
    return record;
}

struct record *record_retain(struct record *record) {
    atomic_fetch_add_explicit(&record->references, 1, memory_order_relaxed);
    return record;
}

void record_release(struct record *record) {
    if (record && atomic_fetch_sub_explicit(&record->references, 1, memory_order_acq_rel) == 1) {
        arena_free(&record->arena);
        free(record);
    }
}

const char *symbol_kind_name(enum symbol_kind kind) {
    static const char *const names[] = {"function", "method", "type",     "macro",
                                        "constant", "field",  "variable", "module"};
    return (unsigned)kind < sizeof names / sizeof names[0] ? names[kind] : "symbol";
}
