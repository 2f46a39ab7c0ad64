// repository_test.c - the built-in model through the backend contract: answers, cancelling, closing, full
// queues.
#include "backends/repository.h"

#include "tests/unit/backends/corpus_world.h"
#include "tests/unit/unit.h"

#include <stdatomic.h>
#include <stdlib.h>

struct answer {
    struct backend_request request; // stays until the answer is in
    struct backend_callbacks callbacks;
    int calls, code;
    size_t candidates;
    char text[128];
    double confidence;
};

static void on_done(void *context, const struct backend_result *result) {
    struct answer *answer = context;
    answer->calls++;
    answer->code = result->code;
    answer->candidates = result->candidate_count;
    if (result->candidate_count > 0) {
        struct slice text = slice_sub(result->candidates[0].text, 0, sizeof answer->text - 1);
        memcpy(answer->text, text.data, text.length);
        answer->confidence = result->candidates[0].confidence;
    }
    assert_true(result->message && result->hint);
}

struct fixture {
    char *root;
    uv_loop_t loop;
    struct worker *worker;
    struct backend *backend;
};

static void put(const struct fixture *fixture, const char *path, const char *text) {
    struct index_sink sink = repository_sink(fixture->backend);
    struct record *record = world_record(path, text);
    char *whole = fs_join(fixture->root, path);
    fs_write(whole, slice_of_string(text), false, NULL); // at once, or not at all
    sink.put(sink.self, record, slice_of_string(text));
    record_release(record);
    free(whole);
}

static void note_learned(void *context) {
    ++*(int *)context;
}

static void open_fixture(struct fixture *fixture, size_t queue) {
    fixture->root = temporary_make();
    uv_loop_init(&fixture->loop);
    fixture->worker = worker_new(&fixture->loop, queue);
    struct repository_options options = {.root = fixture->root, .worker = fixture->worker};
    fixture->backend = repository_new(&fixture->loop, &options);
    struct index_sink sink = repository_sink(fixture->backend);
    put(fixture, "a.c", "void f(void) {\n    start_engine(FULL_SPEED);\n}\n");
    sink.commit(sink.self, true);
    int learned = 0;
    repository_await(fixture->backend, note_learned, &learned);
    uv_run(&fixture->loop, UV_RUN_DEFAULT); // it waits, and for nothing else
    assert_int_equal(learned, 1);
}

static void close_fixture(struct fixture *fixture) {
    backend_close(fixture->backend);
    worker_free(fixture->worker);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&fixture->loop), 0);
    temporary_remove(fixture->root);
    free(fixture->root);
}

static struct backend_call *ask(struct fixture *fixture, struct answer *answer, uint64_t deadline_us) {
    answer->request = (struct backend_request){.path = "b.c",
                                               .language = "c",
                                               .prefix = SLICE_LITERAL("void g(void) {\n    start_engine("),
                                               .suffix = SLICE_LITERAL("\n}\n"),
                                               .max_tokens = 64,
                                               .max_lines = 1,
                                               .candidates = 1,
                                               .deadline_us = deadline_us};
    answer->callbacks = (struct backend_callbacks){NULL, on_done, answer};
    struct backend_call *call = backend_start(fixture->backend, &answer->request, &answer->callbacks);
    assert_int_equal(answer->calls, 0);
    return call;
}

// The worker's handle does not keep the loop alive, so turns are counted by answers.
static void turn_until(struct fixture *fixture, const struct answer *answers, size_t count) {
    for (size_t done = 0; done < count;) {
        uv_run(&fixture->loop, UV_RUN_NOWAIT);
        for (done = 0; done < count && answers[done].calls; done++) {
        }
    }
}

static void test_answers(void **state) {
    (void)state;
    struct fixture fixture;
    struct answer answer = {0};
    open_fixture(&fixture, 8);
    assert_string_equal(fixture.backend->traits.name, "repository");
    assert_string_equal(fixture.backend->traits.model, "built-in");
    assert_null(fixture.backend->traits.template);
    assert_false(fixture.backend->traits.leaves_machine);
    ask(&fixture, &answer, 0);
    turn_until(&fixture, &answer, 1);
    assert_int_equal(answer.code, 0);
    assert_string_equal(answer.text, "FULL_SPEED);");
    assert_true(answer.confidence > 0 && answer.confidence < 1);
    struct repository_statistics figures;
    repository_statistics(fixture.backend, &figures);
    assert_int_equal(figures.files, 1);
    assert_true(figures.tokens > 10 && figures.vocabulary > 5 && figures.bytes > 0);
    close_fixture(&fixture);
}

static void test_cancel(void **state) {
    (void)state;
    struct fixture fixture;
    struct answer answers[6] = {0};
    open_fixture(&fixture, 8);
    for (size_t i = 0; i < 6; i++) {
        struct backend_call *call = ask(&fixture, &answers[i], 0);
        if (i % 2) {
            backend_cancel(fixture.backend, call);
            backend_cancel(fixture.backend, call);
            assert_int_equal(answers[i].calls, 0);
        }
    }
    turn_until(&fixture, answers, 6);
    close_fixture(&fixture);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(answers[i].calls, 1);
        assert_int_equal(answers[i].code, i % 2 ? ERR_CANCELLED : 0);
    }
}

static void show(const struct fixture *fixture, const char *path, const char *text) {
    struct index_sink sink = repository_sink(fixture->backend);
    struct record *record = record_new(path);
    struct text *shown = text_new(slice_of_string(text));
    sink.show(sink.self, record, shown, overlay_version(1, OVERLAY_AT_REST));
    text_release(shown);
    record_release(record);
}

static void test_close_while_running(void **state) {
    (void)state;
    for (int round = 0; round < 20; round++) {
        struct fixture fixture;
        struct answer answers[4] = {0};
        open_fixture(&fixture, 8);
        show(&fixture, "b.c", "void g(void) {\n"); // to be read ahead
        for (size_t i = 0; i < 4; i++) {
            ask(&fixture, &answers[i], 0);
        }
        show(&fixture, "c.c", "int c;\n");
        for (int turn = 0; turn < round % 4; turn++) {
            uv_run(&fixture.loop, UV_RUN_NOWAIT);
        }
        close_fixture(&fixture);
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(answers[i].calls, 1);
            assert_true(answers[i].code == 0 || answers[i].code == ERR_CANCELLED);
        }
    }
}

static void test_full_queue(void **state) {
    (void)state;
    struct fixture fixture;
    struct answer answers[40] = {0};
    open_fixture(&fixture, 1);
    for (size_t i = 0; i < 40; i++) {
        ask(&fixture, &answers[i], 0);
    }
    turn_until(&fixture, answers, 40);
    size_t busy = 0, good = 0;
    for (size_t i = 0; i < 40; i++) {
        busy += answers[i].code == ERR_BUSY;
        good += answers[i].code == 0;
    }
    assert_true(good > 0);
    assert_int_equal(good + busy, 40);
    close_fixture(&fixture);
}

static void wait_for(void *context) {
    uv_sem_wait(context);
}

static void ignore(void *context, bool ran) {
    (void)context;
    (void)ran;
}

// Somebody opens more documents than the worker's queue has room for while it is busy: who asks is answered all the same.
static void test_opened_while_busy(void **state) {
    (void)state;
    enum { QUEUE = 4 };
    struct fixture fixture;
    struct answer answer = {0};
    uv_sem_t go_on;
    open_fixture(&fixture, QUEUE);
    uv_sem_init(&go_on, 0);
    assert_int_equal(worker_submit(fixture.worker, wait_for, ignore, &go_on), 0);
    for (int i = 0; i < 2 * QUEUE; i++) {
        show(&fixture, i % 2 ? "c.c" : "d.c", "int c;\n");
        uv_run(&fixture.loop, UV_RUN_NOWAIT);
    }
    ask(&fixture, &answer, 0);
    uv_sem_post(&go_on);
    turn_until(&fixture, &answer, 1);
    assert_int_equal(answer.code, 0);
    close_fixture(&fixture);
    uv_sem_destroy(&go_on);
}

static void test_deadline(void **state) {
    (void)state;
    struct fixture fixture;
    struct answer answer = {0};
    open_fixture(&fixture, 8);
    ask(&fixture, &answer, 1); // long past
    turn_until(&fixture, &answer, 1);
    assert_int_equal(answer.code, ERR_TIMEOUT);
    assert_int_equal(answer.candidates, 0);
    close_fixture(&fixture);
}

static atomic_bool stop_writing;

static void write_on(void *argument) {
    const struct fixture *fixture = argument;
    struct index_sink sink = repository_sink(fixture->backend);
    for (int i = 0; !atomic_load(&stop_writing); i++) {
        char text[96] = "void f(void) {\n    start_engine(FULL_SPEED);\n    stop(0);\n}\n";
        text[51] = (char)('0' + i % 10);
        put(fixture, i % 2 ? "a.c" : "c.c", text);
        struct record *record = record_new("d.c");
        sink.overlay(sink.self, record, slice_of_string(text));
        record_release(record);
        show(fixture, "d.c", text);
        sink.commit(sink.self, i % 100 == 99);
        sink.overlay_remove(sink.self, "d.c");
        sink.remove(sink.self, i % 3 ? "b.c" : "c.c");
    }
}

static void test_index_while_predicting(void **state) {
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, 8);
    uv_thread_t writer;
    atomic_store(&stop_writing, false);
    uv_thread_create(&writer, write_on, &fixture);
    for (int round = 0; round < 50; round++) {
        struct answer answers[4] = {0};
        for (size_t i = 0; i < 4; i++) {
            ask(&fixture, &answers[i], 0);
        }
        turn_until(&fixture, answers, 4);
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(answers[i].code, 0);
            assert_string_equal(answers[i].text, "FULL_SPEED);");
        }
    }
    atomic_store(&stop_writing, true);
    uv_thread_join(&writer);
    close_fixture(&fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_close_while_running),
        cmocka_unit_test(test_full_queue),
        cmocka_unit_test(test_opened_while_busy),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_index_while_predicting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
