// rpc_test.c - JSON-RPC by the book: what comes back for good and bad messages.
#include "tests/unit/unit.h"

#include "lsp/rpc.h"

#include <stdlib.h>

struct world {
    struct rpc *rpc;
    struct str sent; // each message followed by a newline
    struct rpc_request *kept;
    int cancelled, notified, exited, replies;
};

static void send_body(void *context, struct slice body) {
    struct world *world = context;
    str_append_slice(&world->sent, body);
    str_append_char(&world->sent, '\n');
}

static void initialize(void *context, struct rpc_request *request, const struct json *params) {
    (void)params;
    struct world *world = context;
    rpc_set_phase(world->rpc, RPC_RUNNING);
    rpc_reply(request, NULL);
}

static void shut_down(void *context, struct rpc_request *request, const struct json *params) {
    (void)params;
    struct world *world = context;
    rpc_set_phase(world->rpc, RPC_SHUT_DOWN);
    rpc_reply(request, NULL);
}

static void echo(void *context, struct rpc_request *request, const struct json *params) {
    (void)context;
    rpc_reply(request, json_copy(params));
}

static void on_cancel(void *context) {
    struct world *world = context;
    world->cancelled++;
    rpc_fail(world->kept, RPC_REQUEST_CANCELLED, "cancelled");
    world->kept = NULL;
}

static void slow(void *context, struct rpc_request *request, const struct json *params) {
    (void)params;
    struct world *world = context;
    world->kept = request;
    rpc_on_cancel(request, on_cancel, world);
}

static void noted(void *context, const struct json *params) {
    (void)params;
    ((struct world *)context)->notified++;
}

static void leave(void *context, const struct json *params) {
    (void)params;
    ((struct world *)context)->exited++;
}

static const struct rpc_method methods[] = {
    {"initialize", initialize, NULL},
    {"shutdown", shut_down, NULL},
    {"exit", NULL, leave},
    {"echo", echo, NULL},
    {"slow", slow, NULL},
    {"note", NULL, noted},
};

static void open_world(struct world *world, bool initialized) {
    *world = (struct world){0};
    str_init(&world->sent);
    struct rpc_options options = {methods, sizeof methods / sizeof methods[0], world, send_body, world};
    world->rpc = rpc_new(&options);
    if (initialized) {
        rpc_set_phase(world->rpc, RPC_RUNNING);
    }
}

static void close_world(struct world *world) {
    rpc_free(world->rpc);
    str_free(&world->sent);
}

static void receive(struct world *world, const char *body) {
    rpc_receive(world->rpc, slice_of_string(body));
}

#define E(id, code)   "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"error\":{\"code\":" code
#define R(id, result) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"result\":" result "}"

static const struct {
    const char *body;
    const char *answer; // its beginning; "": none
} rows[] = {
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\",\"params\":{\"a\":1}}", R("1", "{\"a\":1}")},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\",\"params\":[1]}", R("1", "[1]")},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\",\"params\":null}", R("1", "null")},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\"}", R("1", "null")},
    {"{\"id\":1,\"method\":\"echo\"}", R("1", "null")},
    // ids go back exactly
    {"{\"id\":\"x\\\"\\u00e9\",\"method\":\"echo\"}", R("\"x\\\"\xC3\xA9\"", "null")},
    {"{\"id\":\"\",\"method\":\"echo\"}", R("\"\"", "null")},
    {"{\"id\":\"1\",\"method\":\"echo\"}", R("\"1\"", "null")},
    {"{\"id\":0,\"method\":\"echo\"}", R("0", "null")},
    {"{\"id\":-7,\"method\":\"echo\"}", R("-7", "null")},
    {"{\"id\":1000000000000000,\"method\":\"echo\"}", R("1000000000000000", "null")},
    {"{\"id\":9007199254740991,\"method\":\"echo\"}", R("9007199254740991", "null")},
    {"{\"id\":9007199254740995,\"method\":\"echo\"}", E("null", "-32600")},
    {"{\"id\":1.5,\"method\":\"echo\"}", E("null", "-32600")},
    {"{\"id\":null,\"method\":\"echo\"}", E("null", "-32600")},
    {"{\"id\":true,\"method\":\"echo\"}", E("null", "-32600")},
    {"{\"id\":{},\"method\":\"echo\"}", E("null", "-32600")},
    {"{\"id\":[1],\"method\":\"echo\"}", E("null", "-32600")},
    // no JSON
    {"", E("null", "-32700")},
    {"{", E("null", "-32700")},
    {"{\"id\":1,\"method\":\"echo\"", E("null", "-32700")},
    {"{} {}", E("null", "-32700")},
    {"\xFF\xFE", E("null", "-32700")},
    {"{'id':1}", E("null", "-32700")},
    // JSON, but no request
    {"1", E("null", "-32600")},
    {"null", E("null", "-32600")},
    {"\"echo\"", E("null", "-32600")},
    {"[]", E("null", "-32600")},
    {"[{\"id\":1,\"method\":\"echo\"}]", E("null", "-32600")},
    {"{}", E("null", "-32600")},
    {"{\"id\":1}", E("1", "-32600")},
    {"{\"id\":1,\"method\":5}", E("1", "-32600")},
    {"{\"id\":1,\"method\":null}", E("1", "-32600")},
    {"{\"id\":\"a\",\"method\":\"echo\",\"params\":5}", E("\"a\"", "-32600")},
    {"{\"id\":1,\"jsonrpc\":\"1.0\",\"method\":\"echo\"}", E("1", "-32600")},
    {"{\"id\":1,\"jsonrpc\":2.0,\"method\":\"echo\"}", E("1", "-32600")},
    // methods
    {"{\"id\":1,\"method\":\"nope\"}", E("1", "-32601")},
    {"{\"id\":1,\"method\":\"$/nope\"}", E("1", "-32601")},
    {"{\"id\":1,\"method\":\"note\"}", E("1", "-32601")},
    {"{\"id\":1,\"method\":\"\"}", E("1", "-32601")},
    {"{\"id\":1,\"method\":\"Echo\"}", E("1", "-32601")},
    {"{\"id\":1,\"method\":\"initialize\"}", E("1", "-32600")},
    {"{\"method\":\"nope\"}", ""},
    {"{\"method\":\"$/nope\"}", ""},
    {"{\"method\":\"echo\"}", ""},
    {"{\"method\":\"note\",\"params\":5}", ""},
    // answers nobody waits for
    {"{\"id\":77,\"result\":null}", ""},
    {"{\"id\":\"x\",\"result\":{}}", ""},
    {"{\"id\":null,\"error\":{\"code\":1,\"message\":\"\"}}", ""},
    // cancellations of nothing
    {"{\"method\":\"$/cancelRequest\",\"params\":{\"id\":1}}", ""},
    {"{\"method\":\"$/cancelRequest\",\"params\":{\"id\":\"x\"}}", ""},
    {"{\"method\":\"$/cancelRequest\",\"params\":{}}", ""},
    {"{\"method\":\"$/cancelRequest\"}", ""},
};

static void test_rows(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct world world;
        open_world(&world, true);
        receive(&world, rows[i].body);
        size_t length = strlen(rows[i].answer);
        bool fits = length ? strncmp(world.sent.data, rows[i].answer, length) == 0 : world.sent.length == 0;
        if (!fits) {
            print_message("%s -> %s\n", rows[i].body, world.sent.data);
        }
        assert_true(fits);
        size_t lines = 0;
        for (size_t at = 0; at < world.sent.length; at++) {
            lines += world.sent.data[at] == '\n';
        }
        assert_int_equal(lines, length ? 1 : 0);
        close_world(&world);
    }
}

static void expect(struct world *world, const char *body, const char *answer) {
    str_clear(&world->sent);
    receive(world, body);
    if (strncmp(world->sent.data, answer, strlen(answer)) != 0) {
        print_message("%s -> %s\n", body, world->sent.data);
    }
    assert_true(strncmp(world->sent.data, answer, strlen(answer)) == 0);
    assert_true(answer[0] != '\0' || world->sent.length == 0);
}

static void test_phases(void **state) {
    (void)state;
    struct world world;
    open_world(&world, false);
    expect(&world, "{\"id\":1,\"method\":\"echo\"}", E("1", "-32002"));
    expect(&world, "{\"id\":1,\"method\":\"nope\"}", E("1", "-32002"));
    expect(&world, "{\"method\":\"note\"}", "");
    assert_int_equal(world.notified, 0);
    expect(&world, "{\"id\":2,\"method\":\"initialize\"}", R("2", "null"));
    expect(&world, "{\"id\":3,\"method\":\"initialize\"}", E("3", "-32600"));
    expect(&world, "{\"method\":\"note\"}", "");
    assert_int_equal(world.notified, 1);
    expect(&world, "{\"id\":4,\"method\":\"shutdown\"}", R("4", "null"));
    expect(&world, "{\"id\":5,\"method\":\"echo\"}", E("5", "-32600"));
    expect(&world, "{\"id\":6,\"method\":\"shutdown\"}", E("6", "-32600"));
    expect(&world, "{\"method\":\"note\"}", "");
    assert_int_equal(world.notified, 1);
    expect(&world, "{\"method\":\"exit\"}", "");
    assert_int_equal(world.exited, 1);
    close_world(&world);
}

static void test_exit_at_any_time(void **state) {
    (void)state;
    struct world world;
    open_world(&world, false);
    expect(&world, "{\"method\":\"exit\"}", "");
    assert_int_equal(world.exited, 1);
    close_world(&world);
}

static void test_cancel(void **state) {
    (void)state;
    struct world world;
    open_world(&world, true);
    expect(&world, "{\"id\":\"7\",\"method\":\"slow\"}", "");
    expect(&world, "{\"method\":\"$/cancelRequest\",\"params\":{\"id\":7}}", ""); // a number is no string
    assert_int_equal(world.cancelled, 0);
    expect(&world, "{\"method\":\"$/cancelRequest\",\"params\":{\"id\":\"7\"}}", E("\"7\"", "-32800"));
    expect(&world, "{\"method\":\"$/cancelRequest\",\"params\":{\"id\":\"7\"}}", "");
    assert_int_equal(world.cancelled, 1);
    assert_int_equal(rpc_running_count(world.rpc), 0);
    close_world(&world);
}

static void on_reply(void *context, const struct json *result, const struct json *error) {
    struct world *world = context;
    world->replies += json_integer(result, 0) == 5 ? 1 : json_get_integer(error, "code", 0) == 3 ? 10 : 100;
}

static void test_calls(void **state) {
    (void)state;
    struct world world;
    open_world(&world, true);
    rpc_call(world.rpc, "client/ask", json_array(), on_reply, &world);
    assert_string_equal(world.sent.data,
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"client/ask\",\"params\":[]}\n");
    rpc_call(world.rpc, "client/ask", NULL, on_reply, &world);
    rpc_call(world.rpc, "client/ask", NULL, on_reply, &world);
    expect(&world, "{\"id\":2,\"result\":5}", "");
    assert_int_equal(world.replies, 1);
    expect(&world, "{\"id\":2,\"result\":5}", ""); // a second answer counts for nothing
    assert_int_equal(world.replies, 1);
    expect(&world, "{\"id\":1,\"error\":{\"code\":3,\"message\":\"no\"}}", "");
    assert_int_equal(world.replies, 11);
    expect(&world, "{\"id\":3,\"result\":5,\"error\":null}", ""); // as some clients write it
    assert_int_equal(world.replies, 12);
    rpc_call(world.rpc, "client/ask", NULL, on_reply, &world);
    str_clear(&world.sent);
    rpc_notify(world.rpc, "client/note", NULL);
    assert_string_equal(world.sent.data, "{\"jsonrpc\":\"2.0\",\"method\":\"client/note\"}\n");
    close_world(&world); // with one call unanswered
}

static void keep_nothing(void *context, struct rpc_request *request, const struct json *params) {
    (void)context;
    (void)request;
    (void)params;
}

static void test_running_limit(void **state) {
    (void)state;
    struct world world;
    static const struct rpc_method endless[] = {{"slow", keep_nothing, NULL}};
    open_world(&world, true);
    rpc_free(world.rpc);
    struct rpc_options options = {endless, 1, &world, send_body, &world};
    world.rpc = rpc_new(&options);
    rpc_set_phase(world.rpc, RPC_RUNNING);
    for (int i = 0; i < RPC_RUNNING_LIMIT; i++) {
        expect(&world, "{\"id\":1,\"method\":\"slow\"}", "");
    }
    expect(&world, "{\"id\":2,\"method\":\"slow\"}", E("2", "-32803"));
    close_world(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),   cmocka_unit_test(test_phases), cmocka_unit_test(test_exit_at_any_time),
        cmocka_unit_test(test_cancel), cmocka_unit_test(test_calls),  cmocka_unit_test(test_running_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
