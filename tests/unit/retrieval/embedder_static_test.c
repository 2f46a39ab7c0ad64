// embedder_static_test.c - texts get the mean of their tokens' rows, whatever form the table has.
#include "retrieval/embedder_static.h"
#include "tables.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <sys/stat.h>

// Twelve tokens of two components as bytes: all (0, 0) but "header" (4): (64, 0), "http" (11): (0, 127).
#define ROWS "\0\0\0\0\0\0\0\0\x40\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x7f"

static struct embedder *open_table(const char *folder, const char *header, struct slice data, int expected,
                                   struct err *err) {
    struct embedder *embedder = embedder_static_new(folder);
    table_write(folder, "model.safetensors", header, data);
    temporary_write(folder, "tokenizer.json", table_tokenizer);
    assert_int_equal(embedder_prepare(embedder, err), expected);
    return embedder;
}

static struct vector embed(struct embedder *embedder, const char *text) {
    struct vector vector;
    struct err err;
    struct slice slice = slice_of_string(text);
    assert_int_equal(embedder_embed(embedder, &slice, 1, &vector, &err), 0);
    return vector;
}

static void check(struct embedder *embedder, const char *text, int first, int second) {
    struct vector vector = embed(embedder, text);
    assert_int_equal(vector.components[0], first);
    assert_int_equal(vector.components[1], second);
    for (int i = 2; i < VECTOR_DIMENSIONS; i++) { // filled up
        assert_int_equal(vector.components[i], 0);
    }
}

static void test_means(void **state) {
    (void)state;
    struct err err;
    char *folder = temporary_make();
    const struct slice rows = slice_of(ROWS, sizeof ROWS - 1);
    struct embedder *embedder =
        open_table(folder, "{\"embeddings\":{\"dtype\":\"I8\",\"shape\":[12,2],\"data_offsets\":[0,24]}}",
                   rows, 0, &err);
    check(embedder, "header", 127, 0);
    check(embedder, "http header", 64, 127); // 64 and 127, the longest at 127
    check(embedder, "nothing known", 0, 0);
    check(embedder, "", 0, 0);
    assert_ptr_equal(strstr(embedder->model, "static "), embedder->model);
    embedder_close(embedder);
    temporary_remove(folder);
    free(folder);
}

// model2vec's quantised vocabularies: a row for several tokens, and a weight for each token.
static void test_mapping_and_weights(void **state) {
    (void)state;
    struct err err;
    struct str data;
    char *folder = temporary_make();
    str_init(&data);
    str_append(&data, "\x7f\0\0\x7f", 4); // two rows
    for (int token = 0; token < 12; token++) {
        char bytes[8] = {(char)(token == 4 ? 0 : token == 11 ? 1 : token == 9 ? 77 : 1)};
        str_append(&data, bytes, sizeof bytes);
    }
    for (int token = 0; token < 12; token++) {
        str_append(&data, token == 11 ? "\x00\x00\x00\x3f" : "\x00\x00\x80\x3f", 4); // 0.5 and 1
    }
    struct embedder *embedder =
        open_table(folder,
                   "{\"embeddings\":{\"dtype\":\"I8\",\"shape\":[2,2],\"data_offsets\":[0,4]},"
                   "\"mapping\":{\"dtype\":\"I64\",\"shape\":[12],\"data_offsets\":[4,100]},"
                   "\"weights\":{\"dtype\":\"F32\",\"shape\":[12],\"data_offsets\":[100,148]}}",
                   str_slice(&data), 0, &err);
    check(embedder, "header http", 127, 64);
    check(embedder, "a", 0, 0); // mapped to a row that is not there
    embedder_close(embedder);
    str_free(&data);
    temporary_remove(folder);
    free(folder);
}

// Whatever changes a vector changes the name under which it is kept.
static void test_weights_are_in_the_name(void **state) {
    (void)state;
    char names[3][64];
    for (size_t i = 0; i < 3; i++) {
        struct err err;
        char *folder = temporary_make();
        char data[] = ROWS "aaaaaaaaaaaa";
        data[sizeof data - 2] = i == 0 ? 'b' : 'a';
        struct embedder *embedder =
            open_table(folder,
                       "{\"embeddings\":{\"dtype\":\"I8\",\"shape\":[12,2],\"data_offsets\":[0,24]},"
                       "\"weights\":{\"dtype\":\"I8\",\"shape\":[12],\"data_offsets\":[24,36]}}",
                       slice_of(data, sizeof data - 1), 0, &err);
        snprintf(names[i], sizeof names[i], "%s", embedder->model);
        embedder_close(embedder);
        temporary_remove(folder);
        free(folder);
    }
    assert_string_not_equal(names[0], names[1]);
    assert_string_equal(names[1], names[2]);
}

// Of more than 256 components the first are kept.
static void test_long_rows(void **state) {
    (void)state;
    struct err err;
    struct str data;
    char *folder = temporary_make();
    str_init(&data);
    for (int i = 0; i < 12 * 300; i++) {
        str_append_char(&data, (char)(i % 300 == 255 ? 100 : i % 300 > 255 ? 127 : 0));
    }
    struct embedder *embedder =
        open_table(folder, "{\"embeddings\":{\"dtype\":\"I8\",\"shape\":[12,300],\"data_offsets\":[0,3600]}}",
                   str_slice(&data), 0, &err);
    struct vector vector = embed(embedder, "header");
    assert_int_equal(vector.components[255], 127);
    assert_int_equal(vector.components[254], 0);
    embedder_close(embedder);
    str_free(&data);
    temporary_remove(folder);
    free(folder);
}

static void test_what_is_no_table(void **state) {
    (void)state;
    static const struct {
        const char *header, *message;
    } rows[] = {
        {"{}", "model.safetensors: it has no tensor \"embeddings\""},
        {"{\"embeddings\":{\"dtype\":\"F64\",\"shape\":[1,2],\"data_offsets\":[0,16]}}", "is of type F64"},
        {"{\"embeddings\":{\"dtype\":\"I64\",\"shape\":[1,2],\"data_offsets\":[0,16]}}", "of another type"},
        {"{\"embeddings\":{\"dtype\":\"I8\",\"shape\":[8,2],\"data_offsets\":[0,16]},"
         "\"weights\":{\"dtype\":\"I8\",\"shape\":[4,2],\"data_offsets\":[0,8]}}",
         "\"weights\" is not one number for each token"},
        {"{\"embeddings\":{\"dtype\":\"I8\",\"shape\":[8,2],\"data_offsets\":[0,16]},"
         "\"weights\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[0,4]}}",
         "\"weights\" has fewer numbers"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        char *folder = temporary_make();
        struct embedder *embedder = embedder_static_new(folder);
        struct vector vector;
        struct slice text = SLICE_LITERAL("header");
        table_write(folder, "model.safetensors", rows[i].header, slice_of("0123456789abcdef", 16));
        temporary_write(folder, "tokenizer.json", table_tokenizer);
        assert_int_not_equal(embedder_prepare(embedder, &err), 0);
        assert_non_null(strstr(err.message, rows[i].message));
        assert_non_null(strstr(err.message, folder));
        assert_non_null(strstr(err.message, "embedder.path must be"));
        assert_int_equal(embedder_embed(embedder, &text, 1, &vector, &err), ERR_UNAVAILABLE);
        embedder_close(embedder);
        temporary_remove(folder);
        free(folder);
    }
}

// Of the same length and age a mended file passes for the old one; so it is seen that the old one is not read twice.
static void test_what_was_no_table_is_read_again_once_it_changed(void **state) {
    (void)state;
    static const char odd[] = "{\"embeddings\":{\"dtype\":\"I9\",\"shape\":[12,2],\"data_offsets\":[0,24]}}";
    static const char good[] = "{\"embeddings\":{\"dtype\":\"I8\",\"shape\":[12,2],\"data_offsets\":[0,24]}}";
    const struct timespec then[2] = {{1000000000, 0}, {1000000000, 0}};
    struct err err = {0};
    char *folder = temporary_make();
    char *path = fs_join(folder, "model.safetensors");
    struct embedder *embedder = embedder_static_new(folder);
    temporary_write(folder, "tokenizer.json", table_tokenizer);
    table_write(folder, "model.safetensors", odd, slice_of(ROWS, 24));
    utimensat(AT_FDCWD, path, then, 0);
    int code = embedder_prepare(embedder, &err);
    assert_int_not_equal(code, 0);
    table_write(folder, "model.safetensors", good, slice_of(ROWS, 24));
    utimensat(AT_FDCWD, path, then, 0);
    struct err again = {0};
    assert_int_equal(embedder_prepare(embedder, &again), code);
    assert_string_equal(again.message, err.message);
    struct vector vector; // a question is told the same
    const struct slice text = SLICE_LITERAL("header");
    assert_int_equal(embedder_embed(embedder, &text, 1, &vector, &again), ERR_UNAVAILABLE);
    assert_string_equal(again.message, err.message);
    utimensat(AT_FDCWD, path, NULL, 0);
    assert_int_equal(embedder_prepare(embedder, &err), 0);
    embedder_close(embedder);
    temporary_remove(folder);
    free(path);
    free(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_means),
        cmocka_unit_test(test_mapping_and_weights),
        cmocka_unit_test(test_weights_are_in_the_name),
        cmocka_unit_test(test_long_rows),
        cmocka_unit_test(test_what_is_no_table),
        cmocka_unit_test(test_what_was_no_table_is_read_again_once_it_changed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
