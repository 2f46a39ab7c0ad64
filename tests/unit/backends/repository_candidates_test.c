// repository_candidates_test.c - which of several lines comes first, and how sure the others are.
#include "tests/unit/backends/predict_world.h"

// One that is the beginning of another is no choice; whoever asks for all, to fit the choice, gets it.
static void test_candidates_are_no_cuts(void **state) {
    (void)state;
    static const char TEXT[] = "def f():\n    open(door)\n    shut(door)\n\n"
                               "def h():\n    open(door) + shut(key)\n    shut(door)\n\n"
                               "def i():\n    open(door) + shut(key)\n    shut(door)\n\n"
                               "def j():\n    open(door) + shut(key)\n    shut(door)\n\n"
                               "def k():\n    open(door) + shut(key)\n    shut(door)\n";
    struct world world = world_of("a.py", TEXT);
    uint32_t cuts[2] = {0};
    const uint32_t wanted[] = {PREDICT_CANDIDATES, 3};
    for (size_t row = 0; row < 2; row++) {
        struct predictions found =
            ask(&world, "z.py", "def g():\n    open(|\n    shut(door)\n", 1, wanted[row]);
        for (uint32_t i = 0; i < found.count; i++) {
            for (uint32_t k = 0; k < i; k++) {
                cuts[row] +=
                    slice_starts_with(str_slice(&found.items[k].text), str_slice(&found.items[i].text));
            }
        }
        predictions_free(&found);
    }
    assert_true(cuts[0] > 0);
    assert_int_equal(cuts[1], 0);
    world_free(&world);
}

// The shorter end stands there a little more often.
static void test_longer_of_two_likely_lines(void **state) {
    (void)state;
    static const char *const files[] = {"a.c", "b.c", "c.c", "d.c"};
    struct world world = world_new(0);
    for (size_t i = 0; i < 4; i++) {
        world_put(&world, files[i],
                  i < 3 ? "void f(void) {\n    width = width_of_the_door_of_the_house;\n    width = two;\n}\n"
                        : "void f(void) {\n    width = two;\n}\n");
    }
    world_commit(&world, true);
    assert_says(&world, "z.c", "void h(void) {\n    width = |\n}\n", "width_of_the_door_of_the_house;");
    world_free(&world);
}

// None is surer than the one before it, nor half of them as sure as if it stood first.
static void test_the_first_is_the_surest(void **state) {
    (void)state;
    struct world world =
        world_of("a.c", "void a(void) {\n    say(hello);\n    say(welcome, guest);\n    say(please);\n    "
                        "say(hello, guest);\n    tell(hello);\n    tell(please);\n}\n");
    static const char *const documents[] = {
        "void b(void) {\n    say(|\n}\n", "void b(void) {\n    tell(|\n}\n",
        "void b(void) {\n    say(h|\n}\n", "void b(void) {\n    say(hello|\n}\n"};
    uint32_t others = 0;
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        struct predictions found = ask(&world, "b.c", documents[i], 1, 3);
        others += found.count - 1;
        for (uint32_t k = 1; k < found.count; k++) {
            assert_true(found.items[k].confidence <= 0.6 * found.items[k - 1].confidence + 1e-9);
        }
        predictions_free(&found);
    }
    assert_true(others > 2);
    world_free(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_candidates_are_no_cuts),
        cmocka_unit_test(test_longer_of_two_likely_lines),
        cmocka_unit_test(test_the_first_is_the_surest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
