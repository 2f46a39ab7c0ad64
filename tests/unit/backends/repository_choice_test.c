// repository_choice_test.c - which of the lines that a search found is shown.
#include "backends/repository_choice.h"

#include "tests/unit/unit.h"

#include <math.h>

static void draw(uint32_t *state, float features[CONFIDENCE_FEATURES]) {
    for (int i = 0; i < CONFIDENCE_FEATURES; i++) {
        *state = *state * 1664525u + 1013904223u;
        features[i] = (float)(*state >> 8) / (float)(1 << 22) - 2;
    }
}

// Of lines that are otherwise alike the longer one is shown, by as much for each byte.
static void test_longer_is_better(void **state) {
    (void)state;
    float own[CONFIDENCE_FEATURES];
    uint32_t seed = 1;
    draw(&seed, own);
    double four = choice_score(own, own, 0, 4), five = choice_score(own, own, 0, 5);
    assert_true(five > four);
    assert_true(fabs(choice_score(own, own, 0, 104) - four - 100 * (five - four)) < 1e-6);
}

// Within a line a longer one is no better.
static void test_within_a_line(void **state) {
    (void)state;
    float own[CONFIDENCE_FEATURES], other[CONFIDENCE_FEATURES];
    uint32_t seed = 1;
    draw(&seed, own);
    draw(&seed, other);
    assert_true(fabs(choice_score_within(own, own, 0, -1) - choice_score_within(own, own, 0, -3) - 2) < 1e-6);
    double trees = choice_score(own, other, 1, 0) - choice_score(own, own, 0, 0);
    double within = choice_score_within(own, other, 1, 0) - choice_score_within(own, own, 0, 0);
    assert_true(trees * within > 0 && fabs(within) < fabs(trees));
}

// What the trees were fitted on, in the order that fit_model.py gives it: a line's own numbers, their difference to those
// of the search's first line, its place.
static float asked_of(int feature, const float *own, const float *first, uint32_t place) {
    int i = feature % CONFIDENCE_FEATURES;
    return feature == CHOICE_FEATURES - 1  ? (float)place
           : feature < CONFIDENCE_FEATURES ? own[i]
                                           : own[i] - first[i];
}

static double sum_of_leaves(const float *own, const float *first, uint32_t place) {
    double sum = 0;
    for (int i = 0; i < CHOICE_TREES; i++) {
        const struct confidence_tree *tree = &CHOICE_FOREST[i];
        unsigned leaf = 0;
        for (int k = 0; k < CONFIDENCE_DEPTH; k++) {
            assert_true(tree->feature[k] < CHOICE_FEATURES);
            leaf = leaf * 2 + (asked_of(tree->feature[k], own, first, place) > tree->above[k]);
        }
        sum += (double)tree->leaves[leaf];
    }
    return sum;
}

static void test_what_the_trees_are_asked(void **state) {
    (void)state;
    uint32_t seed = 2;
    for (uint32_t place = 0; place < 200; place++) {
        float own[CONFIDENCE_FEATURES], first[CONFIDENCE_FEATURES];
        draw(&seed, own);
        draw(&seed, first);
        double better = choice_score(own, first, place, 0) - choice_score(own, own, 0, 0);
        assert_true(fabs(better - (sum_of_leaves(own, first, place) - sum_of_leaves(own, own, 0))) < 1e-4);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_longer_is_better),
        cmocka_unit_test(test_within_a_line),
        cmocka_unit_test(test_what_the_trees_are_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
