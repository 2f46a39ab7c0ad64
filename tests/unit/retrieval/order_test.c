// order_test.c - the same repository is answered alike, to the last bit, in whatever order its files were read and however
// they are spread over segments.
//
// Everything in it stands in many places that differ by their paths alone: definitions, headers of one name, chunks.

#include "base/fs.h"
#include "records.h"
#include "retrieval/retriever.h"
#include "tests/unit/unit.h"

#include <unistd.h>

enum { FOLDERS = 9, COPIES = 5, FILES = FOLDERS * COPIES, TEXT_BYTES = 2048, EACH = 7, GOALS = 2 };

// In which order files are put, after how many of them comes a commit, and whether all become one segment.
static const struct reading {
    uint32_t factor, start; // the i-th file is i * factor + start
    uint32_t batch;         // 0: one for all
    bool ends;
} readings[] = {{1, 0, 0, true},     {FILES - 1, FILES - 1, 0, true}, {7, 3, EACH, true},
                {1, 0, EACH, false}, {FILES - 1, 4, EACH, false},     {11, 8, EACH, false}};
enum { READINGS = sizeof readings / sizeof readings[0] };

static void write_path(char *path, size_t size, uint32_t file) {
    static const char *const endings[COPIES] = {"one.c", "two.c", "shared.h", "three.py", "notes.md"};
    snprintf(path, size, "part%u/%s", file % FOLDERS, endings[file / FOLDERS]);
}

static void write_text(char *text, size_t size, uint32_t file) {
    static const char *const texts[COPIES] = {
        "#include \"shared.h\"\n\nint open_gate(struct gate *gate, int width) {\n    gate->width = width;\n"
        "    return count_hinges(gate) + 1;\n}\n\nstatic int count_hinges(struct gate *gate) {\n"
        "    for (int i = 0; i < gate->width; i++) {\n        oil_hinge(gate, i);\n    }\n"
        "    log_trouble(\"gate %d is stuck\", gate->width);\n    return gate->width;\n}\n",
        "#include \"shared.h\"\n\nvoid oil_hinge(struct gate *gate, int hinge) {\n    gate->oil -= hinge;\n}\n\n"
        "int close_gate(struct gate *gate) {\n    open_gate(gate, 0);\n    return gate->oil;\n}\n",
        "struct gate {\n    int width;\n    int oil;\n};\nint open_gate(struct gate *gate, int width);\n"
        "int close_gate(struct gate *gate);\n",
        "class Gate:\n    def open_gate(self, width):\n        self.width = width\n        return width\n\n"
        "    def close_gate(self):\n        return self.open_gate(0)\n",
        "# Gates\n\nA gate is opened by `open_gate` and closed by `close_gate`; hinges want oil.\n"};
    snprintf(text, size, "%s", texts[file / FOLDERS]);
}

static void write_files(const char *root) {
    for (uint32_t file = 0; file < FILES; file++) {
        char path[64], text[TEXT_BYTES];
        write_path(path, sizeof path, file);
        write_text(text, sizeof text, file);
        char *full = fs_join(root, path), *slash = strrchr(full, '/');
        *slash = '\0';
        assert_int_equal(fs_make_folders(full, NULL), 0);
        *slash = '/';
        assert_int_equal(fs_write(full, slice_of_string(text), false, NULL), 0);
        free(full);
    }
}

static void remove_files(char *root) {
    for (uint32_t file = 0; file < FILES; file++) {
        char path[64];
        write_path(path, sizeof path, file);
        char *full = fs_join(root, path);
        unlink(full);
        *strrchr(full, '/') = '\0';
        rmdir(full); // when it is empty
        free(full);
    }
    assert_int_equal(rmdir(root), 0);
}

static struct retriever *read_all(const char *root, const struct reading *reading) {
    struct retriever *retriever = retriever_new(root);
    struct index_sink sink = retriever_sink(retriever);
    for (uint32_t i = 0; i < FILES; i++) {
        char path[64], text[TEXT_BYTES];
        uint32_t file = (i * reading->factor + reading->start) % FILES;
        write_path(path, sizeof path, file);
        write_text(text, sizeof text, file);
        struct record *record = record_of(path, text);
        sink.put(sink.self, record, slice_of_string(text));
        record_release(record);
        if (reading->batch && (i + 1) % reading->batch == 0) {
            sink.commit(sink.self, false);
        }
    }
    sink.commit(sink.self, reading->ends);
    return retriever;
}

// The numbers' own bytes, as what is rounded for people may hide a difference.
static void append_number(struct str *out, double number) {
    char bytes[sizeof number];
    memcpy(bytes, &number, sizeof number);
    for (size_t i = 0; i < sizeof bytes; i++) {
        str_append_format(out, "%02x", (unsigned char)bytes[i]);
    }
}

static void tell_context(struct retriever *retriever, const char *path, const char *text, struct str *out) {
    struct retrieval_query query = {
        .path = path, .language = "", .text = slice_of_string(text), .cursor = strlen(text)};
    query.sources = CONTEXT_BIT(CONTEXT_SOURCES) - 1;
    struct context context;
    context_init(&context);
    retriever_query(retriever, &query, &context);
    str_append_format(out, "at the end of %s\n", path);
    for (uint32_t i = 0; i < context.count; i++) {
        const struct context_item *item = &context.items[i];
        str_append_format(out, "%d %s %u-%u ", item->source, item->path, item->start_line, item->end_line);
        append_number(out, item->score);
        str_append_format(out, "\n%.*s\n", (int)item->text.length, item->text.data);
    }
    for (uint32_t i = 0; i < context.name_count; i++) {
        const struct context_name *name = &context.names[i];
        str_append_format(out, "%s %s %s %s ", name->name, name->scope, name->before, name->after);
        append_number(out, (double)name->score);
        append_number(out, (double)name->uses);
        str_append_char(out, '\n');
    }
    context_free(&context);
}

static void tell_search(struct retriever *retriever, const char *text, struct str *out) {
    struct search_request request = {
        .text = slice_of_string(text), .folder = SLICE_LITERAL(""), .limit = FILES / 2, .lines = 2};
    struct search_results results;
    retriever_search(retriever, &request, &results);
    str_append_format(out, "search: %s (%s)\n", text, results.note);
    for (size_t i = 0; i < results.count; i++) {
        const struct search_result *result = &results.items[i];
        str_append_format(out, "%s:%u %s %s ", result->path, result->line, result->kind, result->name);
        append_number(out, result->score);
        str_append_char(out, '\n');
    }
    search_results_free(&results);
}

static void tell_all(struct retriever *retriever, struct str *out) {
    static const char *const words[] = {"open_gate",      "gate hinges oil", "class Gate",       "shared.h",
                                        "one.c:4",        "return width",    "gate 12 is stuck", "for return",
                                        "opening a gate", "part3/two",       "static int"};
    tell_context(
        retriever, "new/main.c",
        "#include \"shared.h\"\n\nint main(void) {\n    struct gate gate;\n    open_gate(&gate, 3);\n    ",
        out);
    tell_context(retriever, "part4/one.c",
                 "#include \"shared.h\"\n\nvoid swing(struct gate *gate) {\n    gate->", out);
    tell_context(retriever, "new/app.py", "def main(gate):\n    gate = Gate()\n    gate.", out);
    tell_context(retriever, "part2/two.c", "int close_gate(struct gate *gate) {\n", out);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        tell_search(retriever, words[i], out);
    }
}

static void test_order(void **state) {
    (void)state;
    char root[] = "/tmp/hunch-order-XXXXXX";
    struct str told[GOALS];
    assert_non_null(mkdtemp(root));
    write_files(root);
    for (uint32_t i = 0; i < READINGS; i++) {
        struct retriever *retriever = read_all(root, &readings[i]);
        struct retriever_statistics statistics;
        retriever_statistics(retriever, &statistics);
        assert_int_equal(statistics.files, FILES);
        assert_int_equal(statistics.segments > 1, !readings[i].ends);
        str_init(&told[i > 0]);
        tell_all(retriever, &told[i > 0]);
        retriever_free(retriever);
        if (i > 0) {
            assert_string_equal(told[0].data, told[1].data);
            str_free(&told[1]);
        }
    }
    str_free(&told[0]);
    remove_files(root);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_order)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
