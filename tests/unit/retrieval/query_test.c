// query_test.c - what is read from the text around the cursor ("|" in these texts).

#include "records.h"
#include "retrieval/query.h"
#include "tests/unit/unit.h"

#include <stdio.h>

struct asked {
    char text[2048];
    struct query query;
};

static void ask(struct asked *asked, const char *marked) {
    const char *mark = strchr(marked, '|');
    snprintf(asked->text, sizeof asked->text, "%.*s%s", (int)(mark - marked), marked, mark + 1);
    query_init(&asked->query, SLICE_LITERAL("a.py"), slice_of_string(asked->text), (size_t)(mark - marked),
               NULL);
}

static bool has(const struct map *map, const char *name) {
    return map_get(map, segment_exact_key(slice_of_string(name))) != NULL;
}

static bool is_said(const struct query *query, const char *name, uint64_t where) {
    return surroundings_said(query->surroundings, segment_exact_key(slice_of_string(name))) & where;
}

static float weight_of(const struct query *query, const char *word) {
    for (size_t i = 0; i < query->term_count; i++) {
        if (query->terms[i].hash == segment_name_key(slice_of_string(word))) {
            return query->terms[i].weight;
        }
    }
    return 0;
}

static void test_word_and_member(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t word; // bytes before the cursor
        bool member;
    } rows[] = {{"a = foo|", 3, false}, {"a.|", 0, true},     {"a.fo|o", 2, true},
                {"a->b|", 1, true},     {"a::|", 0, true},    {"|", 0, false},
                {".|", 0, true},        {"a - >|", 0, false}, {"x = \xC3\xA9t|", 3, false},
                {"\xFF\xFE.|", 0, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct asked asked;
        ask(&asked, rows[i].text);
        assert_int_equal(asked.query.cursor - asked.query.word, rows[i].word);
        assert_int_equal(asked.query.after_member, rows[i].member);
        query_free(&asked.query);
    }
}

static void test_receivers(void **state) {
    (void)state;
    static const struct {
        const char *text, *type;
    } rows[] = {
        {"Reader r;\nr.|", "Reader"},
        {"struct reader *r = x;\nr->|", "reader"},
        {"let r: Reader = x;\nr.|", "Reader"},
        {"r = Reader(1)\nr.|", "Reader"},
        {"var r = new Reader();\nr.|", "Reader"},
        {"r := &Reader{}\nr.|", "Reader"},
        {"r := &io.Reader{}\nr.|", "Reader"},
        {"func f(r *io.Reader) {\nr.|", "Reader"},
        {"let r = io::Reader::new();\nr.|", "Reader"},
        {"r: Optional[Reader]\nr.|", "Reader"},
        {"r: \"Reader\"\nr.|", "Reader"},
        {"unique_ptr<Reader> r;\nr->|", "Reader"},
        {"Map<String, Reader> r;\nr.|", "Map"},
        {"Reader.|", "Reader"},
        {"reader_of(path).|", "reader_of"},
        {"reader_of(all[0], (1)).|", "reader_of"},
        {"readers[i].|", "readers"},
        {"readers[i][0](1).|", "readers"},
        {"Reader r;\nr?.|", "Reader"},
        {"let r: Reader;\nr!.|", "Reader"},
        {"reader_of(path)?.|", "reader_of"},
        {"await reader_of(path).|", "reader_of"},
        {"if (await reader_of(path)).|", "reader_of"},
        {"return (thing as Reader).|", "Reader"},
        {"reader_of(path).unwrap().|", "reader_of"},
        {"reader_of(path)\n    .await\n    .expect(\"why\")\n    .|", "reader_of"},
        {"Reader::new(path).|", "Reader"},
        {"let r = 1;\nReader.create(path)\n    .|", "Reader"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct asked asked;
        ask(&asked, rows[i].text);
        if (!has(&asked.query.receivers.keys, rows[i].type)) {
            fail_msg("%s is not among the types after \"%s\"", rows[i].type, rows[i].text);
        }
        query_free(&asked.query);
    }
}

// Brackets that nobody opens, or too far away, and a chain without an end.
static void test_receivers_without_name(void **state) {
    (void)state;
    static const char *const texts[] = {
        ").|", "a).|", "(]().|", "?.|", "!!.|", "().|", "((((.|", ")))))))))))))))).|", "take(.|", "all[::|"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct asked asked;
        ask(&asked, texts[i]);
        assert_true(asked.query.after_member);
        assert_int_equal(asked.query.receivers.names.count, 0);
        query_free(&asked.query);
    }
    struct str text;
    struct asked asked;
    str_init(&text);
    str_append_string(&text, "far(");
    for (int i = 0; i < 600; i++) {
        str_append_string(&text, "1, ");
    }
    str_append_string(&text, "2).|");
    ask(&asked, text.data);
    assert_int_equal(asked.query.receivers.names.count, 0);
    query_free(&asked.query);
    str_free(&text);
}

// The uses nearest to the cursor count.
static void test_receivers_are_near(void **state) {
    (void)state;
    struct str text;
    struct asked asked;
    str_init(&text);
    str_append_string(&text, "Far r;\n");
    for (int i = 0; i < 50; i++) {
        str_append_string(&text, "r;\n");
    }
    str_append_string(&text, "Near r;\nr.|");
    ask(&asked, text.data);
    assert_true(has(&asked.query.receivers.keys, "Near"));
    assert_false(has(&asked.query.receivers.keys, "Far"));
    assert_int_equal(asked.query.receivers.names.count, 2);
    query_free(&asked.query);
    str_free(&text);
}

static void test_above_below_imported(void **state) {
    (void)state;
    struct asked asked;
    ask(&asked,
        "from pkg import (\n    first_name,\n    second_name,\n)\nused = 1\nsecond_name()\nx = |\nlater()\n");
    assert_true(is_said(&asked.query, "first_name", SAID_IMPORTED));
    assert_true(is_said(&asked.query, "pkg", SAID_IMPORTED));
    assert_false(is_said(&asked.query, "first_name", SAID_ABOVE));
    assert_true(is_said(&asked.query, "second_name", SAID_ABOVE));
    assert_true(is_said(&asked.query, "used", SAID_ABOVE));
    assert_true(is_said(&asked.query, "later", SAID_BELOW));
    assert_false(is_said(&asked.query, "later", SAID_ABOVE));
    assert_false(is_said(&asked.query, "used", SAID_BELOW));
    assert_int_equal(surroundings_lines_below(surroundings_said(asked.query.surroundings,
                                                                segment_exact_key(SLICE_LITERAL("later")))),
                     1);
    query_free(&asked.query);
}

static void test_names_nearest_first(void **state) {
    (void)state;
    struct asked asked;
    ask(&asked, "alpha = 1\nbeta(gamma)\ndelta(gamma, |epsilon)\n");
    static const char *const expected[] = {"gamma", "delta", "beta", "alpha"};
    assert_int_equal(asked.query.name_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_true(slice_equal(asked.query.names[i].text, slice_of_string(expected[i])));
    }
    assert_int_equal(asked.query.names[0].distance, 0);
    assert_int_equal(asked.query.names[3].distance, 2);
    query_free(&asked.query);
}

static void test_nearer_lines_weigh_more(void **state) {
    (void)state;
    struct asked asked;
    ask(&asked, "faraway\n\n\n\n\n\n\n\nnearby\nhere |\n");
    assert_true(weight_of(&asked.query, "here") > weight_of(&asked.query, "nearby"));
    assert_true(weight_of(&asked.query, "nearby") > weight_of(&asked.query, "faraway"));
    assert_true(weight_of(&asked.query, "faraway") > 0);
    query_free(&asked.query);
}

// The class that the cursor is in counts, however long its body; a finished one above it does not.
static void test_headers_of_blocks(void **state) {
    (void)state;
    char text[2048] = "class Finished:\n    pass\n\nclass Surrounding:\n";
    for (int i = 0; i < 40; i++) {
        strncat(text, "    value = 1\n", sizeof text - strlen(text) - 1);
    }
    strncat(text, "    |\n", sizeof text - strlen(text) - 1);
    struct asked asked;
    ask(&asked, text);
    assert_true(weight_of(&asked.query, "Surrounding") > 0);
    assert_true(weight_of(&asked.query, "Finished") <= 0);
    query_free(&asked.query);
}

// A line without end is read as far as the reach and no further.
static void test_endless_line(void **state) {
    (void)state;
    struct str text;
    str_init(&text);
    str_append_string(&text, "faraway ");
    while (text.length < 2 * QUERY_REACH) {
        str_append_string(&text, "filling ");
    }
    str_append_string(&text, "item = ");
    while (text.length < 3 * QUERY_REACH - 100) {
        str_append_string(&text, "new ");
    }
    str_append_string(&text, "Thing(); item.");
    struct query query;
    query_init(&query, SLICE_LITERAL("a.js"), str_slice(&text), text.length, NULL);
    assert_true(query.after_member);
    assert_non_null(map_get(&query.receivers.keys, segment_exact_key(SLICE_LITERAL("Thing"))));
    assert_true(weight_of(&query, "faraway") <= 0);
    query_free(&query);
    str_free(&text);
}

// The word being typed is found in a text longer than the reach, too.
static void test_far_down(void **state) {
    (void)state;
    struct str text;
    struct query query;
    str_init(&text);
    while (text.length < 2 * QUERY_REACH) {
        str_append_string(&text, "filling;\n");
    }
    str_append_string(&text, "item.wor");
    query_init(&query, SLICE_LITERAL("a.js"), str_slice(&text), text.length, NULL);
    assert_int_equal(query.cursor - query.word, strlen("wor"));
    assert_true(query.after_member);
    query_free(&query);
    str_free(&text);
}

static void test_cursor_beyond_the_end(void **state) {
    (void)state;
    struct query query;
    query_init(&query, SLICE_LITERAL(""), SLICE_LITERAL("abc"), 99, NULL);
    assert_int_equal(query.cursor, 3);
    query_free(&query);
    query_init(&query, SLICE_LITERAL(""), slice_of(NULL, 0), 0, NULL);
    assert_int_equal(query.term_count, 0);
    query_free(&query);
}

struct scanned {
    struct slice names[512];
    size_t count;
};

static void note(void *context, struct slice name, size_t at) {
    struct scanned *scanned = context;
    (void)at;
    scanned->names[scanned->count++] = name;
}

static bool belongs_to_word(char c) {
    return strchr("aZ9_$\xC3", c) != NULL;
}

// Of random text, any part of it, beside a loop over its bytes: words of all lengths across the blocks of 64 bytes.
static void test_identifiers(void **state) {
    (void)state;
    static const char bytes[] = {'a', 'Z', '9', '_', '$', '\xC3', ' ', '\n', '@', '`', '{', '['};
    uint64_t seed = 3;
    for (int round = 0; round < 20000; round++) {
        char text[400];
        uint32_t length = draw(&seed) % sizeof text, kinds = 6 + 1 + draw(&seed) % 6, rare = draw(&seed) % 40;
        for (uint32_t i = 0; i < length; i++) {
            text[i] = bytes[draw(&seed) % (draw(&seed) % (rare + 1) ? 6 : kinds)];
        }
        size_t start = draw(&seed) % (length + 1), end = start + draw(&seed) % (length + 1 - start),
               count = 0;
        struct scanned scanned = {.count = 0};
        query_identifiers(slice_of(text, length), start, end, note, &scanned);
        for (size_t at = start; at < end; at++) {
            size_t from = at;
            while (at < end && belongs_to_word(text[at])) {
                at++;
            }
            if (at > from && text[from] != '9') {
                assert_true(count < scanned.count);
                assert_ptr_equal(scanned.names[count].data, text + from);
                assert_int_equal(scanned.names[count++].length, at - from);
            }
        }
        assert_int_equal(scanned.count, count);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_word_and_member),
        cmocka_unit_test(test_receivers),
        cmocka_unit_test(test_receivers_without_name),
        cmocka_unit_test(test_receivers_are_near),
        cmocka_unit_test(test_above_below_imported),
        cmocka_unit_test(test_names_nearest_first),
        cmocka_unit_test(test_nearer_lines_weigh_more),
        cmocka_unit_test(test_headers_of_blocks),
        cmocka_unit_test(test_endless_line),
        cmocka_unit_test(test_far_down),
        cmocka_unit_test(test_cursor_beyond_the_end),
        cmocka_unit_test(test_identifiers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
