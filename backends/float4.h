// float4.h - four numbers at once, and their logarithms.
//
// Ownership: none. Threads: any. Errors: none. Limits: see ln_of_all.
#ifndef HUNCH_BACKENDS_FLOAT4_H
#define HUNCH_BACKENDS_FLOAT4_H

#include <stdint.h>
#include <string.h>

enum { FLOAT4_LANES = 4 };
typedef float float4 __attribute__((vector_size(FLOAT4_LANES * sizeof(float))));
typedef int32_t int4 __attribute__((vector_size(FLOAT4_LANES * sizeof(int32_t))));

static inline float4 float4_at(const float *numbers) {
    float4 out;
    memcpy(&out, numbers, sizeof out);
    return out;
}

// x = 2^k m with m about 1, and ln m = 2 artanh s = 2 (s + s^3 / 3 + ...) with s = (m - 1) / (m + 1). Right to
// seven digits for finite x > 0.
static inline float4 ln_of_all(float4 x) {
    const int32_t half = 0x3f3504f3; // the root of 1/2, as bits
    int4 bits = (int4)x, power = (bits - half) >> 23;
    float4 m = (float4)(bits - (power << 23)), s = (m - 1) / (m + 1), t = s * s;
    float4 series = 1 + t * (1.0f / 3 + t * (1.0f / 5 + t * (1.0f / 7 + t * (1.0f / 9))));
    return __builtin_convertvector(power, float4) * 0.69314718f + 2 * s * series;
}

#endif
