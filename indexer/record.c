// record.c - see record.h.
#include "indexer/record.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/scratch.h"
#include "base/slab.h"
#include "indexer/language.h"
#include "indexer/packed.h"

#include <stdlib.h>

struct record *record_new(const char *path) {
    struct record *record = mem_zero(1, sizeof *record);
    atomic_init(&record->holders, 1);
    arena_init_spilling(&record->arena);
    record->path = arena_copy_string(&record->arena, path);
    record->language = "";
    return record;
}

// A head is one allocation, side by side with others: of a large repository there are tens of thousands.
struct record *record_new_head(struct slice path) {
    struct record *record = slab_alloc(sizeof *record + path.length + 1);
    char *copy = (char *)(record + 1);
    memcpy(copy, path.data, path.length);
    atomic_init(&record->holders, 1);
    record->is_head = true;
    record->path = copy;
    record->language = "";
    return record;
}

struct record *record_retain(struct record *record) {
    atomic_fetch_add_explicit(&record->holders, 1, memory_order_relaxed);
    return record;
}

void record_release(struct record *record) {
    if (record && atomic_fetch_sub_explicit(&record->holders, 1, memory_order_acq_rel) == 1) {
        record_release(record->whole);
        record_forget_decoded(record);
        scratch_release(record->packed);
        size_t head_size = record->is_head ? sizeof *record + strlen(record->path) + 1 : 0;
        arena_free(&record->arena);
        if (head_size) {
            slab_free(record, head_size);
        } else {
            free(record);
        }
    }
}

void record_set_language(struct record *record, const char *language) {
    const struct language *known = language_of_id(language);
    record->language = known         ? language_id(known)
                       : language[0] ? arena_copy_string(&record->arena, language)
                                     : "";
}

const char *symbol_kind_name(enum symbol_kind kind) {
    static const char *const names[] = {"function", "method", "type",     "macro",
                                        "constant", "field",  "variable", "module"};
    return (unsigned)kind < sizeof names / sizeof names[0] ? names[kind] : "symbol";
}

bool symbol_holds_others(const struct symbol *symbol) {
    return symbol->kind != SYMBOL_FIELD && symbol->kind != SYMBOL_CONSTANT;
}

uint32_t record_symbols_before(const struct record *record, uint32_t byte) {
    uint32_t low = 0, high = record->symbol_count;
    while (low < high) { // R4
        uint32_t middle = low + (high - low) / 2;
        if (record->symbols[middle].start_byte < byte) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const struct symbol *record_symbol_at(const struct record *record, uint32_t line) {
    for (uint32_t i = record->symbol_count; i-- > 0;) {
        const struct symbol *symbol = &record->symbols[i];
        if (symbol->start_line <= line && line <= symbol->end_line && symbol_holds_others(symbol)) {
            return symbol;
        }
    }
    return NULL;
}

const char *record_chunk_header(const struct record *record, const struct chunk *chunk) {
    for (uint32_t i = record_symbols_before(record, chunk->start_byte); i-- > 0;) {
        const struct symbol *symbol = &record->symbols[i];
        if (symbol->end_byte > chunk->start_byte && symbol_holds_others(symbol)) {
            return symbol->signature;
        }
    }
    return "";
}

uint32_t reference_key(struct slice name) {
    return hash_fold(hash_bytes(name.data, name.length));
}

int reference_compare(const void *left, const void *right) {
    const struct reference *a = left, *b = right;
    if (a->name != b->name) {
        return a->name < b->name ? -1 : 1;
    }
    return a->line != b->line ? (a->line < b->line ? -1 : 1) : (int)a->kind - (int)b->kind;
}

const struct reference *record_references(const struct record *record, struct slice name, size_t *count) {
    uint32_t key = reference_key(name), low = 0, high = record->reference_count;
    while (low < high) { // R5
        uint32_t middle = low + (high - low) / 2;
        if (record->references[middle].name < key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const struct reference *first = &record->references[low];
    for (*count = 0; low + *count < record->reference_count && first[*count].name == key;) {
        ++*count;
    }
    return *count ? first : NULL;
}
