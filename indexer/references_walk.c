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

// A leaf, or only punctuation: a grammar's marks are on named nodes.
static bool is_empty(Subtree subtree) {
    return ts_subtree_child_count(subtree) == 0 || subtree.ptr->named_child_count == 0;
}

void references_walk(TSNode root, const uint8_t *marks, TSSymbol symbols, references_visit *visit,
                     void *context) {
    const TSLanguage *language = root.tree->language;
    VEC(struct level) above = {0};
    Subtree top = *(const Subtree *)root.id;
    struct level level = {0};
    if (!is_empty(top)) {
        level = level_of(language, top, ts_node_start_byte(root));
    }
    while (level.next < level.count || above.count) {
        if (level.next == level.count) {
            level = above.items[--above.count];
            continue;
        }
        const Subtree *child = &level.children[level.next++];
        uint32_t start = level.byte + ts_subtree_padding(*child).bytes;
        level.byte = start + ts_subtree_size(*child).bytes;
        TSSymbol alias = 0;
        if (!ts_subtree_extra(*child)) {
            alias = level.aliases ? level.aliases[level.structural] : 0;
            level.structural++;
        }
        TSSymbol symbol = alias ? alias : ts_subtree_symbol(*child);
        if (symbol < symbols && marks[symbol]) {
            visit(context, (TSNode){.context = {start, 0, 0, alias}, .id = child, .tree = root.tree},
                  marks[symbol]);
        }
        if (!is_empty(*child)) {
            if (level.next < level.count) {
                vec_push(&above, level);
            }
            level = level_of(language, *child, start);
        }
    }
    vec_free(&above);
}
