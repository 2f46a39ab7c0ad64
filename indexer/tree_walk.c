// tree_walk.c - see tree_walk.h.
//
// A subtree's children lie in one array. Each is as long as its padding (white
// space before it) and its size; a grammar may rename children by the rule
// that made their parent, whose aliases lie side by side for all children but
// extra ones (comments), and so do the fields that it has them in. Hidden nodes
// are entered like others: what they hold belongs to the visible node above,
// in the field that they are in themselves unless their own rule names one.
#include "indexer/tree_walk.h"

#include "base/vec.h"

#include <language.h> // tree-sitter's own
#include <subtree.h>
#include <tree.h>

struct level {
    const Subtree *children;
    const TSSymbol *aliases; // of the children that are not extra; NULL: none
    uint32_t count, next;
    uint32_t structural; // how many of those before `next` are not extra
    uint32_t byte;       // where the padding of the next one begins
    uint16_t production; // the rule that made the parent
    TSFieldId field;     // that the hidden parent is in
};

static inline struct level level_of(const TSLanguage *language, Subtree subtree, uint32_t start) {
    return (struct level){.children = ts_subtree_children(subtree),
                          .aliases = ts_language_alias_sequence(language, subtree.ptr->production_id),
                          .count = subtree.ptr->child_count,
                          .byte = start - subtree.ptr->padding.bytes,
                          .production = subtree.ptr->production_id};
}

struct size {
    uint32_t padding, bytes;
    TSSymbol symbol;
    bool is_extra;
    bool has_named; // else a leaf, or only punctuation: a grammar's marks are on named nodes
};

// What ts_subtree_padding and its like say one by one, asking each time whether the leaf is stored inline.
static inline struct size size_of(Subtree subtree) {
    if (subtree.data.is_inline) {
        return (struct size){subtree.data.padding_bytes, subtree.data.size_bytes, subtree.data.symbol,
                             subtree.data.extra, false};
    }
    const SubtreeHeapData *data = subtree.ptr;
    return (struct size){data->padding.bytes, data->size.bytes, data->symbol, data->extra,
                         data->child_count > 0 && data->named_child_count > 0};
}

struct step {
    const Subtree *child;
    struct size size;
    uint32_t start, structural;
    TSSymbol alias; // 0: none
};

static inline struct step next_step(struct level *level) {
    const Subtree *child = &level->children[level->next++];
    struct step step = {.child = child, .size = size_of(*child), .structural = level->structural};
    step.start = level->byte + step.size.padding;
    level->byte = step.start + step.size.bytes;
    if (!step.size.is_extra) {
        step.alias = level->aliases ? level->aliases[level->structural] : 0;
        level->structural++;
    }
    return step;
}

static inline TSNode node_of(const TSTree *tree, const struct step *step) {
    return (TSNode){.context = {step->start, 0, 0, step->alias}, .id = step->child, .tree = tree};
}

void tree_walk(TSNode root, const uint8_t *marks, TSSymbol symbols, tree_visit *visit, void *context) {
    const TSLanguage *language = root.tree->language;
    VEC(struct level) above = {0};
    Subtree top = *(const Subtree *)root.id;
    struct level level = {0};
    if (size_of(top).has_named) {
        level = level_of(language, top, ts_node_start_byte(root));
    }
    while (level.next < level.count || above.count) {
        if (level.next == level.count) {
            level = above.items[--above.count];
            continue;
        }
        struct step step = next_step(&level);
        TSSymbol symbol = step.alias ? step.alias : step.size.symbol;
        if (symbol < symbols && marks[symbol]) {
            visit(context, node_of(root.tree, &step), marks[symbol]);
        }
        if (step.size.has_named) {
            if (level.next < level.count) {
                vec_push(&above, level);
            }
            level = level_of(language, *step.child, step.start);
        }
    }
    vec_free(&above);
}

// --- children ---

struct tree_levels {
    struct level *items;
    size_t count;
    size_t capacity;
};

// That the level's rule has the child in, or else the hidden nodes above.
static TSFieldId field_of(const TSLanguage *language, const struct level *level, const struct step *step) {
    if (step->size.is_extra) {
        return 0;
    }
    const TSFieldMapEntry *entry, *end;
    ts_language_field_map(language, level->production, &entry, &end);
    for (; entry < end; entry++) {
        if (!entry->inherited && entry->child_index == step->structural) {
            return entry->field_id;
        }
    }
    return level->field;
}

static bool has_visible_child(Subtree subtree) {
    return ts_subtree_child_count(subtree) > 0 && subtree.ptr->visible_child_count > 0;
}

bool tree_children_add(struct tree_children *self, TSNode node) {
    const TSLanguage *language = node.tree->language;
    Subtree top = *(const Subtree *)node.id;
    if (!has_visible_child(top)) {
        return false;
    }
    if (!self->levels) {
        self->levels = mem_zero(1, sizeof *self->levels);
    }
    struct tree_levels *above = self->levels;
    struct level level = level_of(language, top, ts_node_start_byte(node));
    while (level.next < level.count || above->count) {
        if (level.next == level.count) {
            level = above->items[--above->count];
            continue;
        }
        struct step step = next_step(&level);
        if (step.alias || ts_subtree_visible(*step.child)) {
            vec_push(self, (struct tree_child){node_of(node.tree, &step), field_of(language, &level, &step)});
        } else if (has_visible_child(*step.child)) {
            TSFieldId field = field_of(language, &level, &step);
            if (level.next < level.count) {
                vec_push(above, level);
            }
            level = level_of(language, *step.child, step.start);
            level.field = field;
        }
    }
    return true;
}

void tree_children_free(struct tree_children *self) {
    vec_free(self);
    if (self->levels) {
        vec_free(self->levels);
        free(self->levels);
        self->levels = NULL;
    }
}
