// jobs_test.c - what a parsing thread gets next.

#include "base/mem.h"
#include "indexer/jobs.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

static void push_file(struct jobs *jobs, const char *path) {
    struct job *job = mem_zero(1, sizeof *job);
    job->path = mem_copy_string(path);
    assert_true(jobs_push_file(jobs, job));
}

static void overlay(struct jobs *jobs, const char *path, const char *text) {
    struct text *document = text_new(slice_of_string(text));
    jobs_overlay(jobs, path, "c", document);
    text_release(document);
}

static void assert_next(struct jobs *jobs, enum job_kind kind, const char *path, const char *text) {
    struct job *job = jobs_pop(jobs);
    assert_non_null(job);
    assert_int_equal(job->kind, kind);
    assert_string_equal(job->path, path);
    if (text) {
        assert_string_equal(job->text->bytes, text);
    }
    job_free(job);
}

static void test_files_come_in_order(void **state) {
    (void)state;
    struct jobs jobs;
    jobs_init(&jobs);
    push_file(&jobs, "a");
    push_file(&jobs, "b");
    assert_next(&jobs, JOB_FILE, "a", NULL);
    assert_next(&jobs, JOB_FILE, "b", NULL);
    jobs_fini(&jobs);
}

static void test_latest_text_of_a_document_wins(void **state) {
    (void)state;
    struct jobs jobs;
    jobs_init(&jobs);
    overlay(&jobs, "a", "one");
    overlay(&jobs, "a", "two");
    overlay(&jobs, "a", "three");
    assert_next(&jobs, JOB_OVERLAY, "a", "three");
    assert_int_equal(jobs.slot_count, 1);
    assert_null(jobs.slots[0].text);
    jobs_fini(&jobs);
}

static void test_closing_cancels_what_waits_and_tells_what_was_taken(void **state) {
    (void)state;
    struct jobs jobs;
    jobs_init(&jobs);
    overlay(&jobs, "never parsed", "x");
    jobs_overlay_remove(&jobs, "never parsed");
    assert_next(&jobs, JOB_OVERLAY_REMOVE, "never parsed", NULL); // the worker may have shown it
    assert_int_equal(jobs.slot_count, 0);
    jobs_overlay_remove(&jobs, "never opened");
    assert_int_equal(jobs.slot_count, 0);
    overlay(&jobs, "a", "one");
    assert_next(&jobs, JOB_OVERLAY, "a", "one");
    overlay(&jobs, "a", "two");
    jobs_overlay_remove(&jobs, "a");
    assert_next(&jobs, JOB_OVERLAY_REMOVE, "a", NULL);
    assert_int_equal(jobs.slot_count, 0);
    jobs_fini(&jobs);
}

static void test_reopened_before_the_closing_was_seen(void **state) {
    (void)state;
    struct jobs jobs;
    jobs_init(&jobs);
    overlay(&jobs, "a", "one");
    assert_next(&jobs, JOB_OVERLAY, "a", "one");
    jobs_overlay_remove(&jobs, "a");
    overlay(&jobs, "a", "two");
    assert_next(&jobs, JOB_OVERLAY, "a", "two");
    jobs_fini(&jobs);
}

// The file waited first, and would come first: the text is due only after its delay.
static void test_while_someone_types_files_wait_and_texts_do_not(void **state) {
    (void)state;
    struct jobs jobs;
    jobs_init(&jobs);
    jobs_pause(&jobs, 790);
    push_file(&jobs, "file");
    overlay(&jobs, "text", "x");
    assert_next(&jobs, JOB_OVERLAY, "text", "x");
    assert_next(&jobs, JOB_FILE, "file", NULL);
    jobs_close(&jobs);
    jobs_fini(&jobs);
}

// Who has something to hand on before he waits.
static void test_asked_for_what_is_ready_nobody_waits(void **state) {
    (void)state;
    struct jobs jobs;
    jobs_init(&jobs);
    assert_null(jobs_pop_ready(&jobs));
    push_file(&jobs, "file");
    jobs_pause(&jobs, 10000);
    assert_null(jobs_pop_ready(&jobs));
    overlay(&jobs, "text", "x");
    struct job *job = jobs_pop_ready(&jobs);
    assert_non_null(job);
    assert_string_equal(job->path, "text");
    job_free(job);
    jobs_close(&jobs);
    assert_null(jobs_pop_ready(&jobs));
    jobs_fini(&jobs);
}

static void test_closing_ends_a_pause(void **state) {
    (void)state;
    struct jobs jobs;
    jobs_init(&jobs);
    jobs_pause(&jobs, 10000);
    assert_true(jobs_pause_left(&jobs) > 0);
    push_file(&jobs, "never");
    jobs_close(&jobs);
    assert_null(jobs_pop(&jobs)); // at once
    jobs_fini(&jobs);
}

static void test_close_drops_what_is_left(void **state) {
    (void)state;
    struct jobs jobs;
    jobs_init(&jobs);
    push_file(&jobs, "a");
    overlay(&jobs, "b", "x");
    jobs_close(&jobs);
    assert_null(jobs_pop(&jobs));
    struct job *late = mem_zero(1, sizeof *late);
    assert_false(jobs_push_file(&jobs, late));
    job_free(late);
    jobs_fini(&jobs);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_come_in_order),
        cmocka_unit_test(test_latest_text_of_a_document_wins),
        cmocka_unit_test(test_closing_cancels_what_waits_and_tells_what_was_taken),
        cmocka_unit_test(test_reopened_before_the_closing_was_seen),
        cmocka_unit_test(test_while_someone_types_files_wait_and_texts_do_not),
        cmocka_unit_test(test_asked_for_what_is_ready_nobody_waits),
        cmocka_unit_test(test_closing_ends_a_pause),
        cmocka_unit_test(test_close_drops_what_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
