// sketch.c - see sketch.h.
//
// AVX2 has no instruction that counts bits, but one that looks up sixteen
// bytes at once: bits are counted by halves of bytes, as in Mula, Kurz and
// Lemire, "Faster population counts using AVX2 instructions", 2018. A byte has
// at most eight ones, so weighted and with 64 added it stays a byte between 0
// and 120; there are 32 of them. Four sketches' partial sums share one
// register, sixteen bits each, so that they are added up together.
#include "retrieval/sketch.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

enum { BYTES = SKETCH_BITS / 8, ADDED = 64 };

static inline __attribute__((always_inline)) int32_t ones_in_both(const struct sketch *a,
                                                                  const struct sketch *b) {
    int32_t count = 0;
    for (int i = 0; i < SKETCH_WORDS; i++) {
        count += __builtin_popcountll(a->words[i] & b->words[i]);
    }
    return count;
}

static inline __attribute__((always_inline)) void measure(const struct sketch_question *question,
                                                          const struct sketch *sketches, uint32_t count,
                                                          int16_t *sums) {
    const struct sketch *planes = question->planes;
    for (uint32_t i = 0; i < count; i++) {
        sums[i] =
            (int16_t)(ones_in_both(&planes[0], &sketches[i]) + 2 * ones_in_both(&planes[1], &sketches[i]) +
                      4 * ones_in_both(&planes[2], &sketches[i]) -
                      8 * ones_in_both(&planes[3], &sketches[i]));
    }
}

static void measure_plainly(const struct sketch_question *question, const struct sketch *sketches,
                            uint32_t count, int16_t *sums) {
    measure(question, sketches, count, sums);
}

#if defined(__x86_64__)

// All but the oldest processors count bits by one instruction, which compilers may not take for granted.
__attribute__((target("popcnt"))) static void measure_by_popcnt(const struct sketch_question *question,
                                                                const struct sketch *sketches, uint32_t count,
                                                                int16_t *sums) {
    measure(question, sketches, count, sums);
}

// In each byte, how many ones it has.
__attribute__((target("avx2"))) static inline __m256i count_ones(__m256i bits) {
    const __m256i halves = _mm256_set1_epi8(0x0F);
    const __m256i ones = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2,
                                          3, 1, 2, 2, 3, 2, 3, 3, 4);
    __m256i low = _mm256_and_si256(bits, halves);
    __m256i high = _mm256_and_si256(_mm256_srli_epi16(bits, 4), halves);
    return _mm256_add_epi8(_mm256_shuffle_epi8(ones, low), _mm256_shuffle_epi8(ones, high));
}

// Four partial sums of 64 bits each. Bytes below zero on the way are above it in the end.
__attribute__((target("avx2"))) static inline __m256i add_up(const __m256i planes[SKETCH_PLANES],
                                                             const struct sketch *sketch) {
    __m256i bits = _mm256_loadu_si256((const void *)sketch);
    __m256i sum = _mm256_setzero_si256();
    for (int plane = SKETCH_PLANES - 1; plane >= 0; plane--) {
        __m256i ones = count_ones(_mm256_and_si256(planes[plane], bits));
        sum = _mm256_add_epi8(sum, sum);
        sum = plane == SKETCH_PLANES - 1 ? _mm256_sub_epi8(sum, ones) : _mm256_add_epi8(sum, ones);
    }
    return _mm256_sad_epu8(_mm256_add_epi8(sum, _mm256_set1_epi8(ADDED)), _mm256_setzero_si256());
}

__attribute__((target("avx2,popcnt"))) static void measure_by_avx2(const struct sketch_question *question,
                                                                   const struct sketch *sketches,
                                                                   uint32_t count, int16_t *sums) {
    __m256i planes[SKETCH_PLANES];
    uint32_t i = 0;
    for (int plane = 0; plane < SKETCH_PLANES; plane++) {
        planes[plane] = _mm256_loadu_si256((const void *)&question->planes[plane]);
    }
    for (; i + 4 <= count; i += 4) {
        __m256i first = add_up(planes, &sketches[i]);
        __m256i second = _mm256_slli_epi64(add_up(planes, &sketches[i + 1]), 16);
        __m256i third = _mm256_slli_epi64(add_up(planes, &sketches[i + 2]), 32);
        __m256i fourth = _mm256_slli_epi64(add_up(planes, &sketches[i + 3]), 48);
        __m256i all = _mm256_or_si256(_mm256_or_si256(first, second), _mm256_or_si256(third, fourth));
        __m128i both = _mm_add_epi16(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
        both = _mm_add_epi16(both, _mm_unpackhi_epi64(both, both));
        _mm_storel_epi64((void *)(sums + i), _mm_sub_epi16(both, _mm_set1_epi16(ADDED * BYTES)));
    }
    measure(question, sketches + i, count - i, sums + i);
}

size_t sketch_kernels(struct sketch_kernel kernels[SKETCH_KERNELS]) {
    size_t count = 0;
    kernels[count++] = (struct sketch_kernel){"plain", measure_plainly};
    if (__builtin_cpu_supports("popcnt")) {
        kernels[count++] = (struct sketch_kernel){"popcnt", measure_by_popcnt};
        if (__builtin_cpu_supports("avx2")) {
            kernels[count++] = (struct sketch_kernel){"avx2", measure_by_avx2};
        }
    }
    return count;
}

#elif defined(__aarch64__)

// Of half a sketch, in bytes of which each is at most 120.
static inline uint8x16_t add_up(const struct sketch_question *question, const uint64_t *words, int half) {
    uint8x16_t bits = vreinterpretq_u8_u64(vld1q_u64(words));
    uint8x16_t sum = vdupq_n_u8(0);
    for (int plane = SKETCH_PLANES - 1; plane >= 0; plane--) {
        uint8x16_t weights = vreinterpretq_u8_u64(vld1q_u64(question->planes[plane].words + 2 * half));
        uint8x16_t ones = vcntq_u8(vandq_u8(weights, bits));
        sum = vaddq_u8(sum, sum);
        sum = plane == SKETCH_PLANES - 1 ? vsubq_u8(sum, ones) : vaddq_u8(sum, ones);
    }
    return vaddq_u8(sum, vdupq_n_u8(ADDED));
}

static void measure_by_neon(const struct sketch_question *question, const struct sketch *sketches,
                            uint32_t count, int16_t *sums) {
    for (uint32_t i = 0; i < count; i++) {
        uint8x16_t first = add_up(question, sketches[i].words, 0);
        uint8x16_t second = add_up(question, sketches[i].words + 2, 1);
        sums[i] = (int16_t)(vaddlvq_u8(first) + vaddlvq_u8(second) - ADDED * BYTES);
    }
}

size_t sketch_kernels(struct sketch_kernel kernels[SKETCH_KERNELS]) {
    kernels[0] = (struct sketch_kernel){"plain", measure_plainly};
    kernels[1] = (struct sketch_kernel){"neon", measure_by_neon};
    return 2;
}

#else

size_t sketch_kernels(struct sketch_kernel kernels[SKETCH_KERNELS]) {
    kernels[0] = (struct sketch_kernel){"plain", measure_plainly};
    return 1;
}

#endif

void sketch_sums(const struct sketch_question *question, const struct sketch *sketches, uint32_t count,
                 int16_t *sums) {
    struct sketch_kernel kernels[SKETCH_KERNELS] = {{0}};
    size_t known = sketch_kernels(kernels);
    kernels[known - 1].measure(question, sketches, count, sums);
}
