// documents_test.c - the open documents follow the editor, edit by edit.
#include "tests/unit/unit.h"

#include "base/utf8.h"
#include "lsp/documents.h"

#include <stdlib.h>

static const char uri[] = "file:///a/b.c";

// JSON with ' for ".
static struct json *json_of(const char *text) {
    char *copy = mem_copy_string(text);
    for (char *p = copy; *p; p++) {
        *p = *p == '\'' ? '"' : *p;
    }
    struct err err;
    struct json *json = json_parse(slice_of_string(copy), &err);
    assert_non_null(json);
    free(copy);
    return json;
}

static void change(struct documents *documents, const char *changes) {
    struct json *json = json_of(changes);
    documents_change(documents, documents_find(documents, uri), 2, json);
    json_free(json);
}

#define RANGE(a, b, c, d)                                                                                    \
    "'range':{'start':{'line':" #a ",'character':" #b "},'end':{'line':" #c ",'character':" #d "}}"

static const struct {
    const char *before, *changes, *after;
} rows[] = {
    {"abc", "[]", "abc"},
    {"abc", "[{'text':'x'}]", "x"},
    {"abc", "[{'range':null,'text':'x'}]", "x"},
    {"abc", "[{" RANGE(0, 1, 0, 2) ",'text':'X'}]", "aXc"},
    {"abc", "[{" RANGE(0, 1, 0, 2) ",'rangeLength':99,'text':'X'}]", "aXc"},
    {"a\nb\n", "[{" RANGE(0, 1, 1, 0) ",'text':''}]", "ab\n"},
    {"a\r\nb", "[{" RANGE(0, 1, 1, 0) ",'text':'-'}]", "a-b"},
    {"abc", "[{" RANGE(0, 3, 0, 3) ",'text':'d'},{" RANGE(0, 4, 0, 4) ",'text':'e'}]", "abcde"},
    {"abc", "[{" RANGE(0, 0, 0, 1) ",'text':'1\\n2'},{" RANGE(1, 1, 1, 3) ",'text':'!'}]", "1\n2!"},
    // beyond the text, backwards, nonsense
    {"abc", "[{" RANGE(9, 9, 9, 9) ",'text':'d'}]", "abcd"},
    {"abc", "[{" RANGE(0, 99, 5, 0) ",'text':'d'}]", "abcd"},
    {"abc", "[{" RANGE(0, 2, 0, 1) ",'text':'X'}]", "abXc"},
    {"abc", "[{" RANGE(-1, 0, 0, 0) ",'text':'X'}]", "abc"},
    {"abc", "[{'range':5,'text':'X'}]", "abc"},
    {"abc", "[{'range':{},'text':'X'}]", "abc"},
    {"abc", "[{'text':5}]", "abc"},
    {"abc", "[5,null,[],{}]", "abc"},
    {"abc", "5", "abc"},
    // UTF-16: the face counts two
    {"\xF0\x9F\x98\x80x", "[{" RANGE(0, 2, 0, 3) ",'text':'y'}]", "\xF0\x9F\x98\x80y"},
    {"\xF0\x9F\x98\x80x", "[{" RANGE(0, 1, 0, 2) ",'text':'y'}]", "yx"},
    {"\xC3\xA9x", "[{" RANGE(0, 1, 0, 1) ",'text':'\\u0000'}]", "\xC3\xA9\xE2\x90\x80x"},
};

static void test_changes(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct documents documents;
        documents_init(&documents);
        struct document *document = documents_open(&documents, uri, "c", 1, slice_of_string(rows[i].before));
        change(&documents, rows[i].changes);
        if (strcmp(document->text->bytes, rows[i].after) != 0) {
            print_message("%s -> %s\n", rows[i].changes, document->text->bytes);
        }
        assert_string_equal(document->text->bytes, rows[i].after);
        assert_int_equal(document->version, 2);
        documents_free(&documents);
    }
}

static void test_life(void **state) {
    (void)state;
    struct documents documents;
    documents_init(&documents);
    struct document *document = documents_open(&documents, uri, "c", 1, SLICE_LITERAL("\xFFx"));
    assert_string_equal(document->path, "/a/b.c");
    assert_string_equal(document->text->bytes, "\xEF\xBF\xBDx"); // always valid UTF-8
    struct text *kept = text_retain(document->text);
    assert_ptr_equal(documents_open(&documents, uri, "cpp", 3, SLICE_LITERAL("new")), document);
    assert_string_equal(document->language, "cpp");
    assert_string_equal(kept->bytes, "\xEF\xBF\xBDx"); // who reads the old text keeps it
    text_release(kept);
    struct document *other = documents_open(&documents, "untitled:1", "c", 1, SLICE_LITERAL(""));
    documents_close(&documents, document);
    assert_null(documents_find(&documents, uri));
    assert_null(documents_find(&documents, NULL));
    assert_ptr_equal(documents_find(&documents, "untitled:1"), other);
    documents_free(&documents);
}

static void test_names(void **state) {
    (void)state;
    static const struct {
        const char *uri, *language, *path, *name;
        bool is_unsaved;
    } known[] = {
        {"file:///a/b.c", "c", "/a/b.c", NULL, false},
        {"untitled:Untitled-1", "c", NULL, "untitled:Untitled-1.c", true},
        {"untitled:1", "plaintext", NULL, "untitled:1", true},
        {"UNTITLED:", "", NULL, "untitled:", true},
        {"untitled:/a/new%20one.c", "c", "/a/new one.c", NULL, true},
        {"untitled://elsewhere/a.c", "", NULL, "untitled://elsewhere/a.c", true},
        {"file://", "c", NULL, NULL, false},
        {"git:/a/b.c?ref", "c", NULL, NULL, false},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct documents documents;
        documents_init(&documents);
        const struct document *document =
            documents_open(&documents, known[i].uri, known[i].language, 1, SLICE_LITERAL(""));
        const char *pairs[][2] = {{document->path, known[i].path}, {document->name, known[i].name}};
        for (size_t k = 0; k < 2; k++) {
            assert_string_equal(pairs[k][0] ? pairs[k][0] : "none", pairs[k][1] ? pairs[k][1] : "none");
        }
        assert_int_equal(document->is_unsaved, known[i].is_unsaved);
        documents_free(&documents);
    }
}

static void test_names_differ(void **state) {
    (void)state;
    static const struct {
        const char *uri, *language, *name;
    } opened[] = {
        {"untitled:1", "c", "untitled:1.c"},
        {"UNTITLED:1", "c", "untitled:1-2.c"},
        {"untitled:1.c", "plaintext", "untitled:1.c-2"},
        {"Untitled:1", "c", "untitled:1-3.c"},
        {"untitled:1", "c", "untitled:1.c"}, // opened again: its own name is free
    };
    struct documents documents;
    documents_init(&documents);
    for (size_t i = 0; i < sizeof opened / sizeof opened[0]; i++) {
        const struct document *document =
            documents_open(&documents, opened[i].uri, opened[i].language, 1, SLICE_LITERAL(""));
        assert_string_equal(document->name, opened[i].name);
    }
    documents_free(&documents);
}

static void test_longest_name(void **state) {
    (void)state;
    struct documents documents;
    struct str longest;
    documents_init(&documents);
    str_init(&longest);
    str_append_string(&longest, "untitled:");
    for (int i = 0; i < 4096; i++) {
        str_append_char(&longest, 'x');
    }
    assert_non_null(documents_open(&documents, longest.data, "c", 1, SLICE_LITERAL(""))->name);
    str_append_char(&longest, 'x');
    assert_null(documents_open(&documents, longest.data, "c", 1, SLICE_LITERAL(""))->name);
    str_free(&longest);
    documents_free(&documents);
}

static void test_too_large(void **state) {
    (void)state;
    struct documents documents;
    documents_init(&documents);
    struct str huge;
    str_init(&huge);
    str_reserve(&huge, DOCUMENT_LIMIT + 1);
    memset(huge.data, 'x', DOCUMENT_LIMIT + 1);
    huge.length = DOCUMENT_LIMIT;
    struct document *document = documents_open(&documents, uri, "c", 1, str_slice(&huge));
    assert_false(document->too_large);
    change(&documents, "[{" RANGE(0, 0, 0, 0) ",'text':'y'}]");
    assert_true(document->too_large);
    assert_int_equal(document->text->length, 0);
    change(&documents, "[{" RANGE(0, 0, 0, 0) ",'text':'y'}]");
    assert_true(document->too_large);
    assert_int_equal(document->text->length, 0);
    change(&documents, "[{'text':'small'}]");
    assert_false(document->too_large);
    assert_string_equal(document->text->bytes, "small");
    memset(huge.data, 0xFF, DOCUMENT_LIMIT / 2); // each becomes three bytes
    documents_open(&documents, uri, "c", 1, slice_of(huge.data, DOCUMENT_LIMIT / 2));
    assert_true(document->too_large);
    documents_open(&documents, uri, "c", 1, SLICE_LITERAL("small"));
    assert_false(document->too_large);
    huge.length++;
    documents_open(&documents, uri, "c", 1, str_slice(&huge));
    assert_true(document->too_large);
    str_free(&huge);
    documents_free(&documents);
}

static uint32_t seed = 7;
static uint32_t random_below(uint32_t limit) {
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % limit;
}

// What an editor has: an array of UTF-16 units, positions by counting lines the slow way.
struct naive {
    uint16_t units[4000];
    size_t count;
};

static void naive_append(struct naive *naive, uint32_t code) {
    if (code >= 0x10000) {
        naive->units[naive->count++] = (uint16_t)(0xD800 + ((code - 0x10000) >> 10));
        code = 0xDC00 + ((code - 0x10000) & 0x3FF);
    }
    naive->units[naive->count++] = (uint16_t)code;
}

static bool naive_boundary(const struct naive *naive, size_t at) {
    bool pair = at > 0 && at < naive->count && (naive->units[at] & 0xFC00) == 0xDC00;
    bool crlf = at > 0 && at < naive->count && naive->units[at] == '\n' && naive->units[at - 1] == '\r';
    return !pair && !crlf;
}

static size_t naive_random_place(const struct naive *naive, size_t from, size_t limit) {
    size_t at = from + random_below((uint32_t)(limit - from) + 1);
    while (at > from && !naive_boundary(naive, at)) {
        at--;
    }
    return naive_boundary(naive, at) ? at : from;
}

static struct position naive_position(const struct naive *naive, size_t at) {
    struct position position = {0, 0};
    for (size_t i = 0; i < at; i++) {
        bool lf = naive->units[i] == '\n';
        bool cr = naive->units[i] == '\r' && !(i + 1 < naive->count && naive->units[i + 1] == '\n');
        position.character++;
        if (lf || cr) {
            position = (struct position){position.line + 1, 0};
        }
    }
    return position;
}

static void naive_to_utf8(const struct naive *naive, struct str *out) {
    for (size_t i = 0; i < naive->count; i++) {
        uint32_t code = naive->units[i];
        if ((code & 0xFC00) == 0xD800) {
            uint32_t low = i + 1 < naive->count ? naive->units[i + 1] : 0;
            code = 0x10000 + ((code & 0x3FF) << 10) + (low & 0x3FF);
            i++;
        }
        if (code < 0x80) {
            str_append_char(out, (char)code);
        } else if (code < 0x800) {
            str_append_format(out, "%c%c", (int)(0xC0 | code >> 6), (int)(0x80 | (code & 0x3F)));
        } else if (code < 0x10000) {
            str_append_format(out, "%c%c%c", (int)(0xE0 | code >> 12), (int)(0x80 | (code >> 6 & 0x3F)),
                              (int)(0x80 | (code & 0x3F)));
        } else {
            str_append_format(out, "%c%c%c%c", (int)(0xF0 | code >> 18), (int)(0x80 | (code >> 12 & 0x3F)),
                              (int)(0x80 | (code >> 6 & 0x3F)), (int)(0x80 | (code & 0x3F)));
        }
    }
}

static void random_insert(struct naive *insert) {
    static const uint32_t codes[] = {'a', 'b', ' ', '\n', '\r', 0xE9, 0x20AC, 0x1F600};
    insert->count = 0;
    for (uint32_t n = random_below(6); n > 0; n--) {
        naive_append(insert, codes[random_below(8)]);
    }
}

static struct json *position_json(struct position position) {
    struct json *json = json_object();
    json_set_number(json, "line", position.line);
    json_set_number(json, "character", position.character);
    return json;
}

// Applies one random edit to the naive text and returns it as an LSP change.
static struct json *random_change(struct naive *naive) {
    struct naive insert = {.count = 0};
    random_insert(&insert);
    size_t start = naive_random_place(naive, 0, naive->count);
    size_t limit = start + 8 < naive->count ? start + 8 : naive->count;
    size_t end = naive_random_place(naive, start, limit);
    struct json *json = json_object();
    struct json *range = json_set(json, "range", json_object());
    json_set(range, "start", position_json(naive_position(naive, start)));
    json_set(range, "end", position_json(naive_position(naive, end)));
    struct str text;
    str_init(&text);
    naive_to_utf8(&insert, &text);
    json_set_slice(json, "text", str_slice(&text));
    str_free(&text);
    memmove(naive->units + start + insert.count, naive->units + end,
            (naive->count - end) * sizeof *naive->units);
    memcpy(naive->units + start, insert.units, insert.count * sizeof *naive->units);
    naive->count += insert.count - (end - start);
    return json;
}

static void test_random_edits(void **state) {
    (void)state;
    for (int round = 0; round < 40; round++) {
        struct documents documents;
        documents_init(&documents);
        struct document *document = documents_open(&documents, uri, "c", 1, SLICE_LITERAL(""));
        struct naive naive = {.count = 0};
        struct str wanted;
        str_init(&wanted);
        for (int step = 0; step < 60; step++) {
            struct json *changes = json_array();
            for (uint32_t n = 1 + random_below(round % 2 ? 3 : 12); n > 0; n--) {
                json_push(changes, random_change(&naive));
            }
            documents_change(&documents, document, step, changes);
            json_free(changes);
            str_clear(&wanted);
            naive_to_utf8(&naive, &wanted);
            assert_int_equal(document->text->length, wanted.length);
            assert_memory_equal(document->text->bytes, wanted.data, wanted.length + 1);
            assert_true(utf8_valid(text_slice(document->text)));
        }
        str_free(&wanted);
        documents_free(&documents);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes),      cmocka_unit_test(test_life),
        cmocka_unit_test(test_names),        cmocka_unit_test(test_names_differ),
        cmocka_unit_test(test_longest_name), cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_random_edits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
