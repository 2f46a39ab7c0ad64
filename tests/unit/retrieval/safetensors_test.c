// safetensors_test.c - tensors of every type are read as written; what does not fit the file is refused.
#include "retrieval/safetensors.h"
#include "tables.h"
#include "tests/unit/unit.h"

static struct safetensors *open_with(const char *folder, const char *header, struct slice data) {
    struct safetensors *file = NULL;
    struct err err = {0};
    char *path = fs_join(folder, "t");
    table_write(folder, "t", header, data);
    if (safetensors_open(path, &file, &err) != 0) {
        file = NULL;
    }
    free(path);
    return file;
}

static void test_every_type(void **state) {
    (void)state;
    const struct {
        const char *header;
        struct slice data;
        float first, second;
    } rows[] = {
        {"{\"t\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}",
         SLICE_LITERAL("\x00\x00\xc0\x3f\x00\x00\x00\xc0"), 1.5f, -2},
        {"{\"t\":{\"dtype\":\"F16\",\"shape\":[1,2],\"data_offsets\":[0,4]}}",
         SLICE_LITERAL("\x00\x3e\x00\xc0"), 1.5f, -2},
        {"{\"t\":{\"dtype\":\"F16\",\"shape\":[1,2],\"data_offsets\":[0,4]}}",
         SLICE_LITERAL("\x01\x00\xff\x7b"), 5.9604645e-8f, 65504},
        {"{\"t\":{\"dtype\":\"BF16\",\"shape\":[1,2],\"data_offsets\":[0,4]}}",
         SLICE_LITERAL("\xc0\x3f\x00\xc0"), 1.5f, -2},
        {"{\"t\":{\"dtype\":\"I8\",\"shape\":[1,2],\"data_offsets\":[0,2]}}", SLICE_LITERAL("\x07\xfe"), 7,
         -2},
        {"{\"t\":{\"dtype\":\"I64\",\"shape\":[1,2],\"data_offsets\":[0,16]}}",
         SLICE_LITERAL("\x07\0\0\0\0\0\0\0\xfe\xff\xff\xff\xff\xff\xff\xff"), 7, -2},
        {"{\"t\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}", // infinite and no number: nothing
         SLICE_LITERAL("\x00\x00\x80\x7f\x00\x00\xc0\x7f"), 0, 0},
    };
    char *folder = temporary_make();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct safetensors *file = open_with(folder, rows[i].header, rows[i].data);
        struct tensor tensor;
        struct err err;
        float values[2];
        assert_non_null(file);
        assert_int_equal(safetensors_find(file, "t", &tensor, &err), 0);
        assert_int_equal(tensor.rows, 1);
        assert_int_equal(tensor.columns, 2);
        assert_int_equal(safetensors_read(file, &tensor, 0, values, &err), 0);
        assert_true(values[0] >= rows[i].first && values[0] <= rows[i].first);
        assert_true(values[1] >= rows[i].second && values[1] <= rows[i].second);
        assert_int_equal(safetensors_read(file, &tensor, 1, values, &err), ERR_INVALID);
        assert_int_equal(safetensors_find(file, "u", &tensor, &err), ERR_NOT_FOUND);
        safetensors_close(file);
    }
    temporary_remove(folder);
    free(folder);
}

// A shape or a place that does not fit the four bytes of data.
static void test_what_does_not_fit(void **state) {
    (void)state;
    static const char *const headers[] = {
        "{\"t\":{\"dtype\":\"I8\",\"shape\":[5],\"data_offsets\":[0,5]}}",
        "{\"t\":{\"dtype\":\"I8\",\"shape\":[2,3],\"data_offsets\":[0,4]}}",
        "{\"t\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[4,0]}}",
        "{\"t\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[-4,0]}}",
        "{\"t\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[0]}}",
        "{\"t\":{\"dtype\":\"I8\",\"shape\":[],\"data_offsets\":[0,4]}}",
        "{\"t\":{\"dtype\":\"I8\",\"shape\":[0],\"data_offsets\":[0,0]}}",
        "{\"t\":{\"dtype\":\"I8\",\"shape\":[2,2,1],\"data_offsets\":[0,4]}}",
        "{\"t\":{\"dtype\":\"I8\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,4]}}",
        "{\"t\":{\"dtype\":\"I8\",\"shape\":[\"4\"],\"data_offsets\":[0,4]}}",
        "{\"t\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}",
        "{\"t\":[]}",
    };
    char *folder = temporary_make();
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        struct safetensors *file = open_with(folder, headers[i], SLICE_LITERAL("abcd"));
        struct tensor tensor;
        struct err err;
        assert_non_null(file);
        assert_int_not_equal(safetensors_find(file, "t", &tensor, &err), 0);
        safetensors_close(file);
    }
    temporary_remove(folder);
    free(folder);
}

static void test_no_such_file(void **state) {
    (void)state;
    const struct slice files[] = {SLICE_LITERAL(""),
                                  SLICE_LITERAL("1234567"),
                                  SLICE_LITERAL("\xff\xff\xff\xff\xff\xff\xff\xff{}"),
                                  SLICE_LITERAL("\x03\0\0\0\0\0\0\0{}"),
                                  SLICE_LITERAL("\x02\0\0\0\0\0\0\0[]"),
                                  SLICE_LITERAL("\0\0\0\0\0\0\0\0")};
    char *folder = temporary_make();
    char *path = fs_join(folder, "t");
    struct safetensors *file = NULL;
    struct err err;
    assert_int_equal(safetensors_open(path, &file, &err), ERR_NOT_FOUND);
    assert_int_equal(safetensors_open(folder, &file, &err), ERR_INVALID);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        temporary_write_bytes(folder, "t", files[i]);
        assert_int_not_equal(safetensors_open(path, &file, &err), 0);
        assert_non_null(strstr(err.message, path));
    }
    free(path);
    temporary_remove(folder);
    free(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_type),
                                       cmocka_unit_test(test_what_does_not_fit),
                                       cmocka_unit_test(test_no_such_file)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
