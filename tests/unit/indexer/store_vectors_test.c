// store_vectors_test.c - kept vectors come back, for their own model alone; what is damaged is made anew.
#include "indexer/store_vectors.h"
#include "temporary.h"
#include "tests/unit/unit.h"

static struct store_vectors *open_store(const char *path, const char *model) {
    struct store_vectors *store = NULL;
    struct err err;
    assert_int_equal(store_vectors_open(&store, path, model, 4, &err), 0);
    return store;
}

static void put(struct store_vectors *store, uint64_t text, const char *vector) {
    struct err err;
    assert_int_equal(store_vectors_put(store, &text, vector, 1, &err), 0);
}

static void check(struct store_vectors *store, uint64_t text, const char *expected) {
    char vector[5] = "";
    assert_true(store_vectors_get(store, text, vector) == (expected[0] != '\0'));
    assert_string_equal(vector, expected);
}

static void test_kept_for_one_model(void **state) {
    (void)state;
    char *folder = temporary_make();
    char *path = fs_join(folder, "index/a.sqlite"); // a folder that is not there yet
    struct store_vectors *store = open_store(path, "m");
    put(store, 7, "abcd");
    put(store, UINT64_MAX, "efgh");
    put(store, 7, "ijkl");
    check(store, 7, "ijkl");
    check(store, 8, "");
    store_vectors_close(store);
    store = open_store(path, "m");
    check(store, 7, "ijkl");
    check(store, UINT64_MAX, "efgh");
    store_vectors_close(store);
    store = open_store(path, "another");
    check(store, 7, "");
    store_vectors_close(store);
    store = open_store(path, "m"); // thrown away, not put aside
    check(store, 7, "");
    store_vectors_close(store);
    free(path);
    temporary_remove(folder);
    free(folder);
}

static void test_summary(void **state) {
    (void)state;
    char *folder = temporary_make();
    char *path = fs_join(folder, "a.sqlite");
    struct store_vectors_summary summary;
    struct err err;
    assert_int_equal(store_vectors_summarize(path, &summary, &err), ERR_NOT_FOUND);
    struct store_vectors *store = open_store(path, "a model");
    put(store, 7, "abcd");
    put(store, 8, "efgh");
    assert_int_equal(store_vectors_summarize(path, &summary, &err), 0); // beside who writes
    assert_int_equal(summary.count, 2);
    assert_string_equal(summary.model, "a model");
    assert_true(summary.is_current);
    store_vectors_close(store);
    temporary_write(folder, "a.sqlite-vectors", "no database, though long enough to be looked at for one");
    assert_true(store_vectors_summarize(path, &summary, &err) != 0);
    free(path);
    temporary_remove(folder);
    free(folder);
}

// Two servers, each with a model of its own: the later one does not give the earlier one its vectors.
static void test_never_those_of_another_model(void **state) {
    (void)state;
    char *folder = temporary_make();
    char *path = fs_join(folder, "a.sqlite");
    struct store_vectors *early = open_store(path, "m");
    struct store_vectors *late = open_store(path, "another");
    struct err err;
    put(late, 7, "abcd");
    check(early, 7, "");
    put(early, 7, "efgh");
    check(early, 7, "efgh");
    check(late, 7, "abcd");
    assert_int_equal(store_vectors_trim(late, (const uint64_t[]){7}, 1, &err), 0);
    put(late, 8, "ijkl");
    assert_int_equal(store_vectors_trim(late, (const uint64_t[]){7}, 1, &err),
                     0); // what is early's goes first
    check(late, 7, "abcd");
    check(early, 7, "");
    store_vectors_close(early);
    store_vectors_close(late);
    free(path);
    temporary_remove(folder);
    free(folder);
}

static void test_trimmed_when_most_is_of_no_use(void **state) {
    (void)state;
    char *folder = temporary_make();
    char *path = fs_join(folder, "a.sqlite");
    struct store_vectors *store = open_store(path, "m");
    struct err err;
    for (uint64_t text = 1; text <= 5; text++) {
        put(store, text, "abcd");
    }
    assert_int_equal(store_vectors_trim(store, (const uint64_t[]){1, 2, 3}, 3, &err), 0);
    check(store, 5, "abcd"); // five are not twice three
    assert_int_equal(store_vectors_trim(store, (const uint64_t[]){1, 2}, 2, &err), 0);
    check(store, 2, "abcd");
    check(store, 5, "");
    store_vectors_close(store);
    free(path);
    temporary_remove(folder);
    free(folder);
}

static void test_damaged_is_made_anew(void **state) {
    (void)state;
    char *folder = temporary_make();
    char *path = fs_join(folder, "a.sqlite");
    temporary_write(folder, "a.sqlite-vectors",
                    "this is no database, though it is long enough to look like one");
    struct store_vectors *store = open_store(path, "m");
    put(store, 1, "abcd");
    check(store, 1, "abcd");
    store_vectors_close(store);
    free(path);
    temporary_remove(folder);
    free(folder);
}

// Where opening does not look.
static void test_damaged_pages_are_made_anew_when_written(void **state) {
    (void)state;
    char *folder = temporary_make();
    char *path = fs_join(folder, "a.sqlite"), *file_path = fs_join(folder, "a.sqlite-vectors");
    struct store_vectors *store = open_store(path, "m");
    for (uint64_t text = 1; text <= 5; text++) {
        put(store, text, "abcd");
    }
    store_vectors_close(store);
    FILE *file = fopen(file_path, "r+");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    long size = ftell(file), page = 4096;
    assert_true(size == 4 * page); // the schema, about, its index, vectors
    fseek(file, 3 * page, SEEK_SET);
    for (long at = 3 * page; at < size; at++) {
        fputc(0xff, file);
    }
    assert_int_equal(fclose(file), 0);
    store = open_store(path, "m");
    check(store, 1, "");
    put(store, 6, "efgh");
    check(store, 6, "efgh");
    store_vectors_close(store);
    store = open_store(path, "m");
    check(store, 6, "efgh");
    store_vectors_close(store);
    free(file_path);
    free(path);
    temporary_remove(folder);
    free(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_kept_for_one_model),
                                       cmocka_unit_test(test_summary),
                                       cmocka_unit_test(test_never_those_of_another_model),
                                       cmocka_unit_test(test_trimmed_when_most_is_of_no_use),
                                       cmocka_unit_test(test_damaged_is_made_anew),
                                       cmocka_unit_test(test_damaged_pages_are_made_anew_when_written)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
