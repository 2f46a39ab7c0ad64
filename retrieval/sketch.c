// sketch.c - see sketch.h.
//
// AVX2 has no instruction that counts bits, but one that looks up sixteen
// bytes at once: bits are counted by halves of bytes, as in Mula, Kurz and
// Lemire, "Faster population counts using AVX2 instructions", 2018. Four
// sketches' partial sums share one register, sixteen bits each, so that they
// are added up together.
#include "retrieval/sketch.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

static inline __attribute__((always_inline)) uint32_t distance_of(const struct sketch *a,
                                                                  const struct sketch *b) {
    uint32_t distance = 0;
    for (int i = 0; i < SKETCH_WORDS; i++) {
        distance += (uint32_t)__builtin_popcountll(a->words[i] ^ b->words[i]);
    }
    return distance;
}

static inline __attribute__((always_inline)) void
measure(const struct sketch *sketch, const struct sketch *sketches, uint32_t count, uint16_t *distances) {
    for (uint32_t i = 0; i < count; i++) {
        distances[i] = (uint16_t)distance_of(sketch, &sketches[i]);
    }
}

static void measure_plainly(const struct sketch *sketch, const struct sketch *sketches, uint32_t count,
                            uint16_t *distances) {
    measure(sketch, sketches, count, distances);
}

#if defined(__x86_64__)

// All but the oldest processors count bits by one instruction, which compilers may not take for granted.
__attribute__((target("popcnt"))) static void measure_by_popcnt(const struct sketch *sketch,
                                                                const struct sketch *sketches, uint32_t count,
                                                                uint16_t *distances) {
    measure(sketch, sketches, count, distances);
}

// Four sums, of 64 bits each, of the bits that differ.
__attribute__((target("avx2"))) static inline __m256i count_different(__m256i a, const struct sketch *b) {
    const __m256i halves = _mm256_set1_epi8(0x0F);
    const __m256i ones = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2,
                                          3, 1, 2, 2, 3, 2, 3, 3, 4);
    __m256i bits = _mm256_xor_si256(a, _mm256_loadu_si256((const void *)b));
    __m256i low = _mm256_and_si256(bits, halves);
    __m256i high = _mm256_and_si256(_mm256_srli_epi16(bits, 4), halves);
    __m256i counts = _mm256_add_epi8(_mm256_shuffle_epi8(ones, low), _mm256_shuffle_epi8(ones, high));
    return _mm256_sad_epu8(counts, _mm256_setzero_si256());
}

__attribute__((target("avx2,popcnt"))) static void measure_by_avx2(const struct sketch *sketch,
                                                                   const struct sketch *sketches,
                                                                   uint32_t count, uint16_t *distances) {
    __m256i wanted = _mm256_loadu_si256((const void *)sketch);
    uint32_t i = 0;
    for (; i + 4 <= count; i += 4) {
        __m256i first = count_different(wanted, &sketches[i]);
        __m256i second = _mm256_slli_epi64(count_different(wanted, &sketches[i + 1]), 16);
        __m256i third = _mm256_slli_epi64(count_different(wanted, &sketches[i + 2]), 32);
        __m256i fourth = _mm256_slli_epi64(count_different(wanted, &sketches[i + 3]), 48);
        __m256i all = _mm256_or_si256(_mm256_or_si256(first, second), _mm256_or_si256(third, fourth));
        __m128i sums = _mm_add_epi16(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
        sums = _mm_add_epi16(sums, _mm_unpackhi_epi64(sums, sums));
        _mm_storel_epi64((void *)(distances + i), sums);
    }
    measure(sketch, sketches + i, count - i, distances + i);
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

static void measure_by_neon(const struct sketch *sketch, const struct sketch *sketches, uint32_t count,
                            uint16_t *distances) {
    uint8x16_t first = vreinterpretq_u8_u64(vld1q_u64(sketch->words));
    uint8x16_t second = vreinterpretq_u8_u64(vld1q_u64(sketch->words + 2));
    for (uint32_t i = 0; i < count; i++) {
        uint8x16_t a = veorq_u8(first, vreinterpretq_u8_u64(vld1q_u64(sketches[i].words)));
        uint8x16_t b = veorq_u8(second, vreinterpretq_u8_u64(vld1q_u64(sketches[i].words + 2)));
        distances[i] = vaddlvq_u8(vaddq_u8(vcntq_u8(a), vcntq_u8(b)));
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

void sketch_distances(const struct sketch *sketch, const struct sketch *sketches, uint32_t count,
                      uint16_t *distances) {
    struct sketch_kernel kernels[SKETCH_KERNELS] = {{0}};
    size_t known = sketch_kernels(kernels);
    kernels[known - 1].measure(sketch, sketches, count, distances);
}
