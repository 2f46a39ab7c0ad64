// references_test.c - whom a file calls and which types it uses.
#include "extract.h"

#include "indexer/language_internal.h"
#include "tests/unit/unit.h"

struct use {
    const char *name;
    enum reference_kind kind;
    uint32_t line, places;
    const char *owner;
};

static const struct row {
    const char *language, *path, *text;
    struct use uses[12]; // all of them
} rows[] = {
    {"c",
     "a.c",
     "struct node *make(size_t n, other_t x);\n"
     "int run(struct node *first) {\n"
     "    struct node *second = make(3, first->next(1));\n"
     "    make(4, 0); // make(5)\n"
     "    if ((word_t)second) { return run(second); }\n"
     "    return no(\"call(x)\");\n"
     "}\n"
     "table_t table = {make};\n",
     {{"node", REFERENCE_TYPE, 0, 1, "make"},
      {"other_t", REFERENCE_TYPE, 0, 1, "make"},
      {"node", REFERENCE_TYPE, 1, 2, "run"},
      {"make", REFERENCE_CALL, 2, 2, "run"},
      {"next", REFERENCE_CALL, 2, 1, "run"},
      {"word_t", REFERENCE_TYPE, 4, 1, "run"},
      {"run", REFERENCE_CALL, 4, 1, "run"},
      {"table_t", REFERENCE_TYPE, 7, 1, "table"}}},
    {"cpp",
     "a.cc",
     "class Child : public Parent {\n"
     "  void go() { ns::help<Key>(1); item.visit(make<Value>()); std::sort(all); }\n"
     "};\n",
     {{"Parent", REFERENCE_TYPE, 0, 1, "Child"},
      {"help", REFERENCE_CALL, 1, 1, "go"},
      {"Key", REFERENCE_TYPE, 1, 1, "go"},
      {"visit", REFERENCE_CALL, 1, 1, "go"},
      {"make", REFERENCE_CALL, 1, 1, "go"},
      {"Value", REFERENCE_TYPE, 1, 1, "go"},
      {"sort", REFERENCE_CALL, 1, 1, "go"}}},
    {"python",
     "a.py",
     "@cached\n"
     "def load(path: Path) -> list[Row]:\n"
     "    return parse(path.read())\n"
     "class Store(base.Index):\n"
     "    pass\n"
     "start()\n",
     {{"cached", REFERENCE_CALL, 0, 1, "load"},
      {"Path", REFERENCE_TYPE, 1, 1, "load"},
      {"Row", REFERENCE_TYPE, 1, 1, "load"},
      {"list", REFERENCE_TYPE, 1, 1, "load"},
      {"parse", REFERENCE_CALL, 2, 1, "load"},
      {"read", REFERENCE_CALL, 2, 1, "load"},
      {"Index", REFERENCE_TYPE, 3, 1, "Store"},
      {"start", REFERENCE_CALL, 5, 1, ""}}},
    {"javascript",
     "a.js",
     "const app = express();\n"
     "class Page extends View {\n"
     "  draw() { this.fill(new Brush()); } }\n",
     {{"express", REFERENCE_CALL, 0, 1, "app"},
      {"View", REFERENCE_TYPE, 1, 1, "Page"},
      {"fill", REFERENCE_CALL, 2, 1, "draw"},
      {"Brush", REFERENCE_TYPE, 2, 1, "draw"}}},
    {"typescriptreact",
     "a.tsx",
     "function App(props: Props) { return <Panel on={use(props)} />; }\n",
     {{"Props", REFERENCE_TYPE, 0, 1, "App"},
      {"Panel", REFERENCE_CALL, 0, 1, "App"},
      {"use", REFERENCE_CALL, 0, 1, "App"}}},
    {"go",
     "a.go",
     "package a\n"
     "func (s *Server) Run(c Config) { s.listen(); net.Dial(c) }\n",
     {{"Server", REFERENCE_TYPE, 1, 1, "Run"},
      {"Config", REFERENCE_TYPE, 1, 1, "Run"},
      {"listen", REFERENCE_CALL, 1, 1, "Run"},
      {"Dial", REFERENCE_CALL, 1, 1, "Run"}}},
    {"rust",
     "a.rs",
     "fn run(args: Args) { Tree::make(1); vecs![2]; args.walk(); }\n",
     {{"Args", REFERENCE_TYPE, 0, 1, "run"},
      {"Tree", REFERENCE_TYPE, 0, 1, "run"},
      {"make", REFERENCE_CALL, 0, 1, "run"},
      {"vecs", REFERENCE_CALL, 0, 1, "run"},
      {"walk", REFERENCE_CALL, 0, 1, "run"}}},
    {"java",
     "A.java",
     "class A extends Base {\n"
     "  @Override Tree get() { return Maker.make(new Leaf()); } }\n",
     {{"Base", REFERENCE_TYPE, 0, 1, "A"},
      {"Override", REFERENCE_TYPE, 1, 1, "get"},
      {"Tree", REFERENCE_TYPE, 1, 1, "get"},
      {"Maker", REFERENCE_TYPE, 1, 1, "get"},
      {"make", REFERENCE_CALL, 1, 1, "get"},
      {"Leaf", REFERENCE_TYPE, 1, 1, "get"}}},
};

static bool has(const struct record *record, const struct use *use) {
    size_t count;
    const struct reference *found = record_references(record, slice_of_string(use->name), &count);
    for (size_t i = 0; i < count; i++) {
        const struct symbol *owner = record_symbol_at(record, found[i].line);
        if (found[i].kind == use->kind && found[i].line == use->line && found[i].places == use->places) {
            assert_string_equal(owner ? owner->name : "", use->owner);
            return true;
        }
    }
    return false;
}

static void test_languages(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        struct record *record = extract(row->language, row->path, slice_of_string(row->text));
        uint32_t count = 0;
        for (; row->uses[count].name; count++) {
            if (!has(record, &row->uses[count])) {
                fail_msg("%s: %s is missing", row->path, row->uses[count].name);
            }
        }
        if (record->reference_count != count) {
            fail_msg("%s: %u references, not %u", row->path, record->reference_count, count);
        }
        record_release(record);
    }
}

static void test_absent(void **state) {
    (void)state;
    size_t count;
    struct record *record = extract("c", "a.c", SLICE_LITERAL("int f(void) { return ab(); }\n"));
    assert_int_equal(record->reference_count, 0); // two letters
    assert_null(record_references(record, SLICE_LITERAL("ab"), &count));
    assert_int_equal(count, 0);
    record_release(record);
}

// More than a file may have, and more places than a reference counts.
static void test_limits(void **state) {
    (void)state;
    struct str text;
    str_init(&text);
    str_append_string(&text, "int f(void) {\n");
    for (int i = 0; i < 21000; i++) {
        str_append_format(&text, "call%d();%s", i, i % 50 ? "" : "\n");
    }
    for (int i = 0; i < 300; i++) {
        str_append_string(&text, "call7();\n");
    }
    str_append_string(&text, "}\n");
    struct record *record = extract("c", "a.c", str_slice(&text));
    assert_int_equal(record->reference_count, 20000);
    size_t count;
    const struct reference *found = record_references(record, SLICE_LITERAL("call7"), &count);
    assert_int_equal(count, 1);
    assert_int_equal(found->places, REFERENCE_PLACES);
    record_release(record);
    str_free(&text);
}

static void test_mistakes(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t mistake;
    } cases[] = {
        {"(identifier) @call (", 20},
        {"(nothing) @call", 8},
        {"(call_expression nothing: (identifier) @call)", 24},
        {"(call_expression function: (identifier) @value)", 46},
        {"(call_expression function: ) @call", 27},
        {"(call_expression (identifier)) @call", 29},
    };
    const struct grammar *grammar = language_grammar(language_of_id("c"));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t mistake = 0;
        assert_null(references_rules_new(grammar->language, cases[i].text, &mistake));
        assert_int_equal(mistake, cases[i].mistake);
    }
    size_t mistake;
    struct references_rules *none = references_rules_new(grammar->language, " ; nothing\n", &mistake);
    assert_int_equal(none->count, 0);
    references_rules_free(none);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_languages),
        cmocka_unit_test(test_absent),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
