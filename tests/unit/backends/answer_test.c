// answer_test.c - what is left of a hostile text, however its bytes arrive.

#include "backends/answer.h"
#include "tests/unit/unit.h"

struct text_case {
    const char *name, *bytes, *text;
    enum answer_end end;
    const char *stops[3];
    uint32_t max_lines;
    size_t max_bytes;
};

#define EURO    "\xE2\x82\xAC"
#define INVALID "\xEF\xBF\xBD"

static const struct text_case cases[] = {
    {.name = "plain", .bytes = "int a;\n\tb", .text = "int a;\n\tb"},
    {.name = "characters of 2, 3, 4 bytes",
     .bytes = "\xC3\xA4" EURO "\xF0\x9F\x98\x80",
     .text = "\xC3\xA4" EURO "\xF0\x9F\x98\x80"},
    {.name = "control characters",
     .bytes = "a\r\n\x1B[31mb\x07\x7F\xC2\x85\xC2\x9F\xC2\xA0",
     .text = "a\n[31mb\xC2\xA0"},
    {.name = "bidi controls",
     .bytes = "a\xE2\x80\xAA\xE2\x80\xAE\xE2\x81\xA6\xE2\x81\xA9\xE2\x80\x8E\xD8\x9C"
              "b",
     .text = "ab"},
    {.name = "their neighbours",
     .bytes = "\xE2\x80\xA9\xE2\x80\xAF\xE2\x81\xA5\xE2\x81\xAA",
     .text = "\xE2\x80\xA9\xE2\x80\xAF\xE2\x81\xA5\xE2\x81\xAA"},
    {.name = "tag characters",
     .bytes = "a\xF3\xA0\x80\x80\xF3\xA0\x80\xA1\xF3\xA0\x81\xBF"
              "b\xF3\xA0\x82\x80",
     .text = "ab\xF3\xA0\x82\x80"},
    {.name = "invalid bytes",
     .bytes = "a\xFF\x80z\xC0\xAF\xED\xA0\x80",
     .text = "a" INVALID INVALID "z" INVALID INVALID INVALID INVALID INVALID},
    {.name = "a sequence broken off", .bytes = "a\xE2\x82z", .text = "a" INVALID INVALID "z"},
    {.name = "a sequence unfinished at the end", .bytes = "a\xE2\x82", .text = "a"},
    {.name = "a stop", .bytes = "ab<end>cd", .text = "ab", .end = ANSWER_STOPPED, .stops = {"<end>"}},
    {.name = "half a stop", .bytes = "ab<en", .text = "ab<en", .stops = {"<end>"}},
    {.name = "half a stop, then another",
     .bytes = "ab<e<end>",
     .text = "ab<e",
     .end = ANSWER_STOPPED,
     .stops = {"<end>"}},
    {.name = "the stop that is complete first",
     .bytes = "xabcd",
     .text = "x",
     .end = ANSWER_STOPPED,
     .stops = {"xabcd", "ab"}},
    {.name = "of two that end together the longer",
     .bytes = "xabc",
     .text = "x",
     .end = ANSWER_STOPPED,
     .stops = {"c", "abc"}},
    {.name = "a stop that repeats itself",
     .bytes = "aaab",
     .text = "a",
     .end = ANSWER_STOPPED,
     .stops = {"aab"}},
    {.name = "a stop hidden by a control character",
     .bytes = "a<e\x01nd>",
     .text = "a",
     .end = ANSWER_STOPPED,
     .stops = {"<end>"}},
    {.name = "empty stops", .bytes = "ab", .text = "ab", .stops = {"", ""}},
    {.name = "not ASCII stops", .bytes = "a" EURO "b", .text = "a", .end = ANSWER_STOPPED, .stops = {EURO}},
    {.name = "one line", .bytes = "ab\ncd\n", .text = "ab", .end = ANSWER_LINES, .max_lines = 1},
    {.name = "one line, not ended", .bytes = "ab", .text = "ab", .max_lines = 1},
    {.name = "blank lines first",
     .bytes = "\n \t\n  ab\ncd",
     .text = "\n \t\n  ab",
     .end = ANSWER_LINES,
     .max_lines = 1},
    {.name = "blank lines between", .bytes = "a\n\nb\nc", .text = "a\n", .end = ANSWER_LINES, .max_lines = 2},
    {.name = "\\r\\n", .bytes = "ab\r\ncd", .text = "ab", .end = ANSWER_LINES, .max_lines = 1},
    {.name = "line before stop",
     .bytes = "ab\n<end>",
     .text = "ab",
     .end = ANSWER_LINES,
     .stops = {"<end>"},
     .max_lines = 1},
    {.name = "stop before line",
     .bytes = "ab<end>\n",
     .text = "ab",
     .end = ANSWER_STOPPED,
     .stops = {"<end>"},
     .max_lines = 1},
    {.name = "a stop with a newline",
     .bytes = "ab\n\ncd",
     .text = "ab",
     .end = ANSWER_STOPPED,
     .stops = {"\n\n"},
     .max_lines = 2},
    {.name = "at the limit", .bytes = "abcd", .text = "abcd", .max_bytes = 4},
    {.name = "over the limit", .bytes = "abcde", .text = "abcd", .end = ANSWER_FULL, .max_bytes = 4},
    {.name = "over it within a character",
     .bytes = "abc" EURO "de",
     .text = "abc",
     .end = ANSWER_FULL,
     .max_bytes = 4},
    {.name = "empty", .bytes = "", .text = ""},
};

static void add(struct answer *answer, struct slice bytes, struct str *given) {
    str_append_slice(given, answer_add(answer, bytes));
    struct slice text = str_slice(&answer->text); // A2
    assert_true(given->length <= text.length && memcmp(given->data, text.data, given->length) == 0);
}

static void check(const struct text_case *want, size_t a, size_t b) {
    struct slice bytes = slice_of_string(want->bytes);
    struct answer_limits limits = {want->stops, 0, want->max_lines, want->max_bytes};
    struct answer answer;
    struct str given;
    while (limits.stop_count < 3 && want->stops[limits.stop_count]) {
        limits.stop_count++;
    }
    str_init(&given);
    answer_init(&answer, &limits);
    add(&answer, slice_sub(bytes, 0, a), &given);
    add(&answer, slice_sub(bytes, a, b), &given);
    add(&answer, slice_sub(bytes, b, bytes.length), &given);
    str_append_slice(&given, answer_finish(&answer));
    if (strcmp(given.data, want->text) != 0 || answer.end != want->end) {
        print_error("%s, cut at %zu and %zu: end %d, \"%s\"\n", want->name, a, b, (int)answer.end,
                    given.data);
    }
    assert_string_equal(given.data, want->text);
    assert_int_equal(answer.end, want->end);
    answer_fini(&answer);
    str_free(&given);
}

static void every_split_gives_the_same_text(void **state) { // A1, A2, A3
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

static void a_message_is_one_clean_line(void **state) {
    static const struct {
        const char *bytes;
        size_t limit;
        const char *line;
    } rows[] = {
        {"  two\n\n words\t", 80, "two words"},
        {"\x1B[1mred\x07", 80, "[1mred"},
        {"ab\xE2\x80\xAE"
         "cd",
         80, "abcd"},
        {"a" EURO EURO, 5, "a" EURO},
        {"\n \n", 80, ""},
        {"", 80, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str line;
        str_init(&line);
        answer_clean_line(slice_of_string(rows[i].bytes), rows[i].limit, &line);
        assert_string_equal(line.data, rows[i].line);
        str_free(&line);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_split_gives_the_same_text),
        cmocka_unit_test(a_message_is_one_clean_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
