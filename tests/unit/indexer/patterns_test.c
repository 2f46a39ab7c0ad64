// patterns_test.c - the part of tree-sitter's query language that patterns.c reads: what it finds is what a
// query of tree-sitter's finds, on whole and on broken text.
#include "base/fs.h"
#include "base/vec.h"
#include "indexer/language_internal.h"
#include "tests/unit/unit.h"

#include <dirent.h>
#include <stdio.h>

// Matches as text, one a line, sorted.
struct found {
    struct slice text;
    const struct patterns *patterns;
    VEC(char *) lines;
    uint32_t stop_after; // steps of the search
};

static int by_text(const void *left, const void *right) {
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static void forget(struct found *found) {
    for (size_t i = 0; i < found->lines.count; i++) {
        free(found->lines.items[i]);
    }
    vec_free(&found->lines);
}

// The order of two captures of one node means nothing.
static char *describe(uint32_t pattern, char captures[][96], size_t count) {
    struct str line;
    str_init(&line);
    str_append_format(&line, "%u", pattern);
    for (size_t i = 1; i < count; i++) {
        for (size_t j = i; j > 0 && strcmp(captures[j - 1], captures[j]) > 0; j--) {
            char swapped[96];
            memcpy(swapped, captures[j], sizeof swapped);
            memcpy(captures[j], captures[j - 1], sizeof swapped);
            memcpy(captures[j - 1], swapped, sizeof swapped);
        }
    }
    for (size_t i = 0; i < count; i++) {
        str_append_format(&line, " %s", captures[i]);
    }
    return str_detach(&line);
}

static void note_capture(char *out, TSNode node, const char *name) {
    snprintf(out, 96, "%06u-%u@%s", ts_node_start_byte(node), ts_node_end_byte(node), name);
}

static void take(void *context, const struct pattern_match *match) {
    struct found *found = context;
    char captures[MATCH_CAPTURES][96];
    for (uint32_t i = 0; i < match->count; i++) {
        note_capture(captures[i], match->items[i].node,
                     patterns_capture_name(found->patterns, match->items[i].capture));
    }
    vec_push(&found->lines, describe(match->pattern, captures, match->count));
}

static bool stop(void *context) {
    const struct found *found = context;
    return found->stop_after > 0;
}

static bool predicates_hold(const TSQuery *query, const TSQueryMatch *match, struct slice text) {
    uint32_t count, length;
    const TSQueryPredicateStep *step = ts_query_predicates_for_pattern(query, match->pattern_index, &count);
    for (uint32_t at = 0; at < count; at++) {
        const char *name = ts_query_string_value_for_id(query, step[at].value_id, &length);
        bool negated = strcmp(name, "not-any-of?") == 0;
        uint32_t capture = step[at + 1].value_id;
        uint32_t first = at + 2;
        for (at = first; step[at].type != TSQueryPredicateStepTypeDone;) {
            at++;
        }
        for (uint16_t i = 0; i < match->capture_count; i++) {
            TSNode node = match->captures[i].node;
            struct slice own = slice_sub(text, ts_node_start_byte(node), ts_node_end_byte(node));
            bool is_one = false;
            for (uint32_t j = first; j < at; j++) {
                const char *wanted = ts_query_string_value_for_id(query, step[j].value_id, &length);
                is_one = is_one || slice_equal(own, slice_of(wanted, length));
            }
            if (match->captures[i].index == capture && is_one == negated) {
                return false;
            }
        }
    }
    return true;
}

static void search_by_query(TSQueryCursor *cursor, const TSQuery *query, TSNode node, struct found *found) {
    TSQueryMatch match;
    ts_query_cursor_set_max_start_depth(cursor, 1);
    ts_query_cursor_exec(cursor, query, node);
    while (ts_query_cursor_next_match(cursor, &match)) {
        char captures[64][96];
        for (uint16_t i = 0; i < match.capture_count; i++) {
            uint32_t length;
            note_capture(captures[i], match.captures[i].node,
                         ts_query_capture_name_for_id(query, match.captures[i].index, &length));
        }
        if (predicates_hold(query, &match, found->text)) {
            vec_push(&found->lines, describe(match.pattern_index, captures, match.capture_count));
        }
    }
}

// tree-sitter 0.25 says some matches twice.
static void sort_lines(struct found *found) {
    size_t kept = 0;
    if (found->lines.count) {
        qsort(found->lines.items, found->lines.count, sizeof *found->lines.items, by_text);
    }
    for (size_t i = 0; i < found->lines.count; i++) {
        if (kept && strcmp(found->lines.items[kept - 1], found->lines.items[i]) == 0) {
            free(found->lines.items[i]);
        } else {
            found->lines.items[kept++] = found->lines.items[i];
        }
    }
    found->lines.count = kept;
}

struct comparison {
    const struct grammar *grammar;
    TSQuery *query;
    TSQueryCursor *cursor;
    struct pattern_matcher *matcher;
    struct slice text;
    size_t matches;
};

static void compare_at(struct comparison *comparison, TSNode node) {
    const struct patterns *patterns = comparison->grammar->symbols;
    struct found ours = {.text = comparison->text, .patterns = patterns}, theirs = ours;
    struct pattern_search search = {patterns, comparison->text, take, stop, &ours};
    patterns_search(comparison->matcher, &search, node);
    search_by_query(comparison->cursor, comparison->query, node, &theirs);
    sort_lines(&ours);
    sort_lines(&theirs);
    for (size_t i = 0; i < ours.lines.count || i < theirs.lines.count; i++) {
        assert_string_equal(i < ours.lines.count ? ours.lines.items[i] : "none",
                            i < theirs.lines.count ? theirs.lines.items[i] : "none");
    }
    comparison->matches += ours.lines.count;
    forget(&ours);
    forget(&theirs);
}

// At every node, as if each were a place to search.
static void compare_tree(struct comparison *comparison, TSNode root) {
    TSTreeCursor cursor = ts_tree_cursor_new(root);
    compare_at(comparison, root);
    bool more = ts_tree_cursor_goto_first_child(&cursor);
    while (more) {
        TSNode node = ts_tree_cursor_current_node(&cursor);
        if (ts_node_child_count(node)) {
            compare_at(comparison, node);
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

// A mistake in a language's folder is told with its place.
static const struct grammar *grammar_of(const struct language *language) {
    const struct grammar *grammar = language_grammar(language);
    if (!grammar) {
        fail_msg("%s", language_trouble());
    }
    return grammar;
}

static size_t compare_text(const struct language *language, TSQuery *query, struct slice text) {
    struct comparison comparison = {.grammar = grammar_of(language),
                                    .query = query,
                                    .cursor = ts_query_cursor_new(),
                                    .matcher = pattern_matcher_new(),
                                    .text = text};
    TSParser *parser = ts_parser_new();
    ts_parser_set_language(parser, comparison.grammar->language);
    TSTree *tree = ts_parser_parse_string(parser, NULL, text.data, (uint32_t)text.length);
    compare_tree(&comparison, ts_tree_root_node(tree));
    ts_tree_delete(tree);
    ts_parser_delete(parser);
    ts_query_cursor_delete(comparison.cursor);
    pattern_matcher_free(comparison.matcher);
    return comparison.matches;
}

static TSQuery *query_of(const struct language *language) {
    struct str source;
    uint32_t offset;
    TSQueryError error;
    str_init(&source);
    str_append_string(&source, language->symbols_query);
    str_append_string(&source, language->imports_query);
    TSQuery *query =
        ts_query_new(grammar_of(language)->language, source.data, (uint32_t)source.length, &offset, &error);
    assert_non_null(query);
    str_free(&source);
    return query;
}

// The file as it is, and with its end and some of its middle lost.
static void compare_file(const char *path) {
    const struct language *language = language_of_path(path);
    struct str text;
    struct err err;
    str_init(&text);
    assert_int_equal(fs_read(path, 1 << 20, &text, &err), 0);
    TSQuery *query = query_of(language);
    assert_true(compare_text(language, query, str_slice(&text)) > 0);
    compare_text(language, query, slice_sub(str_slice(&text), 0, text.length * 2 / 3));
    str_splice(&text, text.length / 3, text.length / 3 + 40, "{(", 2);
    compare_text(language, query, str_slice(&text));
    ts_query_delete(query);
    str_free(&text);
}

static void test_matches(void **state) {
    (void)state;
    static const char folder[] = "tests/corpora/edits";
    DIR *entries = opendir(folder);
    size_t files = 0;
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries));) {
        char *path = fs_join(folder, entry->d_name);
        if (language_of_path(path)) {
            compare_file(path);
            files++;
        }
        free(path);
    }
    closedir(entries);
    assert_true(files >= 10);
}

static const TSLanguage *c_grammar(void) {
    return language_grammar(language_of_id("c"))->language;
}

static size_t search_c(const char *pattern, const char *text, uint32_t stop_after) {
    const char *mistake;
    struct patterns *patterns = patterns_new(c_grammar(), &pattern, 1, &mistake);
    assert_non_null(patterns);
    struct found found = {.text = slice_of_string(text), .patterns = patterns, .stop_after = stop_after};
    struct pattern_search search = {patterns, found.text, take, stop, &found};
    struct pattern_matcher *matcher = pattern_matcher_new();
    TSParser *parser = ts_parser_new();
    ts_parser_set_language(parser, c_grammar());
    TSTree *tree = ts_parser_parse_string(parser, NULL, text, (uint32_t)strlen(text));
    patterns_search(matcher, &search, ts_tree_root_node(tree));
    size_t count = found.lines.count;
    forget(&found);
    ts_tree_delete(tree);
    ts_parser_delete(parser);
    pattern_matcher_free(matcher);
    patterns_free(patterns);
    return count;
}

// What each part of the language means, by the number of matches.
static void test_parts(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *text;
        size_t matches;
    } cases[] = {
        {"(declaration) @x", "int a; int b;", 2},
        {"(translation_unit) @x", "int a;", 1},
        {"(identifier) @x", "int a;", 0}, // deeper than the children
        {"(declaration declarator: (identifier) @x)", "int a, b;", 2},
        {"(declaration type: (identifier) @x)", "int a;", 0},
        {"(declaration declarator: (_) @x)", "int a, *b;", 2},
        {"(declaration _ @x)", "int a;", 3}, // with the semicolon
        {"(declaration (_) @x)", "int a;", 2},
        {"(declaration \"=\")", "int a = 1;", 0}, // it is deeper
        {"(declaration \";\" @x)", "int a = 1;", 1},
        {"(declaration . (_) @x)", "const int a;", 1},
        {"(declaration (_) @x .)", "const int a, b;", 1},
        {"(declaration (primitive_type) . (_) @x)", "int a, b;", 1},
        {"(declaration [(primitive_type) (identifier)] @x)", "int a;", 2},
        {"[(declaration) (comment)] @x", "int a; // b\n", 2},
        {"(struct_specifier !body name: (_) @x)", "struct a { int b; }; struct c;", 1},
        {"(preproc_def name: (_) @x value: (_)? @y)", "#define A\n#define B 1\n", 2},
        {"((comment) @x . (declaration) @y)", "// a\nint b;\nint c;\n", 1},
        {"((comment) @x (declaration) @y)", "// a\nint b;\nint c;\n", 2},
        {"(declaration declarator: (identifier) @x (#eq? @x \"b\"))", "int a, b;", 1},
        {"(declaration declarator: (identifier) @x (#any-of? @x \"b\" \"c\"))", "int a, b, c;", 2},
        {"(declaration declarator: (identifier) @x (#not-any-of? @x \"b\" \"c\"))", "int a, b, c;", 1},
        {"(declaration) @x (declaration) @y ; twice", "int a;", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t matches = search_c(cases[i].pattern, cases[i].text, 0);
        if (matches != cases[i].matches) {
            fail_msg("%s: %zu matches", cases[i].pattern, matches);
        }
    }
}

static void test_mistakes(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *rest;
    } cases[] = {
        {"(declaration", ""},
        {"(no_such_type) @x", "no_such_type) @x"},
        {"(declaration no_such_field: (_))", "no_such_field: (_))"},
        {"(declaration \"no such literal\")", "no such literal\")"},
        {"(declaration (_)* @x)", "* @x)"},
        {"(declaration (_)+ @x)", "+ @x)"},
        {"(_) @x", ""},
        {"[(declaration) @x", ""},
        {"(declaration) x", "x"},
        {"((declaration) @x (#match? @x \"a\"))", ")"},
        {"((declaration) @x (#eq? @x))", ")"},
        {"(expression) @x", "expression) @x"},         // a supertype
        {"(struct_specifier !body !name !type)", ")"}, // one more than a node has room for
        {"(declaration .)", ""},
        {"declarator: (identifier) @x", ""}, // of which children?
        {"(declaration [declarator: (identifier) (comment)])", ")"},
        {"(declaration [(identifier)? (comment)])", ")"},
        {"[(declaration) (_)] @x", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *mistake = NULL;
        struct patterns *patterns = patterns_new(c_grammar(), &cases[i].pattern, 1, &mistake);
        if (patterns || strcmp(mistake, cases[i].rest) != 0) {
            fail_msg("%s: %s", cases[i].pattern, patterns ? "read" : mistake);
        }
    }
}

static void test_kinds(void **state) {
    (void)state;
    const TSLanguage *grammar = c_grammar();
    const char *text = "(comment) @a (declaration (_) @c) (declaration) @b (comment) @d", *mistake;
    struct patterns *patterns = patterns_new(grammar, &text, 1, &mistake);
    assert_non_null(patterns);
    TSSymbol comment = ts_language_symbol_for_name(grammar, "comment", 7, true);
    TSSymbol declaration = ts_language_symbol_for_name(grammar, "declaration", 11, true);
    assert_string_equal(patterns_kind(patterns, comment), "a"); // the first
    assert_string_equal(patterns_kind(patterns, declaration), "b");
    assert_null(patterns_kind(patterns, 0));
    assert_null(patterns_kind(patterns, (TSSymbol)-1));
    patterns_free(patterns);
}

// Asked within a node of many children, not only between nodes.
static void test_stop(void **state) {
    (void)state;
    struct str text;
    str_init(&text);
    for (int i = 0; i < 10000; i++) {
        str_append_string(&text, "int a;");
    }
    assert_int_equal(search_c("(declaration) @x", text.data, 0), 10000);
    assert_int_equal(search_c("(declaration) @x", text.data, 1), 0);
    str_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matches), cmocka_unit_test(test_parts), cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_kinds),   cmocka_unit_test(test_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
