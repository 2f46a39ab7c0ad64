// lexer_fuzz.c - any bytes come back from their lexemes (L1, L2), and any bytes can be learned and completed.
#include "backends/repository_lexer.h"
#include "backends/repository_predict.h"
#include "base/utf8.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void require(bool truth) {
    if (!truth) {
        abort();
    }
}

static void check_round_trip(struct slice text) {
    size_t at = 0, told = 0;
    for (struct lexeme lexeme; lexer_next(text, &at, &lexeme);) {
        require(lexeme.space.data == text.data + told);
        told += lexeme.space.length;
        require(lexeme.text.length == 0 || lexeme.text.data == text.data + told);
        told += lexeme.text.length;
        require(lexeme.text.length > 0 || told == text.length);
        require(told == at);
    }
    require(told == text.length);
}

// The first half is another open document, the second the open document with the cursor in its middle.
static void check_prediction(struct slice text) {
    struct corpus_options options = {.root = ""};
    struct corpus *corpus = corpus_new(&options);
    struct record *record = record_new("a.c");
    record->language = "c";
    corpus_overlay(corpus, record, slice_sub(text, 0, text.length / 2));
    record_release(record);
    corpus_commit(corpus, true);
    corpus_settle(corpus);
    struct predict_request request = {.path = "b.c",
                                      .prefix = slice_sub(text, text.length / 2, text.length / 4 * 3),
                                      .suffix = slice_sub(text, text.length / 4 * 3, text.length),
                                      .max_lines = 2,
                                      .candidates = 2};
    struct predictions found;
    predict(corpus, &request, &found);
    for (uint32_t i = 0; i < found.count; i++) {
        require(found.items[i].text.length > 0 && utf8_valid(str_slice(&found.items[i].text)));
        require(found.items[i].confidence >= 0 && found.items[i].confidence <= 1);
    }
    predictions_free(&found);
    corpus_free(corpus);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct slice text = {(const char *)bytes, length};
    check_round_trip(text);
    check_prediction(text);
    return 0;
}
