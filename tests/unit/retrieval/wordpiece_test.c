// wordpiece_test.c - texts to pieces as BERT's tokenizers do, and what is not such a tokenizer.
#include "retrieval/wordpiece.h"
#include "tables.h"
#include "tests/unit/unit.h"

static void note(void *context, uint32_t piece) {
    str_append_format(context, "%u ", piece);
}

static void test_texts(void **state) {
    (void)state;
    static const struct {
        const char *text, *pieces;
    } rows[] = {
        {"", ""},
        {"parse", "1 2 "},
        {"Parser(header)", "1 3 5 4 "}, // ")" has no piece
        {"parse_header", "1 2 6 4 "},
        {"parseHeader", "1 2 4 "},     // taken apart
        {"parsed header", "4 "},       // of "d" there is no piece, so none of the word
        {"Café cafe\xCC\x81", "7 7 "}, // with the accent in the letter and behind it
        {"a世a", "9 8 9 "},
        {"\x01"
         "a\xFF"
         "a\xE2\x80\x8B",
         "9 10 "}, // controls and broken bytes are left out
        {"[UNK]", ""},
        {"HTTP", "11 "},
        {"aaa", "9 10 10 "},
        {"a a\ta\xC2\xA0"
         "a",
         "9 9 9 9 "},
    };
    struct wordpiece *wordpiece = NULL;
    struct err err;
    assert_int_equal(wordpiece_parse(slice_of_string(table_tokenizer), "t", &wordpiece, &err), 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str pieces;
        str_init(&pieces);
        wordpiece_scan(wordpiece, slice_of_string(rows[i].text), note, &pieces);
        assert_string_equal(pieces.data, rows[i].pieces);
        str_free(&pieces);
    }
    wordpiece_free(wordpiece);
}

// A word of more than a hundred bytes gives nothing, the next one its own.
static void test_long_words(void **state) {
    (void)state;
    struct wordpiece *wordpiece = NULL;
    struct err err;
    struct str text, pieces;
    str_init(&text);
    str_init(&pieces);
    assert_int_equal(wordpiece_parse(slice_of_string(table_tokenizer), "t", &wordpiece, &err), 0);
    for (int i = 0; i < 101; i++) {
        str_append_char(&text, 'a');
    }
    str_append_string(&text, " header");
    wordpiece_scan(wordpiece, str_slice(&text), note, &pieces);
    assert_string_equal(pieces.data, "4 ");
    str_free(&text);
    str_free(&pieces);
    wordpiece_free(wordpiece);
}

static void test_other_tokenizers(void **state) {
    (void)state;
#define NORMALIZER "\"normalizer\": {\"type\": \"BertNormalizer\"}, "
#define SPLITTER   "\"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"}, "
    static const struct {
        const char *json, *message;
    } rows[] = {
        {"", "t: "},
        {"[1]", "t: it is no tokenizer"},
        {"{" NORMALIZER SPLITTER "\"model\": {\"type\": \"BPE\"}}",
         "t: a model of type \"BPE\" is not supported, only WordPiece"},
        {"{" SPLITTER "\"model\": {\"type\": \"WordPiece\"}}",
         "t: a normalizer of type \"none\" is not supported"},
        {"{" NORMALIZER "\"pre_tokenizer\": {\"type\": \"Metaspace\"}, \"model\": {\"type\": \"WordPiece\"}}",
         "t: a pre_tokenizer of type \"Metaspace\" is not supported"},
        {"{" NORMALIZER SPLITTER "\"model\": {\"type\": \"WordPiece\"}}", "t: its vocabulary is empty"},
        {"{" NORMALIZER SPLITTER "\"model\": {\"type\": \"WordPiece\", \"vocab\": {\"a\": -1}}}",
         "t: its vocabulary is not"},
        {"{" NORMALIZER SPLITTER "\"model\": {\"type\": \"WordPiece\", \"vocab\": {\"a\": 1e12}}}",
         "t: its vocabulary is not"},
        {"{" NORMALIZER SPLITTER "\"model\": {\"type\": \"WordPiece\", \"vocab\": [0, 1]}}",
         "t: its vocabulary is not"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct wordpiece *wordpiece = NULL;
        struct err err;
        assert_int_not_equal(wordpiece_parse(slice_of_string(rows[i].json), "t", &wordpiece, &err), 0);
        assert_ptr_equal(strstr(err.message, rows[i].message), err.message);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_texts), cmocka_unit_test(test_long_words),
                                       cmocka_unit_test(test_other_tokenizers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
