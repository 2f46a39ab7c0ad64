// vectors_test.c - the kernels against plain loops, the search against a full sort.

#include "records.h"
#include "retrieval/vectors.h"
#include "tests/unit/unit.h"

#include <math.h>

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

static uint32_t count_different(const struct sketch *a, const struct sketch *b) {
    uint32_t count = 0;
    for (int i = 0; i < SKETCH_BITS; i++) {
        count += (uint32_t)((a->words[i / 64] ^ b->words[i / 64]) >> (i % 64) & 1);
    }
    return count;
}

// The distance of two sketches is the angle's share of a half turn, whether the vectors are dense or have eight components.
static void test_sketches_tell_angles(void **state) {
    (void)state;
    enum { ROUNDS = 200, FEW = 8 };
    uint64_t seed = 4;
    for (int dense = 0; dense < 2; dense++) {
        double error = 0;
        for (int round = 0; round < ROUNDS; round++) {
            struct vector a = random_vector(&seed), b = random_vector(&seed);
            struct sketch x, y;
            for (int i = 0; i < VECTOR_DIMENSIONS; i++) {
                a.components[i] =
                    (int8_t)(dense || i % (VECTOR_DIMENSIONS / FEW) == round % 32 ? a.components[i] : 0);
                b.components[i] =
                    (int8_t)(dense || i % (VECTOR_DIMENSIONS / FEW) == round % 32 ? b.components[i] : 0);
                b.components[i] = (int8_t)((a.components[i] * (round % 3) + b.components[i]) / 3);
            }
            vector_sketch(&a, &x);
            vector_sketch(&b, &y);
            double angle = acos(vector_dot(&a, &b) / sqrt((double)vector_dot(&a, &a) * vector_dot(&b, &b)));
            error += fabs(angle / acos(-1) - count_different(&x, &y) / (double)SKETCH_BITS);
        }
        assert_true(error / ROUNDS < 0.04); // of 256 tosses of a coin: 0.03 at most
    }
}

// Every kernel that this processor runs counts right, whatever is left over at the end.
static void test_sketch_kernels(void **state) {
    (void)state;
    enum { MOST = 67 };
    uint64_t seed = 5;
    struct sketch wanted, sketches[MOST];
    struct sketch_kernel kernels[SKETCH_KERNELS];
    size_t count = sketch_kernels(kernels);
    struct vector vector = random_vector(&seed);
    vector_sketch(&vector, &wanted);
    for (uint32_t i = 0; i < MOST; i++) {
        vector = random_vector(&seed);
        vector_sketch(&vector, &sketches[i]);
    }
    sketches[1] = wanted;
    for (int i = 0; i < SKETCH_WORDS; i++) {
        sketches[2].words[i] = ~wanted.words[i];
    }
    for (size_t k = 0; k < count; k++) {
        for (uint32_t measured = 0; measured <= MOST; measured++) {
            uint16_t distances[MOST + 1] = {0};
            distances[measured] = 12345;
            kernels[k].measure(&wanted, sketches, measured, distances);
            for (uint32_t i = 0; i < measured; i++) {
                assert_int_equal(distances[i], count_different(&wanted, &sketches[i]));
            }
            assert_int_equal(distances[measured], 12345);
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

static void test_search_of_none(void **state) {
    (void)state;
    struct vectors vectors;
    struct vector query = {{1}};
    struct vector_hit hit;
    vectors_init(&vectors, 0);
    assert_int_equal(vectors_search(&vectors, &query, 10, 1, &hit), 0);
    vectors_free(&vectors);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_dot),
                                       cmocka_unit_test(test_sketches_tell_angles),
                                       cmocka_unit_test(test_sketch_kernels),
                                       cmocka_unit_test(test_quantize),
                                       cmocka_unit_test(test_search),
                                       cmocka_unit_test(test_search_of_none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
