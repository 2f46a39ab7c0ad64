// repository_within_test.c - what the built-in model says before text that stands right of the cursor.
#include "tests/unit/backends/library.h"
#include "tests/unit/backends/predict_world.h"

static void test_right_of_the_cursor(void **state) {
    (void)state;
    struct world world = library();
    assert_says(&world, "src/lock.c", "int lock_door(struct door *door) {\n    if (door|) {\n", " == NULL");
    assert_says(
        &world, "src/lock.c",
        "int lock_door(struct door *door) {\n    if (door == NULL) {\n        return report_missing(|);\n",
        "door, \"no door\");"); // closing brackets are foretold too: what is there already is replaced
    world_free(&world);
}

static double sure_of(const struct world *world, const char *document) {
    struct predictions found = ask(world, "src/lock.c", document, 1, 1);
    assert_int_equal(found.count, 1);
    double confidence = found.items[0].confidence;
    predictions_free(&found);
    return confidence;
}

// Each pair is of one line: first something is missing, then nothing is.
static void test_where_nothing_is_missing(void **state) {
    (void)state;
    struct world world = library();
    static const char *const lines[][2] = {
        {"void f(void) {\n    if (|== NULL) {\n", "void f(void) {\n    if (door| == NULL) {\n"},
        {"void f(void) {\n    return report_missing(|, \"no door\");\n",
         "void f(void) {\n    return report_missing(|door, \"no door\");\n"},
        {"void f(void) {\n    return |(door, \"no door\");\n",
         "void f(void) {\n    return report_missing|(door, \"no door\");\n"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_true(sure_of(&world, lines[i][0]) > 0.15);
        assert_true(sure_of(&world, lines[i][1]) < 0.08);
    }
    world_free(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_right_of_the_cursor),
        cmocka_unit_test(test_where_nothing_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
