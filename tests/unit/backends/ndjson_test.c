// ndjson_test.c - lines, however the bytes come.
#include "tests/unit/unit.h"

#include "backends/ndjson.h"
#include "base/err.h"

struct seen {
    struct str lines; // joined with |
    int left;         // lines wanted; 0: all
};

static bool on_line(void *context, struct slice line) {
    struct seen *seen = context;
    str_append_slice(&seen->lines, line);
    str_append_char(&seen->lines, '|');
    return seen->left == 0 || --seen->left > 0;
}

// N1: in two pieces, cut anywhere.
static void check(const char *text, const char *want, int left, int code) {
    struct slice all = slice_of_string(text);
    for (size_t cut = 0; cut <= all.length; cut++) {
        struct seen seen = {.left = left};
        struct ndjson ndjson;
        str_init(&seen.lines);
        ndjson_init(&ndjson, 8, on_line, &seen);
        ndjson_feed(&ndjson, slice_sub(all, 0, cut));
        ndjson_feed(&ndjson, slice_sub(all, cut, all.length));
        assert_int_equal(ndjson_finish(&ndjson), code);
        assert_string_equal(seen.lines.data, want);
        ndjson_fini(&ndjson);
        str_free(&seen.lines);
    }
}

static void lines_come_whole(void **state) {
    (void)state;
    check("{1}\n{2}\r\n\r\n\n{3}", "{1}|{2}|{3}|", 0, 0);
    check("", "", 0, 0);
    check("{1}\n", "{1}|", 0, 0);
    check("12345678\n", "12345678|", 0, 0);
}

static void it_ends_when_told_or_too_long(void **state) {
    (void)state;
    check("{1}\n{2}\n{3}\n", "{1}|{2}|", 2, ERR_CANCELLED);
    check("{1}\n123456789\n{3}\n", "{1}|", 0, ERR_TOO_LARGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_whole),
        cmocka_unit_test(it_ends_when_told_or_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
