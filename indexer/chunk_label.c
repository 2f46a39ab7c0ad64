// chunk_label.c - names for the chunks, and their forward rows.
//
// A chunk is called after the definition that fills at least half of it; else
// after the innermost one that encloses it (the middle of a long function, a
// class full of small methods); else after the largest one that begins in it.
// Chunks and symbols are both sorted by where they begin, so one sweep with a
// stack of the enclosing symbols does it. The forward row of a chunk that an
// edit left as it was is taken from the version before.
#include "indexer/syntax_internal.h"

#include "indexer/terms.h"

struct sweep {
    const struct record *record;
    uint32_t next;           // first symbol that begins at or after the present chunk
    VEC(uint32_t) enclosing; // indexes of symbols that reach beyond the present chunk, the innermost last
};

static uint32_t symbol_size(const struct symbol *symbol) {
    return symbol->end_byte - symbol->start_byte;
}

static const struct symbol *innermost(struct sweep *sweep, const struct chunk *chunk) {
    while (sweep->enclosing.count) {
        uint32_t last = sweep->enclosing.items[sweep->enclosing.count - 1];
        if (sweep->record->symbols[last].end_byte > chunk->start_byte) {
            return &sweep->record->symbols[last];
        }
        sweep->enclosing.count--;
    }
    return NULL;
}

// The largest symbol that begins in the chunk; those that reach beyond it go on the stack.
static const struct symbol *largest(struct sweep *sweep, const struct chunk *chunk) {
    const struct symbol *best = NULL;
    for (; sweep->next < sweep->record->symbol_count; sweep->next++) {
        const struct symbol *symbol = &sweep->record->symbols[sweep->next];
        if (symbol->start_byte >= chunk->end_byte) {
            break;
        }
        if (!best || symbol_size(symbol) > symbol_size(best)) {
            best = symbol;
        }
        if (symbol->end_byte > chunk->end_byte) {
            vec_push(&sweep->enclosing, sweep->next);
        }
    }
    return best;
}

static void label(struct sweep *sweep, struct chunk *chunk) {
    const struct symbol *outer = innermost(sweep, chunk);
    const struct symbol *inner = largest(sweep, chunk);
    bool fills = inner && symbol_size(inner) >= (chunk->end_byte - chunk->start_byte) / 2;
    const struct symbol *symbol = fills || !outer ? inner : outer;
    if (symbol) {
        chunk->kind = symbol_kind_name(symbol->kind);
        chunk->name = symbol->name;
        chunk->scope = symbol->scope;
    }
}

// The forward row of the same bytes in the version before, or NULL. Its chunks are met in order: *next is the
// first that was not passed yet.
static const struct chunk *same_before(const struct extraction *extraction, const struct chunk *chunk,
                                       uint32_t *next) {
    const struct record *before = extraction->before;
    struct edit edit = extraction->edit;
    bool is_behind = chunk->start_byte >= edit.new_end;
    if (!before || (!is_behind && chunk->end_byte > edit.start)) {
        return NULL;
    }
    uint32_t moved = is_behind ? edit.old_end - edit.new_end : 0; // wraps around, as does what it is added to
    while (*next < before->chunk_count && before->chunks[*next].start_byte < chunk->start_byte + moved) {
        ++*next;
    }
    const struct chunk *old = *next < before->chunk_count ? &before->chunks[*next] : NULL;
    bool same =
        old && old->start_byte == chunk->start_byte + moved && old->end_byte == chunk->end_byte + moved;
    return same ? old : NULL;
}

static void count_terms(struct extraction *extraction, struct chunk *chunk, const struct chunk *same) {
    struct arena *arena = &extraction->record->arena;
    if (!same) {
        struct slice text = slice_sub(extraction->text, chunk->start_byte, chunk->end_byte);
        chunk->terms =
            terms_count(extraction->syntax->counter, text, arena, &chunk->term_count, &chunk->length);
        return;
    }
    struct term *terms = arena_alloc(arena, same->term_count * sizeof *terms);
    if (same->term_count) {
        memcpy(terms, same->terms, same->term_count * sizeof *terms);
    }
    chunk->terms = terms;
    chunk->term_count = same->term_count;
    chunk->length = same->length;
}

void chunks_finish(struct extraction *extraction) {
    struct record *record = extraction->record;
    struct sweep sweep = {.record = record};
    uint32_t next = 0;
    for (uint32_t i = 0; i < record->chunk_count; i++) {
        struct chunk *chunk = &extraction->chunks[i];
        label(&sweep, chunk);
        count_terms(extraction, chunk, same_before(extraction, chunk, &next));
    }
    vec_free(&sweep.enclosing);
}
