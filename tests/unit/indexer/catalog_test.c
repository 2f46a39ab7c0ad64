// catalog_test.c - what is known of a file decides what is done about it, in whatever order news comes in.

#include "base/vec.h"
#include "indexer/catalog.h"
#include "tests/unit/unit.h"

#include <stdio.h>

static const struct source_stat then = {.size = 10, .mtime_ns = 1000, .is_file = true};
static const struct source_stat now = {.size = 10, .mtime_ns = 2000, .is_file = true};
static const struct source_stat later = {.size = 10, .mtime_ns = 3000, .is_file = true};

static struct record *make_record(const struct source_stat *status, uint64_t hash) {
    struct record *record = record_new("a.c");
    record->size = status->size;
    record->mtime_ns = status->mtime_ns;
    record->hash = hash;
    record->chunk_count = 3;
    return record;
}

static bool deliver_with(struct catalog *catalog, const struct source_stat *status, uint64_t hash,
                         uint64_t ticket) {
    struct record *record = make_record(status, hash);
    bool is_current = catalog_deliver(catalog, record, ticket);
    record_release(record);
    return is_current;
}

static void deliver(struct catalog *catalog, const struct source_stat *status, uint64_t hash) {
    assert_true(deliver_with(catalog, status, hash, UINT64_MAX));
}

static bool drop(struct catalog *catalog) {
    struct catalog_dropped dropped;
    assert_true(catalog_drop(catalog, "a.c", UINT64_MAX, NULL, &dropped));
    assert_int_equal(dropped.was_stored, dropped.was_live);
    return dropped.was_live;
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

// A walk saw the file as it was stored; before that is looked at, someone says that it changed.
static void test_an_old_status_does_not_outdo_a_change(void **state) {
    (void)state;
    struct catalog *catalog = catalog_new();
    catalog_add_stored(catalog, make_record(&then, 77));
    struct catalog_answer change;
    catalog_visit(catalog, "a.c", &now, 1, true, &change);
    assert_int_equal(change.verdict, CATALOG_CHANGED);
    struct catalog_answer seen_before = visit(catalog, &then, 1);
    assert_int_equal(seen_before.verdict, CATALOG_CHANGED);
    assert_true(seen_before.has_hash);
    assert_true(deliver_with(catalog, &now, 78, seen_before.ticket));
    assert_int_equal(visit(catalog, &now, 2).verdict, CATALOG_SAME);
    catalog_free(catalog);
}

static void test_a_stored_record_survives_a_touch(void **state) {
    (void)state;
    struct catalog *catalog = catalog_new();
    catalog_add_stored(catalog, make_record(&then, 77));
    struct catalog_answer answer = visit(catalog, &now, 1);
    assert_int_equal(answer.verdict, CATALOG_CHANGED);
    assert_int_equal(answer.hash, 77);
    struct record *stored;
    assert_true(catalog_confirm(catalog, "a.c", answer.ticket, &now, &stored));
    assert_non_null(stored);
    assert_int_equal(stored->mtime_ns, now.mtime_ns);
    record_release(stored);
    assert_true(catalog_confirm(catalog, "a.c", answer.ticket, &now, &stored));
    assert_null(stored);
    assert_int_equal(visit(catalog, &now, 2).verdict, CATALOG_SAME);
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
    struct record *stored;
    struct catalog_dropped dropped;
    assert_false(deliver_with(catalog, &then, 1, first));
    assert_false(catalog_confirm(catalog, "a.c", first, &then, &stored));
    assert_null(stored);
    assert_false(catalog_drop(catalog, "a.c", first, NULL, &dropped));
    assert_true(deliver_with(catalog, &now, 2, second));
    assert_false(catalog_drop(catalog, "a.c", first, NULL, &dropped));
    assert_false(dropped.was_live || dropped.was_stored);
    catalog_free(catalog);
}

// A file of content 1 becomes 2 and then 1 again, all while 2 is parsed. Whichever comes first of 2's record and the
// next look: the hash that the file is then compared with is that of the record which is delivered.
static void test_a_file_is_compared_with_what_is_delivered(void **state) {
    (void)state;
    for (int record_is_first = 0; record_is_first < 2; record_is_first++) {
        struct catalog *catalog = catalog_new();
        deliver(catalog, &then, 1);
        uint64_t ticket = visit(catalog, &now, 1).ticket;
        if (record_is_first) {
            assert_true(deliver_with(catalog, &now, 2, ticket));
            assert_int_equal(visit(catalog, &later, 2).hash, 2);
        } else {
            assert_int_equal(visit(catalog, &later, 2).hash, 1);
            assert_false(deliver_with(catalog, &now, 2, ticket));
        }
        catalog_free(catalog);
    }
}

// It was made, read and deleted again between two walks, and its record is still on the way.
static void test_a_file_that_is_awaited_can_be_gone(void **state) {
    (void)state;
    struct catalog *catalog = catalog_new();
    uint64_t ticket = visit(catalog, &then, 1).ticket, gone = 0;
    assert_int_equal(sweep(catalog, 2, &gone), 1);
    assert_false(deliver_with(catalog, &then, 77, ticket));
    struct catalog_dropped dropped;
    assert_true(catalog_drop(catalog, "a.c", gone, NULL, &dropped));
    assert_int_equal(sweep(catalog, 3, &gone), 0);
    catalog_free(catalog);
}

static void test_the_store_forgets_what_it_may_have(void **state) {
    (void)state;
    struct catalog *catalog = catalog_new();
    struct catalog_dropped dropped;
    uint64_t ticket = visit(catalog, &then, 1).ticket;
    assert_true(catalog_drop(catalog, "a.c", ticket, &then, &dropped)); // refused, as at every start
    assert_false(dropped.was_live || dropped.was_stored);
    catalog_add_stored(catalog, make_record(&now, 77));
    ticket = visit(catalog, &later, 2).ticket;
    assert_true(catalog_drop(catalog, "a.c", ticket, &later, &dropped));
    assert_true(dropped.was_stored);
    assert_false(dropped.was_live);
    catalog_free(catalog);
}

// More files than are looked at under one lock.
static void test_a_sweep_of_many_takes_all(void **state) {
    (void)state;
    enum { MANY = 7000 };
    struct catalog *catalog = catalog_new();
    for (int i = 0; i < MANY; i++) {
        char path[16];
        snprintf(path, sizeof path, "%d.c", i);
        struct record *record = record_new(path);
        assert_true(catalog_deliver(catalog, record, UINT64_MAX));
        record_release(record);
    }
    uint64_t ticket;
    assert_int_equal(sweep(catalog, 1, &ticket), MANY);
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
    struct catalog_dropped dropped;
    assert_false(catalog_drop(catalog, "a.c", gone, NULL, &dropped));
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
    assert_true(drop(catalog));
    assert_false(drop(catalog));
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
        cmocka_unit_test(test_an_old_status_does_not_outdo_a_change),
        cmocka_unit_test(test_a_stored_record_survives_a_touch),
        cmocka_unit_test(test_a_time_of_zero_is_never_trusted),
        cmocka_unit_test(test_old_news_is_dropped),
        cmocka_unit_test(test_a_file_is_compared_with_what_is_delivered),
        cmocka_unit_test(test_a_file_that_is_awaited_can_be_gone),
        cmocka_unit_test(test_the_store_forgets_what_it_may_have),
        cmocka_unit_test(test_a_sweep_of_many_takes_all),
        cmocka_unit_test(test_a_file_that_comes_back_at_once_is_read_again),
        cmocka_unit_test(test_totals_follow),
        cmocka_unit_test(test_a_folder_takes_what_is_below_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
