// repository_predict.c - see repository_predict.h.
//
// Around the search: what the document says about the cursor goes in, and text
// with spaces, several lines and a confidence comes out.
#include "backends/repository_predict.h"

#include "backends/repository_beam.h"
#include "backends/repository_lexer.h"

#include "base/utf8.h"

#include <math.h>

static void render(const struct document *document, const struct beam_path *path, bool typed,
                   struct str *out) {
    for (uint32_t i = 0; i < path->count; i++) {
        struct slice word = encoder_word(&document->encoder, token_id(path->tokens[i]));
        if (i == 0 && typed) {
            word = slice_sub(word, document->typed.length, word.length);
        } else if (i > 0 || !(document->spaced || document->line_start)) {
            str_append_slice(out, lexer_space_text(token_space(path->tokens[i])));
        }
        str_append_slice(out, word);
    }
}

static void measure(const struct beam_result *result, const struct beam_path *path, double *features) {
    double best = 0;
    for (uint32_t i = 0; i < result->count; i++) {
        best += exp(result->paths[i].log_probability - path->log_probability);
    }
    features[0] = path->log_probability;
    features[1] = log(1.0 / best);
    features[2] = log(path->least);
    features[3] = log(path->first);
    features[4] = log(path->end + 1e-6);
    features[5] = log(1.0 + result->depth);
    features[6] = log(1.0 + result->support);
    features[7] = log(path->count);
    features[8] = path->ahead;
    features[9] = log(1.0 + path->depth);
}

static double confidence_of(const double *features) {
    return exp(features[0] * 0.5);
}

static bool is_clean(struct slice text) {
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            return false;
        }
    }
    return text.length > 0 && utf8_valid(text);
}

static bool is_new(const struct predictions *out, struct slice text) {
    for (uint32_t i = 0; i < out->count; i++) {
        if (slice_equal(str_slice(&out->items[i].text), text)) {
            return false;
        }
    }
    return true;
}

static void collect(const struct document *document, const struct beam_result *result, uint32_t wanted,
                    struct predictions *out) {
    for (uint32_t i = 0; i < result->count && out->count < wanted; i++) {
        struct prediction *item = &out->items[out->count];
        str_init(&item->text);
        render(document, &result->paths[i], document->typed.length > 0, &item->text);
        if (!is_clean(str_slice(&item->text)) || !is_new(out, str_slice(&item->text))) {
            str_free(&item->text);
            continue;
        }
        measure(result, &result->paths[i], item->features);
        item->confidence = confidence_of(item->features);
        out->count++;
    }
}

static bool splits_word(const struct predict_request *request) {
    return request->prefix.length > 0 && request->suffix.length > 0 &&
           lexer_is_word_byte(request->prefix.data[request->prefix.length - 1]) &&
           lexer_is_word_byte(request->suffix.data[0]);
}

static void search_line(struct counts *counts, const struct document *document,
                        const struct predict_request *request, struct predictions *out) {
    struct beam_result *result = mem_zero(1, sizeof *result);
    VEC(uint32_t) context = {0};
    uint32_t start = document->cursor > BEAM_CONTEXT ? document->cursor - BEAM_CONTEXT : 0;
    for (uint32_t i = start; i < document->cursor; i++) {
        vec_push(&context, token_id(document->tokens.items[i]));
    }
    uint32_t limit =
        request->max_tokens && request->max_tokens < PREDICT_TOKENS ? request->max_tokens : PREDICT_TOKENS;
    struct beam_request search = {document, context.items, context.count,  document->typed,
                                  true,     limit,         request->cancel};
    beam_search(counts, &search, result);
    uint32_t wanted = request->candidates < PREDICT_CANDIDATES ? request->candidates : PREDICT_CANDIDATES;
    collect(document, result, wanted ? wanted : 1, out);
    vec_free(&context);
    free(result);
}

void predict(struct corpus *corpus, const struct predict_request *request, struct predictions *out) {
    out->count = 0;
    if (splits_word(request) || cancel_fired(request->cancel)) {
        return;
    }
    struct generation *generation = corpus_pin(corpus);
    struct document document;
    document_init(&document, corpus_vocabulary(corpus), request->prefix, request->suffix);
    struct counts_document text = {document.tokens.items, (uint32_t)document.tokens.count, document.cursor,
                                   request->path};
    struct counts *counts = counts_new(generation, &text);
    search_line(counts, &document, request, out);
    counts_free(counts);
    document_fini(&document);
    corpus_unpin(generation);
}

void predictions_free(struct predictions *predictions) {
    for (uint32_t i = 0; i < predictions->count; i++) {
        str_free(&predictions->items[i].text);
    }
    predictions->count = 0;
}
