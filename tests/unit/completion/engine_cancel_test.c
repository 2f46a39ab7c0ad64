// engine_cancel_test.c - a cancelled request gives back what it took, and nothing else.
#include "engine_world.h"

#include <stdatomic.h>

// The linker puts these in the place of the allocator (tests/CMakeLists.txt): they count the blocks in use.
static atomic_long blocks;
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void __wrap_free(void *memory);

void *__wrap_malloc(size_t size) {
    atomic_fetch_add(&blocks, 1);
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
    atomic_fetch_add(&blocks, 1);
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size) {
    atomic_fetch_add(&blocks, memory ? 0 : 1);
    return __real_realloc(memory, size);
}

void __wrap_free(void *memory) {
    atomic_fetch_sub(&blocks, memory ? 1 : 0);
    __real_free(memory);
}

static void ask_and_cancel(struct fixture *fixture, bool in_model, long expected) {
    struct asked asked = {0};
    fixture->model.starts = 0;
    struct engine_request *request = ask(fixture, &asked, "int x = |");
    if (in_model) {
        turn(fixture, &asked, 1);
    }
    engine_cancel(fixture->engine, request);
    turn(fixture, &asked, 99);
    assert_int_equal(asked.outcome, OUTCOME_CANCELLED);
    for (int i = 0; i < 1000 && atomic_load(&blocks) != expected; i++) { // the worker may be at it still
        uv_run(&fixture->loop, UV_RUN_NOWAIT);
        uv_sleep(1);
    }
}

static void a_cancelled_request_frees_exactly_its_arena(void **state) {
    struct fixture *fixture = *state;
    static struct asked beside; // answered at tear-down if something fails
    struct played *model = &fixture->model;
    ask_on(fixture, &beside, "int y = |", 1, false);
    turn(fixture, &beside, 1);
    struct backend_call kept = *model->call;
    ask_and_cancel(fixture, true, -1); // what is made once is there
    for (int i = 0; i < 8; i++) {
        long before = atomic_load(&blocks);
        ask_and_cancel(fixture, i % 2, before);
        assert_int_equal(atomic_load(&blocks), before);
    }
    model->call = &kept;
    reply(fixture, "7;", 0.9); // whose memory nobody has touched
    turn(fixture, &beside, 99);
    assert_string_equal(beside.shown, "7;");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_cancelled_request_frees_exactly_its_arena, set_up, tear_down)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
