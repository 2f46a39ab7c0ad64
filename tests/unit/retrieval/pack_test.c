// pack_test.c - budget, repetition, the open document's own lines, files that changed.

#include "base/fs.h"
#include "indexer/source.h"
#include "records.h"
#include "retrieval/pack.h"
#include "tests/unit/unit.h"

#include <unistd.h>

#define LONG_NAME "def function_with_a_rather_long_name_%d(argument):\n    return argument\n\n"

struct packing {
    struct context context;
    struct known_lines known;
    struct pack pack;
};

static void start(struct packing *packing, const char *root, const char *path, const char *text,
                  uint32_t signatures, uint32_t chunks) {
    context_init(&packing->context);
    known_lines_init(&packing->known, slice_of_string(text));
    pack_init(&packing->pack, &packing->context, root, path, &packing->known, signatures, chunks);
}

static void finish(struct packing *packing) {
    context_free(&packing->context);
    known_lines_free(&packing->known);
}

static struct record *many_functions(const char *path, int count, char *text, size_t size) {
    size_t length = 0;
    for (int i = 0; i < count; i++) {
        char line[128];
        snprintf(line, sizeof line, LONG_NAME, i);
        assert_true(length + strlen(line) < size);
        memcpy(text + length, line, strlen(line) + 1);
        length += strlen(line);
    }
    return record_of(path, text);
}

// K2 and K3 for symbols.
static void test_signature_budget(void **state) {
    (void)state;
    static char text[8192];
    struct record *record = many_functions("a.py", 60, text, sizeof text);
    struct segment_file file = {record, NULL};
    for (uint32_t budget = 0; budget < 1200; budget += 97) {
        struct packing packing;
        size_t used = 0;
        start(&packing, "/", "open.py", "", budget, 0);
        for (int twice = 0; twice < 2; twice++) {
            for (uint32_t i = 0; i < record->symbol_count; i++) {
                pack_symbol(&packing.pack, &file, &record->symbols[i], CONTEXT_SIGNATURE, 1);
            }
        }
        pack_finish(&packing.pack);
        for (uint32_t i = 0; i < packing.context.count; i++) {
            const struct context_item *item = &packing.context.items[i];
            used += item->text.length;
            assert_true(item->tokens > 0);
            assert_string_equal(item->path, "a.py");
            assert_true(i == 0 || item->start_line > packing.context.items[i - 1].end_line);
        }
        assert_true(used <= budget);
        assert_true(budget < 100 || used * 2 > budget);
        finish(&packing);
    }
    record_release(record);
}

// A member's signature comes with its type, unless it names it.
static void test_owners(void **state) {
    (void)state;
    static const struct {
        const char *path, *text, *owner; // of the last symbol
    } rows[] = {
        {"a.py", "class Reader:\n    def read(self):\n        pass\n", "Reader"},
        {"a.py", "def read(self):\n    pass\n", NULL},
        {"a.cc", "namespace io {\nint Reader::read() {\n    return 1;\n}\n}\n", NULL},
        {"a.py", "class Reader:\n    def copy(self) -> Reader:\n        pass\n", "Reader"},
        {"a.go", "package a\n\nfunc (r *Reader) Read() int {\n\treturn 1\n}\n", NULL},
        {"a.cc", "template <typename T> void Reader<T>::read() {\n}\n", NULL},
        {"a.cc", "class Reader {\n    ~Reader() {}\n};\n", NULL},
        {"a.cc", "namespace io {\nclass Reader {\n    int count;\n};\n}\n", "Reader"},
        {"a.cc", "namespace io {\nclass Reader {\n    int MyReader;\n};\n}\n", "Reader"},
        {"a.cc", "namespace io {\nclass Reader {\n    Reader(int size);\n};\n}\n", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct record *record = record_of(rows[i].path, rows[i].text);
        struct segment_file file = {record, NULL};
        struct packing packing;
        start(&packing, "/", "open.py", "", 1000, 0);
        pack_symbol(&packing.pack, &file, &record->symbols[record->symbol_count - 1], CONTEXT_SIGNATURE, 1);
        pack_finish(&packing.pack);
        assert_int_equal(packing.context.count, 1);
        const char *owner = packing.context.items[0].scope;
        assert_string_equal(owner ? owner : "none", rows[i].owner ? rows[i].owner : "none");
        finish(&packing);
        record_release(record);
    }
}

// The lines shown hold the name and are few, however long the signature's head is.
static void test_symbol_lines(void **state) {
    (void)state;
    static const struct {
        uint32_t start, name, header_end, expected_start, expected_end;
    } rows[] = {{5, 5, 5, 5, 5}, {5, 6, 6, 5, 6}, {1, 9, 12, 9, 11}, {4, 4, 30, 4, 6}, {4, 6, 4, 4, 6}};
    struct record *record = record_of("a.py", "x = 1\n");
    struct segment_file file = {record, NULL};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct symbol symbol = {.name = "f", .signature = "void f(int a)", .scope = ""};
        struct packing packing;
        symbol.start_line = rows[i].start;
        symbol.name_line = rows[i].name;
        symbol.header_end_line = rows[i].header_end;
        start(&packing, "/", "open.py", "", 400, 0);
        pack_symbol(&packing.pack, &file, &symbol, CONTEXT_DEFINITION, 1);
        pack_finish(&packing.pack);
        assert_int_equal(packing.context.count, 1);
        assert_int_equal(packing.context.items[0].start_line, rows[i].expected_start);
        assert_int_equal(packing.context.items[0].end_line, rows[i].expected_end);
        finish(&packing);
    }
    record_release(record);
}

static uint32_t pack_all(const char *open, const char *open_text, struct record *record, const char *text) {
    struct packing packing;
    struct text *copy = text_new(slice_of_string(text));
    struct segment_file file = {record, copy};
    start(&packing, "/", open, open_text, 4000, 6000);
    for (uint32_t i = 0; i < record->symbol_count; i++) {
        pack_symbol(&packing.pack, &file, &record->symbols[i], CONTEXT_SIGNATURE, 1);
    }
    for (int twice = 0; twice < 2; twice++) {
        for (uint32_t i = 0; i < record->chunk_count; i++) {
            pack_chunk(&packing.pack, &file, &record->chunks[i], CONTEXT_LEXICAL, 1);
        }
    }
    pack_finish(&packing.pack);
    uint32_t chunks = 0;
    for (uint32_t i = 0; i < packing.context.count; i++) {
        const struct context_item *item = &packing.context.items[i];
        if (item->source == CONTEXT_LEXICAL) {
            chunks++;
            assert_memory_equal(item->text.data, text + item->start_byte, item->text.length);
            assert_int_equal(item->end_byte - item->start_byte, item->text.length);
        }
    }
    chunks += packing.context.count == 0 ? 100 : 0; // tells "nothing at all" from "no chunk"
    finish(&packing);
    text_release(copy);
    return chunks;
}

// K1, K3, K4.
static void test_chunks(void **state) {
    (void)state;
    const char *text = "def first(a):\n    total = a + 1\n    return total\n";
    struct record *record = record_of("a.py", text);
    assert_int_equal(record->chunk_count, 1);
    assert_int_equal(pack_all("open.py", "", record, text), 1);
    assert_int_equal(pack_all("open.py", "x = 1\n", record, text), 1);
    assert_int_equal(pack_all("a.py", "", record, text), 100);
    assert_int_equal(pack_all("open.py", text, record, text), 0 + 100 * (record->symbol_count == 0));
    record_release(record);
}

// A chunk of 100 lines is cut; one that does not fit at all is left out.
static void test_long_chunk(void **state) {
    (void)state;
    char text[4096];
    size_t length = 0;
    for (int i = 0; i < 100; i++) {
        length += (size_t)snprintf(text + length, sizeof text - length, "    value_%d = %d\n", i, i);
    }
    struct record *record = record_of("a.py", "x = 1\n");
    struct text *copy = text_new(slice_of(text, length));
    struct segment_file file = {record, copy};
    struct chunk chunk = {
        .end_byte = (uint32_t)length, .end_line = 99, .kind = "function", .name = "", .scope = ""};
    static const struct {
        uint32_t budget, lines;
    } rows[] = {{6000, PACK_CHUNK_LINES}, {200, 12}, {40, 0}, {0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct packing packing;
        start(&packing, "/", "open.py", "", 0, rows[i].budget);
        pack_chunk(&packing.pack, &file, &chunk, CONTEXT_VECTOR, 1);
        pack_finish(&packing.pack);
        assert_int_equal(packing.context.count, rows[i].lines > 0);
        if (rows[i].lines) {
            assert_int_equal(packing.context.items[0].end_line, rows[i].lines - 1);
            assert_true(packing.context.items[0].text.length <= rows[i].budget);
        }
        finish(&packing);
    }
    text_release(copy);
    record_release(record);
}

// From disk: what was indexed is shown, what has changed since or is gone is not.
static void test_disk(void **state) {
    (void)state;
    char root[] = "/tmp/hunch_pack_XXXXXX";
    const char *text = "def first(a):\n    total = a + 1\n    return total\n";
    assert_non_null(mkdtemp(root));
    char *path = fs_join(root, "a.py");
    struct record *record = record_of("a.py", text);
    struct segment_file file = {record, NULL};
    static const struct {
        const char *on_disk;
        uint32_t expected;
    } rows[] = {{"def first(a):\n    total = a + 1\n    return total\n", 1},
                {"def other(a):\n    total = a + 1\n    return total\n", 0}, // of the same size
                {"short\n", 0},
                {NULL, 0}};
    record->mtime_ns = 1; // touched since
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct packing packing;
        unlink(path);
        if (rows[i].on_disk) {
            assert_int_equal(fs_write(path, slice_of_string(rows[i].on_disk), false, NULL), 0);
        }
        start(&packing, root, "open.py", "", 0, 6000);
        pack_chunk(&packing.pack, &file, &record->chunks[0], CONTEXT_LEXICAL, 1);
        pack_finish(&packing.pack);
        assert_int_equal(packing.context.count, rows[i].expected);
        finish(&packing);
    }
    rmdir(root);
    free(path);
    record_release(record);
}

// Size and time are enough to know what was indexed; without them the hash has to be.
static void test_untouched_file_is_not_read_whole(void **state) {
    (void)state;
    char root[] = "/tmp/hunch_pack_XXXXXX";
    const char *text = "def first(a):\n    total = a + 1\n    return total\n";
    assert_non_null(mkdtemp(root));
    char *path = fs_join(root, "a.py");
    assert_int_equal(fs_write(path, slice_of_string(text), false, NULL), 0);
    struct source_stat status;
    assert_int_equal(source_stat(root, "a.py", &status), 0);
    struct record *record = record_of("a.py", text);
    struct segment_file file = {record, NULL};
    record->size = status.size;
    record->hash++; // so that it would tell that the whole was read
    for (int is_known = 0; is_known < 2; is_known++) {
        struct packing packing;
        record->mtime_ns = is_known ? status.mtime_ns : 0;
        start(&packing, root, "open.py", "", 0, 6000);
        pack_chunk(&packing.pack, &file, &record->chunks[0], CONTEXT_LEXICAL, 1);
        pack_finish(&packing.pack);
        assert_int_equal(packing.context.count, is_known);
        if (is_known) {
            const struct chunk *chunk = &record->chunks[0];
            assert_true(slice_equal(packing.context.items[0].text,
                                    slice_sub(slice_of_string(text), chunk->start_byte, chunk->end_byte)));
        }
        finish(&packing);
    }
    unlink(path);
    rmdir(root);
    free(path);
    record_release(record);
}

// A folder that became a link leads out of the repository.
static void test_link_is_not_followed(void **state) {
    (void)state;
    char root[] = "/tmp/hunch_pack_XXXXXX";
    const char *text = "def first(a):\n    total = a + 1\n    return total\n";
    assert_non_null(mkdtemp(root));
    char *path = fs_join(root, "a.py"), *link = fs_join(root, "link");
    assert_int_equal(fs_write(path, slice_of_string(text), false, NULL), 0);
    assert_int_equal(symlink(".", link), 0);
    struct record *record = record_of("link/a.py", text);
    struct segment_file file = {record, NULL};
    struct packing packing;
    start(&packing, root, "open.py", "", 0, 6000);
    pack_chunk(&packing.pack, &file, &record->chunks[0], CONTEXT_LEXICAL, 1);
    pack_finish(&packing.pack);
    assert_int_equal(packing.context.count, 0);
    finish(&packing);
    unlink(path);
    unlink(link);
    rmdir(root);
    free(path);
    free(link);
    record_release(record);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_signature_budget),
                                       cmocka_unit_test(test_owners),
                                       cmocka_unit_test(test_symbol_lines),
                                       cmocka_unit_test(test_chunks),
                                       cmocka_unit_test(test_untouched_file_is_not_read_whole),
                                       cmocka_unit_test(test_long_chunk),
                                       cmocka_unit_test(test_disk),
                                       cmocka_unit_test(test_link_is_not_followed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
