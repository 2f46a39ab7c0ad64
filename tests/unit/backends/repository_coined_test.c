// repository_coined_test.c - which names cannot be over yet.
#include "backends/repository_coined.h"
#include "tests/unit/backends/place.h"
#include "tests/unit/unit.h"

// C1, C2
static void a_name_ends_with_a_word(void **state) {
    (void)state;
    static const struct {
        const char *name;
        bool is_half;
    } rows[] = {
        {"should_return_thr", true},
        {"should_return_throwable", false},
        {"shouldReturnThrowab", true},
        {"shouldReturnThrowable", false}, // the word stands there in another case
        {"SHOULD_RETURN_THROWABLE", false},
        {"should_return_h", true},
        {"should_return_is", true}, // a word, but much begins so
        {"should_return_", true},
        {"shouldReturnHTTP", false},
        {"shouldReturnHTTPSer", true},
        {"shouldReturnHTTPServer", false},
        {"should_return2", false},
        {"thr", false}, // its own first part
        {"Thr", false},
        {"_thr", false},
        {"__", false},
        {"_should_thr", true},
        {"t", false},
        {"", false},
        {"a_part_that_is_by_far_too_long_abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", true},
    };
    struct vocabulary *vocabulary = vocabulary_new();
    struct token_list list = {0};
    encoder_append(&(struct encoder){.vocabulary = vocabulary},
                   SLICE_LITERAL("should return throwable is http Server\n"), &list);
    struct encoder encoder = {.vocabulary = vocabulary,
                              .known = (uint32_t)vocabulary_count(vocabulary, NULL)};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (coined_is_half(&encoder, slice_of_string(rows[i].name)) != rows[i].is_half) {
            print_error("%s\n", rows[i].name);
        }
        assert_int_equal(coined_is_half(&encoder, slice_of_string(rows[i].name)), rows[i].is_half);
    }
    vec_free(&list);
    vocabulary_release(vocabulary);
}

// C3
static void a_name_that_is_used_stands_elsewhere(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool is_half;
    } rows[] = {
        {"int f(int limit) {\n    return lim|\n}\n", true},
        {"int f(int n) {\n    return lim|\n}\nint limit;\n", true},
        {"int f(int limit) {\n    return limit|\n}\n", false},
        {"int f(int limit, int lim) {\n    return lim|\n}\n", false},
        {"int f(int limit) {\n    return lim|\n}\nint lim;\n", false},
        {"int f(int limit) {\n    return lim + lim|\n}\n", false},
        {"int f(int n) {\n    return lim|\n}\n", false},
        {"int f(int n) {\n    return 1000 + 10|\n}\n", false},
        {"int f(int n) {\n    a === b =|\n}\n", false},
        {"|", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct place place = place_of(rows[i].text);
        if (coined_is_half_used(&place.document) != rows[i].is_half) {
            fail_msg("%s", rows[i].text);
        }
        place_free(&place);
    }
}

// C3: of a text that was read before and is written otherwise now nothing is known.
static void a_name_that_stood_elsewhere_says_nothing(void **state) {
    (void)state;
    struct vocabulary *vocabulary = vocabulary_new();
    struct reading *reading = reading_new();
    static const char *const texts[] = {"int f(int limit) {\n    return lim",
                                        "int f(int n) {\n    return lim"};
    for (int is_later = 0; is_later < 2; is_later++) {
        struct document document;
        document_init(&document, vocabulary, reading, slice_of_string(texts[is_later]),
                      SLICE_LITERAL("\n}\n"));
        assert_int_equal(coined_is_half_used(&document), !is_later);
        document_fini(&document);
    }
    reading_free(reading);
    vocabulary_release(vocabulary);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_name_ends_with_a_word),
                                       cmocka_unit_test(a_name_that_is_used_stands_elsewhere),
                                       cmocka_unit_test(a_name_that_stood_elsewhere_says_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
