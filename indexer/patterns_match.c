// patterns_match.c - see patterns.h: the search.
//
// A pattern's nodes are tried on the children of a node from left to right; when
// the last of them has its place, what follows around them is tried next, and
// when nothing is left there is a match. So the way on is part of the question
// ("this list of nodes, and then what waits behind the list around"), and going
// back to try another child is returning from the call. Recursion is as deep as
// the pattern, not as the tree.
//
// Two rules keep this from trying what cannot help. Where a node without
// captures has found its place, a later place would give the same match. And a
// node that must follow at once is not sought behind a named one.
#include "indexer/patterns_internal.h"
#include "indexer/tree_walk.h"

#include <stdlib.h>

enum { STEPS_BETWEEN_STOPS = 1024, CHILDREN_KEPT = 16384 };

struct child {
    TSNode node;
    TSSymbol symbol;
    TSFieldId field;
    bool is_named;
};

// Children in `matcher`, by number: the array may move.
struct children {
    size_t start, end;
    size_t last_named; // `start` if none is named
};

struct pattern_matcher {
    struct tree_children listed; // of one node
    VEC(struct child) children;  // of the nodes that are being looked into, one list behind the other
    const void *root; // the first node of the patterns that are being tried, if its children are listed
    struct children of_root; // then these
    const struct pattern_search *search;
    struct pattern_match match;
    uint32_t steps;
    bool is_stopped;
};

// What waits behind a list of nodes: the element whose children they are, and where that stands.
struct around {
    const struct pattern_node *element;
    struct children children;
    size_t at;
    struct around *outer;
    bool is_root;
    bool was_reached; // the list found its places
};

struct pattern_matcher *pattern_matcher_new(void) {
    return mem_zero(1, sizeof(struct pattern_matcher));
}

void pattern_matcher_free(struct pattern_matcher *matcher) {
    if (matcher) {
        tree_children_free(&matcher->listed);
        vec_free(&matcher->children);
        free(matcher);
    }
}

static const struct pattern_node *node_at(const struct pattern_matcher *matcher, uint16_t number) {
    return number ? &matcher->search->patterns->nodes.items[number] : NULL;
}

static void check_stop(struct pattern_matcher *matcher) {
    if (++matcher->steps % STEPS_BETWEEN_STOPS == 0) {
        matcher->is_stopped = matcher->is_stopped || matcher->search->stop(matcher->search->context);
    }
}

static struct child child_of(TSNode node, TSFieldId field) {
    return (struct child){node, ts_node_symbol(node), field, ts_node_is_named(node)};
}

static struct children list_children(struct pattern_matcher *matcher, TSNode node) {
    size_t start = matcher->children.count;
    struct children list = {start, start, start};
    matcher->listed.count = 0;
    tree_children_add(&matcher->listed, node);
    for (size_t i = 0; i < matcher->listed.count && !matcher->is_stopped; i++) {
        struct child child = child_of(matcher->listed.items[i].node, matcher->listed.items[i].field);
        list.last_named = child.is_named ? matcher->children.count : list.last_named;
        vec_push(&matcher->children, child);
        check_stop(matcher);
    }
    list.end = matcher->children.count;
    return list;
}

// Several patterns begin with one type, and each asks for the children.
static struct children children_of(struct pattern_matcher *matcher, TSNode node, bool is_root) {
    if (is_root && matcher->root == node.id) {
        return matcher->of_root;
    }
    struct children list = list_children(matcher, node);
    if (is_root) {
        matcher->root = node.id;
        matcher->of_root = list;
    }
    return list;
}

static bool test_holds(const struct pattern_search *search, const struct pattern_test *test, TSNode node) {
    struct slice text = slice_sub(search->text, ts_node_start_byte(node), ts_node_end_byte(node));
    for (size_t i = 0; i < test->text_count; i++) {
        if (slice_equal(text, test->texts[i])) {
            return !test->is_negated;
        }
    }
    return test->is_negated;
}

static void take_match(struct pattern_matcher *matcher) {
    const struct pattern_search *search = matcher->search;
    const struct pattern *pattern = &search->patterns->items.items[matcher->match.pattern];
    for (size_t i = pattern->first_test; i < (size_t)pattern->first_test + pattern->test_count; i++) {
        const struct pattern_test *test = &search->patterns->tests.items[i];
        for (uint32_t j = 0; j < matcher->match.count; j++) {
            if (matcher->match.items[j].capture == test->capture &&
                !test_holds(search, test, matcher->match.items[j].node)) {
                return;
            }
        }
    }
    search->take(search->context, &matcher->match);
}

static bool fits(const struct pattern_node *shape, const struct child *child) {
    bool fits = shape->shape == PATTERN_TYPE
                    ? shape->symbol == child->symbol
                    : child->symbol != (TSSymbol)-1 && (child->is_named || shape->shape == PATTERN_ANY);
    for (size_t i = 0; fits && i < NODE_WITHOUT && shape->without[i]; i++) {
        fits = ts_node_is_null(ts_node_child_by_field_id(child->node, shape->without[i]));
    }
    return fits;
}

static void capture(struct pattern_matcher *matcher, const struct pattern_node *shape, TSNode node) {
    for (size_t i = 0; i < shape->capture_count; i++) {
        matcher->match.items[matcher->match.count].capture = shape->captures[i];
        matcher->match.items[matcher->match.count].node = node;
        matcher->match.count++;
    }
}

static bool match_list(struct pattern_matcher *matcher, const struct pattern_node *element,
                       struct children list, size_t from, bool is_adjacent, struct around *outer);

// What follows the element that has its place at `at`.
static bool match_rest(struct pattern_matcher *matcher, const struct around *place, bool is_adjacent) {
    const struct pattern_node *next = node_at(matcher, place->element->next);
    return match_list(matcher, next, place->children, place->at + 1,
                      is_adjacent && next && next->is_immediate, place->outer);
}

// `shape` is the element of `place` itself, or the alternative of it that is tried.
static bool match_shape(struct pattern_matcher *matcher, const struct pattern_node *shape,
                        struct around *place) {
    struct child child = matcher->children.items[place->at];
    uint32_t captured = matcher->match.count;
    bool found = false;
    if (shape->shape == PATTERN_CHOICE) {
        capture(matcher, shape, child.node);
        for (uint16_t i = shape->inner; i; i = node_at(matcher, i)->next) {
            found = match_shape(matcher, node_at(matcher, i), place) || found;
        }
    } else if (fits(shape, &child)) {
        capture(matcher, shape, child.node);
        if (shape->inner) {
            size_t kept = matcher->children.count;
            struct children inner = children_of(matcher, child.node, place->is_root);
            found = match_list(matcher, node_at(matcher, shape->inner), inner, inner.start, false, place);
            matcher->children.count = place->is_root ? inner.end : kept;
        } else {
            place->was_reached = true;
            found = match_rest(matcher, place, shape->shape == PATTERN_ANY);
        }
    }
    matcher->match.count = captured;
    return found;
}

// The element and those behind it, somewhere in the list from `from` on. True if there was a match.
static bool match_list(struct pattern_matcher *matcher, const struct pattern_node *element,
                       struct children list, size_t from, bool is_adjacent, struct around *outer) {
    if (!element && outer) {
        outer->was_reached = true;
        return match_rest(matcher, outer, false);
    }
    if (!element) {
        take_match(matcher);
        return true;
    }
    const struct pattern_node *next = node_at(matcher, element->next);
    bool found = false;
    for (size_t at = from; at < list.end && !matcher->is_stopped; at++) {
        const struct child *child = &matcher->children.items[at];
        bool ends_here = (element->is_immediate && child->is_named) || is_adjacent;
        bool in_place = (!element->field || element->field == child->field) &&
                        !(element->is_last && list.last_named > at);
        struct around place = {.element = element, .children = list, .at = at, .outer = outer};
        check_stop(matcher);
        if (in_place && match_shape(matcher, element, &place)) {
            found = true;
        }
        bool is_settled = place.was_reached && !element->captures_within && !(next && next->is_immediate);
        if (ends_here || is_settled) {
            break;
        }
    }
    if (element->is_optional && !found) {
        found = match_list(matcher, next, list, from, is_adjacent, outer);
    }
    return found;
}

static void match_root(struct pattern_matcher *matcher, struct children list, size_t at, bool in_error) {
    const struct patterns *patterns = matcher->search->patterns;
    TSSymbol row = patterns_row(patterns, matcher->children.items[at].symbol);
    size_t kept = matcher->children.count;
    for (size_t i = patterns->begin[row]; i < patterns->begin[row + 1] && !matcher->is_stopped; i++) {
        const struct pattern *pattern = &patterns->items.items[patterns->order[i]];
        const struct pattern_node *root = node_at(matcher, pattern->root);
        if (root->next && in_error) {
            continue; // what stands side by side there has nothing to do with each other
        }
        matcher->match.pattern = patterns->order[i];
        matcher->match.count = 0;
        struct around place = {.element = root, .children = list, .at = at, .is_root = true};
        match_shape(matcher, root, &place);
    }
    matcher->children.count = kept;
    matcher->root = NULL;
}

void patterns_search(struct pattern_matcher *matcher, const struct pattern_search *search, TSNode node) {
    matcher->search = search;
    matcher->is_stopped = false;
    matcher->children.count = 0;
    vec_push(&matcher->children, child_of(node, 0));
    match_root(matcher, (struct children){0, 1, 0}, 0, false);
    struct children list = list_children(matcher, node);
    bool in_error = ts_node_symbol(node) == (TSSymbol)-1;
    for (size_t at = list.start; at < list.end && !matcher->is_stopped; at++) {
        match_root(matcher, list, at, in_error);
    }
    if (matcher->children.capacity > CHILDREN_KEPT) {
        vec_free(&matcher->children);
        tree_children_free(&matcher->listed);
    }
    matcher->search = NULL;
}
