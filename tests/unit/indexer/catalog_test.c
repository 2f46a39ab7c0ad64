// catalog_test.c - what is known of a file decides what is done about it, in whatever order news comes in.

#include "base/vec.h"
#include "indexer/catalog.h"
#include "tests/unit/unit.h"

static const struct source_stat then = {.size = 10, .mtime_ns = 1000, .is_file = true};
static const struct source_stat now = {.size = 10, .mtime_ns = 2000, .is_file = true};

static struct record *make_record(const struct source_stat *status, uint64_t hash) {
    struct record *record = record_new("a.c");
    record->size = status->size;
    record->mtime_ns = status->mtime_ns;
    record->hash = hash;
    record->chunk_count = 3;
    return record;
}

static void deliver(struct catalog *catalog, const struct source_stat *status, uint64_t hash) {
    struct record *record = make_record(status, hash);
    catalog_delivered(catalog, record);
    record_release(record);
}

static struct catalog_answer visit(struct catalog *catalog, const struct source_stat *status, uint32_t pass) {
    struct catalog_answer answer;
    catalog_visit(catalog, "a.c", status, pass, false, &answer);
    return answer;
}

static size_t sweep(struct catalog *catalog, uint32_t pass, uint64_t *ticket) {
    struct catalog_gone_list gone = {0};
    catalog_sweep(catalog, pass, &gone);
    size_t count = gone.count;
    for (size_t i = 0; i < count; i++) {
        *ticket = gone.items[i].ticket;
        free(gone.items[i].path);
    }
    vec_free(&gone);
    return count;
}

static void test_a_new_file_is_read_once(void **state) {
    (void)state;
    struct catalog *catalog = catalog_new();
    struct catalog_answer answer = visit(catalog, &then, 1);
    assert_int_equal(answer.verdict, CATALOG_CHANGED);
    assert_false(answer.has_hash);
    deliver(catalog, &then, 77);
    assert_int_equal(visit(catalog, &then, 2).verdict, CATALOG_SAME);
    answer = visit(catalog, &now, 3);
    assert_int_equal(answer.verdict, CATALOG_CHANGED);
    assert_true(answer.has_hash);
    assert_int_equal(answer.hash, 77);
    catalog_free(catalog);
}

static void test_a_stored_record_is_given_out_once(void **state) {
    (void)state;
    struct catalog *catalog = catalog_new();
    catalog_add_stored(catalog, make_record(&then, 77));
    struct catalog_answer answer = visit(catalog, &then, 1);
    assert_int_equal(answer.verdict, CATALOG_STORED);
    assert_non_null(answer.record);
    record_release(answer.record);
    assert_int_equal(visit(catalog, &then, 1).verdict, CATALOG_CHANGED);
    catalog_free(catalog);
}

static void test_a_stored_record_survives_a_touch(void **state) {
    (void)state;
    struct catalog *catalog = catalog_new();
    catalog_add_stored(catalog, make_record(&then, 77));
    struct catalog_answer answer = visit(catalog, &now, 1);
    assert_int_equal(answer.verdict, CATALOG_CHANGED);
    assert_int_equal(answer.hash, 77);
    struct record *stored = catalog_confirmed(catalog, "a.c", &now);
    assert_non_null(stored);
    record_release(stored);
    assert_null(catalog_confirmed(catalog, "a.c", &now));
    catalog_free(catalog);
}

static void test_a_time_of_zero_is_never_trusted(void **state) {
    (void)state;
    static const struct source_stat zero = {.size = 10, .is_file = true};
    struct catalog *catalog = catalog_new();
    catalog_add_stored(catalog, make_record(&zero, 77));
    assert_int_equal(visit(catalog, &zero, 1).verdict, CATALOG_CHANGED);
    catalog_free(catalog);
}

static void test_old_news_is_dropped(void **state) {
    (void)state;
    struct catalog *catalog = catalog_new();
    uint64_t first = visit(catalog, &then, 1).ticket;
    uint64_t second = visit(catalog, &now, 1).ticket;
    assert_false(catalog_is_current(catalog, "a.c", first));
    assert_true(catalog_is_current(catalog, "a.c", second));
    catalog_free(catalog);
}

static void test_a_file_that_comes_back_at_once_is_read_again(void **state) {
    (void)state;
    struct catalog *catalog = catalog_new();
    visit(catalog, &then, 1);
    deliver(catalog, &then, 77);
    uint64_t gone = 0;
    assert_int_equal(sweep(catalog, 2, &gone), 1);
    // Before the writer heard of it, the same file is back.
    struct catalog_answer answer = visit(catalog, &then, 3);
    assert_int_equal(answer.verdict, CATALOG_CHANGED);
    assert_false(answer.has_hash);
    assert_false(catalog_is_current(catalog, "a.c", gone));
    catalog_free(catalog);
}

static void test_totals_follow(void **state) {
    (void)state;
    struct catalog *catalog = catalog_new();
    struct catalog_totals totals;
    deliver(catalog, &then, 1);
    deliver(catalog, &now, 2);
    catalog_totals(catalog, &totals);
    assert_int_equal(totals.files, 1);
    assert_int_equal(totals.chunks, 3);
    assert_true(catalog_dropped(catalog, "a.c", NULL));
    assert_false(catalog_dropped(catalog, "a.c", NULL));
    catalog_totals(catalog, &totals);
    assert_int_equal(totals.files, 0);
    assert_int_equal(totals.chunks, 0);
    catalog_free(catalog);
}

static void test_a_folder_takes_what_is_below_it(void **state) {
    (void)state;
    static const char *const paths[] = {"a", "a/b.c", "a/c/d.c", "ab.c", "b/a/x.c"};
    struct catalog *catalog = catalog_new();
    struct catalog_answer answer;
    for (size_t i = 0; i < 5; i++) {
        catalog_visit(catalog, paths[i], &then, 1, false, &answer);
    }
    struct catalog_gone_list gone = {0};
    struct catalog_place file = {"a", .below_only = true};
    catalog_sweep_places(catalog, &file, 1, &gone);
    assert_int_equal(gone.count, 2);
    free(gone.items[0].path);
    free(gone.items[1].path);
    gone.count = 0;
    struct catalog_place folder = {"a", .below_only = false};
    catalog_sweep_places(catalog, &folder, 1, &gone);
    assert_int_equal(gone.count, 3);
    for (size_t i = 0; i < gone.count; i++) {
        assert_string_equal(gone.items[i].path, paths[i]);
        free(gone.items[i].path);
    }
    vec_free(&gone);
    catalog_free(catalog);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_file_is_read_once),
        cmocka_unit_test(test_a_stored_record_is_given_out_once),
        cmocka_unit_test(test_a_stored_record_survives_a_touch),
        cmocka_unit_test(test_a_time_of_zero_is_never_trusted),
        cmocka_unit_test(test_old_news_is_dropped),
        cmocka_unit_test(test_a_file_that_comes_back_at_once_is_read_again),
        cmocka_unit_test(test_totals_follow),
        cmocka_unit_test(test_a_folder_takes_what_is_below_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
