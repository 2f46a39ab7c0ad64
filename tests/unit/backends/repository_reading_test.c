// repository_reading_test.c - a text that was read before and changed has the tokens of one that is read for the first time;
// quotes its invariant.
#include "backends/repository_document.h"
#include "tests/unit/unit.h"

#include <stdio.h>

// What lexemes are made of, and what may join two of them or part one.
static const char *const PIECES[] = {
    "door",   "open", "x",  "if", "7", ".", "5", "-", ">", "=",  "/",  "*",    "(", ")",     "\n",     "\n",
    "\n    ", "\r\n", "\r", "\t", " ", " ", "{", "}", ";", "\n", "\n", "\n\n", "_", "fresh", "unheard"};
enum { PIECE_COUNT = sizeof PIECES / sizeof *PIECES };

static uint32_t draw(uint32_t *seed, size_t below) {
    *seed = *seed * 1664525u + 1013904223u;
    return (uint32_t)((*seed >> 8) % below);
}

static void assert_same_lists(const struct token_list *a, const struct token_list *b) {
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        assert_int_equal(a->items[i], b->items[i]);
    }
}

static void assert_same(const struct document *a, const struct document *b) { // K1
    assert_same_lists(&a->tokens, &b->tokens);
    assert_same_lists(&a->words, &b->words);
    assert_same_lists(&a->numbers, &b->numbers);
    assert_same_lists(&a->indents, &b->indents);
    assert_int_equal(a->cursor, b->cursor);
    assert_int_equal(a->typed_id, b->typed_id);
    assert_int_equal(a->ahead_count, b->ahead_count);
    assert_memory_equal(a->ahead, b->ahead, sizeof a->ahead);
    assert_int_equal(a->cut, b->cut);
    assert_true(slice_equal(a->above, b->above) && slice_equal(a->suffix, b->suffix));
}

static void assert_as_fresh(struct reading *reading, struct vocabulary *vocabulary, struct slice text,
                            size_t cursor) {
    struct document kept, fresh;
    struct slice prefix = slice_sub(text, 0, cursor), suffix = slice_sub(text, cursor, text.length);
    document_init(&kept, vocabulary, reading, prefix, suffix);
    document_init(&fresh, vocabulary, NULL, prefix, suffix);
    assert_same(&kept, &fresh);
    document_fini(&kept);
    document_fini(&fresh);
}

static struct vocabulary *vocabulary_of(const char *text) {
    struct vocabulary *vocabulary = vocabulary_new();
    struct encoder learner = {.vocabulary = vocabulary};
    struct token_list list = {0};
    encoder_append(&learner, slice_of_string(text), &list);
    vec_free(&list);
    return vocabulary;
}

static void learn(struct vocabulary *vocabulary, const char *word) {
    struct encoder learner = {.vocabulary = vocabulary};
    struct token_list list = {0};
    encoder_append(&learner, slice_of_string(word), &list);
    vec_free(&list);
}

// Up to four pieces in place of up to eight bytes.
static void edit(struct str *text, uint32_t *seed) {
    size_t from = draw(seed, text->length + 1), gone = draw(seed, 9), pieces = draw(seed, 5);
    size_t to = from + gone < text->length ? from + gone : text->length;
    struct str fresh;
    str_init(&fresh);
    for (size_t i = 0; i < pieces; i++) {
        str_append_string(&fresh, PIECES[draw(seed, PIECE_COUNT)]);
    }
    str_splice(text, from, to, fresh.length > 0 ? fresh.data : "", fresh.length);
    str_free(&fresh);
}

static void test_edits(void **state) {
    enum { EDITS = 6000, LONGEST = 300, LEARN_EACH = 501, ANEW_EACH = 1999 };
    (void)state;
    struct vocabulary *vocabulary = vocabulary_of("open door if x ( ) -> ; /* */ 7.5\n");
    struct reading *reading = reading_new();
    struct str text;
    str_init(&text);
    uint32_t seed = 7;
    for (int i = 0; i < EDITS; i++) {
        edit(&text, &seed);
        if (text.length > LONGEST) {
            str_truncate(&text, draw(&seed, LONGEST));
        }
        assert_as_fresh(reading, vocabulary, str_slice(&text), draw(&seed, text.length + 1));
        if (i % LEARN_EACH == 0) {
            learn(vocabulary, PIECES[draw(&seed, PIECE_COUNT)]);
        }
        if (i % ANEW_EACH == 0) { // words have other numbers now
            vocabulary_release(vocabulary);
            vocabulary = vocabulary_of("7 { } x door\n");
        }
    }
    str_free(&text);
    reading_free(reading);
    vocabulary_release(vocabulary);
}

// The cursor goes through a text of which only a part is read at any time.
static void test_long_text(void **state) {
    enum { LINES = 20000, STEP = 4999 };
    (void)state;
    struct vocabulary *vocabulary = vocabulary_of("int x = 0;\n");
    struct reading *reading = reading_new();
    struct str text;
    str_init(&text);
    for (int i = 0; i < LINES; i++) {
        str_append_format(&text, "%*sint x%d = %d;\n", i % 7, "", i % 1000, i);
    }
    for (size_t cursor = 0; cursor <= text.length; cursor += STEP) {
        str_splice(&text, cursor, cursor, "typed\n", cursor % 7);
        assert_as_fresh(reading, vocabulary, str_slice(&text), cursor);
    }
    str_free(&text);
    reading_free(reading);
    vocabulary_release(vocabulary);
}

// A text that was read whole grows and shrinks, beyond what is read whole as well, and with all that may part lines.
static void test_whole_text(void **state) {
    enum { STEPS = 40, READ_EACH = 10 };
    (void)state;
    struct vocabulary *vocabulary = vocabulary_of("open door if x ( ) -> ; /* */ 7.5\n");
    struct reading *reading = reading_new();
    struct str text;
    str_init(&text);
    uint32_t seed = 11;
    while (text.length < READING_WHOLE - 8) {
        str_append_string(&text, PIECES[draw(&seed, PIECE_COUNT)]);
    }
    for (int i = 0; i < STEPS; i++) {
        if (i % READ_EACH == 0) {
            reading_take_whole(reading, vocabulary, slice_sub(str_slice(&text), 0, READING_WHOLE));
        }
        edit(&text, &seed);
        if (i % READ_EACH == READ_EACH / 2) { // too long for a while
            while (text.length <= READING_WHOLE) {
                str_append_string(&text, PIECES[draw(&seed, PIECE_COUNT)]);
            }
        } else if (text.length > READING_WHOLE) {
            str_truncate(&text, READING_WHOLE - draw(&seed, READING_BELOW));
        }
        size_t cursor = i % 3 == 0 ? 0 : i % 3 == 1 ? text.length : draw(&seed, text.length + 1);
        assert_as_fresh(reading, vocabulary, str_slice(&text), cursor);
    }
    str_free(&text);
    reading_free(reading);
    vocabulary_release(vocabulary);
}

// Words that stand in the text no more do not pile up.
static void test_words_are_forgotten(void **state) {
    enum { TIMES = 4000, ENOUGH = 2000 };
    (void)state;
    struct vocabulary *vocabulary = vocabulary_of("int x = 0;\n");
    struct reading *reading = reading_new();
    for (int i = 0; i < TIMES; i++) {
        char line[64];
        snprintf(line, sizeof line, "int x = name_%d;\n", i);
        assert_as_fresh(reading, vocabulary, slice_of_string(line), strlen(line));
        assert_true(reading_words(reading)->items.count < ENOUGH);
    }
    reading_free(reading);
    vocabulary_release(vocabulary);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edits),
        cmocka_unit_test(test_long_text),
        cmocka_unit_test(test_whole_text),
        cmocka_unit_test(test_words_are_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
