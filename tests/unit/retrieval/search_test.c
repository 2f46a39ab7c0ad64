// search_test.c - words, names and code in, definitions and passages out; invariants Q1 to Q4 of search.h.

#include "base/fs.h"
#include "searching.h"
#include "tests/unit/unit.h"

#include <unistd.h>

static const struct source sources[] = {
    {"net/socket.c",
     "#include \"socket.h\"\n\n/* Closes sockets on which nothing came for too long. */\n"
     "int reap_idle(struct table *table, int seconds) {\n    int count = 0;\n"
     "    for (int i = 0; i < table->count; i++) {\n        if (table->idle[i] > seconds) {\n"
     "            socket_close(table->sockets[i]);\n            count++;\n        }\n    }\n    return count;\n}\n\n"
     "void socket_close(int socket) {\n    shutdown(socket, 2);\n    close(socket);\n}\n",
     TAINT_OWN},
    {"net/socket.h", "void socket_close(int socket);\nint reap_idle(struct table *table, int seconds);\n",
     TAINT_OWN},
    {"conf/reader.py",
     "class Reader:\n    def parse_header(self, line):\n        return line.split(':')\n\n"
     "    def init_config(self, path):\n        self.path = path\n\n\nclass HTTPReader(Reader):\n"
     "    def parse_body(self, text):\n        return text\n",
     TAINT_OWN},
    {"conf/other.py", "class Other:\n    def parse_header(self, text):\n        return text\n", TAINT_OWN},
    {"tests/test_reader.py", "def parse_header():\n    assert Reader().parse_header('a:b')\n", TAINT_TEST},
    {"vendor/old.c", "void socket_close(int socket) {\n    close(socket);\n}\n", TAINT_VENDORED},
    {"geo/point.cc",
     "struct Point {\n    Point(int left, int top);\n    ~Point();\n"
     "    bool operator==(const Point &other) const;\n    int left, top;\n};\n\n"
     "Point::Point(int left, int top) : left(left), top(top) {\n    check(left, top);\n}\n\n"
     "struct WayPoint {\n    bool operator!=(const WayPoint &other) const;\n    ~WayPoint();\n};\n",
     TAINT_OWN},
    {"conf/event.py",
     "def handled(event):\n    return event.handled\n\n\ndef late(header):\n    return handled(header)\n",
     TAINT_OWN},
    {"sys/word.rs",
     "pub unsafe fn word_at(address: usize) -> u32 {\n    0\n}\n\npub fn words() -> u32 {\n    1\n}\n",
     TAINT_OWN},
    {"Same.java",
     "class Same {\n    static byte same(byte value) {\n        return value;\n    }\n\n"
     "    static long same(long value) {\n        return value;\n    }\n}\n",
     TAINT_OWN},
    {"README.md", "# Timeouts\n\nEvery quarter of an hour the janitor sweeps the lobby.\n", TAINT_OWN},
};
enum { SOURCES = sizeof sources / sizeof sources[0] };

static struct retriever *index_all(void) {
    return index_of(sources, SOURCES);
}

static void check_first(const char *text, const char *path, const char *name) {
    struct retriever *retriever = index_all();
    struct search_results results;
    search_in(retriever, text, "", &results);
    if (results.count == 0 || strcmp(results.items[0].path, path) != 0 ||
        strcmp(results.items[0].name, name) != 0) {
        fail_msg("\"%s\" gives %s in %s, not %s in %s", text,
                 results.count ? results.items[0].name : "nothing",
                 results.count ? results.items[0].path : "", name, path);
    }
    search_results_free(&results);
    retriever_free(retriever);
}

static void test_what_comes_first(void **state) {
    (void)state;
    static const struct {
        const char *text, *path, *name;
    } cases[] = {
        {"closes sockets that are idle for too long", "net/socket.c", "reap_idle"},
        {"socket_close", "net/socket.c", "socket_close"}, // not the prototype, not what is vendored
        {"socket_close(", "net/socket.c", "socket_close"},
        {"SOCKET_CLOSE", "net/socket.c", "socket_close"},
        {"closing a socket", "net/socket.c", "socket_close"},
        {"class Reader", "conf/reader.py", "Reader"},
        {"where is the header handled", "conf/other.py", "parse_header"}, // not who says "handled"
        {"Reader.parse_header", "conf/reader.py", "parse_header"},
        {"Other::parse_header", "conf/other.py", "parse_header"},
        {"parsing of the body", "conf/reader.py", "parse_body"},
        {"initializes the configuration", "conf/reader.py", "init_config"}, // both abbreviated there
        {"line.split(':')", "conf/reader.py", "parse_header"},
        {"the janitor sweeps the lobby", "README.md", "Timeouts"},
        {"operator==", "geo/point.cc", "operator=="},
        {"WayPoint::operator!=", "geo/point.cc", "operator!="},
        {"~Point", "geo/point.cc", "~Point"},
        {"WayPoint::~WayPoint", "geo/point.cc", "~WayPoint"},
        {"unsafe", "sys/word.rs", "word_at"},
        {"unsafe fn", "sys/word.rs", "word_at"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_first(cases[i].text, cases[i].path, cases[i].name);
    }
}

// A type's name alone asks for the type, with its scope or as a function for the constructor; and a keyword tells
// overloads apart.
static void test_which_of_one_name(void **state) {
    (void)state;
    struct retriever *retriever = index_all();
    static const struct {
        const char *text, *signature;
    } cases[] = {
        {"Point", "struct Point"},
        {"struct Point", "struct Point"},
        {"Point::Point", "Point::Point(int left, int top) : left(left), top(top)"},
        {"same long value", "static long same(long value)"},
        {"same byte value", "static byte same(byte value)"},
        {"unsafe", "pub unsafe fn word_at(address: usize) -> u32"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct search_results results;
        search_in(retriever, cases[i].text, "", &results);
        assert_true(results.count > 0);
        assert_string_equal(results.items[0].signature, cases[i].signature);
        search_results_free(&results);
    }
    retriever_free(retriever);
}

enum { DOORS = 200, KINDS = 8, FOUND_DOORS = 250 };

static void put_door(struct index_sink *sink, int number) {
    static const char *const names[KINDS] = {"open_door",
                                             "open_gate"}; // few, as frequent words count for nothing
    const char *name = names[number % KINDS] ? names[number % KINDS] : "close_wall";
    char path[32], text[80];
    snprintf(path, sizeof path, "doors/%04d.c", number);
    snprintf(text, sizeof text, "int %s_%04d(int key) {\n    return key;\n}\n", name, number);
    struct record *record = record_of(path, text);
    sink->put(sink->self, record, slice_of(NULL, 0));
    record_release(record);
}

// One kind says both words; of the other, all alike, some would fall behind the end of the best 300.
static struct retriever *search_doors(bool backwards, struct search_results *results) {
    struct retriever *retriever = retriever_new("/nowhere");
    struct index_sink sink = retriever_sink(retriever);
    for (int i = 0; i < DOORS * KINDS; i++) {
        put_door(&sink, backwards ? DOORS * KINDS - 1 - i : i);
    }
    sink.commit(sink.self, true);
    struct search_request request = {
        .text = SLICE_LITERAL("open the door"), .limit = FOUND_DOORS, .lines = 1};
    retriever_search(retriever, &request, results);
    return retriever;
}

static void test_the_order_of_reading_does_not_matter(void **state) {
    (void)state;
    struct search_results there, back;
    struct retriever *forwards = search_doors(false, &there), *backwards = search_doors(true, &back);
    assert_int_equal(there.count, back.count);
    assert_true(there.count >= DOORS);
    for (uint32_t i = 0; i < there.count; i++) {
        assert_string_equal(there.items[i].path, back.items[i].path);
    }
    search_results_free(&there);
    search_results_free(&back);
    retriever_free(forwards);
    retriever_free(backwards);
}

static void test_nothing_is_found_of_nothing(void **state) {
    (void)state;
    struct retriever *retriever = index_all();
    static const char *const texts[] = {"",      "   ",      "(",   "goto", "zebra", "zebra quagga",
                                        "12345", "\xff\xfe", "?!?!"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct search_results results;
        search_in(retriever, texts[i], "", &results);
        assert_int_equal(results.count, 0);
        search_results_free(&results);
    }
    retriever_free(retriever);
}

// Q1: each place once. Q2: the names first. Q4: no hit without a word of the search.
static void test_invariants_of_a_list(void **state) {
    (void)state;
    struct retriever *retriever = index_all();
    struct search_results results;
    search_in(retriever, "parse_header", "", &results);
    assert_true(results.count >= 4);
    for (size_t i = 0; i < results.count; i++) {
        const struct search_result *result = &results.items[i];
        assert_true((strcmp(result->name, "parse_header") == 0) == (i < 3)); // Q2
        for (size_t j = 0; j < i; j++) {
            assert_true(strcmp(results.items[j].path, result->path) != 0 ||
                        results.items[j].line != result->line);
        }
        assert_string_not_equal(result->path, "README.md"); // Q4
    }
    assert_string_equal(results.items[2].path, "tests/test_reader.py"); // behind the two that are no tests
    search_results_free(&results);
    retriever_free(retriever);
}

// Q3
static void test_folders_and_files(void **state) {
    (void)state;
    struct retriever *retriever = index_all();
    static const struct {
        const char *folder;
        size_t found;
    } cases[] = {{"vendor", 1}, {"vendor/old.c", 1}, {"vend", 0}, {"vendor/old", 0}, {"tests", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct search_results results;
        search_in(retriever, "unsafe", cases[i].folder, &results); // by its keyword, in sys alone
        assert_int_equal(results.count, 0);
        search_results_free(&results);
        search_in(retriever, "socket_close", cases[i].folder, &results);
        assert_int_equal(results.count, cases[i].found);
        search_results_free(&results);
    }
    retriever_free(retriever);
}

static void check_gone(const char *path, const char *content, const char *asked) {
    struct retriever *retriever = retriever_new("/nowhere");
    struct index_sink sink = retriever_sink(retriever);
    struct record *record = record_of(path, content), *other = record_of("b.c", "int other;\n");
    sink.put(sink.self, record, slice_of(NULL, 0));
    sink.put(sink.self, other, slice_of(NULL, 0)); // lives on, and so does the segment
    sink.commit(sink.self, true);
    record_release(record);
    record_release(other);
    for (size_t found = 1; found <= 1; found--) {
        struct search_results results;
        search_in(retriever, asked, "", &results);
        assert_int_equal(results.count, found); // Q3
        search_results_free(&results);
        sink.remove(sink.self, path);
        sink.commit(sink.self, true);
    }
    retriever_free(retriever);
}

static void test_dead_files_are_not_found(void **state) {
    (void)state;
    check_gone("a.c", "int janitor_sweep(void) {\n    return 1;\n}\n", "janitor");
    check_gone("a.rs", "unsafe fn sweep() {\n}\n", "unsafe"); // by its keyword
}

static void test_lines_and_marks(void **state) {
    (void)state;
    struct retriever *retriever = index_all();
    struct search_results results;
    search_in(retriever, "socket_close", "net", &results);
    const struct search_result *result = &results.items[0];
    assert_int_equal(result->line, 14);
    assert_int_equal(result->lines[0].number, 14);
    assert_true(slice_equal(result->lines[0].text, SLICE_LITERAL("void socket_close(int socket) {")));
    assert_int_equal(result->lines[0].mark_count, 2);
    assert_int_equal(result->lines[0].marks[0].start, 5);
    assert_int_equal(result->lines[0].marks[0].end, 17);
    for (uint32_t i = 1; i < result->line_count; i++) {
        assert_true(result->lines[i].number > result->lines[i - 1].number);
        assert_true(result->lines[i].number <= result->end_line);
    }
    search_results_free(&results);
    search_in(retriever, "idle sockets too long", "net", &results);
    assert_int_equal(results.items[0].lines[0].number, 2); // the comment above the definition
    search_results_free(&results);
    retriever_free(retriever);
}

// Text is shown only of a file that still is what was indexed.
static void test_changed_files_show_nothing(void **state) {
    (void)state;
    static const char TEXT[] = "int janitor_sweep(void) {\n    return 1;\n}\n";
    char root[] = "/tmp/hunch-search-XXXXXX";
    struct err err;
    assert_non_null(mkdtemp(root));
    char *path = fs_join(root, "a.c");
    struct retriever *retriever = retriever_new(root);
    struct index_sink sink = retriever_sink(retriever);
    struct record *record = record_of("a.c", TEXT);
    sink.put(sink.self, record, slice_of(NULL, 0));
    sink.commit(sink.self, true);
    static const struct {
        const char *text;
        uint32_t lines;
    } cases[] = {{TEXT, 1}, {"int password_of_all;\nint b;\n", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct search_results results;
        assert_int_equal(fs_write(path, slice_of_string(cases[i].text), false, &err), 0);
        search_in(retriever, "janitor", "", &results);
        assert_int_equal(results.count, 1);
        assert_string_equal(results.items[0].signature, "int janitor_sweep(void)");
        assert_int_equal(results.items[0].line_count, cases[i].lines);
        search_results_free(&results);
    }
    record_release(record);
    retriever_free(retriever);
    unlink(path);
    rmdir(root);
    free(path);
}

static void test_long_searches(void **state) {
    (void)state;
    struct retriever *retriever = index_all();
    struct str text;
    str_init(&text);
    for (int i = 0; i < 5000; i++) {
        str_append_format(&text, "word%d snake_case_%d Camel%dCase close.socket::reader ", i, i, i);
    }
    struct search_results results;
    search_in(retriever, text.data, "", &results);
    assert_true(results.count > 0);
    search_results_free(&results);
    str_free(&text);
    retriever_free(retriever);
}

// Nothing but keywords is asked for: who says them in code answers, and no prose does.
static void test_keywords_in_code(void **state) {
    (void)state;
    static const struct {
        const char *asked, *path, *text, *name; // NULL: nothing is found
    } cases[] = {
        {"goto", "a.c", "int jump(int n) {\n    if (n) goto out;\nout:\n    return 0;\n}\n", "jump"},
        {"goto", "a.c",
         "/* goto */\nint a(void) {\n    // goto\n    return puts(\"x\\\"goto\"); /* it's goto */\n}\n",
         NULL},
        {"goto", "a.js", "function go(page) {\n    return page.goto(`a\n goto`);\n}\n", NULL},
        {"while", "a.py", "def wait():\n    \"\"\"while\n    while \"\"\"\n    return 'while'\n", NULL},
        {"while", "a.py", "def wait(): # while\n    while True:\n        pass\n", "wait"},
        {"while", "a.ml", "let wait () = (* while *)\n  while true do () done\n", "wait"},
        {"while", "a.ml", "let wait () = (* while\n  while *) print_string \"while\"\n", NULL},
        {"loop", "a.rs", "fn spin<'a>(x: &'a str) {\n    loop {\n    }\n}\n", "spin"},
        {"while", "a.rs", "fn spin() {\n    'a: while f() { break 'a; }\n}\n", "spin"},
        {"while", "a.rs", "fn spin() {\n    f('\"', '\\'', '\u00e9'); while g('\"') {}\n}\n", "spin"},
        {"while", "a.rs", "fn spin() {\n    f(\"it's\", '\\'', \" while \");\n}\n", NULL},
        {"static", "a.rs", "fn name() {\n    let x: &'static str = y;\n}\n", NULL},
        {"while", "a.ml", "let wait x' =\n  f x'; while x' do () done\n", "wait"},
        {"if", "a.hs", "f x' y''' = if x' then y''' else g\n", "f"},
        {"while", "a.cc", "void f() {\n    g(1'000); while (h(1'000)) {}\n}\n", "f"},
        {"for while", "a.c",
         "int a(int n) {\n    for (;;) {}\n}\nint b(int n) {\n    for (;;) {}\n    while (n) {}\n}\n", "b"},
        {"else if", "a.c",
         "int a(int n) {\n    if (n) {} else {}\n    if (n) {} else {}\n}\nint b(int n) {\n    if (n) {} else if (n) {}\n}\n",
         "b"},
        {"struct", "a.c",
         "int a(void) {\n    struct b x, *y;\n    struct b z;\n    return f(&x, y, z);\n}\nstruct b {\n    int c;\n};\n",
         "b"},                                                    // who is one
        {"await", "a.js", "await start();\nawait stop();\n", ""}, // a passage
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct retriever *retriever = retriever_new("/nowhere");
        struct index_sink sink = retriever_sink(retriever);
        struct record *record = record_of(cases[i].path, cases[i].text);
        struct text *text = text_new(slice_of_string(cases[i].text));
        sink.show(sink.self, record, text, 1);
        sink.commit(sink.self, true);
        struct search_results results;
        search_in(retriever, cases[i].asked, "", &results);
        if ((results.count > 0) != (cases[i].name != NULL) ||
            (cases[i].name && strcmp(results.items[0].name, cases[i].name) != 0)) {
            fail_msg("%zu: \"%s\" gives %s", i, cases[i].asked,
                     results.count ? results.items[0].name : "nothing");
        }
        search_results_free(&results);
        text_release(text);
        record_release(record);
        retriever_free(retriever);
    }
}

// Code and messages are found where they stand, before all that has their words; so are rare words, mistyped ones and files.
static const struct source told[] = {
    {"loop.c",
     "// Runs for ever.\nvoid spin(struct queue *queue) {\n    for (;;) {\n        queue_step(queue);\n    }\n}\n\n"
     "void for_each(struct queue *queue, int count) {\n    for (int i = 0; i < count; i++) {\n        queue_step(queue);\n    }\n}\n",
     TAINT_OWN},
    {"tcp.c",
     "int tcp_disable(int socket) {\n    return socket;\n}\n\nint tcp_disable_all(void) {\n    return 0;\n}\n",
     TAINT_OWN},
    {"option.c",
     "int tcp_option(int socket) {\n    int on = 1; // else Nagle waits; it is disabled\n    return setsockopt(socket, 6, 1, &on, 16384);\n}\n",
     TAINT_OWN},
    {"report.c",
     "void report(int code) {\n    say(\"connection refused\");\n}\n\nvoid connection_refused(int code) {\n    say(\"no\");\n}\n\n"
     "// What a refused connection leaves.\nvoid refuse(int code) {\n    say(\"Out of memory \"\n        \"allocating %d bytes\", code);\n}\n",
     TAINT_OWN},
    {"go/run.go",
     "package run\n\nfunc Range(items []int) {\n\tprintln(items)\n}\n\nfunc Start() {\n\tfor range items {\n\t\tgo func() {}()\n\t}\n}\n\n"
     "// goFunc runs for range and go func alike.\nfunc goFunc() {\n\tprintln(1)\n}\n",
     TAINT_OWN},
    {"run.cc",
     "void guard() {\n    try {\n        work();\n    } catch (...) {\n        stop();\n    }\n}\n\n"
     "void caught(int n) {\n    try {\n        work();\n    } catch (int code) {\n        stop();\n    }\n}\n",
     TAINT_OWN},
    {"parts.c",
     "int part_1_2;\n// --- part_1_2: no\nint partb;\nint partc;\nint partd;\nint parte;\nint excepts;\n",
     TAINT_OWN},
    {"reach.c",
     "void reach(const char *host) {\n    while (f()) { say(\"cannot reach %s:%d (%s)\", host, 1, \"no\"); }\n}\n\n"
     "void cannot_reach_timeout(void) {\n    say(\"fatal reach\");\n}\n",
     TAINT_OWN},
    {"deep/wide/x.c", "int deep_and_wide;\n", TAINT_OWN},
    {"lift.c", "void lift(int n) {\n    say(\"cannot lift %d: %s %s\", n, \"too\", \"heavy\");\n}\n",
     TAINT_OWN},
    {"lift_test.c", "void check_lift(void) {\n    expect(\"cannot lift %d: too heavy\");\n}\n", TAINT_TEST},
    {"valve.c",
     "void turn(void) {\n    reply(\"the valve is not open or out of order\");\n}\n\n"
     "void print_valve(int error) {\n    show(\"%s: %d\", \"[valve app]\", error);\n}\n",
     TAINT_OWN},
    {"docs/valve.rst", "Valves\n\n    ValueError: the valve is not open\n", TAINT_OWN},
    {"docs/queue.md", "# Queue\n\nA queue is run for ever.\n", TAINT_OWN},
};

static struct retriever *index_told(void) {
    return index_of(told, sizeof told / sizeof told[0]);
}

static void test_text_as_it_stands(void **state) {
    (void)state;
    static const struct {
        const char *asked, *path, *name;
        uint32_t line;
    } cases[] = {
        {"for (;;)", "loop.c", "spin", 2},
        {"for(;;){", "loop.c", "spin", 2},
        {"Runs for ever", "loop.c", "spin", 0}, // of the comment above
        {"disable Nagle", "option.c", "tcp_option", 0},
        {"16384", "option.c", "tcp_option", 2},
        {"--- part_1_2", "parts.c", "partb", 1}, // no name alone
        {"--part_1_2", "parts.c", "part_1_2", 0},
        {"setsockopt(socket", "option.c", "tcp_option", 2},
        {"\"connection refused\"", "report.c", "report", 1},
        {"say(\"connection refused\")", "report.c", "report", 1},
        {"connection refused", "report.c", "connection_refused", 4}, // two words may well be a name
        {"out of memory allocating", "report.c", "refuse", 10},
        {"for range", "go/run.go", "Start", 7}, // not who says so in prose
        {"go func", "go/run.go", "Start", 8},
        {"catch (...)", "run.cc", "guard", 3},
        {"{}()", "go/run.go", "Start", 8},
        {"conection", "report.c", "connection_refused", 4},
        {"connectionRefused", "report.c", "connection_refused", 4},
        {"conection_refused", "report.c", "connection_refused", 4},
        {"loop.c", "loop.c", "", 0},
        {"docs/queue.md", "docs/queue.md", "", 0},
        // Places: the code there.
        {"loop.c:4", "loop.c", "spin", 3},
        {"/home/me/project/loop.c:10:3: error: no", "loop.c", "for_each", 9},
        {"at step (./go/run.go:8:3)", "go/run.go", "Start", 7},
        {"File \"go/run.go\", line 15, in f", "go/run.go", "goFunc", 14},
        {"go/run.go:12", "go/run.go", "", 11}, // between definitions
        {"loop.c:99", "loop.c", "", 0},
        {"Loop.C", "loop.c", "", 0},
        {"go/run", "go/run.go", "", 0},
        {"go.run", "go/run.go", "", 0},            // a module
        {"go.run.Start", "go/run.go", "Start", 6}, // a definition in it
        {"option", "option.c", "", 0},
        {"report", "report.c", "report", 0}, // a name that is defined goes before the file
        // A name that only code uses.
        {"setsockopt", "option.c", "tcp_option", 2},
        {"println", "go/run.go", "Range", 3},
        {"disable_all", "tcp.c", "tcp_disable_all", 4}, // a part of a name
        // A message with values in it.
        {"Out of memory allocating 512 bytes", "report.c", "refuse", 10},
        {"fatal: cannot reach 10.0.0.1:80 (timeout)", "reach.c", "reach", 1},
        {"while loop", "reach.c", "reach", 0},
        // What a program puts before its messages is not in the string.
        {"ERR the valve is not open or out of order", "valve.c", "turn", 1},
        {"(error) ERR the valve is not open or out of order", "valve.c", "turn", 1},
        {"ValueError: the valve is not open", "valve.c", "turn", 1}, // rather than who documents it so
        {"[valve app]: 'foo': no such file (os 2)", "valve.c", "print_valve", 5},
        // A test expects it, other code says it.
        {"cannot lift 12: too heavy", "lift.c", "lift", 1},
    };
    struct retriever *retriever = index_told();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct search_results results;
        search_in(retriever, cases[i].asked, "", &results);
        const struct search_result *first = results.items;
        if (results.count == 0 || strcmp(first->path, cases[i].path) != 0 ||
            strcmp(first->name, cases[i].name) != 0 || first->line != cases[i].line) {
            fail_msg("\"%s\" gives %s in %s:%u", cases[i].asked, results.count ? first->name : "nothing",
                     results.count ? first->path : "", results.count ? first->line : 0);
        }
        search_results_free(&results);
    }
    retriever_free(retriever);
}

// The whole of it is marked, not its words, in the line where it begins.
static void test_text_as_it_stands_is_marked(void **state) {
    (void)state;
    struct retriever *retriever = index_told();
    struct search_results results;
    search_in(retriever, "out of memory allocating", "", &results);
    const struct search_result *first = results.items;
    assert_int_equal(first->lines[1].number, 10);
    assert_int_equal(first->lines[1].mark_count, 1);
    assert_int_equal(first->lines[1].marks[0].start, 9);
    assert_int_equal(first->lines[1].marks[0].end, first->lines[1].text.length);
    search_results_free(&results);
    retriever_free(retriever);
}

static void test_what_is_told_of_mistyped_words(void **state) {
    (void)state;
    static const struct {
        const char *asked, *note;
    } cases[] = {
        {"conection", "nothing here says \"conection\", so \"connection\" was taken for it"},
        {"connetcion", "nothing here says \"connetcion\", so \"connection\" was taken for it"},
        {"connectiion queu_step",
         "nothing here says \"connectiion\", so \"connection\" was taken for it; nothing here says \"queu_step\", so "
         "\"queue_step\" was taken for it"},
        {"connection", ""},
        {"connections", ""},  // an ending
        {"sait", ""},         // too short to tell
        {"QueueStep", ""},    // another spelling
        {"disable_all", ""},  // a part of a name
        {"except count", ""}, // a keyword, which "excepts" is near to
        {"part_8_2",
         "nothing here says \"part_8_2\", so these are the nearest"}, // another name than part_1_2
        {"zebra queue", "nothing here says \"zebra\", so these are the nearest"},
        {"zebra queue giraffe", "nothing here says \"zebra\" or \"giraffe\", so these are the nearest"},
        {"where does the zebra queue wait", "nothing here says \"zebra\""},
        {"error 12: the zebra queue waits for nobody", ""}, // a message has values
        {"part_8_2 connectiion",
         "nothing here says \"connectiion\", so \"connection\" was taken for it; nothing here says "
         "\"part_8_2\", so these are the nearest"},
        {"loop.c:99", "loop.c has no line 99: it has 12"},
        {"old/loop.c", "no file here is \"old/loop.c\", so what is called so elsewhere was taken for it"},
        {"old/none.c", "no file here is \"old/none.c\""},
        {"docs/old/", ""},
        {"go/", ""}, // perhaps a word
        {"deep/wide/", "\"deep/wide\" is a folder: to search in it, name it behind the words"},
        {"no queue at <http://a.b/c>: closed", ""},
        {"old/none.c:3: bad queue", "no file here is \"old/none.c\""},
        {"zebra.c", "no file here is \"zebra.c\""},
        {"queue.cc", "no file here is \"queue.cc\""},
        {"queue.count", ""}, // no ending of a source file
        {"self.c", ""},      // a member
        {"Start.go", "no file here is \"Start.go\""},
        {"parta", "nothing here says \"parta\", so \"parts\" or \"partb\" or \"partc\" was taken for it"},
        {"zebra", ""},
    };
    struct retriever *retriever = index_told();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct search_results results;
        search_in(retriever, cases[i].asked, "", &results);
        assert_string_equal(results.note, cases[i].note);
        search_results_free(&results);
    }
    retriever_free(retriever);
}

// A comment that is cut into several passages is none of code in any of them.
static void test_keywords_in_long_comment(void **state) {
    (void)state;
    struct str source;
    str_init(&source);
    str_append_string(&source, "/*\n");
    for (int i = 0; i < 400; i++) {
        str_append_format(&source, " * number %d: it may goto wherever it likes\n", i);
    }
    str_append_string(&source, " */\nint all;\n");
    struct retriever *retriever = retriever_new("/nowhere");
    struct index_sink sink = retriever_sink(retriever);
    struct record *record = record_of("a.c", source.data);
    assert_true(record->chunk_count > 2);
    struct text *text = text_new(str_slice(&source));
    sink.show(sink.self, record, text, 1);
    sink.commit(sink.self, true);
    struct search_results results;
    search_in(retriever, "goto", "", &results);
    assert_int_equal(results.count, 0);
    search_results_free(&results);
    text_release(text);
    record_release(record);
    retriever_free(retriever);
    str_free(&source);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_comes_first),
        cmocka_unit_test(test_which_of_one_name),
        cmocka_unit_test(test_keywords_in_code),
        cmocka_unit_test(test_text_as_it_stands),
        cmocka_unit_test(test_text_as_it_stands_is_marked),
        cmocka_unit_test(test_what_is_told_of_mistyped_words),
        cmocka_unit_test(test_keywords_in_long_comment),
        cmocka_unit_test(test_the_order_of_reading_does_not_matter),
        cmocka_unit_test(test_nothing_is_found_of_nothing),
        cmocka_unit_test(test_invariants_of_a_list),
        cmocka_unit_test(test_folders_and_files),
        cmocka_unit_test(test_dead_files_are_not_found),
        cmocka_unit_test(test_lines_and_marks),
        cmocka_unit_test(test_changed_files_show_nothing),
        cmocka_unit_test(test_long_searches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
