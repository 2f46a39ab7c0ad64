// repository_words_test.c - the different words of a text get numbers.
#include "tests/unit/unit.h"

#include "backends/repository_words.h"

#include <stdio.h>

static void test_numbers(void **state) {
    static const struct {
        const char *word;
        uint32_t number;
    } cases[] = {
        {"a", 0},                 // one byte
        {"b", 1},                 //
        {"ab", 2},                // two
        {"ba", 3},                //
        {"a", 0},                 // again
        {"aba", 4},               // its ends are those of "aa" and more
        {"abba", 5},              //
        {"abcdabcd", 6},          //
        {"abcdabcdabcdabcd", 7},  // the same ends, another length
        {"abcdabcdXabcdabcd", 8}, // and beyond sixteen bytes another middle
        {"abcdabcdYabcdabcd", 9}, //
        {"abcdabcdXabcdabcd", 8},
        {"ab", 2}, //
        {"abcdabcd", 6},
        {"abba", 5}, //
    };
    (void)state;
    struct words words;
    words_init(&words, 0);
    assert_true(words_find(&words, SLICE_LITERAL("a")) == WORDS_NONE);
    assert_true(words_find(&words, SLICE_LITERAL("ab")) == WORDS_NONE);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice word = slice_of_string(cases[i].word);
        assert_int_equal(words_number(&words, word), cases[i].number);
        assert_int_equal(words_find(&words, word), cases[i].number);
    }
    assert_int_equal(words.items.count, 10);
    words_fini(&words);
}

// More than there was room for at first.
static void test_many(void **state) {
    enum { MANY = 5000 };
    static char texts[MANY][8];
    (void)state;
    struct words words;
    words_init(&words, 0);
    for (uint32_t i = 0; i < MANY; i++) {
        snprintf(texts[i], sizeof texts[i], "%u", i);
        assert_int_equal(words_number(&words, slice_of_string(texts[i])), i);
    }
    for (uint32_t i = 0; i < MANY; i++) {
        assert_int_equal(words_find(&words, slice_of_string(texts[i])), i);
    }
    assert_true(words_find(&words, SLICE_LITERAL("5000")) == WORDS_NONE);
    words_fini(&words);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_numbers), cmocka_unit_test(test_many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
