// remote_storm_test.c - requests and cancels in any order, at any moment: each ends once, and nothing is left.
//
//   remote_storm_test [PAIRS]     300 by default; script/nightly runs 10,000
//
// Several requests run at once. A pair is a request and the cancel that is meant for it, which may come before the
// connection is there, in mid-answer or too late. A request that ended by itself is not cancelled. One that was never
// sent, as the server failed too often just before, is no pair: another takes its place.
#include "remote_world.h"
#include "tests/unit/unit.h"

#include <dirent.h>

enum { AT_ONCE = 6, TURNS = 12 };

static unsigned pairs = 300;
static uint32_t draws = 1;
static bool needs_success; // else the server would soon be left alone

struct runner {
    struct backend_call *call; // NULL: none runs
    bool cancelled;
    unsigned turns_left; // of the loop, until it is cancelled
    unsigned done_calls, deltas_after_cancel;
    int code;
    bool refused; // as the server failed too often
};

static unsigned draw(unsigned limit) {
    draws = draws * 1664525u + 1013904223u;
    return (draws >> 8) % limit;
}

static bool on_text(void *context, struct slice delta) {
    struct runner *runner = context;
    (void)delta;
    runner->deltas_after_cancel += runner->cancelled;
    return draw(40) != 0;
}

static void on_end(void *context, const struct backend_result *result) {
    struct runner *runner = context;
    runner->done_calls++;
    runner->code = result->code;
    needs_success = needs_success || (result->code && result->code != ERR_CANCELLED);
    runner->refused = strstr(result->message, "not asked again") != NULL;
    runner->call = NULL;
}

static unsigned open_descriptors(void) {
    unsigned count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder)) {
        count++;
    }
    if (folder) {
        closedir(folder);
    }
    return count;
}

enum { NEVER_ANSWERS, BREAKS_OFF, WORKS };
static const struct script scripts[] = {
    [NEVER_ANSWERS] = {.bytes = ""},
    [BREAKS_OFF] = {.bytes = STREAM TEXT("abc"), .close_after = true},
    [WORKS] = {.bytes = STREAM TEXT("abc") DONE, .close_after = true},
    {.bytes = STREAM TEXT("abc") DONE, .byte_by_byte = true, .close_after = true},
    {.bytes = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 14\r\n\r\n" DONE},
    {.bytes = STREAM, .endless = TEXT("abc ")},
};
enum { SCRIPTS = sizeof scripts / sizeof *scripts };

// By the last digit of the prompt.
static const struct script *script_of(struct slice request) {
    size_t at = slice_find(request, SLICE_LITERAL("\"prompt\":\"script "), 0);
    return &scripts[at == (size_t)-1 ? WORKS : request.data[at + 17] - '0'];
}

static void begin_pair(struct world *world, struct runner *runner) {
    char prompt[20];
    unsigned script = needs_success ? WORKS : draw(SCRIPTS);
    struct backend_callbacks callbacks = {on_text, on_end, runner};
    snprintf(prompt, sizeof prompt, "script %u", script);
    struct backend_request request = request_of(prompt);
    request.deadline_us = clock_now_us() + (script == NEVER_ANSWERS && draw(4) == 0 ? 1000 : 10000000);
    *runner = (struct runner){.turns_left = needs_success ? UINT32_MAX : draw(TURNS)};
    needs_success = false;
    runner->call = backend_start(world->backend, &request, &callbacks);
    assert_int_equal(runner->done_calls, 0); // H1
}

// Returns whether the pair is over.
static bool go_on(struct world *world, struct runner *runner) {
    if (!runner->call) {
        assert_int_equal(runner->done_calls, 1);
        assert_int_equal(runner->deltas_after_cancel, 0); // H2
        assert_true(!runner->cancelled || runner->code == ERR_CANCELLED);
        return true;
    }
    if (!runner->cancelled && runner->turns_left-- == 0) {
        runner->cancelled = true;
        backend_cancel(world->backend, runner->call);
        assert_int_equal(runner->done_calls, 0); // H1
    }
    return false;
}

static void every_request_ends_once_and_leaves_nothing(void **state) {
    struct world *world = *state;
    struct runner runners[AT_ONCE];
    unsigned begun = 0;
    unsigned ended = 0;
    unsigned refused = 0;
    unsigned descriptors = open_descriptors();
    world->server.choose = script_of;
    for (; begun < AT_ONCE; begun++) {
        begin_pair(world, &runners[begun]);
    }
    while (ended < pairs) {
        for (size_t i = 0; i < AT_ONCE; i++) {
            if (runners[i].done_calls < 2 && go_on(world, &runners[i])) {
                bool never_sent = runners[i].refused;
                refused += never_sent;
                ended += !never_sent;
                assert_in_range(refused, 0, 20 * pairs);
                uv_sleep(never_sent ? 20 : 0); // until the server is asked again
                runners[i].done_calls = 2;     // counted
                if (never_sent || begun < pairs) {
                    begun += !never_sent;
                    begin_pair(world, &runners[i]);
                }
            }
        }
        uv_run(&world->loop, UV_RUN_NOWAIT);
    }
    print_message("%u pairs over %d connections, %u requests never sent\n", pairs, world->server.connections,
                  refused);
    for (int turns = 0; turns < 100; turns++) { // the server sees them close
        uv_run(&world->loop, UV_RUN_NOWAIT);
    }
    print_message("%u descriptors before, %u after\n", descriptors, open_descriptors());
    // What is kept open for the next request: a few, on both sides of each.
    assert_in_range(open_descriptors(), 0, descriptors + 2 * 8);
    struct backend_request request = request_of("after the storm");
    for (int tries = 0; tries < 50 && world->seen.text.length == 0; tries++) {
        uv_sleep(100);
        ask(world, &request);
    }
    assert_string_equal(world->seen.text.data, "abc");
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_request_ends_once_and_leaves_nothing, begin, finish),
    };
    if (count > 1) {
        pairs = (unsigned)strtoul(arguments[1], NULL, 10);
        draws = count > 2 ? (uint32_t)strtoul(arguments[2], NULL, 10) : draws;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
