// search_words_test.c - words that code writes otherwise, mistyped and common ones, and paths from where one stands.

#include "searching.h"
#include "tests/unit/unit.h"

// Words that code writes in one, and the other way round; and mistyped ones, which are as if they were written right.
static const struct source joined[] = {
    {"src/threadpool.c",
     "void post(struct work *work) {\n    push(work);\n}\n\nvoid worker(int id) {\n    post(pop(id));\n}\n",
     TAINT_OWN},
    {"src/thread.c",
     "int thread_create(int size) {\n    return size;\n}\n\nint thread_join(int thread) {\n    return thread;\n}\n\n"
     "int pool_size(int thread) {\n    return thread;\n}\n\n"
     "int lock_failed(int argument) {\n    return argument;\n}\n\n"
     "void mutex_lock(int mutex) {\n    wait(mutex);\n}\n",
     TAINT_OWN},
    {"docs/threadpool.md", "# Thread pool\n\nThe thread pool has threads.\n", TAINT_OWN},
    {"glob/set.cc",
     "class GlobSet {\n  public:\n    bool has(int path);\n};\n\nint glob_of_set(int set, int glob) {\n    return set + glob;\n}\n\n"
     "struct other {\n    int work_set;\n};\n",
     TAINT_OWN},
    {"glob/own.cc",
     "struct OwnGlobSet {\n    int own;\n};\n\n// Has an own glob set.\nint has(int path) {\n    return path;\n}\n",
     TAINT_OWN},
    {"tests/set.cc", "// wait for queues\nvoid glob_set(int glob, int set) {\n    check(glob, set);\n}\n",
     TAINT_TEST},
    {"server.go",
     "package server\n\nfunc ServeHTTP(w int) {\n\tprintln(w)\n}\n\nfunc Handler(serve int) {\n\tServeHTTP(serve)\n}\n",
     TAINT_OWN},
    {"work.c",
     "void run_work_queue(int n) {\n    while (n) {\n        n--;\n    }\n}\n\nvoid wait_queues(int n) {\n    run_work_queue(n);\n}\n",
     TAINT_OWN},
};

static void test_words_in_one_and_apart(void **state) {
    (void)state;
    static const struct {
        const char *asked, *path, *name, *note;
    } cases[] = {
        {"thread pool", "src/threadpool.c", "", ""},
        {"thread_pool", "src/threadpool.c", "", ""},
        {"glob set", "glob/set.cc", "GlobSet", ""},        // not a test of that name
        {"own glob set", "glob/own.cc", "OwnGlobSet", ""}, // not who says so in a comment
        {"wait for queues", "work.c", "wait_queues", ""},  // nor in a test
        {"thred pool", "src/threadpool.c", "", "nothing here says \"thred\", so \"thread\" was taken for it"},
        {"thradpool", "src/threadpool.c", "",
         "nothing here says \"thradpool\", so \"threadpool\" was taken for it"},
        {"workqueue", "work.c", "run_work_queue",
         "nothing here says \"workqueue\", so \"work queue\" was taken for it"},
        {"mutx", "src/thread.c", "mutex_lock", "nothing here says \"mutx\", so \"mutex\" was taken for it"},
        {"mutx_lock failed: invalid argument", "src/thread.c", "mutex_lock",
         "nothing here says \"mutx_lock\", so \"mutex_lock\" was taken for it"},
        {"SrveHTTP", "server.go", "ServeHTTP",
         "nothing here says \"SrveHTTP\", so \"ServeHTTP\" was taken for it"},
    };
    struct retriever *retriever = index_of(joined, sizeof joined / sizeof joined[0]);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct search_results results;
        search_in(retriever, cases[i].asked, "", &results);
        const struct search_result *first = results.items;
        if (results.count == 0 || strcmp(first->path, cases[i].path) != 0 ||
            strcmp(first->name, cases[i].name) != 0) {
            fail_msg("\"%s\" gives %s in %s", cases[i].asked, results.count ? first->name : "nothing",
                     results.count ? first->path : "");
        }
        assert_string_equal(results.note, cases[i].note);
        search_results_free(&results);
    }
    retriever_free(retriever);
}

// A path that says where it begins is one file, whatever else is called so.
static void test_paths_from_here(void **state) {
    (void)state;
    static const struct source files[] = {
        {"a.c", "int a_one;\nint a_two;\nint a_three;\n", TAINT_OWN},
        {"deep/a.c", "int deep_one;\n", TAINT_OWN},
        {"deep/er/b.c", "int b_one;\nint b_two;\n", TAINT_OWN},
        {"deep/empty.c", "", TAINT_OWN},
    };
    static const struct {
        const char *here, *asked, *found, *note;
    } cases[] = {
        {"/nowhere", "./a.c:3:25", "a.c", ""},
        {"", "./a.c:3", "a.c", ""},
        {"/nowhere/deep", "./a.c:1", "deep/a.c", ""},
        {"/nowhere/deep", "../a.c:3", "a.c", ""},
        {"/nowhere/deep", "../a.c", "a.c", ""},
        {"/nowhere/deep/er", "./deep/a.c:1: error", "deep/a.c", ""}, // of who began at the root
        {"/elsewhere", "../nowhere/deep/a.c:1", "deep/a.c", ""},
        {"/elsewhere", "/nowhere/a.c:2", "a.c", ""},
        {"/nowhere", "./a.c:9", "a.c", "a.c has no line 9: it has 3"},
        {"/nowhere", "/other/a.c:3", "a.c deep/a.c",
         "no file here is \"/other/a.c\", so what is called so elsewhere was taken for it"},
        {"/nowhere/deep", "./b.c:2", "deep/er/b.c", ""}, // there is none, so what is called so
        {"/nowhere/deep", "./empty.c", "", "deep/empty.c is empty"},
        {"/nowhere/deep", "./empty.c:1", "", "deep/empty.c is empty"},
    };
    struct retriever *retriever = index_of(files, sizeof files / sizeof files[0]);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct search_request request = {.text = slice_of_string(cases[i].asked),
                                         .here = slice_of_string(cases[i].here),
                                         .limit = 2,
                                         .lines = 1};
        struct search_results results;
        struct str found;
        str_init(&found);
        retriever_search(retriever, &request, &results);
        for (size_t k = 0; k < results.count && results.items[k].score > 1000; k++) {
            str_append_format(&found, "%s%s", k ? " " : "", results.items[k].path);
        }
        if (strcmp(found.data, cases[i].found) != 0 ||
            strncmp(results.note, cases[i].note, strlen(cases[i].note)) != 0) {
            fail_msg("\"%s\" in %s gives %s: %s", cases[i].asked, cases[i].here, found.data, results.note);
        }
        str_free(&found);
        search_results_free(&results);
    }
    retriever_free(retriever);
}

enum { FOREIGN_NAMES = 1000 };

// Of a page of names that nobody says here a few are told.
static void test_many_unsaid(void **state) {
    (void)state;
    struct retriever *retriever = index_of(joined, sizeof joined / sizeof joined[0]);
    struct search_results results;
    struct str text;
    str_init(&text);
    str_append_string(&text, "mutex_lock");
    for (int i = 0; i < FOREIGN_NAMES; i++) {
        str_append_format(&text, " quaggaZzyq%d", i);
    }
    search_in(retriever, text.data, "", &results);
    assert_true(results.count > 0);
    assert_non_null(strstr(results.note, "nothing here says \"quaggaZzyq0\""));
    assert_true(strlen(results.note) < FOREIGN_NAMES);
    search_results_free(&results);
    str_free(&text);
    retriever_free(retriever);
}

enum { COMMON_FILES = 80 };

// What nearly all say counts for nothing beside what few say; but alone it is all there is.
static void test_common_words(void **state) {
    (void)state;
    static const struct {
        const char *asked, *path; // "": any
    } cases[] = {{"window", ""},         {"window zebra", ""}, {"the window", ""},
                 {"window door", "a.c"}, {"zebra", NULL},      {"window_99_3", NULL}};
    struct retriever *retriever = retriever_new("/nowhere");
    struct index_sink sink = retriever_sink(retriever);
    for (int i = 0; i < COMMON_FILES; i++) {
        char path[32], text[80];
        snprintf(path, sizeof path, i ? "%d.c" : "a.c", i);
        snprintf(text, sizeof text, "int window_%s%d(int n) {\n    return n;\n}\n", i ? "" : "door_", i);
        struct record *record = record_of(path, text);
        sink.put(sink.self, record, slice_of(NULL, 0));
        record_release(record);
    }
    sink.commit(sink.self, true);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct search_results results;
        search_in(retriever, cases[i].asked, "", &results);
        assert_int_equal(results.count > 0, cases[i].path != NULL);
        if (results.count && cases[i].path[0]) {
            assert_string_equal(results.items[0].path, cases[i].path);
        }
        search_results_free(&results);
    }
    retriever_free(retriever);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_in_one_and_apart),
        cmocka_unit_test(test_many_unsaid),
        cmocka_unit_test(test_common_words),
        cmocka_unit_test(test_paths_from_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
