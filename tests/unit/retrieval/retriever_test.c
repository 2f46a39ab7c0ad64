// retriever_test.c - from the sink to a packed context, as completion sees it.

#include "records.h"
#include "retrieval/retriever.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <uv.h>

struct source {
    const char *path, *text;
};

static struct retriever *index_of(const struct source *sources, size_t count) {
    struct retriever *retriever = retriever_new("/nowhere");
    struct index_sink sink = retriever_sink(retriever);
    for (size_t i = 0; i < count; i++) {
        struct record *record = record_of(sources[i].path, sources[i].text);
        record->taint = strstr(sources[i].path, "test") ? TAINT_TEST : TAINT_OWN;
        // As overlays their text is at hand, so chunks can be shown without a disk.
        struct text *text = text_new(slice_of_string(sources[i].text));
        sink.show(sink.self, record, text, 1);
        text_release(text);
        record_release(record);
    }
    sink.commit(sink.self, true);
    return retriever;
}

static void ask_sources(struct retriever *retriever, const char *path, const char *marked, uint32_t wanted,
                        const struct cancel *cancel, struct context *out) {
    char text[2048];
    const char *mark = strchr(marked, '|');
    snprintf(text, sizeof text, "%.*s%s", (int)(mark - marked), marked, mark + 1);
    struct retrieval_query query = {.path = path,
                                    .language = "",
                                    .text = slice_of_string(text),
                                    .cursor = (size_t)(mark - marked),
                                    .cancel = cancel,
                                    .sources = wanted};
    context_init(out);
    retriever_query(retriever, &query, out);
}

static void ask(struct retriever *retriever, const char *path, const char *marked,
                const struct cancel *cancel, struct context *out) {
    ask_sources(retriever, path, marked, 0, cancel, out);
}

// Rank of the first item of `source` (or any, if negative) that contains `needle`; -1 if there is none.
static int rank_of(const struct context *context, int source, const char *needle) {
    for (uint32_t i = 0; i < context->count; i++) {
        const struct context_item *item = &context->items[i];
        bool right = source < 0 || (int)item->source == source;
        if (right && slice_find(item->text, slice_of_string(needle), 0) < item->text.length) {
            return (int)i;
        }
    }
    return -1;
}

static const struct source sources[] = {
    {"store/reader.py", "class Reader:\n    def read_packet(self, size):\n        return size\n\n"
                        "    def close_stream(self):\n        pass\n"},
    {"store/writer.py", "class Writer:\n    def write_packet(self, data):\n        return data\n"},
    {"other/reader.py", "def read_packet(legacy):\n    return legacy\n"},
    {"ui/window.py", "def draw_window(screen):\n    return screen\n"},
    {"tests/test_reader.py",
     "from store.reader import Reader\n\ndef test_packet_size():\n"
     "    reader = Reader()\n    packet = reader.read_packet(4)\n    assert packet == 4\n"},
    {"app.py", "from store.reader import Reader\n\ndef main():\n    reader = Reader()\n"},
};
enum { SOURCES = sizeof sources / sizeof sources[0] };

static const char *const APP = "from store.reader import Reader\n\ndef main():\n    reader = Reader()\n"
                               "    packet = reader.read_packet(|)\n";

static void test_definition_comes_first(void **state) {
    (void)state;
    struct retriever *retriever = index_of(sources, SOURCES);
    struct context context;
    ask(retriever, "app.py", APP, NULL, &context);
    assert_int_equal(rank_of(&context, CONTEXT_DEFINITION, "read_packet"), 0);
    assert_string_equal(context.items[0].path, "store/reader.py"); // imported, so not other/reader.py
    assert_int_equal(context.items[0].start_line, 1);
    context_free(&context);
    retriever_free(retriever);
}

static void test_signatures_of_the_imported_type(void **state) {
    (void)state;
    struct retriever *retriever = index_of(sources, SOURCES);
    struct context context;
    ask(retriever, "app.py",
        "from store.reader import Reader\n\ndef main():\n    reader = Reader()\n    reader.|\n", NULL,
        &context);
    int close = rank_of(&context, -1, "close_stream"), window = rank_of(&context, -1, "draw_window");
    assert_true(close >= 0);
    assert_true(window < 0 || close < window);
    context_free(&context);
    retriever_free(retriever);
}

// The names for models that choose among words: members of the receiver's type are marked, the file's own functions
// are there, and no budget of bytes cuts them.
static void test_names(void **state) {
    (void)state;
    struct retriever *retriever = index_of(sources, SOURCES);
    static const char text[] = "from store.reader import Reader\n\ndef main(reader: Reader):\n    reader.";
    struct retrieval_query query = {.path = "app.py",
                                    .language = "python",
                                    .text = SLICE_LITERAL(text),
                                    .cursor = sizeof text - 1,
                                    .signature_bytes = 1,
                                    .chunk_bytes = 1};
    struct context context;
    context_init(&context);
    retriever_query(retriever, &query, &context);
    int members = 0, neighbours = 0, own = 0; // two methods, each beside the other alone
    for (uint32_t i = 0; i < context.name_count; i++) {
        const struct context_name *name = &context.names[i];
        bool is_member = strcmp(name->scope, "Reader") == 0;
        assert_int_equal(name->of_receiver, is_member);
        members += is_member;
        neighbours += is_member && (name->before[0] != '\0') != (name->after[0] != '\0');
        assert_true(!is_member || name->uses > 0);
        own += name->is_own && strcmp(name->name, "main") == 0 && name->kind == SYMBOL_FUNCTION;
        assert_true(name->is_own || i == context.name_count - 1 || name->score >= name[1].score);
    }
    assert_int_equal(members, 2);
    assert_int_equal(neighbours, 2);
    assert_int_equal(own, 1);
    context_free(&context);
    retriever_free(retriever);
}

static void test_word_being_typed(void **state) {
    (void)state;
    struct retriever *retriever = index_of(sources, SOURCES);
    struct context context;
    ask(retriever, "new.py", "x = draw_|\n", NULL, &context);
    assert_int_equal(rank_of(&context, CONTEXT_SIGNATURE, "draw_window"), 0);
    context_free(&context);
    retriever_free(retriever);
}

static void test_never_the_open_file(void **state) {
    (void)state;
    struct retriever *retriever = index_of(sources, SOURCES);
    for (size_t i = 0; i < SOURCES; i++) {
        struct context context;
        ask(retriever, sources[i].path, "read_packet(reader)\nwrite_packet(screen) |\n", NULL, &context);
        assert_true(context.count > 0);
        for (uint32_t item = 0; item < context.count; item++) {
            assert_string_not_equal(context.items[item].path, sources[i].path);
        }
        context_free(&context);
    }
    retriever_free(retriever);
}

static void test_similar_chunk(void **state) {
    (void)state;
    struct retriever *retriever = index_of(sources, SOURCES);
    struct context context;
    ask(retriever, "tests/test_writer.py", "def test_packet_data():\n    reader = Reader()\n    packet = |\n",
        NULL, &context);
    int lexical = rank_of(&context, CONTEXT_LEXICAL, "assert packet == 4");
    assert_true(lexical >= 0 || rank_of(&context, CONTEXT_VECTOR, "assert packet == 4") >= 0);
    context_free(&context);
    retriever_free(retriever);
}

// The same words in a file of no known language come behind, unless the open file is of none either.
static void test_code_prefers_code(void **state) {
    (void)state;
    static const struct source both[] = {
        {"notes/walrus", "walrus flock and walrus herd, the walrus flock counts the walrus herd\n"},
        {"src/walrus.py", "def flock(herd):\n    return walrus\n"},
    };
    static const struct {
        const char *path, *first;
    } rows[] = {{"open.py", "src/walrus.py"}, {"other", "notes/walrus"}};
    struct retriever *retriever = index_of(both, 2);
    for (size_t i = 0; i < 2; i++) {
        struct context context;
        ask(retriever, rows[i].path, "walrus herd\nflock |\n", NULL, &context);
        int rank = rank_of(&context, CONTEXT_LEXICAL, "walrus");
        assert_true(rank >= 0);
        assert_string_equal(context.items[rank].path, rows[i].first);
        context_free(&context);
    }
    retriever_free(retriever);
}

static void test_budget(void **state) {
    (void)state;
    struct retriever *retriever = index_of(sources, SOURCES);
    struct retrieval_query query = {.path = "app.py",
                                    .language = "python",
                                    .text = SLICE_LITERAL("reader.read_packet(data)\n"),
                                    .cursor = 10,
                                    .signature_bytes = 40,
                                    .chunk_bytes = 60};
    struct context context;
    size_t signatures = 0, chunks = 0;
    context_init(&context);
    retriever_query(retriever, &query, &context);
    for (uint32_t i = 0; i < context.count; i++) {
        bool is_chunk =
            context.items[i].source == CONTEXT_LEXICAL || context.items[i].source == CONTEXT_VECTOR;
        *(is_chunk ? &chunks : &signatures) += context.items[i].text.length;
    }
    assert_in_range(signatures, 1, 40);
    assert_in_range(chunks, 0, 60);
    context_free(&context);
    retriever_free(retriever);
}

// Every source can be left out, and asked alone.
static void test_switches(void **state) {
    (void)state;
    static const enum context_source switched[] = {CONTEXT_DEFINITION, CONTEXT_SIGNATURE, CONTEXT_LEXICAL};
    struct retriever *retriever = index_of(sources, SOURCES);
    for (size_t i = 0; i < sizeof switched / sizeof *switched; i++) {
        struct context without, alone;
        uint32_t bit = CONTEXT_BIT(switched[i]);
        ask_sources(retriever, "app.py", APP, CONTEXT_USUAL & ~bit, NULL, &without);
        ask_sources(retriever, "app.py", APP, bit, NULL, &alone);
        assert_int_equal(rank_of(&without, (int)switched[i], ""), -1);
        assert_true(without.count > 0 && alone.count > 0);
        for (uint32_t item = 0; item < alone.count; item++) {
            assert_int_equal(alone.items[item].source, switched[i]);
        }
        context_free(&without);
        context_free(&alone);
    }
    struct context nothing;
    ask_sources(retriever, "app.py", APP, CONTEXT_NOTHING, NULL, &nothing);
    assert_int_equal(nothing.count, 0);
    context_free(&nothing);
    retriever_free(retriever);
}

static void show(struct retriever *retriever, const char *path, const char *bytes, uint64_t version) {
    struct index_sink sink = retriever_sink(retriever);
    struct record *record = record_of(path, bytes);
    struct text *text = text_new(slice_of_string(bytes));
    sink.show(sink.self, record, text, version);
    text_release(text);
    record_release(record);
}

// What was changed elsewhere a moment ago is shown if it speaks of the same things.
static void test_recent_edits(void **state) {
    (void)state;
    static const struct {
        const char *marked;
        uint32_t sources;
        bool shown;
    } rows[] = {
        {"def later():\n    write_packet(|\n", 0, true},
        {"def later():\n    unrelated(|\n", 0, false},
        {"def later():\n    write_packet(|\n", CONTEXT_USUAL & ~CONTEXT_BIT(CONTEXT_EDIT), false},
    };
    struct retriever *retriever = index_of(sources, SOURCES);
    show(retriever, "store/writer.py",
         "class Writer:\n    def write_packet(self, data, urgent):\n        return data\n", 2);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct context context;
        ask_sources(retriever, "new.py", rows[i].marked, rows[i].sources, NULL, &context);
        assert_int_equal(rank_of(&context, CONTEXT_EDIT, "data, urgent") >= 0, rows[i].shown);
        context_free(&context);
    }
    struct context own;
    ask(retriever, "store/writer.py", "def later():\n    write_packet(|\n", NULL, &own);
    assert_int_equal(rank_of(&own, CONTEXT_EDIT, ""), -1);
    context_free(&own);
    retriever_free(retriever);
}

static void test_nothing_indexed(void **state) {
    (void)state;
    struct retriever *retriever = retriever_new("/nowhere");
    struct context context;
    ask(retriever, "a.py", "foo(|)\n", NULL, &context);
    assert_int_equal(context.count, 0);
    assert_int_equal(context.generation, 0);
    context_free(&context);
    ask(retriever, "", "|", NULL, &context);
    assert_int_equal(context.count, 0);
    context_free(&context);
    retriever_free(retriever);
}

// A token that has fired still leaves what was ready.
static void test_cancelled(void **state) {
    (void)state;
    struct retriever *retriever = index_of(sources, SOURCES);
    struct cancel cancel;
    struct context context;
    cancel_init(&cancel, 0);
    cancel_fire(&cancel);
    ask(retriever, "app.py", APP, &cancel, &context);
    assert_int_equal(rank_of(&context, CONTEXT_DEFINITION, "read_packet"), 0);
    assert_int_equal(rank_of(&context, CONTEXT_SIGNATURE, ""), -1);
    assert_int_equal(rank_of(&context, CONTEXT_LEXICAL, ""), -1);
    context_free(&context);
    retriever_free(retriever);
}

// The gate.
static void test_prose_gets_no_signatures(void **state) {
    (void)state;
    static const struct {
        const char *path, *text;
        int definition;
        bool signatures;
    } rows[] = {
        {"app.py", "def main():\n    read_packet(|", 0, true},
        {"notes.md", "# Notes\n\nWhat read_packet( does with a |", 0, false},
        {"notes.md", "# Notes\n\nWe close the window and |", -1, false}, // there are functions of those names
        {"notes.txt", "We close the window and |", -1, false},
        {"widget.vue", "We close the window and |", -1, true}, // a language that is not known
    };
    struct retriever *retriever = index_of(sources, SOURCES);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct context context;
        ask(retriever, rows[i].path, rows[i].text, NULL, &context);
        assert_int_equal(rank_of(&context, CONTEXT_DEFINITION, "read_packet"), rows[i].definition);
        if ((rank_of(&context, CONTEXT_SIGNATURE, "") >= 0) != rows[i].signatures) {
            fail_msg("row %zu: %s signatures", i, rows[i].signatures ? "no" : "some");
        }
        context_free(&context);
    }
    retriever_free(retriever);
}

static void test_statistics(void **state) {
    (void)state;
    struct retriever *retriever = index_of(sources, SOURCES);
    struct index_sink sink = retriever_sink(retriever);
    struct retriever_statistics all;
    retriever_statistics(retriever, &all);
    assert_int_equal(all.files, SOURCES);
    uint64_t generation = all.generation;
    assert_true(all.symbols >= 8 && all.chunks >= SOURCES);
    sink.hide(sink.self, "app.py", 2);
    sink.remove(sink.self, "ui/window.py");
    sink.commit(sink.self, false);
    retriever_statistics(retriever, &all);
    assert_int_equal(all.files, SOURCES - 1); // the window's overlay is still open
    assert_true(all.generation > generation);
    retriever_free(retriever);
}

static void test_same_question_same_answer(void **state) {
    (void)state;
    struct retriever *retriever = index_of(sources, SOURCES);
    struct context first, second;
    ask(retriever, "app.py", APP, NULL, &first);
    ask(retriever, "app.py", APP, NULL, &second);
    assert_int_equal(first.count, second.count);
    for (uint32_t i = 0; i < first.count; i++) {
        assert_string_equal(first.items[i].path, second.items[i].path);
        assert_int_equal(first.items[i].start_line, second.items[i].start_line);
    }
    context_free(&first);
    context_free(&second);
    retriever_free(retriever);
}

enum { ASKERS = 2, EDITS = 60 };

struct asking {
    struct retriever *retriever;
    atomic_bool stop;
    atomic_int failures;
};

static void ask_all_the_time(void *context) {
    struct asking *asking = context;
    while (!atomic_load(&asking->stop)) {
        struct context answer;
        ask(asking->retriever, "app.py", APP, NULL, &answer);
        for (uint32_t i = 0; i < answer.count; i++) {
            atomic_fetch_add(&asking->failures, strcmp(answer.items[i].path, "app.py") == 0);
        }
        context_free(&answer);
    }
}

static void test_queries_beside_the_writer(void **state) {
    (void)state;
    struct asking asking = {.retriever = index_of(sources, SOURCES)};
    struct index_sink sink = retriever_sink(asking.retriever);
    uv_thread_t threads[ASKERS];
    atomic_init(&asking.stop, false);
    atomic_init(&asking.failures, 0);
    for (int i = 0; i < ASKERS; i++) {
        assert_int_equal(uv_thread_create(&threads[i], ask_all_the_time, &asking), 0);
    }
    for (int i = 0; i < EDITS; i++) {
        const struct source *source = &sources[i % SOURCES];
        show(asking.retriever, source->path, i / SOURCES % 2 ? "import other\n" : source->text,
             2 * (uint64_t)i + 2);
        if (i % 4 == 0) {
            sink.hide(sink.self, source->path, 2 * (uint64_t)i + 3);
        }
    }
    atomic_store(&asking.stop, true);
    for (int i = 0; i < ASKERS; i++) {
        uv_thread_join(&threads[i]);
    }
    assert_int_equal(atomic_load(&asking.failures), 0);
    retriever_free(asking.retriever);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_definition_comes_first),
        cmocka_unit_test(test_signatures_of_the_imported_type),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_word_being_typed),
        cmocka_unit_test(test_never_the_open_file),
        cmocka_unit_test(test_similar_chunk),
        cmocka_unit_test(test_code_prefers_code),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_switches),
        cmocka_unit_test(test_recent_edits),
        cmocka_unit_test(test_nothing_indexed),
        cmocka_unit_test(test_cancelled),
        cmocka_unit_test(test_prose_gets_no_signatures),
        cmocka_unit_test(test_statistics),
        cmocka_unit_test(test_same_question_same_answer),
        cmocka_unit_test(test_queries_beside_the_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
