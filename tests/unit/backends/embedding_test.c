// embedding_test.c - the bytes of embedding servers: what is asked, and which answers are vectors.
#include "backends/embedding.h"
#include "backends/embedding_prefix.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

static void check_body(const char *provider, const char *prefix, const char *expected) {
    const struct slice texts[] = {SLICE_LITERAL("a \"b\""), SLICE_LITERAL("")};
    struct str body;
    str_init(&body);
    embedding_write(provider, "m", prefix, texts, 2, &body);
    assert_string_equal(body.data, expected);
    str_free(&body);
}

static void test_bodies(void **state) {
    (void)state;
    // Servers refuse an empty text.
    check_body("openai", "",
               "{\"model\":\"m\",\"input\":[\"a \\\"b\\\"\",\" \"],\"encoding_format\":\"float\"}");
    check_body("ollama", "query: ",
               "{\"model\":\"m\",\"input\":[\"query: a \\\"b\\\"\",\"query:  \"],\"truncate\":true}");
}

static void test_answers(void **state) {
    (void)state;
    static const struct {
        const char *provider, *body;
        uint64_t tokens;
    } rows[] = {
        {"openai",
         "{\"data\":[{\"index\":0,\"embedding\":[1,2]},{\"index\":1,\"embedding\":[3,4.5]}],\"usage\":{\"prompt_tokens\":7}}",
         7},
        {"llama-server", "{\"data\":[{\"index\":1,\"embedding\":[3,4.5]},{\"index\":0,\"embedding\":[1,2]}]}",
         0},
        {"openai",
         "{\"data\":[{\"embedding\":[1,2]},{\"embedding\":[3,4.5]}],\"usage\":{\"prompt_tokens\":-1}}", 0},
        {"ollama", "{\"embeddings\":[[1,2],[3,4.5]],\"prompt_eval_count\":9}", 9},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct embedding_answer answer;
        assert_int_equal(embedding_read(rows[i].provider, slice_of_string(rows[i].body), 2, &answer), 0);
        assert_int_equal(answer.dimensions, 2);
        assert_int_equal(answer.tokens, rows[i].tokens);
        const float expected[] = {1, 2, 3, 4.5f};
        assert_memory_equal(answer.vectors, expected, sizeof expected);
        free(answer.vectors);
    }
}

static void test_what_is_no_answer(void **state) {
    (void)state;
    static const struct {
        const char *provider, *body;
    } rows[] = {
        {"openai", ""},
        {"openai", "[]"},
        {"openai", "{\"data\":{}}"},
        {"openai", "{\"data\":[{\"embedding\":[1]}]}"},
        {"openai", "{\"data\":[{\"embedding\":[1]},{\"embedding\":[1,2]}]}"},
        {"openai", "{\"data\":[{\"embedding\":[1]},{\"embedding\":\"AAAA\"}]}"},
        {"openai", "{\"data\":[{\"embedding\":[]},{\"embedding\":[]}]}"},
        {"openai", "{\"data\":[{\"embedding\":[1]},{\"embedding\":[1e300]}]}"}, // no float holds it
        {"openai", "{\"data\":[{\"embedding\":[1]},{\"embedding\":[null]}]}"},
        {"openai", "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":2,\"embedding\":[1]}]}"},
        {"openai", "{\"data\":[{\"index\":-1,\"embedding\":[1]},{\"index\":0,\"embedding\":[1]}]}"},
        {"ollama", "{\"embedding\":[1,2]}"},
        {"ollama", "{\"embeddings\":[1,2]}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct embedding_answer answer;
        assert_int_equal(embedding_read(rows[i].provider, slice_of_string(rows[i].body), 2, &answer),
                         ERR_INVALID);
        assert_null(answer.vectors);
    }
}

static void test_addresses(void **state) {
    (void)state;
    static const struct {
        const char *provider, *url, *model, *key;
        int code;
    } rows[] = {
        {"openai", "", "m", "", ERR_INVALID},
        {"ollama", "", "m", "", 0},
        {"ollama", "", "", "", ERR_INVALID}, // it serves several
        {"llama-server", "", "", "", 0},
        {"openai", "http://192.0.2.1", "m", "", ERR_DENIED},
        {"openai", "https://example.com/v1/", "m", "", 0},
        {"openai", "http://127.0.0.1:1", "m", "a\nb", ERR_INVALID},
    };
    uv_loop_t loop;
    uv_loop_init(&loop);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct embedding_client *client = NULL;
        struct err err;
        struct embedding_server server = {.provider = rows[i].provider,
                                          .url = rows[i].url,
                                          .model = rows[i].model,
                                          .key = rows[i].key,
                                          .query_prefix = "",
                                          .passage_prefix = ""};
        int code = embedding_client_new(&client, &loop, &server, &err);
        assert_true((code == 0) == (rows[i].code == 0));
        if (code == 0) {
            assert_true(embedding_client_leaves_machine(client) == (strstr(rows[i].url, "https") != NULL));
        }
        embedding_client_close(client);
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
}

static void test_prefixes(void **state) {
    (void)state;
    static const struct {
        const char *model, *query, *passage;
    } rows[] = {
        {"", "", ""},
        {"all-minilm", "", ""},
        {"text-embedding-3-small", "", ""},
        {"bge-m3", "", ""},
        {"intfloat/multilingual-e5-small", "query: ", "passage: "},
        {"nomic-embed-text:latest", "search_query: ", "search_document: "},
        {"nomic-embed-code", "Represent this query for searching relevant code: ", ""},
        {"BAAI/BGE-Base-en-v1.5", "Represent this sentence for searching relevant passages: ", ""},
        {"snowflake-arctic-embed2", "query: ", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct embedding_prefixes prefixes = embedding_prefixes_of(rows[i].model);
        assert_string_equal(prefixes.query, rows[i].query);
        assert_string_equal(prefixes.passage, rows[i].passage);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bodies), cmocka_unit_test(test_answers),
                                       cmocka_unit_test(test_what_is_no_answer),
                                       cmocka_unit_test(test_addresses), cmocka_unit_test(test_prefixes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
