// sse_test.c - the events of a stream, however its bytes arrive.

#include "backends/sse.h"
#include "base/err.h"
#include "tests/unit/unit.h"

struct stream_case {
    const char *name, *bytes;
    const char *events; // "name|data;" for each
    int code;
};

#define LIMIT 24

static const struct stream_case cases[] = {
    {"two events", "data: a\n\ndata: b\n\n", "|a;|b;", 0},
    {"no blank after the colon", "data:a\n\n", "|a;", 0},
    {"only the first blank goes", "data:  a \n\n", "| a ;", 0},
    {"\\r\\n", "data: a\r\n\r\ndata: b\r\n\r\n", "|a;|b;", 0},
    {"\\r alone", "data: a\r\rdata: b\r\r", "|a;|b;", 0},
    {"line ends mixed", "data: a\r\n\ndata: b\n\r\ndata: c\r\r\n", "|a;|b;|c;", 0},
    {"lines are joined", "data: a\ndata:\ndata: b\n\n", "|a\n\nb;", 0},
    {"empty data is an event", "data:\n\n", "|;", 0},
    {"a field without a colon", "data\n\n", "|;", 0},
    {"comments", ": hi\n\ndata: a\n:\n: x\n\n", "|a;", 0},
    {"a name", "event: ping\ndata: a\n\ndata: b\n\n", "ping|a;|b;", 0},
    {"a name without data", "event: ping\n\ndata: b\n\n", "|b;", 0},
    {"other fields", "id: 7\nretry: 5\ndatax: no\ndata: a\n\n", "|a;", 0},
    {"an error field", "error: boo\n\n", "error|boo;", 0},
    {"many blank lines", "\n\n\r\n\rdata: a\n\n\n\n", "|a;", 0},
    {"no blank line at the end", "data: a\n", "|a;", 0},
    {"no line end at the end", "data: a\n\ndata: b", "|a;|b;", 0},
    {"not ASCII", "data: \xE2\x82\xAC\n\n", "|\xE2\x82\xAC;", 0},
    {"empty", "", "", 0},
    {"a line at the limit", "data: 789012345678901234\n\n", "|789012345678901234;", 0},
    {"a line over the limit", "data: a\n\ndata: 7890123456789012345\n\n", "|a;", ERR_TOO_LARGE},
    {"an event over the limit", "data: 78901234567890\ndata: 78901234567890\n\n", "", ERR_TOO_LARGE},
    {"a comment over the limit", ":23456789012345678901234567890", "", ERR_TOO_LARGE},
};

static bool collect(void *context, const struct sse_event *event) {
    struct str *out = context;
    str_append_slice(out, event->name);
    str_append_char(out, '|');
    str_append_slice(out, event->data);
    str_append_char(out, ';');
    return true;
}

// Feeds the bytes in three pieces, cut at a and b.
static void check(const struct stream_case *want, size_t a, size_t b) {
    struct slice bytes = slice_of_string(want->bytes);
    struct str got;
    struct sse sse;
    str_init(&got);
    sse_init(&sse, LIMIT, collect, &got);
    sse_feed(&sse, slice_sub(bytes, 0, a));
    sse_feed(&sse, slice_sub(bytes, a, b));
    sse_feed(&sse, slice_sub(bytes, b, bytes.length));
    int code = sse_finish(&sse);
    if (code != want->code || strcmp(got.data, want->events) != 0) {
        print_error("%s, cut at %zu and %zu: %d, %s\n", want->name, a, b, code, got.data);
    }
    assert_int_equal(code, want->code);
    assert_string_equal(got.data, want->events);
    assert_int_equal(sse_feed(&sse, SLICE_LITERAL("")), want->code); // a failure is for good
    sse_fini(&sse);
    str_free(&got);
}

static void every_split_gives_the_same_events(void **state) { // E1
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t length = strlen(cases[i].bytes);
        for (size_t a = 0; a <= length; a++) {
            for (size_t b = a; b <= length; b++) {
                check(&cases[i], a, b);
            }
        }
    }
}

static bool stop_at_done(void *context, const struct sse_event *event) {
    ++*(int *)context;
    return !sse_is_done(event);
}

static void the_listener_can_stop_it(void **state) {
    (void)state;
    struct sse sse;
    int events = 0;
    sse_init(&sse, LIMIT, stop_at_done, &events);
    assert_int_equal(sse_feed(&sse, SLICE_LITERAL("data: 1\n\ndata: [DONE]\n\ndata: 2\n\n")), ERR_CANCELLED);
    assert_int_equal(sse_feed(&sse, SLICE_LITERAL("data: 3\n\n")), ERR_CANCELLED);
    assert_int_equal(sse_finish(&sse), ERR_CANCELLED);
    assert_int_equal(events, 2);
    sse_fini(&sse);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_split_gives_the_same_events),
        cmocka_unit_test(the_listener_can_stop_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
