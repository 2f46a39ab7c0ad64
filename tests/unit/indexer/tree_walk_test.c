// tree_walk_test.c - what is read of trees as tree-sitter stores them is what its public cursor says.
#include "indexer/tree_walk.h"

#include "base/fs.h"
#include "base/str.h"
#include "base/vec.h"
#include "indexer/language_internal.h"
#include "tests/unit/unit.h"

#include <string.h>

static const char *const texts[][2] = {
    {"c", ""},
    {"c",
     "struct node *make(size_t n, other_t x);\nint run(struct node *first) { return first->next(1, // a\n 2); }\n"},
    {"c", "int f( { if (a b) /* c */ ; }}\n#if X\nint g(void);\n"},
    {"cpp", "class Child : public Parent { void go() { ns::help<Key>(1); item.visit(make<Value>()); } };\n"},
    {"python",
     "@cached\ndef load(path: Path) -> list[Row]:\n    return parse(path.read())\nclass A(b.C):\n    pass\n"},
    {"javascript", "class Page extends View { draw() { this.fill(new Brush()); } }\nlet {a, b: c} = d\n"},
    {"typescriptreact", "function App(props: Props) { return <Panel on={use(props)} />; }\n"},
    {"go", "package a\nfunc (s *Server) Run(c Config, d ...int) { s.listen(); net.Dial(c) }\n"},
    {"rust", "fn run(args: Args) { Tree::make(1); vecs![2]; args.walk(); }\n"},
    {"java", "class A extends Base {\n  @Override Tree get() { return Maker.make(new Leaf()); } }\n"},
    {"json", "{\"a\": [1, {\"b\": null}]}\n"},
};

static const char *const files[][2] = {
    {"c", "indexer/symbols.c"},          {"cpp", "indexer/language.c"},
    {"python", "tests/e2e/lsp_test.py"}, {"typescript", "editors/vscode/src/client.ts"},
    {"javascript", "indexer/symbols.c"}, {"rust", "indexer/record.c"},
};

struct nodes {
    struct {
        const void *id;
        uint32_t start, end;
        TSSymbol symbol;
    } items[65536];
    size_t count;
};

static void note(void *context, TSNode node, uint8_t mark) {
    struct nodes *nodes = context;
    (void)mark;
    size_t at = nodes->count++;
    assert_true(at < sizeof nodes->items / sizeof nodes->items[0]);
    nodes->items[at].id = node.id;
    nodes->items[at].start = ts_node_start_byte(node);
    nodes->items[at].end = ts_node_end_byte(node);
    nodes->items[at].symbol = ts_node_symbol(node);
}

static void note_by_cursor(struct nodes *nodes, TSNode root) {
    TSTreeCursor cursor = ts_tree_cursor_new(root);
    bool more = ts_tree_cursor_goto_first_child(&cursor);
    while (more) {
        TSNode node = ts_tree_cursor_current_node(&cursor);
        if (ts_node_is_named(node) && !ts_node_is_error(node)) {
            note(nodes, node, 1);
        }
        more = ts_tree_cursor_goto_first_child(&cursor);
        while (!more && !(more = ts_tree_cursor_goto_next_sibling(&cursor))) {
            if (!ts_tree_cursor_goto_parent(&cursor)) {
                break;
            }
        }
    }
    ts_tree_cursor_delete(&cursor);
}

static void check_walk(TSNode root, const TSLanguage *grammar) {
    static struct nodes walked, wanted;
    static uint8_t marks[65536];
    walked.count = wanted.count = 0;
    TSSymbol symbols = (TSSymbol)ts_language_symbol_count(grammar);
    for (TSSymbol i = 0; i < symbols; i++) {
        marks[i] = ts_language_symbol_type(grammar, i) == TSSymbolTypeRegular;
    }
    tree_walk(root, marks, symbols, note, &walked);
    note_by_cursor(&wanted, root);
    assert_int_equal(walked.count, wanted.count);
    for (size_t i = 0; i < wanted.count; i++) {
        assert_ptr_equal(walked.items[i].id, wanted.items[i].id);
        assert_int_equal(walked.items[i].start, wanted.items[i].start);
        assert_int_equal(walked.items[i].end, wanted.items[i].end);
        assert_int_equal(walked.items[i].symbol, wanted.items[i].symbol);
    }
}

static void check_child(const struct tree_child *child, TSTreeCursor *cursor) {
    TSNode wanted = ts_tree_cursor_current_node(cursor);
    assert_true(ts_node_eq(child->node, wanted));
    assert_int_equal(ts_node_start_byte(child->node), ts_node_start_byte(wanted));
    assert_int_equal(ts_node_end_byte(child->node), ts_node_end_byte(wanted));
    assert_int_equal(ts_node_symbol(child->node), ts_node_symbol(wanted));
    assert_int_equal(child->field, ts_tree_cursor_current_field_id(cursor));
}

// Of all nodes: a list that grows is what waits to be looked at.
static void check_children(TSNode root) {
    struct tree_children list = {0};
    VEC(TSNode) waiting = {0};
    vec_push(&waiting, root);
    while (waiting.count) {
        TSNode node = waiting.items[--waiting.count];
        size_t kept = list.count, at = kept;
        assert_int_equal(tree_children_add(&list, node), ts_node_child_count(node) > 0);
        TSTreeCursor cursor = ts_tree_cursor_new(node);
        for (bool more = ts_tree_cursor_goto_first_child(&cursor); more;
             more = ts_tree_cursor_goto_next_sibling(&cursor), at++) {
            assert_true(at < list.count);
            check_child(&list.items[at], &cursor);
            vec_push(&waiting, list.items[at].node);
        }
        assert_int_equal(at, list.count);
        list.count = list.count > 100 ? 0 : list.count; // behind what is in the list, and in an empty one
        ts_tree_cursor_delete(&cursor);
    }
    vec_free(&waiting);
    tree_children_free(&list);
}

static void check(const char *language, struct slice text) {
    const TSLanguage *grammar = language_grammar(language_of_id(language))->language;
    TSParser *parser = ts_parser_new();
    ts_parser_set_language(parser, grammar);
    TSTree *tree = ts_parser_parse_string(parser, NULL, text.data, (uint32_t)text.length);
    check_walk(ts_tree_root_node(tree), grammar);
    check_children(ts_tree_root_node(tree));
    ts_tree_delete(tree);
    ts_parser_delete(parser);
}

static void test_texts(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        check(texts[i][0], slice_of_string(texts[i][1]));
    }
}

// Whole ones and, in a language that is not theirs, broken ones.
static void test_files(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct str text;
        struct err err;
        str_init(&text);
        assert_int_equal(fs_read(files[i][1], 1 << 20, &text, &err), 0);
        check(files[i][0], str_slice(&text));
        str_free(&text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
