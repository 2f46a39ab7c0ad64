// engine_ahead_test.c - when a model reads the last place's prompt without being asked for an answer.
#include "engine_world.h"

static void open_reader(struct fixture *fixture) {
    fixture->model.base.traits.reads_ahead = true;
}

static void turn_until(struct fixture *fixture, int starts) {
    for (int i = 0; i < 10000 && fixture->model.starts < starts; i++) {
        uv_run(&fixture->loop, UV_RUN_NOWAIT);
        uv_sleep(1);
    }
    assert_int_equal(fixture->model.starts, starts);
}

// That nothing comes can only be seen by waiting.
static void assert_asked(struct fixture *fixture, int starts) {
    for (int i = 0; i < 50; i++) {
        uv_run(&fixture->loop, UV_RUN_NOWAIT);
        uv_sleep(1);
    }
    assert_int_equal(fixture->model.starts, starts);
}

static void answer_first(struct fixture *fixture, struct asked *asked) {
    ask(fixture, asked, "int x = |\n");
    turn(fixture, asked, 1);
    assert_false(fixture->model.call->request->ahead);
    reply(fixture, "1;", -1);
    turn(fixture, asked, 99);
    assert_int_equal(asked->outcome, OUTCOME_SHOWN);
}

static void end_with(struct fixture *fixture, int code) {
    struct backend_result result = {.code = code, .message = "late", .hint = ""};
    fixture->model.call->callbacks.on_done(fixture->model.call->callbacks.context, &result);
}

static void the_last_place_is_read_once(void **state) {
    struct fixture *fixture = *state;
    struct asked asked = {0};
    open_reader(fixture);
    engine_read_ahead(fixture->engine); // nobody knows a place
    assert_asked(fixture, 0);
    answer_first(fixture, &asked);
    assert_asked(fixture, 1); // the answer has read it
    engine_read_ahead(fixture->engine);
    turn_until(fixture, 2);
    assert_true(fixture->model.call->request->ahead);
    assert_true(slice_equal(fixture->model.call->request->prefix, SLICE_LITERAL("int x = ")));
    reply(fixture, "", -1);
    assert_asked(fixture, 2);
    assert_int_equal(asked.answers, 1);
    assert_int_equal(engine_last(fixture->engine, "a.c")->outcome, OUTCOME_SHOWN);
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
        assert_int_equal(engine_outcome_count(fixture->engine, (enum outcome)outcome),
                         outcome == OUTCOME_SHOWN);
    }
}

static void who_asks_comes_first(void **state) {
    struct fixture *fixture = *state;
    struct asked asked[2] = {{0}, {0}};
    open_reader(fixture);
    answer_first(fixture, &asked[0]);
    engine_read_ahead(fixture->engine);
    turn_until(fixture, 2);
    ask_on(fixture, &asked[1], "int y = |\n", 1, false);
    assert_int_equal(fixture->model.cancels, 1);
    turn_until(fixture, 3);
    assert_false(fixture->model.call->request->ahead);
    reply(fixture, "2;", -1);
    assert_asked(fixture, 3); // that is read now
    assert_int_equal(asked[1].answers, 1);
}

static void while_somebody_waits_it_waits(void **state) {
    struct fixture *fixture = *state;
    struct asked asked[2] = {{0}, {0}};
    open_reader(fixture);
    answer_first(fixture, &asked[0]);
    ask(fixture, &asked[1], "int y = |\n");
    turn(fixture, &asked[1], 2);
    engine_read_ahead(fixture->engine);
    assert_asked(fixture, 2);
    end_with(fixture, ERR_CANCELLED);
    turn_until(fixture, 3);
    assert_true(fixture->model.call->request->ahead);
    end_with(fixture, ERR_UNAVAILABLE);
    assert_asked(fixture, 3); // nor is it tried again
}

static void what_came_too_late_is_read_for_the_next_one(void **state) {
    struct fixture *fixture = *state;
    struct asked asked = {0};
    open_reader(fixture);
    ask(fixture, &asked, "int x = |\n");
    turn(fixture, &asked, 1);
    end_with(fixture, ERR_TIMEOUT);
    turn_until(fixture, 2);
    assert_true(fixture->model.call->request->ahead);
    assert_int_equal(asked.outcome, OUTCOME_TIMEOUT);
    end_with(fixture, ERR_TIMEOUT);
    assert_asked(fixture, 2);
}

static void a_model_that_cannot_is_not_asked(void **state) {
    struct fixture *fixture = *state;
    struct asked asked = {0};
    answer_first(fixture, &asked);
    engine_read_ahead(fixture->engine);
    assert_asked(fixture, 1);
}

static void a_closed_document_is_not_read(void **state) {
    struct fixture *fixture = *state;
    struct asked asked = {0};
    open_reader(fixture);
    answer_first(fixture, &asked);
    engine_forget(fixture->engine, "a.c");
    engine_read_ahead(fixture->engine);
    assert_asked(fixture, 1);
}

static void the_end_may_come_while_it_is_read(void **state) {
    struct fixture *fixture = *state;
    struct asked asked = {0};
    open_reader(fixture);
    answer_first(fixture, &asked);
    engine_read_ahead(fixture->engine);
    turn_until(fixture, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_last_place_is_read_once),       TEST(who_asks_comes_first),
        TEST(while_somebody_waits_it_waits),     TEST(what_came_too_late_is_read_for_the_next_one),
        TEST(a_model_that_cannot_is_not_asked),  TEST(a_closed_document_is_not_read),
        TEST(the_end_may_come_while_it_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
