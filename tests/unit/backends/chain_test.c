// chain_test.c - models that answer in each other's place, played by the test.
#include "tests/unit/unit.h"

#include "backends/chain.h"
#include "base/clock.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct backend_call {
    struct backend_callbacks callbacks;
    struct backend_request request;
};

struct played {
    struct backend base;
    struct backend_call call;
    bool running, away;
    int starts, closes;
};

static struct backend_call *played_start(struct backend *self, const struct backend_request *request,
                                         const struct backend_callbacks *callbacks) {
    struct played *played = (struct played *)self;
    played->starts++;
    played->running = true;
    played->call = (struct backend_call){*callbacks, *request};
    return &played->call;
}

static void end(struct played *played, int code, const char *message, uint32_t retry_after_ms) {
    struct backend_result result = {
        .code = code, .message = message, .hint = code ? "do this" : "", .retry_after_ms = retry_after_ms};
    played->running = false;
    played->call.callbacks.on_done(played->call.callbacks.context, &result);
}

static void played_cancel(struct backend *self, struct backend_call *call) {
    (void)call;
    end((struct played *)self, ERR_CANCELLED, "cancelled", 0);
}

static bool played_available(struct backend *self, struct err *why) {
    struct played *played = (struct played *)self;
    if (played->away) {
        err_set(why, ERR_UNAVAILABLE, "%s is away", played->base.traits.model);
    }
    return !played->away;
}

static void played_close(struct backend *self) {
    struct played *played = (struct played *)self;
    played->closes++;
    if (played->running) {
        played_cancel(self, &played->call);
    }
}

static const struct backend_operations of_server = {
    .start = played_start, .cancel = played_cancel, .available = played_available, .close = played_close};
static const struct backend_operations of_builtin = {
    .start = played_start, .cancel = played_cancel, .close = played_close};

struct fixture {
    struct played models[3];
    struct backend *chain;
    int ends, code;
    uint32_t retry_after_ms;
    char message[64], instead[64];
};

static int set_up(void **state) {
    static const char *const names[] = {"first", "second", "built-in"};
    struct fixture *fixture = mem_zero(1, sizeof *fixture);
    struct backend *models[3];
    for (size_t i = 0; i < 3; i++) {
        fixture->models[i].base.operations = i < 2 ? &of_server : &of_builtin;
        fixture->models[i].base.traits = (struct backend_traits){.name = "played", .model = names[i]};
        models[i] = &fixture->models[i].base;
    }
    fixture->chain = chain_new(models, 3);
    *state = fixture;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *fixture = *state;
    backend_close(fixture->chain);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(fixture->models[i].closes, 1);
    }
    free(fixture);
    return 0;
}

static void on_done(void *context, const struct backend_result *result) {
    struct fixture *fixture = context;
    fixture->ends++;
    fixture->code = result->code;
    fixture->retry_after_ms = result->retry_after_ms;
    snprintf(fixture->message, sizeof fixture->message, "%s", result->message);
    snprintf(fixture->instead, sizeof fixture->instead, "%s", result->instead);
}

// Asks as the engine does: whom the chain names.
static const char *ask(struct fixture *fixture, const struct backend_traits *after) {
    struct backend_request request = {.model = backend_choose(fixture->chain, after),
                                      .deadline_us = clock_now_us() + UINT64_C(1000) * 1000 * 1000};
    if (!request.model) {
        return "nobody";
    }
    backend_start(fixture->chain, &request, &(struct backend_callbacks){NULL, on_done, fixture});
    return request.model->model;
}

static const struct backend_traits *traits(struct fixture *fixture, size_t model) {
    return &fixture->models[model].base.traits;
}

static void the_first_answers(void **state) {
    struct fixture *fixture = *state;
    assert_string_equal(ask(fixture, NULL), "first");
    assert_int_equal(fixture->ends, 0);
    end(&fixture->models[0], 0, "", 0);
    assert_int_equal(fixture->ends, 1); // K1
    assert_int_equal(fixture->code, 0);
    assert_string_equal(fixture->instead, "");
    assert_int_equal(fixture->models[1].starts + fixture->models[2].starts, 0);
}

static void who_fails_is_followed_by_the_next(void **state) {
    struct fixture *fixture = *state;
    ask(fixture, NULL);
    end(&fixture->models[0], ERR_BUSY, "quota", 60000);
    assert_int_equal(fixture->code, ERR_BUSY); // K1
    assert_string_equal(fixture->message, "quota");
    assert_int_equal(fixture->retry_after_ms, 0); // another one need not wait
    assert_string_equal(ask(fixture, traits(fixture, 0)), "second");
    end(&fixture->models[1], ERR_UNAVAILABLE, "down", 0);
    assert_string_equal(ask(fixture, traits(fixture, 1)), "built-in");
    end(&fixture->models[2], 0, "", 0);
    assert_string_equal(fixture->instead, "quota: do this; then down: do this"); // K3
    assert_string_equal(ask(fixture, traits(fixture, 2)), "nobody");
    assert_string_equal(ask(fixture, NULL), "first"); // a failure alone changes nothing
    end(&fixture->models[0], 0, "", 0);
    assert_string_equal(fixture->instead, "");
}

static void who_is_left_alone_is_passed_over(void **state) {
    struct fixture *fixture = *state;
    fixture->models[0].away = true;
    assert_string_equal(ask(fixture, NULL), "second");
    end(&fixture->models[1], 0, "", 0);
    assert_string_equal(fixture->instead, "first is away"); // K3
    fixture->models[1].away = true;
    assert_string_equal(ask(fixture, NULL), "built-in");
    end(&fixture->models[2], 0, "", 0);
    assert_string_equal(fixture->instead, "first is away; then second is away"); // K3
    assert_int_equal(fixture->models[0].starts, 0);                              // K2
    fixture->models[0].away = false;
    assert_string_equal(ask(fixture, NULL), "first");
    end(&fixture->models[0], 0, "", 0);
}

static void who_has_a_successor_gets_half_of_the_time(void **state) {
    struct fixture *fixture = *state;
    ask(fixture, NULL);
    assert_in_range(fixture->models[0].call.request.first_token_ms, 400000, 500001);
    ask(fixture, traits(fixture, 1));
    assert_int_equal(fixture->models[2].call.request.first_token_ms, 0);
    end(&fixture->models[0], 0, "", 0);
    end(&fixture->models[2], 0, "", 0);
}

static void a_wait_before_counts(void **state) {
    struct fixture *fixture = *state;
    uint64_t now = clock_now_us();
    uint64_t second = UINT64_C(1000) * 1000;
    struct backend_request request = {.model = backend_choose(fixture->chain, NULL)};
    struct backend_callbacks callbacks = {NULL, on_done, fixture};
    request.begun_us = now - 400 * second;
    request.deadline_us = now + 600 * second;
    backend_start(fixture->chain, &request, &callbacks);
    assert_in_range(fixture->models[0].call.request.first_token_ms, 50000, 100001);
    end(&fixture->models[0], 0, "", 0);
    request.begun_us = now - 600 * second;
    request.deadline_us = now + 400 * second;
    backend_start(fixture->chain, &request, &callbacks);
    assert_int_equal(fixture->models[0].call.request.first_token_ms, 1); // 0 would be no limit
    end(&fixture->models[0], 0, "", 0);
}

static void who_has_a_successor_leaves_it_a_tenth_of_the_time(void **state) {
    struct fixture *fixture = *state;
    uint64_t end_us = clock_now_us() + UINT64_C(1000) * 1000 * 1000;
    ask(fixture, NULL);
    ask(fixture, traits(fixture, 1));
    assert_in_range(fixture->models[0].call.request.deadline_us, end_us - 110000000, end_us - 90000000);
    assert_in_range(fixture->models[2].call.request.deadline_us, end_us, end_us + 10000000);
    end(&fixture->models[0], 0, "", 0);
    end(&fixture->models[2], 0, "", 0);
}

static void who_says_what_is_wrong_if_all_are_away(void **state) {
    struct fixture *fixture = *state;
    struct backend *servers[] = {&fixture->models[0].base, &fixture->models[1].base};
    backend_close(fixture->chain);
    fixture->models[0].closes = fixture->models[1].closes = 0;
    fixture->models[0].away = fixture->models[1].away = true;
    fixture->chain = chain_new(servers, 2);
    assert_string_equal(ask(fixture, NULL), "first");
    end(&fixture->models[0], ERR_UNAVAILABLE, "first is away", 0);
    assert_string_equal(ask(fixture, traits(fixture, 0)), "nobody");
}

static void cancelling_and_closing_reach_the_model(void **state) {
    struct fixture *fixture = *state;
    struct backend_request request = {.model = backend_choose(fixture->chain, NULL)};
    struct backend_callbacks callbacks = {NULL, on_done, fixture};
    backend_cancel(fixture->chain, backend_start(fixture->chain, &request, &callbacks));
    assert_int_equal(fixture->ends, 1);
    assert_int_equal(fixture->code, ERR_CANCELLED);
    assert_string_equal(ask(fixture, NULL), "first"); // it did nothing wrong
    backend_close(fixture->chain);
    assert_int_equal(fixture->ends, 2);
    for (size_t i = 0; i < 3; i++) {
        fixture->models[i].closes = 0;
    }
    struct backend *models[] = {&fixture->models[0].base, &fixture->models[1].base, &fixture->models[2].base};
    fixture->chain = chain_new(models, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_answers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_fails_is_followed_by_the_next, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_is_left_alone_is_passed_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_has_a_successor_gets_half_of_the_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_wait_before_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_has_a_successor_leaves_it_a_tenth_of_the_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_says_what_is_wrong_if_all_are_away, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cancelling_and_closing_reach_the_model, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
