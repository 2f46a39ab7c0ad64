// references.c - who uses which name: calls and types, found by the language's own rules.
//
// One walk over the tree; where a node begins a rule's chain (references_rules.h)
// the chain is followed down to the name. A name counts once for each
// definition that uses it, with the line of its first use: that answers "who
// calls this" and costs eight bytes. Local names, fields and constants are not
// kept, nor names of one or two letters: asked for by name, they only mislead.
//
// Both the nodes of the walk and the symbols come in the order of the text, so
// the definition around a use is on a stack of those that are still open.
#include "indexer/syntax_internal.h"
#include "indexer/terms.h"
#include "indexer/tree_walk.h"

#include "base/map.h"

struct collector {
    struct extraction *extraction;
    struct map known; // name, kind and owner -> 1 + index of the reference
    VEC(struct reference) found;
    uint32_t next;      // first symbol that begins behind the present node
    VEC(uint32_t) open; // symbols around the present node, the innermost last
};

// The symbol around the byte, plus one; 0: none. To be asked in rising order.
static uint32_t owner_at(struct collector *collector, uint32_t byte) {
    const struct record *record = collector->extraction->record;
    for (; collector->next < record->symbol_count; collector->next++) {
        const struct symbol *symbol = &record->symbols[collector->next];
        if (symbol->start_byte > byte) {
            break;
        }
        if (symbol->end_byte > byte && symbol_holds_others(symbol)) {
            vec_push(&collector->open, collector->next);
        }
    }
    while (collector->open.count) {
        uint32_t last = collector->open.items[collector->open.count - 1];
        if (record->symbols[last].end_byte > byte) {
            return last + 1;
        }
        collector->open.count--;
    }
    return 0;
}

// A definition's own name is no use of it.
static bool is_definition(const struct collector *collector, uint32_t owner, struct slice name,
                          uint32_t line) {
    const struct symbol *symbol = owner ? &collector->extraction->record->symbols[owner - 1] : NULL;
    return symbol && symbol->name_line == line && slice_equal(slice_of_string(symbol->name), name);
}

static void add(struct collector *collector, enum reference_kind kind, TSNode node, uint32_t owner) {
    struct slice name = node_text(collector->extraction, node);
    if (name.length < REFERENCE_SHORTEST || name.length > NAME_MAX_BYTES) {
        return;
    }
    uint32_t key = reference_key(name);
    uint64_t place = (uint64_t)key << 32 | (uint64_t)owner << 1 | (kind == REFERENCE_TYPE);
    uint64_t *known = map_get(&collector->known, place);
    if (known) {
        struct reference *reference = &collector->found.items[*known - 1];
        if (reference->places < REFERENCE_PLACES) {
            reference->places++;
        }
        return;
    }
    uint32_t line = extraction_line(collector->extraction, ts_node_start_byte(node));
    if (collector->found.count >= REFERENCES_MAX || line >= REFERENCE_LINES ||
        is_definition(collector, owner, name, line) || terms_is_keyword(name)) {
        return;
    }
    vec_push(
        &collector->found,
        (struct reference){.name = key, .line = line & (REFERENCE_LINES - 1), .kind = kind & 3, .places = 1});
    map_set(&collector->known, place, collector->found.count);
}

static bool is_step(TSNode node, const struct references_step *step) {
    return !ts_node_is_null(node) && ts_node_symbol(node) == step->symbol;
}

// From the node that fits the step before `at` down to the names. Recurses at most REFERENCES_DEPTH deep.
static void follow(struct collector *collector, const struct references_rule *rule, uint8_t at, TSNode node,
                   uint32_t owner) {
    if (at == rule->length) {
        add(collector, rule->kind, node, owner);
        return;
    }
    const struct references_step *step = &rule->steps[at];
    if (step->field) {
        TSNode child = ts_node_child_by_field_id(node, step->field);
        if (is_step(child, step)) {
            follow(collector, rule, at + 1, child, owner);
        }
        return;
    }
    uint32_t count = ts_node_named_child_count(node);
    for (uint32_t i = 0; i < count && i < REFERENCE_CHILDREN; i++) {
        TSNode child = ts_node_named_child(node, i);
        if (is_step(child, step)) {
            follow(collector, rule, at + 1, child, owner);
        }
    }
}

static void visit(void *context, TSNode node, uint8_t mark) {
    struct collector *collector = context;
    const struct references_rules *rules = collector->extraction->grammar->references;
    uint32_t owner = owner_at(collector, ts_node_start_byte(node));
    while (mark) {
        const struct references_rule *rule = &rules->items[mark - 1];
        follow(collector, rule, 1, node, owner);
        mark = rule->next;
    }
}

static void keep(struct collector *collector) {
    struct record *record = collector->extraction->record;
    size_t count = collector->found.count;
    struct reference *references = arena_alloc(&record->arena, count * sizeof *references);
    if (count) {
        qsort(collector->found.items, count, sizeof *references, reference_compare);
        memcpy(references, collector->found.items, count * sizeof *references);
    }
    record->references = references;
    record->reference_count = (uint32_t)count;
}

void references_extract(struct extraction *extraction, TSNode root) {
    const struct references_rules *rules = extraction->grammar->references;
    if (rules->count == 0) {
        return;
    }
    struct collector collector = {.extraction = extraction};
    map_init(&collector.known);
    tree_walk(root, rules->first, rules->symbols, visit, &collector);
    keep(&collector);
    map_free(&collector.known);
    vec_free(&collector.found);
    vec_free(&collector.open);
}
