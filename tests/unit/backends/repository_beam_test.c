// repository_beam_test.c - which paths a search follows.
#include "tests/unit/backends/predict_world.h"

// The unlikelier one is followed because several are wanted.
static void test_several_lines(void **state) {
    (void)state;
    static const char *const lines[] = {"go(left);", "go(right);"};
    struct world world = world_new(0);
    struct str text;
    str_init(&text);
    for (int i = 0; i < 30; i++) {
        str_append_format(&text, "    start();\n    %s\n    stop();\n", lines[i % 10 >= 8]);
    }
    world_put(&world, "a.c", text.data);
    world_commit(&world, true);
    struct predictions found = ask(&world, "z.c", "    start();\n    |\n    stop();\n", 1, 3);
    assert_int_equal(found.count, 2);
    for (uint32_t i = 0; i < found.count; i++) {
        assert_string_equal(found.items[i].text.data, lines[i]);
    }
    predictions_free(&found);
    str_free(&text);
    world_free(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_several_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
