// terms_test.c - what words a text gives to lexical ranking.

#include "base/hash.h"
#include "indexer/terms.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

struct expectation {
    const char *next; // the terms still to come, separated by spaces
    const char *text;
};

static void expect_next(void *context, uint32_t hash) {
    struct expectation *expectation = context;
    size_t length = strcspn(expectation->next, " ");
    if (length == 0 || hash_fold(hash_bytes(expectation->next, length)) != hash) {
        fail_msg("\"%s\": an unexpected term before \"%s\"", expectation->text, expectation->next);
    }
    expectation->next += length + (expectation->next[length] == ' ');
}

static void test_scan(void **state) {
    (void)state;
    static const struct {
        const char *text, *terms;
    } cases[] = {
        {"", ""},
        {"parseHTTPRequest", "parsehttprequest parse http request"},
        {"uv__io_poll(loop)", "uv__io_poll uv io poll loop"},
        {"_hidden __init__", "hidden init"},
        {"utf8Decode sha256sum", "utf8decode utf8 decode sha256sum"},
        {"MAX_PATH", "max_path max path"},
        {"HTTPServer2Go", "httpserver2go http server2 go"},
        {"x y i 1 0xFF 10u 3rd", ""},
        {"a_1_b", "a_1_b"},
        {"if (size) return size;", "size size"},
        {"Return", "return"}, // keywords are case-sensitive
        {"caf\xc3\xa9 na\xc3\xafve", "caf\xc3\xa9 na\xc3\xafve"},
        {"\xff\xfe foo\x80", "\xff\xfe foo\x80"},
        {"a.b->first+second", "first second"},
        {"___ _", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct expectation expectation = {cases[i].terms, cases[i].text};
        terms_scan(slice_of_string(cases[i].text), expect_next, &expectation);
        assert_string_equal(expectation.next, "");
    }
}

static void count_one(void *context, uint32_t hash) {
    (void)hash;
    ++*(size_t *)context;
}

static void test_long_words_are_cut(void **state) {
    (void)state;
    static char word[100000];
    memset(word, 'a', sizeof word);
    size_t count = 0;
    terms_scan(slice_of(word, sizeof word), count_one, &count);
    assert_int_equal(count, 1);
    struct arena arena;
    struct term_counter *counter = term_counter_new();
    arena_init(&arena);
    uint32_t terms, length;
    const struct term *cut = terms_count(counter, slice_of(word, sizeof word), &arena, &terms, &length);
    assert_int_equal(cut[0].hash, hash_fold(hash_bytes(word, 128)));
    arena_free(&arena);
    term_counter_free(counter);
}

static void test_count(void **state) {
    (void)state;
    struct arena arena;
    struct term_counter *counter = term_counter_new();
    arena_init(&arena);
    uint32_t count, length;
    const struct term *terms =
        terms_count(counter, SLICE_LITERAL("beta alpha beta gamma beta alpha"), &arena, &count, &length);
    assert_int_equal(count, 3);
    assert_int_equal(length, 6);
    uint32_t beta = hash_fold(hash_bytes("beta", 4));
    for (uint32_t i = 0; i < count; i++) {
        assert_true(i == 0 || terms[i - 1].hash < terms[i].hash); // R3
        assert_true(terms[i].hash != beta || terms[i].count == 3);
    }
    terms_count(counter, SLICE_LITERAL(" \n"), &arena, &count, &length);
    assert_int_equal(count, 0);
    assert_int_equal(length, 0);
    arena_free(&arena);
    term_counter_free(counter);
}

// What terms_scan says, counted the slow way.
struct tally {
    uint32_t hashes[4096];
    uint32_t count;
};

static void add_to_tally(void *context, uint32_t hash) {
    struct tally *tally = context;
    assert_true(tally->count < 4096);
    tally->hashes[tally->count++] = hash;
}

static void assert_as_scanned(struct term_counter *counter, struct slice text) {
    struct tally tally = {.count = 0};
    terms_scan(text, add_to_tally, &tally);
    struct arena arena;
    arena_init(&arena);
    uint32_t count, length;
    const struct term *terms = terms_count(counter, text, &arena, &count, &length);
    assert_int_equal(length, tally.count);
    uint32_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t expected = 0;
        for (uint32_t j = 0; j < tally.count; j++) {
            expected += tally.hashes[j] == terms[i].hash;
        }
        assert_int_equal(terms[i].count, expected);
        assert_true(i == 0 || terms[i - 1].hash < terms[i].hash); // R3
        sum += terms[i].count;
    }
    assert_int_equal(sum, length);
    arena_free(&arena);
}

// One counter, many texts: words that come again, that push each other out, that give more terms than it keeps.
static void test_counter_remembers_right(void **state) {
    (void)state;
    static const char *const parts[] = {"alpha", "Beta",   "GAMMA", "_",  "d1",
                                        "x",     "return", "ipv6",  "__", "é"};
    struct term_counter *counter = term_counter_new();
    struct str text;
    str_init(&text);
    uint32_t seed = 7;
    for (int round = 0; round < 300; round++) {
        str_clear(&text);
        for (int i = 0; i < 200; i++) {
            seed = seed * 1664525 + 1013904223;
            str_append_string(&text, parts[(seed >> 20) % 10]);
            if ((seed >> 12) % 3 == 0) {
                str_append_char(&text, ' ');
            }
        }
        assert_as_scanned(counter, str_slice(&text));
    }
    str_free(&text);
    term_counter_free(counter);
}

// --- the rules of terms.h, byte by byte ---

static bool is_small(char c) {
    return (c >= 'a' && c <= 'z') || (unsigned char)c >= 128;
}

static bool is_capital(char c) {
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_of_word(char c) {
    return is_small(c) || is_capital(c) || is_digit(c) || c == '_';
}

static bool are_digits(const char *bytes, size_t length) {
    size_t i = 0;
    while (i < length && is_digit(bytes[i])) {
        i++;
    }
    return i == length;
}

static void tell_lowered(const char *bytes, size_t length, struct tally *tally) {
    char lower[128];
    for (size_t i = 0; i < length; i++) {
        lower[i] = is_capital(bytes[i]) ? (char)(bytes[i] - 'A' + 'a') : bytes[i];
    }
    add_to_tally(tally, hash_fold(hash_bytes(lower, length)));
}

static bool begins_part(const char *word, size_t at, size_t length) {
    bool is_last_capital = at + 1 < length && is_small(word[at + 1]);
    return word[at - 1] == '_' || (is_capital(word[at]) && (!is_capital(word[at - 1]) || is_last_capital));
}

static void tell_parts(const char *word, size_t length, struct tally *tally) {
    for (size_t at = 0, end; at < length; at = end) {
        for (end = at + 1; end < length && word[end] != '_' && !begins_part(word, end, length);) {
            end++;
        }
        bool is_part = word[at] != '_' && end - at > 1 && end - at < length;
        if (is_part && !are_digits(word + at, end - at)) {
            tell_lowered(word + at, end - at, tally);
        }
    }
}

static void tell_word(const char *word, size_t length, struct tally *tally) {
    if (is_digit(*word)) {
        return;
    }
    for (; length && *word == '_'; length--) {
        word++;
    }
    while (length && word[length - 1] == '_') {
        length--;
    }
    if (length > 1 && !are_digits(word, length) && !terms_is_keyword(slice_of(word, length))) {
        length = length < 128 ? length : 128;
        tell_lowered(word, length, tally);
        tell_parts(word, length, tally);
    }
}

static void tell_text(const char *text, size_t length, struct tally *tally) {
    for (size_t at = 0, end; at < length; at = end) {
        for (end = at + 1; end < length && is_of_word(text[end]) == is_of_word(text[at]);) {
            end++;
        }
        if (is_of_word(text[at])) {
            tell_word(text + at, end - at, tally);
        }
    }
}

// Texts of every length around a block's, of words and numbers of every length, in memory of exactly their size.
static void test_scan_is_as_told(void **state) {
    (void)state;
    static const char bytes[] = "abcdefghXYZAB12_\xc3\xa9 -\n\0";
    uint32_t seed = 11;
    for (size_t round = 0; round < 20000; round++) {
        size_t length = round % 300;
        char *text = malloc(length + 1);
        assert_non_null(text);
        seed = seed * 1664525 + 1013904223;
        uint32_t variety = seed >> 8 & 0x1f; // how much of `bytes` it draws from, and how long the runs are
        for (size_t i = 0; i < length; i++) {
            seed = seed * 1664525 + 1013904223;
            bool goes_on = i > 0 && (seed >> 10) % 32 < variety;
            text[i] = goes_on ? text[i - 1] : bytes[(seed >> 16) % sizeof bytes];
        }
        struct tally told = {.count = 0}, scanned = {.count = 0};
        tell_text(text, length, &told);
        char *exact = malloc(length + 1);
        assert_non_null(exact);
        memcpy(exact + 1, text, length); // an odd address; what is behind is not ours
        terms_scan(slice_of(exact + 1, length), add_to_tally, &scanned);
        assert_int_equal(scanned.count, told.count);
        assert_memory_equal(scanned.hashes, told.hashes, told.count * sizeof *told.hashes);
        free(exact);
        free(text);
    }
}

static void test_keywords(void **state) {
    (void)state;
    assert_true(terms_is_keyword(SLICE_LITERAL("return")));
    assert_true(terms_is_keyword(SLICE_LITERAL("elif")));
    assert_true(terms_is_keyword(SLICE_LITERAL("instanceof")));
    assert_true(terms_is_keyword(SLICE_LITERAL("NULL")));
    assert_false(terms_is_keyword(SLICE_LITERAL("Return")));
    assert_false(terms_is_keyword(SLICE_LITERAL("returned")));
    assert_false(terms_is_keyword(SLICE_LITERAL("retur")));
    assert_false(terms_is_keyword(SLICE_LITERAL("")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scan),
        cmocka_unit_test(test_long_words_are_cut),
        cmocka_unit_test(test_count),
        cmocka_unit_test(test_counter_remembers_right),
        cmocka_unit_test(test_scan_is_as_told),
        cmocka_unit_test(test_keywords),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
