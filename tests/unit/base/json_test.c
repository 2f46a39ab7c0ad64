// json_test.c - base/json.h: what cJSON would get wrong, and relaxed configuration files.
#include "base/json.h"
#include "tests/unit/unit.h"

static struct json *parse(const char *text) {
    return json_parse(slice_of_string(text), NULL);
}

static void bad_texts_are_refused(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",           " ",  "{",       "}",     "{\"a\":}",  "[1,]", "nul",
        "{\"a\":1}x", "\"", "\"\\q\"", "[1 2]", "{\"a\" 1}", "\xff",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct err err = {0};
        struct json *json = json_parse(slice_of_string(texts[i]), &err);
        assert_null(json);
        assert_int_equal(err.code, ERR_INVALID);
        assert_true(err.message[0] != '\0');
    }
}

static void deep_nesting_is_refused(void **state) {
    (void)state;
    struct str text;
    str_init(&text);
    for (int i = 0; i < 100000; i++) {
        str_append_char(&text, '[');
    }
    assert_null(json_parse(str_slice(&text), NULL));
    str_free(&text);
}

static void escapes_that_cjson_cannot_keep_are_replaced(void **state) {
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"\"a\\u0000b\"", "a\xE2\x90\x80"
                          "b"},
        {"\"\\\\u0000\"", "\\u0000"},
        {"\"\\\\\\u0000\"", "\\\xE2\x90\x80"},
        {"\"\\u0000\"", "\xE2\x90\x80"},
        {"\"a\\ud83d\"", "a\xEF\xBF\xBD"}, // halves of a surrogate pair
        {"\"\\uDE00b\"", "\xEF\xBF\xBD"
                         "b"},
        {"\"\\ud83d\\ud83d\\ude00\"", "\xEF\xBF\xBD\xF0\x9F\x98\x80"},
        {"\"\\uD83D\\uDE00\"", "\xF0\x9F\x98\x80"},
        {"\"\\ud83d\\\\ude00\"", "\xEF\xBF\xBD\\ude00"},
        {"\"\\\\ud83d\"", "\\ud83d"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct json *json = parse(cases[i].text);
        assert_string_equal(json_string(json, "?"), cases[i].want);
        json_free(json);
    }
}

static void a_raw_nul_does_not_end_the_text(void **state) {
    (void)state;
    struct json *json = json_parse(SLICE_LITERAL("{\"a\":1\0,\"b\":2}"), NULL);
    assert_int_equal(json_get_integer(json, "b", 0), 2);
    json_free(json);
}

static void integers_are_exact_or_refused(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t want; // -1: the fallback
    } cases[] = {
        {"0", 0},
        {"-7", -7},
        {"9007199254740992", 9007199254740992},
        {"9007199254740994", -1},
        {"1.5", -1},
        {"1e300", -1},
        {"\"1\"", -1},
        {"null", -1},
        {"true", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct json *json = parse(cases[i].text);
        assert_int_equal(json_integer(json, -1), cases[i].want);
        json_free(json);
    }
}

static void getters_survive_what_is_not_there(void **state) {
    (void)state;
    struct json *json = parse("{\"a\":{\"b\":[1,\"x\",null]}}");
    const struct json *array = json_get(json_get(json, "a"), "b");
    assert_int_equal(json_count(array), 3);
    assert_string_equal(json_string(json_next(json_first(array)), ""), "x");
    assert_null(json_get(array, "b"));
    assert_null(json_get(NULL, "b"));
    assert_true(json_is_null(json_get(json, "absent")));
    assert_string_equal(json_get_string(json, "a", "fallback"), "fallback");
    assert_false(json_get_bool(json, "a", false));
    json_free(json);
}

static void comments_are_allowed_in_relaxed_texts(void **state) {
    (void)state;
    struct json *json = json_parse_relaxed(
        SLICE_LITERAL("// head\n{ /* one\n two */ \"url\": \"http://x/*y*/\", // tail\n \"b\": /**/ 2 }"),
        NULL);
    assert_string_equal(json_get_string(json, "url", ""), "http://x/*y*/");
    assert_int_equal(json_get_integer(json, "b", 0), 2);
    json_free(json);
    struct err err = {0};
    assert_null(json_parse_relaxed(SLICE_LITERAL("{\n/* never closed"), &err));
    assert_null(json_parse_relaxed(SLICE_LITERAL("{\n\n\"a\": oops }"), &err));
    assert_non_null(strstr(err.message, "line 3"));
}

static void what_is_written_is_valid_and_reads_back(void **state) {
    (void)state;
    struct json *json = json_object();
    json_set_slice(json, "bytes", SLICE_LITERAL("a\xFF\0\xE2\x82z"));
    json_set_number(json, "number", 3);
    json_push(json_set(json, "list", json_array()), json_new_bool(true));
    struct str text;
    str_init(&text);
    json_print(json, &text);
    assert_string_equal(text.data,
                        "{\"bytes\":\"a\xEF\xBF\xBD\xE2\x90\x80\xEF\xBF\xBD\xEF\xBF\xBDz\",\"number\":3,"
                        "\"list\":[true]}");
    str_free(&text);
    json_free(json);
}

// A list of small things is read a line each.
static void what_fits_into_a_line_stands_in_one(void **state) {
    (void)state;
    char filler[128] = {0};
    memset(filler, 'x', sizeof filler - 1);
    struct json *json = parse("{\"a\\n\": {\"b\": [1, 2]}}");
    struct json *list = json_set(json, "c", json_array());
    json_set_number(json_push(list, json_object()), "d", 1);
    json_set(json, "e", json_array());
    json_set(json, "f", json_new_null());
    struct str text, expected;
    str_init(&text);
    str_init(&expected);
    json_print_pretty(json, &text);
    assert_string_equal(text.data, "{\"a\\n\":{\"b\":[1,2]},\"c\":[{\"d\":1}],\"e\":[],\"f\":null}");
    json_set_string(json_push(list, json_object()), "g", filler);
    str_clear(&text);
    json_print_pretty(json, &text);
    str_append_format(&expected,
                      "{\n  \"a\\n\": {\"b\":[1,2]},\n  \"c\": [\n    {\"d\":1},\n    {\"g\":\"%s\"}\n  ],\n"
                      "  \"e\": [],\n  \"f\": null\n}",
                      filler);
    assert_string_equal(text.data, expected.data);
    str_free(&text);
    str_free(&expected);
    json_free(json);
}

static void a_room_holds_one_tree_after_another(void **state) {
    struct json_room room;
    struct err err;
    (void)state;
    json_room_init(&room, 4096);
    for (int i = 0; i < 1000; i++) {
        const struct json *json =
            json_parse_in(&room, SLICE_LITERAL("{\"text\": \"a\\u0000\", \"list\": [1, 2]}"), &err);
        assert_string_equal(json_get_string(json, "text", ""), "a\xE2\x90\x80");
        assert_int_equal(json_count(json_get(json, "list")), 2);
    }
    assert_null(json_parse_in(&room, SLICE_LITERAL("{\"text\": [1, 2}"), &err));
    assert_int_equal(err.code, ERR_INVALID);
    struct json *other = parse("[1]"); // on the heap again
    assert_int_equal(json_count(other), 1);
    json_free(other);
    json_room_free(&room);
}

// Texts so dense that their tree would be many times as large.
static void what_does_not_fit_a_room_is_refused(void **state) {
    static const char *const starts[] = {"[", "[\"", "{\"k\":["};
    (void)state;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        struct json_room room;
        struct err err;
        struct str text;
        str_init(&text);
        json_room_init(&room, 10000);
        str_append_string(&text, starts[i]);
        while (text.length < 50000) {
            str_append_string(&text, i == 1 ? "words" : "0,");
        }
        str_append_string(&text, i == 0 ? "0]" : i == 1 ? "\"]" : "0]}");
        assert_null(json_parse_in(&room, str_slice(&text), &err));
        assert_int_equal(err.code, ERR_TOO_LARGE);
        assert_true(room.used <= room.limit);
        assert_non_null(json_parse_in(&room, SLICE_LITERAL("[1]"), &err));
        json_room_free(&room);
        str_free(&text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_texts_are_refused),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(escapes_that_cjson_cannot_keep_are_replaced),
        cmocka_unit_test(a_raw_nul_does_not_end_the_text),
        cmocka_unit_test(integers_are_exact_or_refused),
        cmocka_unit_test(getters_survive_what_is_not_there),
        cmocka_unit_test(comments_are_allowed_in_relaxed_texts),
        cmocka_unit_test(what_fits_into_a_line_stands_in_one),
        cmocka_unit_test(a_room_holds_one_tree_after_another),
        cmocka_unit_test(what_does_not_fit_a_room_is_refused),
        cmocka_unit_test(what_is_written_is_valid_and_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
