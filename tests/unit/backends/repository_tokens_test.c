// repository_tokens_test.c - words as numbers, and back.
#include "backends/repository_document.h"
#include "tests/unit/unit.h"

static void test_words_of_many(void **state) {
    (void)state;
    struct vocabulary *vocabulary = vocabulary_new();
    struct encoder learner = {.vocabulary = vocabulary};
    struct token_list list = {0};
    encoder_append(&learner, SLICE_LITERAL("open -> door\n"), &list);
    struct document document;
    document_init(&document, vocabulary, NULL, SLICE_LITERAL("door fresh\nopen -> unheard "),
                  SLICE_LITERAL("\n"));
    const struct encoder *encoder = &document.encoder;
    uint32_t ids[32] = {TOKEN_FILE, TOKEN_LINE_SAME, TOKEN_LINE_DEEPER, TOKEN_LINE_SHALLOWER};
    struct slice words[32];
    size_t count = TOKEN_FIRST_WORD, unknown = 0;
    assert_true(document.tokens.count > 6 && document.tokens.count <= 28);
    for (size_t i = 0; i < document.tokens.count; i++) {
        ids[count] = token_id(document.tokens.items[i]);
        unknown += ids[count++] >= TOKEN_UNKNOWN;
    }
    assert_int_equal(unknown, 2);
    encoder_words(encoder, ids, count, words);
    for (size_t i = 0; i < count; i++) {
        assert_true(slice_equal(words[i], encoder_word(encoder, ids[i])));
        assert_int_equal(words[i].length > 0, ids[i] >= TOKEN_FIRST_WORD);
        assert_true(ids[i] < TOKEN_FIRST_WORD || encoder_find(encoder, words[i]) == ids[i]);
    }
    encoder_words(encoder, ids, 0, words);
    document_fini(&document);
    vec_free(&list);
    vocabulary_release(vocabulary);
}

// A document's words are looked up all at once; a text that is appended, one by one.
static void test_document_as_text(void **state) {
    enum { WORDS = 300 };
    (void)state;
    struct vocabulary *vocabulary = vocabulary_new();
    struct encoder learner = {.vocabulary = vocabulary};
    struct token_list known = {0}, plain = {0};
    struct str text;
    str_init(&text);
    for (int i = 0; i < WORDS; i++) {
        str_append_format(&text, "word%d = other + %d;\n", i % (WORDS / 2), i);
    }
    encoder_append(&learner, slice_sub(str_slice(&text), 0, text.length / 3), &known);
    struct document document;
    document_init(&document, vocabulary, NULL, str_slice(&text), SLICE_LITERAL("\n"));
    struct intern unknown;
    intern_init(&unknown);
    struct encoder reader = {
        .vocabulary = vocabulary, .unknown = &unknown, .known = (uint32_t)vocabulary_count(vocabulary, NULL)};
    encoder_append(&reader, str_slice(&text), &plain);
    assert_true(plain.count > WORDS && unknown.count > 0);
    for (size_t i = 0; i < plain.count; i++) {
        assert_int_equal(document.tokens.items[i + 1], plain.items[i]); // TOKEN_FILE comes first
        assert_int_equal(document.words.items[document.numbers.items[i + 1]], token_id(plain.items[i]));
        assert_int_equal(document_number(&document, token_id(plain.items[i])), document.numbers.items[i + 1]);
    }
    intern_free(&unknown);
    document_fini(&document);
    vec_free(&known);
    vec_free(&plain);
    str_free(&text);
    vocabulary_release(vocabulary);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_of_many),
        cmocka_unit_test(test_document_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
