// frame_test.c - messages cut out of a byte stream, whatever is between them.
#include "tests/unit/unit.h"

#include "lsp/frame.h"

#include <stdlib.h>

struct received {
    struct str bodies; // each followed by a bar
    int complaints;
};

static bool on_body(void *context, struct slice body) {
    struct received *received = context;
    str_append_slice(&received->bodies, body);
    str_append_char(&received->bodies, '|');
    return !(body.length && body.data[0] == '!'); // "!..." stands for a body that is no JSON
}

static void on_garbage(void *context, const char *what) {
    struct received *received = context;
    assert_true(what[0] != '\0');
    received->complaints++;
}

// Feeds the input in pieces of `step` bytes.
static void feed(struct slice input, size_t step, struct received *received) {
    struct frame frame;
    str_init(&received->bodies);
    received->complaints = 0;
    frame_init(&frame, 1000, on_body, on_garbage, received);
    for (size_t at = 0; at < input.length; at += step) {
        frame_feed(&frame, slice_sub(input, at, at + step));
    }
    frame_fini(&frame);
}

static const struct {
    const char *name, *input, *bodies;
    bool complains;
} rows[] = {
    {"one", "Content-Length: 2\r\n\r\n{}", "{}|", false},
    {"two", "Content-Length: 2\r\n\r\n{}Content-Length: 3\r\n\r\nabc", "{}|abc|", false},
    {"empty body", "Content-Length: 0\r\n\r\nContent-Length: 1\r\n\r\nx", "|x|", false},
    {"other headers", "Content-Type: x\r\nContent-Length: 2\r\nX-Y: z\r\n\r\n{}", "{}|", false},
    {"LF only", "Content-Length: 2\n\n{}", "{}|", false},
    {"any case, any space", "content-LENGTH:2  \r\n\r\n{}", "{}|", false},
    {"tab", "Content-Length:\t2\r\n\r\n{}", "{}|", false},
    {"empty lines between", "\r\n\r\nContent-Length: 2\r\n\r\n{}\r\n", "{}|", false},
    {"newline in the body", "Content-Length: 4\r\n\r\n\r\n\r\n", "\r\n\r\n|", false},
    {"no length", "X: y\r\n\r\nContent-Length: 2\r\n\r\n{}", "{}|", true},
    {"negative", "Content-Length: -2\r\n\r\n{}Content-Length: 2\r\n\r\n{}", "{}|", true},
    {"over the limit", "Content-Length: 1001\r\n\r\n{}Content-Length: 2\r\n\r\n{}", "{}|", true},
    {"huge", "Content-Length: 99999999999999999999999\r\n\r\n{}Content-Length: 2\r\n\r\n{}", "{}|", true},
    {"no number", "Content-Length: two\r\n\r\n{}Content-Length: 2\r\n\r\n{}", "{}|", true},
    {"hexadecimal", "Content-Length: 0x2\r\n\r\n{}Content-Length: 2\r\n\r\n{}", "{}|", true},
    {"nothing there", "Content-Length:\r\n\r\n{}Content-Length: 2\r\n\r\n{}", "{}|", true},
    {"garbage before", "hello?Content-Length: 2\r\n\r\n{}", "{}|", false},
    {"garbage line", "GET / HTTP\r\nContent-Length: 2\r\n\r\n{}", "{}|", true},
    {"length too short", "Content-Length: 2\r\n\r\n{}...\nContent-Length: 2\r\n\r\n{}", "{}|{}|", true},
    {"length too long", "Content-Length: 30\r\n\r\n!Content-Length: 1\r\n\r\nxContent-Length: 1\r\n\r\ny",
     "!Content-Length: 1\r\n\r\nxContent|x|y|", false},
    {"twice: the later one counts", "Content-Length: 9\r\nContent-Length: 1\r\n\r\nx", "x|", false},
    {"unfinished", "Content-Length: 5\r\n\r\nabc", "", false},
};

// Every row, in pieces of every size: the result never depends on where the bytes are split.
static void test_rows(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct slice input = slice_of_string(rows[i].input);
        for (size_t step = 1; step <= input.length; step++) {
            struct received received;
            feed(input, step, &received);
            if (strcmp(received.bodies.data, rows[i].bodies) != 0) {
                print_message("%s, pieces of %zu: %s\n", rows[i].name, step, received.bodies.data);
            }
            assert_string_equal(received.bodies.data, rows[i].bodies);
            assert_int_equal(received.complaints > 0, rows[i].complains);
            str_free(&received.bodies);
        }
    }
}

static void append_message(struct str *out, const char *body) {
    str_append_format(out, "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
}

// Lines without an end, binary bytes, headers without an end: the message behind them still arrives.
static void test_long_garbage(void **state) {
    (void)state;
    static const char fillers[] = {'x', '\0', ':', '\r', '\xFF', 'C'};
    for (size_t i = 0; i < sizeof fillers; i++) {
        for (size_t step = 7; step < 100000; step *= 30) {
            struct str input;
            str_init(&input);
            for (size_t n = 0; n < 5 * FRAME_HEADER_LIMIT; n++) {
                str_append_char(&input, fillers[i]);
            }
            append_message(&input, "{}");
            struct received received;
            feed(str_slice(&input), step, &received);
            assert_string_equal(received.bodies.data, "{}|");
            str_free(&received.bodies);
            str_free(&input);
        }
    }
}

static void test_endless_header(void **state) {
    (void)state;
    struct str input;
    str_init(&input);
    str_append_string(&input, "Content-Length: 2\r\n");
    for (int n = 0; n < 2000; n++) {
        str_append_string(&input, "X-Filler: yes\r\n");
    }
    str_append_string(&input, "\r\n");
    append_message(&input, "good");
    struct received received;
    feed(str_slice(&input), 100, &received);
    assert_string_equal(received.bodies.data, "good|");
    assert_true(received.complaints > 0);
    str_free(&received.bodies);
    str_free(&input);
}

// A run of bad input is reported once, and again after a good message.
static void test_one_complaint(void **state) {
    (void)state;
    struct str input;
    str_init(&input);
    for (int n = 0; n < 50; n++) {
        str_append_string(&input, "nonsense\r\n");
    }
    append_message(&input, "a");
    str_append_string(&input, "nonsense\r\n");
    append_message(&input, "b");
    struct received received;
    feed(str_slice(&input), 11, &received);
    assert_string_equal(received.bodies.data, "a|b|");
    assert_int_equal(received.complaints, 2);
    str_free(&received.bodies);
    str_free(&input);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_long_garbage),
        cmocka_unit_test(test_endless_header),
        cmocka_unit_test(test_one_complaint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
