// search_order_test.c - which of several answers comes first: of names, of files, of the words of a question.

#include "searching.h"
#include "tests/unit/unit.h"

static const struct source sources[] = {
    // Names within functions, which are called before they stand there, or elsewhere.
    {"app/render.ts",
     "export function render(node: Node) {\n  mountItem(node)\n  const mountItem = (item: Node) => {\n"
     "    return item\n  }\n  // class Helper: none\n  use(Helper)\n  class Helper {}\n}\n",
     TAINT_OWN},
    {"app/flags.ts", "// See mountItem in render.ts.\nexport enum Flags {\n  A = 1,\n}\n", TAINT_OWN},
    {"app/count.c",
     "int count(int all) {\n    total_seen = all;\n    return all;\n}\n\nint add(int all) {\n    int total_seen;\n"
     "    total_seen = all;\n    return total_seen;\n}\n",
     TAINT_OWN},
    // A type, the fields that hold one, and a file of that name.
    {"app/crawler.py",
     "import os\n\n\nclass Crawler:\n    def run(self):\n        return os\n\n    def go(self):\n        return 1\n",
     TAINT_OWN},
    {"app/engine.py", "class Engine:\n    def __init__(self, crawler):\n        self.crawler = crawler\n",
     TAINT_OWN},
    {"app/spider_impl.cc", "#include \"spider_impl.h\"\n\nvoid crawl() {\n    SpiderImpl impl(1);\n}\n",
     TAINT_OWN},
    {"app/spider_impl.h", "class SpiderImpl {\n  public:\n    explicit SpiderImpl(int legs);\n};\n",
     TAINT_OWN},
    {"app/basket.h",
     "template <typename Item>\nclass Basket {\n  public:\n    Basket(int size);\n};\n\n"
     "template <typename Item>\nBasket<Item>::Basket(int size) {\n    fill(size);\n}\n",
     TAINT_OWN},
    {"app/c.c", "int c;\nint d(int c) {\n    return c;\n}\n", TAINT_OWN},
    // Words of a question.
    {"app/evict.c",
     "#define NO_EVICT (1 << 4)\n#define EVICT_OK 0\n#define EVICT_FAIL 1\n\n"
     "int perform_evictions(void) {\n    return drop(keys);\n}\n\nvoid drop(int all) {\n    push(all);\n}\n",
     TAINT_OWN},
    {"benchmarks/store.cc", "int Open(const char *dbname) {\n    return open_file(dbname, speed);\n}\n",
     TAINT_OWN},
    {"app/store.cc",
     "int Store::Open(const char *dbname) {\n    return open_file(dbname);\n}\n\nint close_file(int file) {\n    return file;\n}\n",
     TAINT_OWN},
    {"tests/open_test.cc", "void OpenTest() {\n    check(open(\"lid\"));\n}\n", TAINT_TEST},
    {"lib/valve.rs",
     "pub fn shut(valve: u8) {\n    turn(valve, gasket);\n}\n\nmod tests {\n    fn shut_gasket_valve() {\n"
     "        check(gasket);\n    }\n}\n",
     TAINT_OWN},
    // An associated type is but a name for another.
    {"lib/kettle.rs",
     "impl Boil for Kettle {\n    type Boiling = BoxFuture<Steam>;\n\n    fn make(&self, water: Water) -> Self::Boiling {\n"
     "        heat(water)\n    }\n}\n",
     TAINT_OWN},
    {"lib/jvmTest/Ping.kt", "fun assertPing(socket: Int) {\n    check(socket)\n}\n", TAINT_OWN},
    {"lib/Ping.kt", "fun sendPing(socket: Int) {\n    write(socket)\n}\n", TAINT_OWN},
    {"app/stream.py",
     "def _stream(context):\n    return context\n\n\ndef stream_with_context(source):\n    return source\n",
     TAINT_OWN},
    {"app/line.c",
     "void draw_line(int line) {\n    push(line);\n}\n\nint line_of(int line) {\n    return line;\n}\n",
     TAINT_OWN},
    {"app/licensed.c",
     "/* Copyright (c) 2020 Somebody\n * All rights reserved.\n */\n\n#include <a.h>\nint licensed;\n",
     TAINT_OWN},
    {"watts/seconds/heater.h",
     "// Watts and seconds of a heater.\nint start_heater(int watts, int seconds);\n", TAINT_OWN},
    {"app/on.c",
     "#define HEATER_STARTED 1\n\nint start_heater(int watts, int seconds) {\n    return push(watts);\n}\n",
     TAINT_OWN},
    {"tests/heater_test.c", "void overheat_fuse(int fuse) {\n    check(fuse);\n}\n", TAINT_TEST},
    {"app/heat.c", "void cut_fuse(int wire) {\n    open(wire, overheat);\n}\n", TAINT_OWN},
    {"app/lid.cc", "int lid_open(int lid) {\n    return lid;\n}\n", TAINT_OWN},
};

static struct retriever *index_all(void) {
    return index_of(sources, sizeof sources / sizeof sources[0]);
}

static void test_what_is_first(void **state) {
    (void)state;
    static const struct {
        const char *asked, *path, *name;
        uint32_t line; // from 1
    } cases[] = {
        {"mountItem", "app/render.ts", "render", 3}, // not where it is called, nor who speaks of it
        {"Helper", "app/render.ts", "render", 8},    // nor a comment
        {"total_seen", "app/count.c", "add", 7},     // the declaration, not an assignment of another
        {"crawler", "app/crawler.py", "Crawler", 4}, // not the field, nor the file
        {"self.crawler", "app/engine.py", "crawler", 3},
        {"spiderimpl", "app/spider_impl.h", "SpiderImpl", 1}, // not the file, nor the constructor
        {"basket", "app/basket.h", "Basket", 2},
        {"crawler.py", "app/crawler.py", "", 1},
        {"evict keys", "app/evict.c", "perform_evictions", 5}, // not a constant
        {"where are keys evicted", "app/evict.c", "perform_evictions", 5},
        {"open database", "app/store.cc", "Open", 1},  // called db there; not a benchmark
        {"socket ping", "lib/Ping.kt", "sendPing", 1}, // not a test, whose folder is called so
        {"gasket valve", "lib/valve.rs", "shut", 1},   // nor one of the file's own
        {"what is the boiling of the kettle", "lib/kettle.rs", "make", 4},
        {"Boiling", "lib/kettle.rs", "Boiling", 2}, // by its name it is first
        {"stream with context", "app/stream.py", "stream_with_context", 5},
        {"where is a line drawn", "app/line.c", "draw_line", 1},
        {"app.crawler.go", "app/crawler.py", "go", 8}, // of a module, not a file of that ending
        {"licensed.c", "app/licensed.c", "", 5},       // not its licence
        {"heater watts seconds", "app/on.c", "start_heater",
         3}, // not what declares it, even if that says more
        {"how is a heater started", "app/on.c", "start_heater", 3}, // nor a constant
        {"overheat fuse", "app/heat.c", "cut_fuse", 1},             // not a test, however much it says
        {"open a lid", "app/lid.cc", "lid_open", 1},
        {"test that a lid is open", "tests/open_test.cc", "OpenTest", 1},
    };
    struct retriever *retriever = index_all();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct search_results results;
        search_in(retriever, cases[i].asked, "", &results);
        const struct search_result *first = results.items;
        if (results.count == 0 || strcmp(first->path, cases[i].path) != 0 ||
            strcmp(first->name, cases[i].name) != 0 || first->line + 1 != cases[i].line) {
            fail_msg("\"%s\" gives %s in %s:%u", cases[i].asked, results.count ? first->name : "nothing",
                     results.count ? first->path : "", results.count ? first->line + 1 : 0);
        }
        search_results_free(&results);
    }
    retriever_free(retriever);
}

// Of a place one line is its own; of several the first is the one before.
static void test_lines_of_a_place(void **state) {
    (void)state;
    struct retriever *retriever = index_all();
    for (uint32_t lines = 0; lines < 4; lines++) {
        struct search_request request = {.text = SLICE_LITERAL("licensed.c:5"), .limit = 1, .lines = lines};
        struct search_results results;
        retriever_search(retriever, &request, &results);
        assert_int_equal(results.items[0].line, 4);
        assert_int_equal(results.items[0].lines[0].number, lines > 1 ? 3 : 4);
        search_results_free(&results);
    }
    retriever_free(retriever);
}

// The ending of a file's name is no word of its own.
static void test_what_is_not_listed(void **state) {
    (void)state;
    static const char *const files[] = {"evict.c", "app/evict.c"};
    struct retriever *retriever = index_all();
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct search_results results;
        search_in(retriever, files[i], "", &results);
        assert_true(results.count > 1);
        assert_string_equal(results.items[0].path, "app/evict.c");
        for (size_t k = 0; k < results.count; k++) {
            assert_string_not_equal(results.items[k].path, "app/c.c");
        }
        search_results_free(&results);
    }
    retriever_free(retriever);
}

// What questions say of code in other forms than it does, and what tests say of it.
static void test_what_a_question_asks_for(void **state) {
    (void)state;
    static const struct source asked_of[] = {
        {"app/guard.py", "def recover(call):\n    # after a panic\n    return call()\n", TAINT_OWN},
        {"tests/test_guard.py",
         "def test_panic_is_recovered(call):\n    # the panic is recovered\n    assert panic_recovered(call)\n",
         TAINT_TEST},
        {"app/sweep.c", "int start_expiring(int rows) {\n    return rows;\n}\n", TAINT_OWN},
        {"app/rows.c", "int count_rows(int rows) {\n    return rows;\n}\n", TAINT_OWN},
        // All on one line, but more than a name.
        {"app/Bill.kt",
         "data class Invoice(val amount: Int, val customer: String)\n\n"
         "fun amountOf(invoice: Invoice, customer: String): Int {\n    return invoice.amount\n}\n",
         TAINT_OWN},
    };
    static const struct {
        const char *asked, *name;
    } cases[] = {{"where is the panic recovered", "recover"},
                 {"where is the panic recovered in tests", "test_panic_is_recovered"},
                 {"where do rows expire", "start_expiring"},
                 {"what is an invoice of a customer", "Invoice"}};
    struct retriever *retriever = index_of(asked_of, sizeof asked_of / sizeof asked_of[0]);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct search_results results;
        search_in(retriever, cases[i].asked, "", &results);
        const char *name = results.count ? results.items[0].name : "nothing";
        if (strcmp(name, cases[i].name) != 0) {
            fail_msg("%s: %s", cases[i].asked, name);
        }
        search_results_free(&results);
    }
    retriever_free(retriever);
}

// Small functions share a chunk, which has the name of one of them.
static void test_a_line_is_of_its_own_function(void **state) {
    (void)state;
    static const struct source of_three[] = {{.path = "a.go",
                                              .text = "package a\n\n"
                                                      "// one\nfunc first() {\n\tuse(thing.one)\n}\n\n"
                                                      "// two\nfunc second() {\n\tuse(thing.one)\n}\n\n"
                                                      "// three\nfunc third() {\n\tuse(thing.one)\n}\n"}};
    struct retriever *retriever = index_of(of_three, 1);
    struct search_results results = {0};
    search_in(retriever, "use(thing.one)", "", &results);
    assert_int_equal(results.count, 3);
    for (uint32_t i = 0; i < results.count; i++) {
        const struct search_result *result = &results.items[i];
        assert_in_range(result->line, result->start_line, result->end_line);
        for (uint32_t k = 0; k < result->line_count; k++) {
            assert_in_range(result->lines[k].number + 1, result->start_line,
                            result->end_line); // its comment, too
        }
    }
    search_results_free(&results);
    retriever_free(retriever);
}

// Once (Q1 of search.h), and a function that is also called like its file is found by both names.
static void test_two_names_of_one_function(void **state) {
    (void)state;
    static const struct source two[] = {{"lib/create-window.js",
                                         "module.exports = function openPane(size) {\n  return size\n}\n",
                                         TAINT_OWN}};
    static const struct {
        const char *asked, *name;
    } cases[] = {
        {"openPane", "openPane"}, {"createWindow", "createWindow"}, {"opening the pane", "openPane"}};
    struct retriever *retriever = index_of(two, 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct search_results results;
        size_t found = 0;
        search_in(retriever, cases[i].asked, "", &results);
        for (size_t j = 0; j < results.count; j++) {
            found += results.items[j].name[0] != '\0';
        }
        assert_int_equal(found, 1);
        assert_string_equal(results.items[0].name, cases[i].name);
        search_results_free(&results);
    }
    retriever_free(retriever);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_first),
        cmocka_unit_test(test_lines_of_a_place),
        cmocka_unit_test(test_a_line_is_of_its_own_function),
        cmocka_unit_test(test_what_is_not_listed),
        cmocka_unit_test(test_what_a_question_asks_for),
        cmocka_unit_test(test_two_names_of_one_function),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
