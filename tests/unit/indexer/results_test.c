// results_test.c - what waits for the writer: in order, bounded by bytes, and nobody waits for ever.

#include "base/mem.h"
#include "indexer/results.h"
#include "tests/unit/unit.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { LIMIT = 10 * 1000, LARGE = 4000, COUNT = 2000 };

static struct result *make(const char *path, size_t bytes) {
    struct result *result = result_new(RESULT_PARSED, path, 0);
    str_reserve(&result->bytes, bytes);
    return result;
}

static void assert_next(struct results *results, const char *path, bool more_wait) {
    bool more;
    struct result *result = results_pop(results, 0, &more);
    assert_non_null(result);
    assert_string_equal(result->path, path);
    assert_null(result->next);
    assert_int_equal(more, more_wait);
    result_free(result);
}

static void assert_empty(struct results *results, uint64_t microseconds) {
    bool more;
    assert_null(results_pop(results, microseconds, &more));
    assert_false(more);
}

static void test_they_come_in_order_alone_or_chained(void **state) {
    (void)state;
    struct results results;
    results_init(&results, LIMIT);
    struct result *chain = make("b", 0);
    chain->next = make("c", 0);
    results_push(&results, make("a", 0));
    results_push(&results, chain);
    results_push(&results, make("d", 0));
    assert_next(&results, "a", true);
    assert_next(&results, "b", true);
    assert_next(&results, "c", true);
    assert_next(&results, "d", false);
    assert_empty(&results, 0);
    assert_empty(&results, 1000);
    results_push(&results, make("e", 0));
    assert_next(&results, "e", false);
    assert_int_equal(results.bytes, 0);
    results_fini(&results);
}

static void test_what_waits_at_the_end_can_still_be_popped(void **state) {
    (void)state;
    struct results results;
    results_init(&results, LIMIT);
    results_push(&results, make("a", 0));
    results_push(&results, make("left", 0)); // for results_fini
    results_close(&results);
    results_push(&results, make("late", 0));
    assert_next(&results, "a", true);
    results_fini(&results);

    results_init(&results, LIMIT);
    results_close(&results);
    assert_empty(&results, RESULTS_FOREVER);
    results_fini(&results);
}

struct pusher {
    struct results *results;
    atomic_int pushed;
};

static void push_many(void *argument) {
    struct pusher *self = argument;
    for (int i = 0; i < COUNT; i++) {
        results_push(self->results, make("x", i % 100 ? 10 : LARGE));
        atomic_fetch_add(&self->pushed, 1);
    }
}

// Two threads push far more than may wait; the bytes stay below the limit and what each may bring beyond it.
static void test_bytes_are_bounded(void **state) {
    (void)state;
    struct results results;
    struct pusher pushers[2] = {{.results = &results}, {.results = &results}};
    uv_thread_t threads[2];
    results_init(&results, LIMIT);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(uv_thread_create(&threads[i], push_many, &pushers[i]), 0);
    }
    for (int popped = 0; popped < 2 * COUNT; popped++) {
        bool more;
        uv_mutex_lock(&results.lock);
        assert_true(results.bytes < LIMIT + 2 * (LARGE + 1000));
        uv_mutex_unlock(&results.lock);
        result_free(results_pop(&results, RESULTS_FOREVER, &more));
    }
    for (int i = 0; i < 2; i++) {
        uv_thread_join(&threads[i]);
    }
    assert_empty(&results, 0);
    assert_int_equal(results.bytes, 0);
    results_fini(&results);
}

static void test_closing_frees_who_waits_for_room(void **state) {
    (void)state;
    struct results results;
    struct pusher pusher = {.results = &results};
    uv_thread_t thread;
    results_init(&results, LIMIT);
    assert_int_equal(uv_thread_create(&thread, push_many, &pusher), 0);
    while (!atomic_load(&pusher.pushed)) {
        uv_sleep(1);
    }
    results_close(&results);
    uv_thread_join(&thread);
    assert_int_equal(atomic_load(&pusher.pushed), COUNT);
    results_fini(&results);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_they_come_in_order_alone_or_chained),
        cmocka_unit_test(test_what_waits_at_the_end_can_still_be_popped),
        cmocka_unit_test(test_bytes_are_bounded),
        cmocka_unit_test(test_closing_frees_who_waits_for_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
