// references_walk.c - see references_walk.h.
//
// A subtree's children lie in one array. Each is as long as its padding (white
// space before it) and its size; a grammar may rename children by the rule
// that made their parent, whose aliases lie side by side for all children but
// extra ones (comments). Hidden nodes are entered like others: what they hold
// belongs to the visible node above.
#include "indexer/references_walk.h"

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
};

static struct level level_of(const TSLanguage *language, Subtree subtree, uint32_t start) {
    return (struct level){.children = ts_subtree_children(subtree),
                          .aliases = ts_language_alias_sequence(language, subtree.ptr->production_id),
                          .count = subtree.ptr->child_count,
                          .byte = start - ts_subtree_padding(subtree).bytes};
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

void references_walk(TSNode root, const uint8_t *marks, TSSymbol symbols, references_visit *visit,
                     void *context) {
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
        const Subtree *child = &level.children[level.next++];
        struct size size = size_of(*child);
        uint32_t start = level.byte + size.padding;
        level.byte = start + size.bytes;
        TSSymbol alias = 0;
        if (!size.is_extra) {
            alias = level.aliases ? level.aliases[level.structural] : 0;
            level.structural++;
        }
        TSSymbol symbol = alias ? alias : size.symbol;
        if (symbol < symbols && marks[symbol]) {
            visit(context, (TSNode){.context = {start, 0, 0, alias}, .id = child, .tree = root.tree},
                  marks[symbol]);
        }
        if (size.has_named) {
            if (level.next < level.count) {
                vec_push(&above, level);
            }
            level = level_of(language, *child, start);
        }
    }
    vec_free(&above);
}
