// vectors_test.c - the kernels against plain loops, the search against a full sort.

#include "base/spill.h"
#include "records.h"
#include "retrieval/vectors.h"
#include "tests/unit/resident.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

static struct vector random_vector(uint64_t *seed) {
    struct vector vector;
    for (int i = 0; i < VECTOR_DIMENSIONS; i++) {
        vector.components[i] = (int8_t)((int)(draw(seed) % 255) - 127);
    }
    return vector;
}

static void test_dot(void **state) {
    (void)state;
    uint64_t seed = 3;
    for (int round = 0; round < 50; round++) {
        struct vector a = random_vector(&seed), b = random_vector(&seed);
        int32_t dot = 0;
        for (int i = 0; i < VECTOR_DIMENSIONS; i++) {
            dot += a.components[i] * b.components[i];
        }
        assert_int_equal(vector_dot(&a, &b), dot);
    }
}

static int component_of(const struct sketch_question *question, int at) {
    static const int weights[SKETCH_PLANES] = {1, 2, 4, -8};
    int component = 0;
    for (int plane = 0; plane < SKETCH_PLANES; plane++) {
        component += weights[plane] * (int)(question->planes[plane].words[at / 64] >> (at % 64) & 1);
    }
    return component;
}

static int add_up(const struct sketch_question *question, const struct sketch *sketch) {
    int sum = 0;
    for (int i = 0; i < SKETCH_BITS; i++) {
        sum += sketch->words[i / 64] >> (i % 64) & 1 ? component_of(question, i) : 0;
    }
    return sum;
}

static void draw_sketch(uint64_t *seed, struct sketch *sketch) {
    for (int i = 0; i < SKETCH_WORDS; i++) {
        sketch->words[i] = (uint64_t)draw(seed) << 32 ^ draw(seed) << 16 ^ draw(seed);
    }
}

// Every kernel that this processor runs adds up right, whatever is left over at the end, up to the largest sums.
static void test_sketch_kernels(void **state) {
    (void)state;
    enum { MOST = 67 };
    uint64_t seed = 5;
    struct sketch_question question;
    struct sketch sketches[MOST];
    struct sketch_kernel kernels[SKETCH_KERNELS];
    size_t count = sketch_kernels(kernels);
    for (int lowest = 0; lowest < 3; lowest++) {
        for (int plane = 0; plane < SKETCH_PLANES; plane++) {
            draw_sketch(&seed, &question.planes[plane]);
            if (lowest) { // all -8, or all 7
                memset(&question.planes[plane], (plane == SKETCH_PLANES - 1) == (lowest == 1) ? 0xFF : 0, 32);
            }
        }
        for (uint32_t i = 0; i < MOST; i++) {
            draw_sketch(&seed, &sketches[i]);
        }
        memset(&sketches[1], 0xFF, sizeof sketches[1]);
        memset(&sketches[2], 0, sizeof sketches[2]);
        for (size_t k = 0; k < count; k++) {
            for (uint32_t measured = 0; measured <= MOST; measured++) {
                int16_t sums[MOST + 1] = {0};
                sums[measured] = 12345;
                kernels[k].measure(&question, sketches, measured, sums);
                for (uint32_t i = 0; i < measured; i++) {
                    assert_int_equal(sums[i], add_up(&question, &sketches[i]));
                }
                assert_int_equal(sums[measured], 12345);
            }
        }
    }
}

static void test_quantize(void **state) {
    (void)state;
    float values[VECTOR_DIMENSIONS] = {0};
    struct vector out;
    vector_quantize(values, &out);
    assert_int_equal(vector_dot(&out, &out), 0);
    values[3] = -2.0f;
    values[4] = 1.0f;
    vector_quantize(values, &out);
    assert_int_equal(out.components[3], -127);
    assert_in_range(out.components[4], 63, 64);
}

static double cosine(const struct vector *a, const struct vector *b) {
    return vector_dot(a, b) / sqrt((double)vector_dot(a, a)) / sqrt((double)vector_dot(b, b));
}

// With every vector a candidate, the search is exact.
static void test_search(void **state) {
    (void)state;
    enum { COUNT = 300, LIMIT = 12 };
    uint64_t seed = 9;
    struct vectors vectors;
    vectors_init(&vectors, COUNT);
    for (uint32_t i = 0; i < COUNT; i++) {
        struct vector vector = random_vector(&seed);
        vectors_push(&vectors, &vector);
    }
    struct vector query = random_vector(&seed);
    struct vector_hit hits[LIMIT];
    size_t count = vectors_search(&vectors, &query, COUNT, LIMIT, hits);
    assert_int_equal(count, LIMIT);
    for (size_t i = 0; i < count; i++) {
        uint32_t better = 0;
        for (uint32_t v = 0; v < COUNT; v++) {
            better +=
                cosine(&query, &vectors.vectors[v]) > cosine(&query, &vectors.vectors[hits[i].id]) + 1e-6;
        }
        assert_int_equal(better, i);
    }
    assert_int_equal(vectors_search(&vectors, &vectors.vectors[17], 20, 1, hits), 1);
    assert_int_equal(hits[0].id, 17);
    vectors_free(&vectors);
}

static struct vector vector_in_cone(uint64_t *seed, int width) {
    struct vector vector = random_vector(seed);
    for (int i = 0; i < VECTOR_DIMENSIONS; i++) {
        vector.components[i] = (int8_t)((i % 2 ? 60 : -60) + vector.components[i] * width / 127);
    }
    return vector;
}

// The vectors of a model lie in a cone, of few words they have few components: of the twenty nearest a quarter
// of all as candidates has nearly all.
static void test_few_candidates_have_the_nearest(void **state) {
    (void)state;
    enum { COUNT = 4000, LIMIT = 20, QUESTIONS = 20, LEAST = 97 };
    static const int widths[] = {20, 60};
    for (size_t row = 0; row < sizeof widths / sizeof *widths; row++) {
        uint64_t seed = 11;
        int found = 0;
        struct vectors vectors;
        vectors_init(&vectors, COUNT);
        for (uint32_t i = 0; i < COUNT; i++) {
            struct vector vector = vector_in_cone(&seed, widths[row]);
            vectors_push(&vectors, &vector);
        }
        vectors_center(&vectors);
        for (int i = 0; i < QUESTIONS; i++) {
            struct vector_hit exact[LIMIT], hits[LIMIT];
            struct vector question = vector_in_cone(&seed, widths[row]);
            vectors_search(&vectors, &question, COUNT, LIMIT, exact);
            size_t count = vectors_search(&vectors, &question, COUNT / 4, LIMIT, hits);
            for (size_t h = 0; h < count; h++) {
                found += hits[h].score >= exact[LIMIT - 1].score;
            }
        }
        assert_true(found * 100 >= LEAST * LIMIT * QUESTIONS);
        vectors_free(&vectors);
    }
}

static void test_search_of_none(void **state) {
    (void)state;
    struct vectors vectors;
    struct vector query = {{1}};
    struct vector_hit hit;
    vectors_init(&vectors, 0);
    assert_int_equal(vectors_search(&vectors, &query, 10, 1, &hit), 0);
    vectors_free(&vectors);
}

// Vectors, sketches and scales; and a search finds what it found before.
static void test_nothing_of_them_need_be_in_memory(void **state) {
    (void)state;
    enum { COUNT = 1 << 17, LIMIT = 5 };
    char folder[] = "/tmp/hunch-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    spill_folder(folder);
    uint64_t seed = 13;
    struct vectors vectors;
    struct vector_hit before[LIMIT], after[LIMIT];
    vectors_init(&vectors, COUNT);
    for (uint32_t i = 0; i < COUNT; i++) {
        struct vector vector = random_vector(&seed);
        vectors_push(&vectors, &vector);
    }
    struct vector query = random_vector(&seed);
    assert_int_equal(vectors_search(&vectors, &query, COUNT, LIMIT, before), LIMIT);
    size_t size = COUNT * (sizeof *vectors.vectors + sizeof *vectors.sketches + sizeof *vectors.scales);
    size_t held = resident_of_files();
    vectors_rest(&vectors);
    assert_true(resident_of_files() + size - size / 100 < held);
    assert_int_equal(vectors_search(&vectors, &query, COUNT, LIMIT, after), LIMIT);
    for (int i = 0; i < LIMIT; i++) {
        assert_int_equal(after[i].id, before[i].id);
    }
    vectors_free(&vectors);
    spill_folder(NULL);
    rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_dot),
                                       cmocka_unit_test(test_sketch_kernels),
                                       cmocka_unit_test(test_quantize),
                                       cmocka_unit_test(test_search),
                                       cmocka_unit_test(test_few_candidates_have_the_nearest),
                                       cmocka_unit_test(test_search_of_none),
                                       cmocka_unit_test(test_nothing_of_them_need_be_in_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
