// repository_hunks_test.c - where two versions of a text differ.
#include "tests/unit/unit.h"

#include "backends/repository_hunks.h"

static void test_hunks(void **state) {
    static const struct {
        const char *before, *now;
        const char *hunks[3][2]; // of each what was and what is
    } cases[] = {
        {"", "", {{0}}},
        {"a\nb\n", "a\nb\n", {{0}}},
        {"", "a\n", {{"", "a\n"}}},
        {"a\nb\n", "", {{"a\nb\n", ""}}},
        {"a\nb\nc\n", "a\nx\nc\n", {{"b\n", "x\n"}}},
        {"a\nb\nc\n", "a\nb\nx\nc\n", {{"", "x\n"}}},
        {"a\nb\nc\nd\ne\n", "a\nx\nc\nd\ny\n", {{"b\n", "x\n"}, {"e\n", "y\n"}}},
        {"a\nb\nc", "a\nx\nc", {{"b\n", "x\n"}}},
        {"a\nb", "a\nb\n", {{0}}}, // a line is the same with its end and without
        {"}\na\n}\nb\n}\n", "}\nx\n}\nb\n}\n", {{"a\n", "x\n"}}}, // what stands often holds nothing
        {"a\nb\nc\nd\n",
         "x\nc\nd\na\nb\ny\n",
         {{"a\nb\n", "x\n"}, {"", "a\nb\ny\n"}}}, // what moved was removed there
        {"p\nu\nq\n", "u\np\nu\nq\n", {{"", "u\n"}}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hunk found[4];
        size_t wanted = 0;
        while (wanted < 3 && cases[i].hunks[wanted][0]) {
            wanted++;
        }
        assert_int_equal(
            hunks_find(slice_of_string(cases[i].before), slice_of_string(cases[i].now), found, 4), wanted);
        for (size_t k = 0; k < wanted; k++) {
            assert_true(slice_equal(found[k].before, slice_of_string(cases[i].hunks[k][0])));
            assert_true(slice_equal(found[k].now, slice_of_string(cases[i].hunks[k][1])));
        }
    }
}

// What is between hunks is the same in both, whatever the texts are.
static void test_the_rest_is_the_same(void **state) {
    (void)state;
    uint32_t seed = 1;
    for (int round = 0; round < 300; round++) {
        char texts[2][400];
        for (int i = 0; i < 2; i++) {
            size_t length = 0;
            while (length < sizeof texts[0] - 3) {
                bool is_common = round % 2 && (length < 140 || length > 280);
                seed = seed * 1664525u + 1013904223u;
                size_t letter = is_common ? length / 2 % 20 : (seed >> 20) % (uint32_t)(round % 25 + 1);
                texts[i][length++] = (char)((is_common ? 'A' : 'a') + letter);
                texts[i][length++] = '\n';
            }
            texts[i][length] = '\0';
        }
        struct slice before = slice_of_string(texts[0]), now = slice_of_string(texts[1]);
        struct hunk found[200];
        size_t count = hunks_find(before, now, found, 200), at = 0, late = 0;
        assert_true(count <= 200);
        for (size_t i = 0; i <= count; i++) {
            size_t end = i < count ? (size_t)(found[i].before.data - before.data) : before.length;
            size_t late_end = i < count ? (size_t)(found[i].now.data - now.data) : now.length;
            assert_true(end >= at && late_end >= late);
            assert_true(slice_equal(slice_sub(before, at, end), slice_sub(now, late, late_end)));
            at = i < count ? end + found[i].before.length : end;
            late = i < count ? late_end + found[i].now.length : late_end;
        }
    }
}

static void test_limit(void **state) {
    (void)state;
    struct hunk found;
    assert_int_equal(
        hunks_find(SLICE_LITERAL("a\nb\nc\nd\ne\n"), SLICE_LITERAL("1\nb\n2\nd\n3\n"), &found, 1), 3);
    assert_true(slice_equal(found.now, SLICE_LITERAL("1\n")));
}

// Of more lines than are compared it is only said that there are too many.
static void test_many_lines(void **state) {
    (void)state;
    static const int counts[] = {HUNKS_LINES - 2, HUNKS_LINES - 1, 10 * HUNKS_LINES};
    static const size_t hunks[] = {2, 3, 3};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct str before, now;
        struct hunk found[2] = {{{0}, {0}}};
        str_init(&before);
        str_init(&now);
        str_append_slice(&before, SLICE_LITERAL("a\n"));
        str_append_slice(&now, SLICE_LITERAL("b\n"));
        for (int k = 0; k < counts[i]; k++) {
            str_append_format(&before, "%d\n", k);
            str_append_format(&now, "%d\n", k);
        }
        str_append_slice(&before, SLICE_LITERAL("a\n"));
        str_append_slice(&now, SLICE_LITERAL("b\n"));
        assert_int_equal(hunks_find(str_slice(&before), str_slice(&now), found, 2), hunks[i]);
        assert_int_equal(found[0].now.length, hunks[i] == 2 ? 2 : 0);
        str_free(&before);
        str_free(&now);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_hunks),
                                       cmocka_unit_test(test_the_rest_is_the_same),
                                       cmocka_unit_test(test_limit), cmocka_unit_test(test_many_lines)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
