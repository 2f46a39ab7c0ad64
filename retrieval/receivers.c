// receivers.c - see receivers.h.
#include "retrieval/receivers.h"

static const uint32_t ANY_KIND = UINT32_MAX;

static bool is_frequent(const struct snapshot *snapshot, struct slice name) {
    uint32_t places = 0, key = segment_name_key(name);
    for (uint32_t s = 0; s < snapshot->segment_count && places <= RECEIVERS_PLACES; s++) {
        const struct segment *segment = snapshot->segments[s];
        struct names_walk walk = names_find(&segment->names, key);
        while (places <= RECEIVERS_PLACES && segment_next_named(segment, &walk, key)) {
            places += !snapshot_is_dead(snapshot, s,
                                        segment_file_of(&segment->fields[SEGMENT_SYMBOLS], walk.symbol));
        }
    }
    return places > RECEIVERS_PLACES;
}

static const struct symbol *own_symbol(const struct record *own, struct slice name) {
    for (uint32_t i = 0; own && i < own->symbol_count; i++) {
        if (slice_equal(slice_of_string(own->symbols[i].name), name)) {
            return &own->symbols[i];
        }
    }
    return NULL;
}

struct adding {
    struct types *types;
    struct slice scope; // of the definition whose signature is read
};

static void add_name(void *context, struct slice name, size_t at) {
    (void)at;
    const struct adding *adding = context;
    bool is_own = slice_equal(name, SLICE_LITERAL("Self")) || slice_equal(name, SLICE_LITERAL("this"));
    if (adding->types->names.count < RECEIVERS_NAMES) {
        types_add(adding->types, is_own ? adding->scope : name);
    }
}

// All but the parameters; of a type what stands in parentheses are bases.
static void add_signature(struct types *types, const struct symbol *symbol) {
    struct adding adding = {types, segment_scope_name(symbol->scope)};
    struct slice text = slice_of_string(symbol->signature);
    size_t open = slice_find(text, SLICE_LITERAL("("), 0), depth = 0, close = open;
    if (symbol->kind == SYMBOL_TYPE || open == (size_t)-1) {
        query_identifiers(text, 0, text.length, add_name, &adding);
        return;
    }
    for (; close < text.length; close++) {
        depth += text.data[close] == '(';
        depth -= text.data[close] == ')';
        if (depth == 0) {
            break;
        }
    }
    query_identifiers(text, 0, open, add_name, &adding);
    query_identifiers(text, close, text.length, add_name, &adding);
}

static bool is_self(struct slice name) {
    return slice_equal(name, SLICE_LITERAL("self")) || slice_equal(name, SLICE_LITERAL("this")) ||
           slice_equal(name, SLICE_LITERAL("cls"));
}

static void add_own_type(struct types *types, const struct record *own, uint32_t line) {
    const struct symbol *around = own ? record_symbol_at(own, line) : NULL;
    if (around && types->names.count && is_self(types->names.items[0])) {
        types_add(types, around->kind == SYMBOL_TYPE ? slice_of_string(around->name)
                                                     : segment_scope_name(around->scope));
    }
}

void receivers_follow(const struct snapshot *snapshot, struct query *query, const struct imports *imports,
                      const struct snapshot_file *self, const struct record *own, uint32_t line) {
    struct types *types = &query->receivers;
    size_t from = 0;
    add_own_type(types, own, line);
    for (int round = 0; round < RECEIVERS_ROUNDS; round++) {
        size_t end = types->names.count;
        for (; from < end; from++) {
            struct slice name = types->names.items[from];
            const struct symbol *symbol = own_symbol(own, name);
            struct definition found;
            if (!symbol && !is_frequent(snapshot, name) &&
                definitions_of(snapshot, query, name, ANY_KIND, imports, self, &found)) {
                symbol = segment_symbol(snapshot->segments[found.segment], found.id);
            }
            if (symbol) {
                add_signature(types, symbol);
            }
        }
    }
}
