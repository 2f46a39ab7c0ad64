// repository_changes_test.c - what was changed, and what that says of a line; quotes the invariants of repository_changes.h.
#include "tests/unit/unit.h"

#include "backends/repository_changes.h"

// The line at the '|' of `line`: before it is typed, behind it is what would be suggested, up to a second one if there is any.
static struct change_line line_of(const char *line) {
    const char *cursor = strchr(line, '|'), *end = strchr(cursor + 1, '|');
    struct slice rest = slice_of_string(cursor + 1);
    size_t length = end ? (size_t)(end - cursor - 1) : rest.length;
    return (struct change_line){slice_of(line, (size_t)(cursor - line)), slice_sub(rest, 0, length),
                                slice_sub(rest, length + 1, rest.length)};
}

static void read_pair(struct changes *changes, const char *before, const char *now) {
    changes_init(changes);
    assert_true(changes_read(changes, slice_of_string(before), slice_of_string(now), CHANGES_NOWHERE));
}

static void assert_becomes(const struct changes *changes, const char *line, const char *expected) {
    struct change_line asked = line_of(line);
    struct str text;
    str_init(&text);
    bool found = changes_apply(changes, &asked, 0, &text);
    assert_string_equal(found ? text.data : "", expected);
    str_free(&text);
}

static void test_what_a_line_becomes(void **state) {
    static const struct {
        const char *before, *now, *line, *becomes;
    } cases[] = {
        // a name for a name, wherever one of its neighbours is the same
        {"x = a.to_string();\n", "x = a.to_owned();\n", "    return b.|to_string();", "to_owned();"},
        {"x = a.to_string();\n", "x = a.to_owned();\n", "    return b|.to_string();", ".to_owned();"},
        {"x = a.to_string();\n", "x = a.to_owned();\n", "    say|[to_string];", ""},
        // what is before the cursor stays (G2), and so does what is behind it
        {"x = a.to_string();\n", "x = a.to_owned();\n", "x = a.to_string(|);", ""},
        {"x = a.to_string();\n", "x = a.to_owned();\n", "x = a.to_|string();", "owned();"},
        {"x = a.to_string();\n", "x = a.to_owned();\n", "x = a.to_s|tring();", ""},
        {"x = a.to_string();\n", "x = a.to_owned();\n", "x = a.|to_string|();", "to_owned"},
        {"x = a.to_string();\n", "x = a.to_owned();\n", "x = |a|.to_string();", ""},
        // an argument more, one less
        {"open(door, now);\n", "open(door, key, now);\n", "  open(|door, now);", "door, key, now);"},
        {"open(door, key, now);\n", "open(door, now);\n", "  open(|door, key, now);", "door, now);"},
        {"f(a, b)\ng(a, b)\n", "f(a, b);\ng(a, b);\n", "h(|a, b)", "a, b);"},
        // signs alone need more around them
        {"x = a + b;\n", "x = a - b;\n", "y = |c + d;", ""},
        {"x = a + b;\n", "x = a - b;\n", "y = |a + b;", "a - b;"},
        // a line that was written anew says nothing of others
        {"return open(door);\n", "for each key in keys\n    try key, door\nend\n", "|return open(door);", ""},
        // nor does what only moved (G1)
        {"one(1);\ntwo(2);\nthree(3);\n", "two(2);\nthree(3);\none(1);\n", "|one(1);", ""},
        {"    one(1);\n", "        one(1);\n", "|one(1);", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct changes changes;
        read_pair(&changes, cases[i].before, cases[i].now);
        assert_becomes(&changes, cases[i].line, cases[i].becomes);
        changes_fini(&changes);
    }
}

static void test_what_is_said_of_a_line(void **state) {
    static const char before[] = "a.to_string();\nb.to_string();\nc.to_string();\nkeep(1);\ngone(1);\n";
    static const char now[] = "a.to_owned();\nb.to_owned();\n\nkeep(1);\n"; // the third is being written
    static const struct {
        const char *line;
        bool here, removed, old, fresh;
    } cases[] = {
        {"|c.to_string();", true, true, true, false},     // it stood here
        {"  |c . to_string();", true, true, true, false}, // white space is of no matter
        {"|a.to_string();", true, true, true, false},     // so did this: the three are one place
        {"|gone(1);", false, true, false, false},         {"|keep(1);", false, false, false, false},
        {"|c.to_owned();", false, false, false, true},    {"|d.to_string();", false, false, true, false},
        {"|other(2);", false, false, false, false},
    };
    (void)state;
    struct changes changes;
    changes_init(&changes);
    size_t cursor = slice_find(slice_of_string(now), SLICE_LITERAL("\n\n"), 0) + 1;
    assert_true(changes_read(&changes, slice_of_string(before), slice_of_string(now), cursor));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct change_line line = line_of(cases[i].line);
        float features[CHANGES_FEATURES];
        changes_judge(&changes, &line, features);
        assert_int_equal(features[0] > 0, cases[i].here);
        assert_int_equal(features[1] > 0, cases[i].removed);
        assert_int_equal(features[2] > 0, cases[i].old);
        assert_int_equal(features[4] > 0, cases[i].fresh);
    }
    changes_fini(&changes);
}

// The line that is being written says nothing yet, however much of it is there.
static void test_the_cursors_line(void **state) {
    static const char before[] = "x = a.to_string();\nend\n", now[] = "x = a.\nend\n";
    (void)state;
    struct changes changes;
    changes_init(&changes);
    assert_true(changes_read(&changes, slice_of_string(before), slice_of_string(now), 6));
    assert_int_equal(changes.rules.count, 0);
    assert_int_equal(changes.here.count, 1);
    changes_fini(&changes);
}

// How often something was changed counts for all places; the latest change is the first to be applied.
static void test_changes_of_several_documents(void **state) {
    (void)state;
    struct changes changes, others;
    read_pair(&changes, "a.one();\nb.one();\n", "a.two();\nb.two();\n");
    read_pair(&others, "c.one();\n", "c.two();\n");
    changes_join(&changes, &others);
    struct change_line line = line_of("d.|one();");
    float features[CHANGES_FEATURES];
    changes_judge(&changes, &line, features);
    assert_true(features[3] > 1.38f && features[3] < 1.39f); // log 4
    assert_becomes(&changes, "d.|one();", "two();");
    changes_fini(&changes);
    changes_fini(&others);
}

static void test_limits(void **state) {
    (void)state;
    struct changes changes;
    struct str before, now;
    str_init(&before);
    str_init(&now);
    changes_init(&changes);
    for (int i = 0; i < CHANGES_RULES + 10; i++) {
        str_append_format(&before, "kept %d\nhold(old%d);\n", i, i);
        str_append_format(&now, "kept %d\nhold(new%d);\n", i, i);
    }
    assert_true(changes_read(&changes, str_slice(&before), str_slice(&now), CHANGES_NOWHERE));
    assert_int_equal(changes.rules.count, CHANGES_RULES);
    assert_becomes(&changes, "hold(|old9);", "");
    assert_becomes(&changes, "hold(|old73);", "new73);");
    for (int i = 0; i < CHANGES_HUNKS; i++) {
        str_append_format(&before, "stays %d\nhold(first%d);\n", i, i);
        str_append_format(&now, "stays %d\nhold(last%d);\n", i, i);
    }
    struct changes none;
    changes_init(&none);
    assert_false(changes_read(&none, str_slice(&before), str_slice(&now), CHANGES_NOWHERE));
    assert_int_equal(none.rules.count + none.removed.count, 0);
    changes_fini(&none);
    changes_fini(&changes);
    str_free(&before);
    str_free(&now);
}

// Whatever the texts hold, and however long their lines are.
static void test_any_bytes(void **state) {
    (void)state;
    uint32_t seed = 3;
    for (int round = 0; round < 200; round++) {
        char bytes[6000];
        for (size_t i = 0; i < sizeof bytes; i++) {
            seed = seed * 1664525u + 1013904223u;
            bytes[i] = round % 2 ? (char)(seed >> 24) : "ab(). \n\xc3\t"[(seed >> 24) % 9];
        }
        struct changes changes;
        changes_init(&changes);
        changes_read(&changes, slice_of(bytes, 1900), slice_of(bytes + 1800, 2000), seed % 2100);
        for (size_t at = 4000; at + 90 < sizeof bytes; at += 90) {
            struct change_line line = {slice_of(bytes + at, seed % 30), slice_of(bytes + at + 30, seed % 20),
                                       slice_of(bytes + at + 60, seed % 30)};
            float features[CHANGES_FEATURES];
            struct str text;
            str_init(&text);
            changes_judge(&changes, &line, features);
            changes_apply(&changes, &line, at % 2, &text);
            str_free(&text);
        }
        changes_fini(&changes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_what_a_line_becomes),
                                       cmocka_unit_test(test_what_is_said_of_a_line),
                                       cmocka_unit_test(test_the_cursors_line),
                                       cmocka_unit_test(test_changes_of_several_documents),
                                       cmocka_unit_test(test_limits),
                                       cmocka_unit_test(test_any_bytes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
