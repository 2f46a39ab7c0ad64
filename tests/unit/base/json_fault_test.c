// Where a settings file goes wrong: the line that its owner has to mend.
#include "base/json_fault.h"
#include "base/mem.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <time.h>

static const struct {
    const char *text;
    size_t line;
    const char *words; // NULL: nothing is found
} rows[] = {
    {"{\n  \"enabled\": true\n}\n", 1, NULL},
    {"// a\n[1, -2.5e3, null, {}, [], {\"a\": [true, \"x\\u00e9\\\"\"]}] /* b */\n", 1, NULL},
    {"{\n  \"enabled\": true,\n}\n", 2, "nothing follows this comma"},
    {"{\n  \"enabled\": true, // for all\n\n\n}\n", 2, "nothing follows this comma"},
    {"{\n  \"model\": {\n    \"name\": \"x\",\n  },\n  \"enabled\": true\n}\n", 3,
     "nothing follows this comma"},
    {"[\n1,\n2,\n]\n", 3, "nothing follows this comma"},
    {"{\n  \"model\": {\n    \"name\": \"x\"\n  },\n  \"enabled\": true\n", 1, "this { is never closed"},
    {"{\n  \"model\": {\n    \"name\": \"x\",\n  \"enabled\": true\n}\n", 2, "this { is never closed"},
    {"{\n  \"model\": {\n    \"name\": [\"x\"\n  },\n  \"enabled\": true\n}\n", 4,
     "this bracket does not close what is open"},
    {"{", 1, "this { is never closed"},
    {"\n[", 2, "this [ is never closed"},
    {"{\n  \"enabled\": true\n  \"index\": {}\n}\n", 2, "a comma is missing"},
    {"{\n  \"enabled\" true\n}\n", 2, "a : is missing behind the name"},
    {"{\n  \"enabled\":\n}\n", 2, "a value is missing"},
    {"{\n  \"enabled\": ture\n}\n", 2, "a value is true, false, null, a number, or text in double quotes"},
    {"{\n  \"a\": 1.2.3\n}\n", 2, "a value is true, false, null, a number, or text in double quotes"},
    {"{\n  // one\n  /* two\n  three */\n  \"enabled\": tru\n}\n", 5,
     "a value is true, false, null, a number, or text in double quotes"},
    {"{\n  \"model\": {\n    \"name\": \"x\n  },\n  \"enabled\": true\n}\n", 3,
     "this text has no closing quote"},
    {"{\n  \"enabled: true,\n  \"index\": {}\n}\n", 2, "this text has no closing quote"},
    {"{\n  'enabled': true\n}\n", 2, "a name in double quotes belongs here"},
    {"{\n  enabled: true\n}\n", 2, "a name in double quotes belongs here"},
    {"{\n  \"file\": \"C:\\models\"\n}\n", 2, "no such escape; a backslash itself is written \\\\"},
    {"{\n  \"file\": \"\\u12\"\n}\n", 2, "no such escape; a backslash itself is written \\\\"},
    {"{\n  \"enabled\": true\n}\n}\n", 4, "there is more behind the end"},
    {"{\n  \"enabled\": true\n}\n\nfoo\n", 5, "there is more behind the end"},
    {"{\n \"a\": 1 /* x\n\n}\n", 2, "this comment is never closed"},
    {"}", 1, "a value is missing"},
    {"\xEF\xBB\xBF{\n  \"enabled\": true,\n}\n", 2, "nothing follows this comma"},
};

static void test_the_line_to_mend(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct json_fault fault = json_fault_find(slice_of_string(rows[i].text));
        bool is_right = rows[i].words ? fault.line == rows[i].line && fault.words &&
                                            strcmp(fault.words, rows[i].words) == 0
                                      : fault.words == NULL;
        if (!is_right) {
            fail_msg("row %zu: line %zu: %s", i, fault.line, fault.words ? fault.words : "nothing");
        }
    }
}

// Whatever the end, and whatever the bytes.
static void test_any_beginning_will_do(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice text = slice_of_string(rows[i].text);
        for (size_t length = 0; length <= text.length; length++) {
            char *copy = mem_copy_bytes(text.data, length); // so that reading too far is noticed
            assert_true(json_fault_find(slice_of(copy, length)).line <= 7);
            free(copy);
        }
    }
    char deep[1000];
    memset(deep, '[', sizeof deep);
    assert_null(json_fault_find(slice_of(deep, sizeof deep)).words);
    assert_null(json_fault_find(SLICE_LITERAL("")).words);
}

// No bracket has the line before it gone through: that took a minute.
static void test_one_long_line(void **state) {
    (void)state;
    struct str text;
    str_init(&text);
    str_append_string(&text, "[");
    for (int i = 0; i < 340000; i++) {
        str_append_string(&text, "[],");
    }
    clock_t start = clock();
    assert_non_null(json_fault_find(str_slice(&text)).words);
    assert_true((clock() - start) / CLOCKS_PER_SEC < 5);
    str_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_line_to_mend),
        cmocka_unit_test(test_any_beginning_will_do),
        cmocka_unit_test(test_one_long_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
