// tables.h - small safetensors files and tokenizers for tests.
#ifndef HUNCH_TESTS_TABLES_H
#define HUNCH_TESTS_TABLES_H

#include "../indexer/temporary.h"

static inline void table_write(const char *folder, const char *name, const char *header, struct slice data) {
    struct str file;
    size_t length = strlen(header);
    str_init(&file);
    for (int i = 0; i < 8; i++) {
        str_append_char(&file, (char)(length >> (8 * i) & 0xFF));
    }
    str_append_string(&file, header);
    str_append_slice(&file, data);
    temporary_write_bytes(folder, name, str_slice(&file));
    str_free(&file);
}

static const char *const table_tokenizer =
    "{\"normalizer\": {\"type\": \"BertNormalizer\", \"lowercase\": true, \"strip_accents\": null},"
    " \"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"},"
    " \"model\": {\"type\": \"WordPiece\", \"unk_token\": \"[UNK]\", \"continuing_subword_prefix\": \"##\","
    " \"vocab\": {\"[UNK]\": 0, \"pars\": 1, \"##e\": 2, \"##er\": 3, \"header\": 4, \"(\": 5, \"_\": 6, \"cafe\": 7,"
    " \"\u4e16\": 8, \"a\": 9, \"##a\": 10, \"http\": 11}}}";

#endif
